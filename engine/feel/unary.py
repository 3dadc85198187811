"""Unary tests: how a value is held against the expressions of a decision table cell or of `in` (DMN 1.5, table 55).

Constants are recognised when the test is compiled: most cells of a decision table are a text, a number or an interval,
and a table of hundreds of cells must take microseconds.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel import tree, walk
from engine.feel.compare import COMPARISONS, PLAIN_COMPARISONS, equal, in_range, matches, sort_keys
from engine.feel.run import Evaluator, Scope
from engine.feel.values import Range, Value

INPUT = "?"
Test: TypeAlias = Callable[[Value, Scope], bool | None]
Build: TypeAlias = Callable[[tree.Node], Evaluator]


def compile_tests(nodes: Sequence[tree.Node], build: Build, *, negated: bool = False) -> Test:
    """True when one test is true, false when all are false, else null; the other way round when negated."""
    if negated:
        positive = compile_tests(nodes, build)

        def none_of(value: Value, scope: Scope) -> bool | None:
            verdict = positive(value, scope)
            return None if verdict is None else not verdict

        return none_of
    if len(nodes) == 1:
        return compile_test(nodes[0], build)
    constants = [
        node.value for node in nodes if isinstance(node, tree.Literal) and isinstance(node.value, (str, Decimal))
    ]
    if len(constants) == len(nodes) and len({type(constant) for constant in constants}) == 1:
        return _one_of(constants)
    return _any_of([compile_test(node, build) for node in nodes])


def _any_of(tests: list[Test]) -> Test:
    def any_of(value: Value, scope: Scope) -> bool | None:
        result: bool | None = False
        for test in tests:
            verdict = test(value, scope)
            if verdict is True:
                return True
            if verdict is None:
                result = None
        return result

    return any_of


def _one_of(constants: list[Any]) -> Test:
    kind, members = type(constants[0]), frozenset(constants)

    def one_of(value: Value, scope: Scope) -> bool | None:
        if type(value) is kind:
            return value in members
        return False if value is None else None

    return one_of


def compile_test(node: tree.Node, build: Build) -> Test:
    """The test of one expression: a comparison, an interval, a list, a value, or a condition over `?`."""
    if isinstance(node, tree.OpenRange):
        return _operator_test(node, build)
    if mentions_input(node):
        value_of = build(node)
        return lambda value, scope: _condition(value_of(scope), value, scope)
    if isinstance(node, (tree.Literal, tree.AtLiteral)):
        return _equal_test(node.value)
    if isinstance(node, tree.RangeNode):
        return _interval_test(node, build)
    value_of = build(node)
    return lambda value, scope: matches(value, value_of(scope), scope.run.meter)


def _equal_test(constant: Value) -> Test:
    kind = type(constant)
    if kind is not str and kind is not Decimal:
        return lambda value, scope: equal(value, constant, scope.run.meter)

    def same(value: Value, scope: Scope) -> bool | None:
        if type(value) is kind:
            return bool(value == constant)
        return equal(value, constant)

    return same


def constant_of(node: tree.Node) -> Value:
    """The number, text or temporal a node always is (a minus counts), or None when only the evaluation can tell."""
    if isinstance(node, (tree.Literal, tree.AtLiteral)):
        return None if isinstance(node.value, bool) else node.value
    if isinstance(node, tree.Negation):
        inner = constant_of(node.operand)
        return inner.copy_negate() if isinstance(inner, Decimal) else None
    return None


def _interval_test(node: tree.RangeNode, build: Build) -> Test:
    low, high = constant_of(node.low), constant_of(node.high)
    keys = None if low is None or high is None else sort_keys(low, high)
    if keys is None or keys[0] > keys[1]:
        value_of = build(node)

        def inside_evaluated(value: Value, scope: Scope) -> bool | None:
            interval = value_of(scope)
            return None if interval is None else matches(value, interval, scope.run.meter)

        return inside_evaluated
    kind, low_included, high_included = type(low), node.low_included, node.high_included
    interval = Range(low, high, low_included, high_included)
    if kind is not Decimal and kind is not str:
        return lambda value, scope: matches(value, interval)

    def inside(value: Value, scope: Scope) -> bool | None:
        if type(value) is not kind:
            return equal(value, interval) if type(value) is Range else in_range(value, interval)
        if value < low or value > high:
            return False
        return not ((value == low and not low_included) or (value == high and not high_included))

    return inside


def _operator_test(node: tree.OpenRange, build: Build) -> Test:
    compare, fast = COMPARISONS[node.operator], PLAIN_COMPARISONS[node.operator]
    end = constant_of(node.end)
    if isinstance(end, (Decimal, str)):
        kind = type(end)

        def against_constant(value: Value, scope: Scope) -> bool | None:
            return fast(value, end) if type(value) is kind else compare(value, end, scope.run.meter)

        return against_constant
    end_of = build(node.end)
    return lambda value, scope: compare(value, end_of(scope), scope.run.meter)


def _condition(result: Value, value: Value, scope: Scope) -> bool | None:
    if result is None or isinstance(result, bool):
        return result
    return matches(value, result, scope.run.meter)


def mentions_input(node: tree.Node) -> bool:
    """Whether `?` occurs in the expression."""
    if isinstance(node, tree.Name) and node.name == INPUT:
        return True
    return any(mentions_input(child) for child in walk.children(node))
