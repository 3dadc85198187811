"""One unary test: how a value is held against an expression (DMN 1.5, 7.3.2 and table 55)."""

from collections.abc import Callable
from typing import TypeAlias

from engine.feel import tree
from engine.feel.compare import equal, less, less_or_equal, matches
from engine.feel.run import Evaluator, Scope
from engine.feel.values import Value

INPUT = "?"
Test: TypeAlias = Callable[[Value, Scope], bool | None]

_OPERATORS: dict[str, Callable[[Value, Value], bool | None]] = {
    "<": less,
    "<=": less_or_equal,
    ">": lambda value, end: less(end, value),
    ">=": lambda value, end: less_or_equal(end, value),
    "=": equal,
}


def compile_test(node: tree.Node, build: Callable[[tree.Node], Evaluator]) -> Test:
    """The test of an expression: a comparison, a range, a list, a value, or a condition over `?`."""
    if isinstance(node, tree.OpenRange):
        return _operator_test(node, build)
    value_of = build(node)
    if mentions_input(node):
        return lambda value, scope: _condition(value_of(scope), value)
    if isinstance(node, (tree.Literal, tree.AtLiteral)):
        constant = node.value if isinstance(node, tree.Literal) else node.value
        return lambda value, scope: equal(value, constant)
    return lambda value, scope: matches(value, value_of(scope))


def _operator_test(node: tree.OpenRange, build: Callable[[tree.Node], Evaluator]) -> Test:
    end_of = build(node.end)
    if node.operator == "!=":

        def differs(value: Value, scope: Scope) -> bool | None:
            verdict = equal(value, end_of(scope))
            return None if verdict is None else not verdict

        return differs
    compare = _OPERATORS[node.operator]
    return lambda value, scope: compare(value, end_of(scope))


def _condition(result: Value, value: Value) -> bool | None:
    if result is None or isinstance(result, bool):
        return result
    return matches(value, result)


def mentions_input(node: tree.Node) -> bool:
    """Whether `?` occurs in the expression."""
    if isinstance(node, tree.Name) and node.name == INPUT:
        return True
    return any(mentions_input(child) for child in tree.children(node))
