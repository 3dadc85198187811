"""Rules about names in expressions: a variable which nothing ever sets is a slip of the pen, and is doubted."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from engine.dmn import Decisions
from engine.feel import Expression, FeelSyntaxError, compile_expression
from engine.findings import Finding
from engine.forms import Component, Form
from engine.lint import scopes
from engine.lint.bundle import Bundle
from engine.lint.effort import Names, closest
from engine.lint.expressions import Written, unknown_calls
from engine.lint.structure import warning
from engine.spiff.model import Node

LIKE = 0.75
_ROW = frozenset({"this", "parent", "i", "_this_", "_parent_", "_i_", "item", "value"})


@dataclass(frozen=True, slots=True)
class _Place:
    """Where names are looked up: those known everywhere, those of the place itself, and whether there may be others."""

    everywhere: Names
    open: bool
    local: tuple[Collection[str], ...] = ()

    def knows(self, name: str) -> bool:
        """Whether something sets it."""
        return name in self.everywhere.all or any(name in names for names in self.local)

    def nearest(self, bundle: Bundle, name: str) -> str | None:
        """The known name most like this one."""
        local = Names({each for names in self.local for each in names}, LIKE).nearest(name, bundle.effort)
        found = [each for each in (local, self.everywhere.nearest(name, bundle.effort)) if each is not None]
        return closest(name, found, LIKE)


def _everywhere(bundle: Bundle, read_forms: dict[str, Form]) -> _Place:
    known = scopes.known(bundle, read_forms)
    return _Place(Names(known.names, LIKE), known.open)


def unknown(bundle: Bundle) -> Iterator[Finding]:
    """Every variable in an expression of the diagram is set by something."""
    read_forms = scopes.loaded_forms(bundle)
    known = _everywhere(bundle, read_forms)
    for process in bundle.diagram.processes.values():
        for scope, node, local in scopes.inside(process):
            place = replace(known, local=(local,))
            for each in _before(node):
                yield from _names(bundle, each, place)
            for flow in node.outgoing:
                condition = scope.flows[flow].condition if flow in scope.flows else None
                if condition is not None:
                    yield from _names(bundle, Written(flow, condition, True), place)
            yield from _outputs(bundle, node, place, scopes.values_of(bundle, read_forms, node))


def _before(node: Node) -> Iterator[Written]:
    """Expressions which an element evaluates before it has results of its own."""
    work, event, loop = node.work, node.event, node.loop
    for text in (work.assignee, work.groups, work.users, work.due, work.follow_up, work.priority):
        if text:
            yield Written(node.id, text)
    for line in node.inputs:
        yield Written(node.id, line.source)
    if node.script:
        yield Written(node.id, node.script, True)
    if event is not None:
        for text in (event.value, event.correlation):
            if text:
                yield Written(node.id, text)
        if event.condition:
            yield Written(node.id, event.condition, True)
    if loop is not None:
        for text in (loop.collection, loop.cardinality):
            if text:
                yield Written(node.id, text, True)


def _outputs(bundle: Bundle, node: Node, place: _Place, given: Collection[str] | None) -> Iterator[Finding]:
    """Output mappings and what ends a repetition see the results, too."""
    seen = replace(place, local=(*place.local, given or (), scopes.COUNTS), open=place.open or given is None)
    for line in node.outputs:
        yield from _names(bundle, Written(node.id, line.source), seen)
    if node.loop is not None:
        for text in (node.loop.output_element, node.loop.completion, node.loop.condition):
            if text:
                yield from _names(bundle, Written(node.id, text, True), seen)


def in_forms(bundle: Bundle) -> Iterator[Finding]:
    """Every variable in an expression of a form is one of its fields, or set by something; its functions exist."""
    read_forms = scopes.loaded_forms(bundle)
    known = _everywhere(bundle, read_forms)
    local: dict[str, set[str]] = {}
    for process in bundle.diagram.processes.values():
        for _, node, names in scopes.inside(process):
            if node.work.form_id is not None:
                local.setdefault(node.work.form_id, set()).update(names)
    for form_id, form in read_forms.items():
        own = scopes.fields_of(form) | {component.path[-1] for component in form.root.walk() if component.path}
        place = replace(known, local=(own, local.get(form_id, ()), _ROW))
        for component in form.root.walk():
            for text, compiled in _formulas(component):
                bundle.effort.spend()
                yield from unknown_calls(bundle, component.id, compiled.calls, form_id)
                for name in sorted(_heads(compiled)):
                    if not place.knows(name):
                        yield from _doubt(bundle, component.id, name, text, place, form_id)


def _formulas(component: Component) -> Iterator[tuple[str, Expression]]:
    rules = component.rules
    for each in (
        component.hide, component.readonly, component.disabled, component.options_formula, component.formula,
        rules.min_length, rules.max_length, rules.min, rules.max,
    ):  # fmt: skip
        compiled = getattr(each, "compiled", None)
        if isinstance(compiled, Expression):
            yield compiled.text, compiled


def decision_inputs(bundle: Bundle) -> Iterator[Finding]:
    """Every input of a decision is set by something before it is asked; a missing one counts as null."""
    known = _everywhere(bundle, scopes.loaded_forms(bundle))
    for process in bundle.diagram.processes.values():
        for _, node, local in scopes.inside(process):
            bundle.effort.spend()
            decider = bundle.decisions.get(node.decision or "")
            if decider is None:
                continue
            place = replace(known, local=(local,))
            for name, others in asked_by(decider.decisions, decider.decision_id).items():
                if not any(place.knows(each) for each in (name, *others)):
                    yield from _doubt(bundle, node.id, name, node.decision or "", place, code="unknown_decision_input")


def asked_by(decisions: Decisions, decision_id: str) -> dict[str, set[str]]:
    """The variables a decision wants, each with its other names; of a table without drawn inputs its columns' ones."""
    info = next((each for each in decisions.decisions if each.id == decision_id), None)
    if info is None:
        return {}
    found: dict[str, set[str]] = {each.variable.name: {each.name, each.id} for each in info.inputs}
    if not found and not info.requires and info.table is not None:
        for column in info.table.inputs:
            try:
                found |= {name: set() for name in _heads(compile_expression(column.expression.text))}
            except FeelSyntaxError:
                continue
    return found


