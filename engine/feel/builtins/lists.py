"""List functions (DMN 1.5, 10.3.4.4) and sorting (10.3.4.10). Positions count from 1, negative ones from the end."""

import functools
from decimal import Decimal
from typing import Any

from engine.feel.builtins.registry import Failed, builtin, whole
from engine.feel.compare import equal, less
from engine.feel.values import FeelFunction, Value

MAX_FLATTEN = 60


@builtin("list contains", "list: list, element: any", run=True)
def list_contains(run: Any, items: list[Value], element: Value) -> Value:
    """Whether an item equals the element."""
    run.meter.step(len(items))
    return any(equal(item, element, run.meter) is True for item in items)


@builtin("count", "list: list")
def count(items: list[Value]) -> Value:
    """The number of items."""
    return Decimal(len(items))


def _extreme(items: list[Value], *, largest: bool) -> Value:
    if not items:
        return None
    best = items[0]
    for item in items:
        verdict = less(best, item) if largest else less(item, best)
        if verdict is None:
            raise Failed("the items have no common order")
        if verdict:
            best = item
    return best


@builtin("min", "c...: any")
@builtin("min", "list: list")
def minimum(items: list[Value]) -> Value:
    """The smallest item, null of an empty list."""
    return _extreme(items, largest=False)


@builtin("max", "c...: any")
@builtin("max", "list: list")
def maximum(items: list[Value]) -> Value:
    """The largest item, null of an empty list."""
    return _extreme(items, largest=True)


def _bools(items: list[Value], deciding: bool) -> Value:
    if any(item is deciding for item in items):
        return deciding
    return (not deciding) if all(item is (not deciding) for item in items) else None


@builtin("all", "b...: any")
@builtin("all", "list: list")
def all_(items: list[Value]) -> Value:
    """False when an item is false, true when all are true or there are none, else null."""
    return _bools(items, False)


@builtin("any", "b...: any")
@builtin("any", "list: list")
def any_(items: list[Value]) -> Value:
    """True when an item is true, false when all are false or there are none, else null."""
    return _bools(items, True)


@builtin("sublist", "list: list, start position: number, length?: number")
def sublist(items: list[Value], start: Decimal, length: Decimal | None = None) -> Value:
    """So many items from the start position, or all the rest."""
    begin = _position(items, start)
    if length is None:
        return items[begin:]
    number = whole(length)
    if number < 0 or begin + number > len(items):
        raise Failed("the length reaches beyond the list")
    return items[begin : begin + number]


def _position(items: list[Value], position: Decimal) -> int:
    index = whole(position)
    if index == 0 or abs(index) > len(items):
        raise Failed(f"the list has no position {index}")
    return index - 1 if index > 0 else len(items) + index


@builtin("append", "list: list, item...: any", run=True)
def append(run: Any, items: list[Value], added: list[Value]) -> Value:
    """The list with the items behind."""
    run.meter.grow(len(items) + len(added))
    return items + added


@builtin("concatenate", "list...: list", run=True)
def concatenate(run: Any, lists: list[list[Value]]) -> Value:
    """All lists one behind the other."""
    run.meter.grow(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any", run=True)
def insert_before(run: Any, items: list[Value], position: Decimal, item: Value) -> Value:
    """The list with the item before that position."""
    run.meter.grow(len(items) + 1)
    index = _position(items, position)
    return [*items[:index], item, *items[index:]]


@builtin("remove", "list: list, position: number", run=True)
def remove(run: Any, items: list[Value], position: Decimal) -> Value:
    """The list without that position."""
    run.meter.grow(len(items))
    index = _position(items, position)
    return items[:index] + items[index + 1 :]


@builtin("list replace", "list: list, position: number, newItem: any", run=True)
def list_replace(run: Any, items: list[Value], position: Decimal, item: Value) -> Value:
    """The list with the item at that position instead."""
    run.meter.grow(len(items))
    index = _position(items, position)
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace", "list: list, match: function, newItem: any", run=True)
def list_replace_matching(run: Any, items: list[Value], match: FeelFunction, new: Value) -> Value:
    """The list with the new item wherever match(item, newItem) is true."""
    if len(match.parameters) != 2:
        raise Failed("the match function takes two parameters")
    run.meter.grow(len(items))
    out = []
    for item in items:
        verdict = run.call(match, [item, new])
        if not isinstance(verdict, bool):
            raise Failed("the match function gave no boolean")
        out.append(new if verdict else item)
    return out


@builtin("reverse", "list: list", run=True)
def reverse(run: Any, items: list[Value]) -> Value:
    """Backwards."""
    run.meter.grow(len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any", run=True)
def index_of(run: Any, items: list[Value], match: Value) -> Value:
    """All positions of items equal to the match."""
    run.meter.grow(len(items))
    return [Decimal(index) for index, item in enumerate(items, 1) if equal(item, match, run.meter) is True]


def _distinct(run: Any, items: list[Value]) -> list[Value]:
    out: list[Value] = []
    seen: set[tuple[type, Any]] = set()
    for item in items:
        if isinstance(item, (str, bool, Decimal)) or item is None:
            key = (type(item), item)
            if key in seen:
                continue
            seen.add(key)
        else:
            run.meter.step(len(out))
            if any(equal(item, other, run.meter) is True for other in out):
                continue
        out.append(item)
    run.meter.grow(len(items))
    return out


@builtin("union", "list...: list", run=True)
def union(run: Any, lists: list[list[Value]]) -> Value:
    """All lists one behind the other without duplicates."""
    return _distinct(run, concatenate(run, lists))


@builtin("distinct values", "list: list", run=True)
def distinct_values(run: Any, items: list[Value]) -> Value:
    """The list without duplicates, the first of equal items stays."""
    return _distinct(run, items)


@builtin("duplicate values", "list: list", run=True)
def duplicate_values(run: Any, items: list[Value]) -> Value:
    """Each value which occurs more than once, once, in the order in which they occur first."""
    out: list[Value] = []
    for index, item in enumerate(items, 1):
        run.meter.step(len(items))
        if any(equal(item, other, run.meter) is True for other in items[index:]) and not any(
            equal(item, other, run.meter) is True for other in out
        ):
            out.append(item)
    return out


@builtin("flatten", "list: list", run=True)
def flatten(run: Any, items: list[Value]) -> Value:
    """The items of nested lists in one list."""
    out: list[Value] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            run.meter.step()
            if isinstance(item, list):
                stack.append(iter(item))
                break
            out.append(item)
        else:
            stack.pop()
    run.meter.grow(len(out))
    return out


@builtin("sort", "list: list, precedes: function", run=True)
def sort(run: Any, items: list[Value], precedes: FeelFunction) -> Value:
    """Sorted (stable) by a function which says whether the first goes before the second."""
    run.meter.grow(len(items))

    def order(left: Value, right: Value) -> int:
        run.meter.step()
        if run.call(precedes, [left, right]) is True:
            return -1
        return 1 if run.call(precedes, [right, left]) is True else 0

    if len(precedes.parameters) != 2:
        raise Failed("the ordering function takes two parameters")
    return sorted(items, key=functools.cmp_to_key(order))
