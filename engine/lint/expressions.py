"""Rules about expressions: every one is FEEL (or a literal where literals are allowed) and calls what there is."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from engine.dmn.cells import parse_cell
from engine.feel import Expression, FeelError, FeelSyntaxError, compile_expression, compile_unary_tests
from engine.feel.builtins import BUILTINS
from engine.feel.expression import UnaryTests
from engine.feel.parser import MAX_TEXT as LONGEST
from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.effort import Names, TooComplex
from engine.lint.structure import error
from engine.spiff.model import Node

LIKE = 0.6
MOST_TEXT = 120_000
"""Characters of all expressions together, those apart which are too long to be compiled: half a second of work."""


@dataclass(frozen=True, slots=True)
class Written:
    """An expression as it stands in the diagram."""

    element: str
    text: str
    always_feel: bool = False

    @property
    def feel(self) -> str | None:
        """The FEEL text; None for a literal."""
        stripped = self.text.strip()
        if stripped.startswith("="):
            return stripped[1:].strip()
        return stripped if self.always_feel else None


def written(bundle: Bundle) -> Iterator[Written]:
    """Every expression of the diagram: the one list of all places where something is evaluated."""
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            for flow in scope.flows.values():
                if flow.condition is not None:
                    bundle.effort.spend()
                    yield Written(flow.id, flow.condition, True)
        for node in process.walk():
            bundle.effort.spend()
            yield from _of_node(node)


def _of_node(node: Node) -> Iterator[Written]:
    work, event, loop = node.work, node.event, node.loop
    for text in (work.assignee, work.groups, work.users, work.due, work.follow_up, work.priority):
        if text:
            yield Written(node.id, text)
    for line in (*node.inputs, *node.outputs):
        yield Written(node.id, line.source)
    if node.script:
        yield Written(node.id, node.script, True)
    if event is not None:
        if event.value:
            yield Written(node.id, event.value)
        if event.correlation:
            yield Written(node.id, event.correlation)
        if event.condition:
            yield Written(node.id, event.condition, True)
    if loop is not None:
        for text in (loop.collection, loop.cardinality, loop.output_element, loop.completion, loop.condition):
            if text:
                yield Written(node.id, text, True)


def _compiled(bundle: Bundle, text: str) -> Expression:
    return compile_expression(text, names=bundle.feel_names)


def compile_all(bundle: Bundle) -> Iterator[Finding]:
    """Every expression is FEEL. Raises TooComplex for more of them than anybody would write."""
    sizes = (len(each.text) for each in written(bundle))
    if sum(size for size in sizes if size <= LONGEST) > MOST_TEXT:
        raise TooComplex
    for each in written(bundle):
        feel = each.feel
        if feel is None:
            if "${" in each.text or "#{" in each.text:
                zh, en = f"{each.text} 不是 FEEL", f"{each.text} is not FEEL"
                yield error(each.element, "not_feel", zh, en, "以 = 开头写 FEEL", "Write FEEL, beginning with =")
            continue
        try:
            _compiled(bundle, feel)
        except FeelSyntaxError as wrong:
            yield error(
                each.element, "bad_expression", f"表达式有误：{wrong.message_zh}", f"The expression is wrong: {wrong}"
            )


def known_functions(bundle: Bundle) -> Iterator[Finding]:
    """Every function which an expression calls exists."""
    for each in written(bundle):
        feel = each.feel
        if feel is None:
            continue
        try:
            calls = _compiled(bundle, feel).calls
        except FeelSyntaxError:
            continue
        yield from unknown_calls(bundle, each.element, calls)


def functions_of_decisions(bundle: Bundle) -> Iterator[Finding]:
    """So does every function of a decision table; a table which asks for further knowledge may call that, too."""
    for decider in {id(each.decisions): each for each in bundle.decisions.values()}.values():
        for decision in decider.decisions.decisions:
            if decision.table is None or decision.requires:
                continue
            texts = [column.expression.text for column in decision.table.inputs]
            calls = {name for text in texts for name in _calls(text, compile_expression)}
            for rule in decision.table.rules:
                bundle.effort.spend()
                asking = [test for test in rule.tests if "(" in test and parse_cell(test) is None]
                calls |= {name for test in asking for name in _calls(test, compile_unary_tests)}
                calls |= {name for output in rule.outputs for name in _calls(output.text, compile_expression)}
            yield from unknown_calls(bundle, decision.id, calls)


def _calls(text: str, compiled: Callable[[str], Expression | UnaryTests]) -> Collection[str]:
    """The functions a text calls; what is no FEEL has its own finding."""
    try:
        return compiled(text).calls if "(" in text else ()
    except FeelError:
        return ()


def unknown_calls(bundle: Bundle, element: str, calls: Collection[str], file: str = "") -> Iterator[Finding]:
    """A finding for each function that does not exist, with the nearest name that does."""
    for name in sorted(calls):
        if name not in BUILTINS and name not in bundle.feel_names:
            bundle.effort.spend()
            near = Names([*BUILTINS, *bundle.feel_names], LIKE).nearest(name, bundle.effort)
            zh, en = f"没有名为 {name} 的函数", f"There is no function named {name}"
            hint_zh, hint_en = (f"是否指 {near}？", f"Is {near} meant?") if near else ("", "")
            yield replace(error(element, "unknown_feel_function", zh, en, hint_zh, hint_en), file=file)