def _names(bundle: Bundle, each: Written, place: _Place) -> Iterator[Finding]:
    feel = each.feel
    bundle.effort.spend()
    if feel is None:
        return
    try:
        compiled = compile_expression(feel, names=bundle.feel_names)
    except FeelSyntaxError:
        return
    for name in sorted(_heads(compiled)):
        if not place.knows(name) and name not in bundle.feel_names:
            yield from _doubt(bundle, each.element, name, each.text, place)
    if bundle.case_paths is not None:
        inside = {name.removeprefix("case.") for name in compiled.names if name.startswith("case.")}
        for path in sorted(path for path in inside if path not in bundle.case_paths and _is_first(path, bundle)):
            whole = _Place(Names([f"case.{known}" for known in bundle.case_paths], LIKE), False)
            yield from _doubt(bundle, each.element, f"case.{path}", each.text, whole)


def _is_first(path: str, bundle: Bundle) -> bool:
    """Whether what stands before the last dot is known: only the first unknown part of a path is told."""
    before, dot, _ = path.rpartition(".")
    return not dot or before in (bundle.case_paths or ())


def _heads(compiled: Expression) -> set[str]:
    return {name.partition(".")[0] for name in compiled.names}


def _doubt(
    bundle: Bundle, element: str, name: str, text: str, place: _Place, file: str = "", code: str = "unknown_variable"
) -> Iterator[Finding]:
    """A warning with the nearest known name; where other names are possible, only if there is a near one."""
    bundle.effort.spend()
    near = place.nearest(bundle, name)
    if place.open and near is None:
        return
    zh = f"表达式 {text} 中的变量 {name} 没有任何地方赋值"
    en = f"Nothing sets the variable {name} in {text}"
    hint_zh = f"是否指 {near}？" if near else "在开始数据、表单、函数结果或输出映射中给它赋值"
    hint_en = f"Is {near} meant?" if near else "Set it by start data, a form, a function's result or an output mapping"
    made = warning(element, code, zh, en, hint_zh, hint_en)
    yield Finding(
        made.element, made.code, made.severity, made.message_zh, made.message_en, file, made.hint_zh, made.hint_en
    )
