"""Arithmetic, comparison, three-valued logic, `in`, `between`, `instance of` and `if`."""

from decimal import Decimal

from engine.feel import tree
from engine.feel.arithmetic import OPERATORS, negate
from engine.feel.closures.build import build, compiles
from engine.feel.compare import COMPARISONS, PLAIN_COMPARISONS, both, less_or_equal
from engine.feel.run import Evaluator, Scope
from engine.feel.types import NEEDS_PARAMETERS, conforms
from engine.feel.unary import INPUT, compile_tests, mentions_input
from engine.feel.values import NUMBERS, Value, type_name

POWER_STEPS = 8


@compiles(tree.Arithmetic)
def arithmetic(node: tree.Arithmetic) -> Evaluator:
    """`left operator right`."""
    left_of, right_of, at, operator = build(node.left), build(node.right), node.at, node.operator
    operate = OPERATORS[operator]
    fast = {"+": NUMBERS.add, "-": NUMBERS.subtract, "*": NUMBERS.multiply}.get(operator)

    def evaluate(scope: Scope) -> Value:
        left, right = left_of(scope), right_of(scope)
        if fast is not None and type(left) is Decimal and type(right) is Decimal:
            quick = fast(left, right)
            if quick.is_finite():
                return quick
        if operator == "**":
            scope.run.meter.step(POWER_STEPS)
        elif operator == "+" and type(left) is str and type(right) is str:
            scope.run.meter.write(len(left) + len(right))
        result = operate(left, right)
        if result is None:
            scope.run.note("operator", at, operator=operator, left=type_name(left), right=type_name(right))
        return result

    return evaluate


@compiles(tree.Negation)
def negation(node: tree.Negation) -> Evaluator:
    """`-operand`."""
    operand, at = build(node.operand), node.at

    def evaluate(scope: Scope) -> Value:
        value = operand(scope)
        result = negate(value)
        if result is None:
            scope.run.note("negation", at, found=type_name(value))
        return result

    return evaluate


@compiles(tree.Comparison)
def comparison(node: tree.Comparison) -> Evaluator:
    """`left operator right`."""
    left_of, right_of, at, operator = build(node.left), build(node.right), node.at, node.operator
    compare, fast = COMPARISONS[operator], PLAIN_COMPARISONS[operator]

    def evaluate(scope: Scope) -> Value:
        left, right = left_of(scope), right_of(scope)
        kind = type(left)
        if kind is type(right) and (kind is Decimal or kind is str):
            return fast(left, right)
        result = compare(left, right, scope.run.meter)
        if result is None:
            scope.run.note("operator", at, operator=operator, left=type_name(left), right=type_name(right))
        return result

    return evaluate


@compiles(tree.Conjunction)
def conjunction(node: tree.Conjunction) -> Evaluator:
    """False when one is false, true when all are true, else null."""
    return _logic(node.operands, deciding=False)


@compiles(tree.Disjunction)
def disjunction(node: tree.Disjunction) -> Evaluator:
    """True when one is true, false when all are false, else null."""
    return _logic(node.operands, deciding=True)


def _logic(nodes: tuple[tree.Node, ...], *, deciding: bool) -> Evaluator:
    operands = [build(node) for node in nodes]
    otherwise = not deciding

    def evaluate(scope: Scope) -> Value:
        result: bool | None = otherwise
        for operand in operands:
            value = operand(scope)
            if value is deciding:
                return deciding
            if value is not otherwise:
                result = None
        return result

    return evaluate


@compiles(tree.Between)
def between(node: tree.Between) -> Evaluator:
    """`value between low and high`."""
    value_of, low_of, high_of, at = build(node.value), build(node.low), build(node.high), node.at

    def evaluate(scope: Scope) -> Value:
        value, low, high = value_of(scope), low_of(scope), high_of(scope)
        above, below = less_or_equal(low, value), less_or_equal(value, high)
        if above is None or below is None:
            scope.run.note("operator", at, operator="between", left=type_name(value), right=type_name(low))
        return both(above, below)

    return evaluate


@compiles(tree.In)
def in_(node: tree.In) -> Evaluator:
    """True when one test is, false when all are, else null; `?` in a test is the value (DMN 1.5, table 55)."""
    value_of, test = build(node.value), compile_tests(node.tests, build)
    if not any(map(mentions_input, node.tests)):
        return lambda scope: test(value_of(scope), scope)

    def evaluate(scope: Scope) -> Value:
        value = value_of(scope)
        return test(value, Scope({INPUT: value}, scope.run, scope))

    return evaluate


@compiles(tree.InstanceOf)
def instance_of(node: tree.InstanceOf) -> Evaluator:
    """`value instance of type`; null when nobody knows the type, or it lacks its parameters (`list` alone)."""
    value_of, kind, at = build(node.value), node.type, node.at
    bare = kind.name in NEEDS_PARAMETERS and not kind.arguments and kind.result is None

    def evaluate(scope: Scope) -> Value:
        value = value_of(scope)
        if bare:
            scope.run.note("bad_type", at, found=kind.name)
            return None
        if value is None and kind.name in ("Any", "any"):
            return False
        verdict = conforms(value, kind, scope.run.functions.types)
        if verdict is None:
            scope.run.note("bad_type", at, found=kind.name)
        return verdict

    return evaluate


@compiles(tree.If)
def if_(node: tree.If) -> Evaluator:
    """Everything but true takes the else branch."""
    condition, yes, no = build(node.condition), build(node.yes), build(node.no)

    def evaluate(scope: Scope) -> Value:
        return yes(scope) if condition(scope) is True else no(scope)

    return evaluate
