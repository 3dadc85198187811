"""Expressions which open a scope: filters, `for`, `some`, `every` and contexts."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from engine.feel import tree, walk
from engine.feel.closures.build import build, compiles
from engine.feel.iteration import count_between, iterated
from engine.feel.run import Evaluator, Scope
from engine.feel.unary import constant_of
from engine.feel.values import Value, type_name


@compiles(tree.Filter)
def filter_(node: tree.Filter) -> Evaluator:
    """Items for which the test is true, or the one item at the index the test gives."""
    source, test, at, weight = build(node.source), build(node.test), node.at, walk.weight(node.test)
    constant = constant_of(node.test)

    def evaluate(scope: Scope) -> Value:
        value = source(scope)
        items = value if type(value) is list else [] if value is None else [value]
        if type(constant) is Decimal:
            return _at_index(scope, items, constant, at)
        run = scope.run
        run.meter.grow(len(items))
        if not items:
            index = test(Scope({"item": None}, run, scope))
            return _at_index(scope, items, index, at) if type(index) is Decimal else []
        kept = []
        for position, item in enumerate(items):
            run.meter.step(weight)
            variables = {"item": item, **item} if type(item) is dict else {"item": item}
            verdict = test(Scope(variables, run, scope))
            if verdict is True:
                kept.append(item)
            elif position == 0 and type(verdict) is Decimal:
                return _at_index(scope, items, verdict, at)
        return kept

    return evaluate


def _at_index(scope: Scope, items: list[Value], index: Decimal, at: int) -> Value:
    if index == index.to_integral_value() and 1 <= abs(index) <= len(items):
        return items[int(index) - 1 if index > 0 else int(index)]
    scope.run.note("index", at, index=index)
    return None


@compiles(tree.For)
def for_(node: tree.For) -> Evaluator:
    """The list of all results, the last variable changing fastest; `partial` is the list so far.

    It is a copy, paid by its length, wherever the result could keep it: a list must not come to hold itself.
    """
    loops, result, weight = _loops(node.bindings), build(node.result), walk.weight(node.result)
    kept = _keeps_partial(node.result)

    def evaluate(scope: Scope) -> Value:
        out: list[Value] = []
        run = scope.run

        def visit(inner: Scope) -> bool:
            run.meter.grow(1)
            run.meter.step(weight)
            if kept:
                run.meter.step(len(out))
            out.append(result(Scope({"partial": out.copy() if kept else out}, run, inner)))
            return True

        return out if _walk(loops, 0, scope, visit) is not None else None

    return evaluate


def _keeps_partial(node: tree.Node) -> bool:
    """Whether more is asked of `partial` than the item at a constant position, such as `partial[-1]`."""
    if isinstance(node, tree.Name):
        return node.name == "partial"
    if isinstance(node, tree.Filter) and isinstance(node.source, tree.Name):
        return type(constant_of(node.test)) is not Decimal and any(map(_keeps_partial, walk.children(node)))
    return any(map(_keeps_partial, walk.children(node)))


@compiles(tree.Quantified)
def quantified(node: tree.Quantified) -> Evaluator:
    """`some` is a long `or`, `every` a long `and`."""
    loops, condition, deciding = _loops(node.bindings), build(node.condition), not node.every
    weight = walk.weight(node.condition)

    def evaluate(scope: Scope) -> Value:
        run = scope.run
        seen_other = False

        def visit(inner: Scope) -> bool:
            nonlocal seen_other
            run.meter.step(1 + weight)
            verdict = condition(inner)
            if verdict is not (not deciding):
                seen_other = seen_other or verdict is not deciding
            return verdict is not deciding

        walked = _walk(loops, 0, scope, visit)
        if walked is None:
            return None
        if walked is False:
            return deciding
        return None if seen_other else not deciding

    return evaluate


_Loop = tuple[str, Callable[[Scope], Iterator[Value] | None]]


def _loops(bindings: tuple[tree.Binding, ...]) -> list[_Loop]:
    return [(binding.name, _source(binding)) for binding in bindings]


def _walk(loops: list[_Loop], depth: int, scope: Scope, visit: Callable[[Scope], bool]) -> bool | None:
    """Visit every combination; False when the visitor stopped it, None when a source cannot be iterated."""
    name, source = loops[depth]
    items = source(scope)
    if items is None:
        return None
    last = depth == len(loops) - 1
    for item in items:
        inner = Scope({name: item}, scope.run, scope)
        if last:
            if not visit(inner):
                return False
            continue
        scope.run.meter.step()
        walked = _walk(loops, depth + 1, inner, visit)
        if walked is not True:
            return walked
    return True


def _source(binding: tree.Binding) -> Callable[[Scope], Iterator[Value] | None]:
    start_of, at = build(binding.source), binding.at
    end_of = build(binding.end) if binding.end is not None else None

    def items(scope: Scope) -> Iterator[Value] | None:
        start = start_of(scope)
        found = iterated(start) if end_of is None else count_between(start, end_of(scope))
        if found is None:
            scope.run.note("not_iterable", at, found=type_name(start))
        return found

    return items


@compiles(tree.ContextNode)
def context(node: tree.ContextNode) -> Evaluator:
    """A context; each entry sees the ones before it."""
    entries = [(key, build(value)) for key, value in node.entries]

    def evaluate(scope: Scope) -> Value:
        scope.run.meter.grow(len(entries))
        out: dict[str, Value] = {}
        inner = Scope(out, scope.run, scope)
        for key, value in entries:
            out[key] = value(inner)
        return out

    return evaluate
