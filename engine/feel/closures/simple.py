"""Literals, names, paths, lists and ranges."""

from engine.feel import tree
from engine.feel.builtins import BUILTINS
from engine.feel.closures.build import build, compiles
from engine.feel.compare import sort_keys
from engine.feel.run import MISSING, Evaluator, Scope, builtin_value, injected_value
from engine.feel.types import NO_VALUE, property_of
from engine.feel.values import TYPE_NAMES, Range, Value, from_python, type_name


@compiles(tree.Literal)
def literal(node: tree.Literal) -> Evaluator:
    """A constant."""
    value = node.value
    return lambda scope: value


@compiles(tree.AtLiteral)
def at_literal(node: tree.AtLiteral) -> Evaluator:
    """A constant date, time or duration."""
    value = node.value
    return lambda scope: value


@compiles(tree.Name)
def name(node: tree.Name) -> Evaluator:
    """The innermost variable of that name, else the function, else null."""
    wanted, at = node.name, node.at

    def evaluate(scope: Scope) -> Value:
        if scope.parent is None:
            try:
                value = scope.variables[wanted]
            except KeyError:
                return _function_or_null(scope, wanted, at)
        else:
            value = scope.find(wanted)
            if value is MISSING:
                return _function_or_null(scope, wanted, at)
        return value if type(value) in TYPE_NAMES else from_python(value, wanted)

    return evaluate


def _function_or_null(scope: Scope, wanted: str, at: int) -> Value:
    injected = scope.run.functions.find(wanted)
    if injected is not None:
        return injected_value(wanted, injected)
    if wanted in BUILTINS:
        return builtin_value(wanted)
    scope.run.note("unknown_name", at, name=wanted)
    return None


@compiles(tree.Path)
def path(node: tree.Path) -> Evaluator:
    """An entry of a context, a property of a value, or these of every item of a list."""
    source, wanted, at = build(node.source), node.name, node.at

    def evaluate(scope: Scope) -> Value:
        value = source(scope)
        if type(value) is dict:
            try:
                found = value[wanted]
            except KeyError:
                scope.run.note("no_entry", at, name=wanted, found="context")
                return None
            return found if type(found) in TYPE_NAMES else from_python(found, wanted)
        if type(value) is list:
            scope.run.meter.grow(len(value))
            return [_entry(scope, item, wanted, at) for item in value]
        return _entry(scope, value, wanted, at)

    return evaluate


def _entry(scope: Scope, value: Value, wanted: str, at: int) -> Value:
    found = value.get(wanted, NO_VALUE) if type(value) is dict else property_of(value, wanted)
    if found is NO_VALUE:
        scope.run.note("no_entry", at, name=wanted, found=type_name(value))
        return None
    return found


@compiles(tree.ListNode)
def list_(node: tree.ListNode) -> Evaluator:
    """A list."""
    items = [build(item) for item in node.items]
    size = len(items)

    def evaluate(scope: Scope) -> Value:
        scope.run.meter.grow(size)
        return [item(scope) for item in items]

    return evaluate


@compiles(tree.RangeNode)
def range_(node: tree.RangeNode) -> Evaluator:
    """A range; null when its ends are null, cannot be compared or are in the wrong order (DMN 1.5, 10.3.2.7)."""
    low_of, high_of, at = build(node.low), build(node.high), node.at
    low_included, high_included = node.low_included, node.high_included

    def evaluate(scope: Scope) -> Value:
        low, high = low_of(scope), high_of(scope)
        keys = sort_keys(low, high)
        if keys is None or keys[0] > keys[1]:
            scope.run.note("range", at, low=type_name(low), high=type_name(high))
            return None
        return Range(low, high, low_included, high_included)

    return evaluate


@compiles(tree.OpenRange)
def open_range(node: tree.OpenRange) -> Evaluator:
    """`< 5` as a value; `!= 5` is no range, so null outside of a test."""
    end_of, operator, at = build(node.end), node.operator, node.at

    def evaluate(scope: Scope) -> Value:
        end = end_of(scope)
        if operator in ("<", "<="):
            return Range(None, end, False, operator == "<=")
        if operator in (">", ">="):
            return Range(end, None, operator == ">=", False)
        if operator == "=":
            return Range(end, end, True, True, single=True)
        scope.run.note("operator", at, operator=operator, left="-", right=type_name(end))
        return None

    return evaluate
