"""Values a dry run tries: for each name those which the bundle itself compares it with, offers in a form, or decides.

A name whose values nothing in the bundle tells gets a stand-in; then a failure there may be the stand-in's fault.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from engine.dmn.model import Table
from engine.feel import FeelSyntaxError, compile_expression, to_plain, tree, walk
from engine.feel.expression import compile_unary_tests
from engine.feel.walk import path_of
from engine.forms import Component, Form, Kind
from engine.lint.bundle import Bundle
from engine.lint.deciding import asked, rules
from engine.lint.expressions import written
from engine.spiff.model import Node

MOST = 24
_CELLS = 2_000
"""Different cells of a decision table which are looked at for values: a tenth of a second."""
MEANINGLESS = "x"
_TRUTH = (True, False)
_NUMBERS = {"number", "integer", "long", "double"}
_ORDER = frozenset({"<", "<=", ">", ">="})
_LISTS = frozenset({"count", "list contains", "sum", "all", "any", "min", "max", "distinct values"})
_PERIOD = "PT1H"
_MOMENT = "2030-01-01T09:00:00+08:00"


@dataclass(slots=True)
class Candidates:
    """by_name: values to try for a variable or a path (`case.flags.media`), in the order in which they were found.

    together: values which let a rule of a decision table match, one entry a rule, or a condition turn out one way.
    """

    by_name: dict[str, list[Any]] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    together: list[dict[str, Any]] = field(default_factory=list)

    def add(self, name: str, values: Iterable[Any], *, told: bool = True) -> None:
        """Values which make sense for a name."""
        kept = self.by_name.setdefault(name, [])
        kept += [value for value in values if not any(_same(value, other) for other in kept)][: MOST - len(kept)]
        if told:
            self.told.add(name)

    def full(self, name: str) -> bool:
        """Whether a name has as many values as it may have."""
        return len(self.by_name.get(name, ())) >= MOST

    def of(self, name: str) -> list[Any]:
        """Values to try for a name; a text which means nothing where none are known."""
        return self.by_name.get(name) or [MEANINGLESS]


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def gather(bundle: Bundle, read_forms: Iterable[Form]) -> Candidates:
    """The candidates of a whole bundle: equal names mean equal things."""
    found = Candidates()
    for each in written(bundle):
        if each.feel is not None:
            _expression(each.feel, found, bundle)
    for text in _conditions(bundle):
        one = Candidates()
        _expression(text.lstrip("= "), one, bundle, condition=True)
        for name, values in one.by_name.items():
            found.add(name, values, told=name in one.told)
            found.together += [{name: value} for value in values if {name: value} not in found.together]
    for decider in {id(each.decisions): each.decisions for each in bundle.decisions.values()}.values():
        for decision in decider.decisions:
            for given in decision.inputs:
                _typed(given.variable.name, given.variable.type_ref, found)
            if decision.table is not None:
                _table(decision.table, found)
                found.together += [wish for _, wish in rules(decision.table)]
    for form in read_forms:
        for component in form.fields:
            if component.path:
                _field(component, found)
    for _, node in bundle.diagram.walk():
        _uses(node, found)
    _follow(bundle, found)
    for values in found.by_name.values():
        if len(values) == 1 and isinstance(values[0], str) and values != [MEANINGLESS]:
            values.append(MEANINGLESS)
    return found


def _conditions(bundle: Bundle) -> Iterator[str]:
    """Expressions which must be true or false."""
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            yield from (flow.condition for flow in scope.flows.values() if flow.condition)
    for _, node in bundle.diagram.walk():
        if node.event is not None and node.event.condition:
            yield node.event.condition
        if node.loop is not None:
            yield from (text for text in (node.loop.completion, node.loop.condition) if text)


def _expression(text: str, found: Candidates, bundle: Bundle, *, condition: bool = False) -> None:
    try:
        root = compile_expression(text, names=bundle.feel_names).tree
    except FeelSyntaxError:
        return
    if condition:
        _true_or_false(root, found)
    for node in _all(root):
        _compared(node, found)


def _all(node: tree.Node) -> Iterator[tree.Node]:
    yield node
    for child in walk.children(node):
        yield from _all(child)


def _true_or_false(node: tree.Node, found: Candidates) -> None:
    name = path_of(node)
    if name is not None:
        found.add(name, _TRUTH)


def _compared(node: tree.Node, found: Candidates) -> None:
    match node:
        case tree.Comparison(operator=operator, left=left, right=right):
            for one, other in ((left, right), (right, left)):
                _near(path_of(one), other, found, ordered=operator in _ORDER)
        case tree.Between(value=value, low=low, high=high):
            for end in (low, high):
                _near(path_of(value), end, found, ordered=True)
        case tree.In(value=value, tests=tests):
            for test in tests:
                _tested(path_of(value), test, found)
        case tree.Conjunction(operands=operands) | tree.Disjunction(operands=operands):
            for operand in operands:
                _true_or_false(operand, found)
        case tree.If(condition=condition):
            _true_or_false(condition, found)
        case tree.Arithmetic(left=left, right=right):
            for side in (left, right):
                if (name := path_of(side)) is not None:
                    found.add(name, (1, 100), told=False)
        case tree.Call(callee=tree.Name(name=called), arguments=arguments):
            _argument(called, arguments, found)
        case tree.For(bindings=bindings) | tree.Quantified(bindings=bindings):
            for binding in bindings:
                if binding.end is None:
                    _list(path_of(binding.source), found)


def _argument(called: str, arguments: tuple[tree.Node, ...], found: Candidates) -> None:
    name = path_of(arguments[0]) if arguments else None
    if called == "not" and arguments:
        _true_or_false(arguments[0], found)
    elif called == "list contains" and len(arguments) == 2 and isinstance(arguments[1], tree.Literal):
        if name is not None:
            found.add(name, ([to_plain(arguments[1].value)], []))
    elif called in _LISTS:
        _list(name, found)


def _list(name: str | None, found: Candidates) -> None:
    if name is not None and not any(isinstance(value, list) for value in found.by_name.get(name, ())):
        found.add(name, ([MEANINGLESS], [MEANINGLESS, "y"], []))


def _tested(name: str | None, test: tree.Node, found: Candidates) -> None:
    match test:
        case tree.OpenRange(end=end, operator=operator):
            _near(name, end, found, ordered=operator in _ORDER)
        case tree.RangeNode(low=low, high=high):
            for end in (low, high):
                _near(name, end, found, ordered=True)
        case tree.ListNode(items=items):
            for item in items:
                _tested(name, item, found)
        case _:
            _near(name, test, found, ordered=False)


def _near(name: str | None, other: tree.Node, found: Candidates, *, ordered: bool) -> None:
    """The value a name is compared with, and for numbers those beside it."""
    sign = -1 if isinstance(other, tree.Negation) else 1
    literal = other.operand if isinstance(other, tree.Negation) else other
    if name is None or not isinstance(literal, tree.Literal) or literal.value is None:
        return
    value = literal.value
    if isinstance(value, bool):
        found.add(name, _TRUTH)
    elif isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        step = Decimal(1).scaleb(exponent) if isinstance(exponent, int) and exponent < 0 else Decimal(1)
        beside = (value * sign, value * sign + step, value * sign - step)
        found.add(name, [to_plain(each) for each in (beside if ordered else beside[:2])])
    else:
        found.add(name, (value,))


def _typed(name: str, type_ref: str, found: Candidates) -> None:
    if type_ref == "boolean":
        found.add(name, _TRUTH)
    elif type_ref in _NUMBERS:
        found.add(name, (1, 0))


def _table(table: Table, found: Candidates) -> None:
    for number, column in enumerate(table.inputs):
        name = asked(column.expression.text)
        if name is None:
            continue
        _typed(name, column.expression.type_ref, found)
        texts = dict.fromkeys((column.allowed, *(rule.tests[number] for rule in table.rules)))
        for text in islice(texts, max(MOST, _CELLS // len(table.inputs))):
            if found.full(name):
                break
            try:
                tests = compile_unary_tests(text or "-").tree
            except FeelSyntaxError:
                continue
            for test in tests.tests if isinstance(tests, tree.Tests) else ():
                _tested(name, test, found)


def _field(component: Component, found: Candidates) -> None:
    name, rules = ".".join(component.path), component.rules
    if component.kind is Kind.CHECKBOX:
        found.add(name, _TRUTH)
    elif component.options:
        values = [option.value for option in component.options]
        several = component.kind in (Kind.CHECKLIST, Kind.TAGLIST)
        found.add(name, [values[:1], values] if several else values)
    elif component.kind is Kind.NUMBER:
        limits = [to_plain(limit) for limit in (rules.min, rules.max) if isinstance(limit, int | float | Decimal)]
        found.add(name, limits or [1, 1000])
    elif component.kind is Kind.DATETIME:
        subtype = component.settings.get("subtype")
        found.add(name, ["09:00" if subtype == "time" else _MOMENT if subtype == "datetime" else _MOMENT[:10]])
    elif component.kind in (Kind.CHECKLIST, Kind.TAGLIST):
        found.add(name, (["x"], []), told=False)
    else:
        found.add(name, (MEANINGLESS,))


def _uses(node: Node, found: Candidates) -> None:
    """What a plain name must be where it stands: a time, a list, a number, a text."""
    event, loop = node.event, node.loop
    if event is not None and event.kind == "timer":
        fit = {"cycle": "R2/PT1H", "duration": _PERIOD}.get(event.timer, _MOMENT)
        _plain(event.value, (fit,), found)
    for text in (node.work.due, node.work.follow_up):
        _plain(text, (_MOMENT,), found)
    _plain(node.work.priority, (50,), found)
    if loop is not None and loop.collection:
        _list(loop.collection.lstrip("= ").strip() if _is_name(loop.collection) else None, found)
    if loop is not None:
        _plain(loop.cardinality, (2, 1), found, always=True)


def _is_name(text: str) -> bool:
    return all(part.isidentifier() for part in text.lstrip("= ").strip().split("."))


def _plain(text: str | None, values: tuple[Any, ...], found: Candidates, *, always: bool = False) -> None:
    if text and (always or text.startswith("=")) and _is_name(text):
        found.add(text.lstrip("= ").strip(), values)


def _follow(bundle: Bundle, found: Candidates) -> None:
    """A name which is handed on under another one has the other one's values, too."""
    for _ in range(2):
        for _, node in bundle.diagram.walk():
            for line in (*node.inputs, *node.outputs):
                source = line.source.lstrip("= ").strip()
                if line.source.startswith("=") and _is_name(line.source) and source != line.target:
                    if source not in found.told and line.target in found.told:
                        found.add(source, found.by_name[line.target])
                    elif line.target not in found.told and source in found.told:
                        found.add(line.target, found.by_name[source])
