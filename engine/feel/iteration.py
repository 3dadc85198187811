"""What `for`, `some` and `every` run over, in text and in boxes (DMN 1.5, 10.3.2.14)."""

from collections.abc import Iterator
from decimal import Decimal

from engine.feel.compare import sort_keys
from engine.feel.temporal import DAY_NANOS, add_days
from engine.feel.values import NUMBERS, Range, Value, type_name

_ONE = Decimal(1)


def iterated(value: Value) -> Iterator[Value] | None:
    """The items of a list, the whole numbers or days of a range, one value alone; None for null and other ranges."""
    if type(value) is list:
        return iter(value)
    if type(value) is Range:
        return _range_items(value)
    return None if value is None else iter([value])


def _range_items(interval: Range) -> Iterator[Value] | None:
    low, high = interval.low, interval.high
    items = count_between(low, high) if low is not None and high is not None and sort_keys(low, high) else None
    if items is None:
        return None
    return (
        item for item in items if (interval.low_included or item != low) and (interval.high_included or item != high)
    )


def count_between(start: Value, end: Value) -> Iterator[Value] | None:
    """Whole numbers or days from start to end, both included, downwards when end is less; None for anything else."""
    if type(start) is Decimal and type(end) is Decimal:
        return _numbers(start, end)
    if type_name(start) == "date" and type_name(end) == "date":
        return _days(start, end)
    return None


def _numbers(start: Decimal, end: Decimal) -> Iterator[Value]:
    step = _ONE if start <= end else -_ONE
    number = start
    while number <= end if step > 0 else number >= end:
        yield number
        following = NUMBERS.add(number, step)
        if following == number:
            return
        number = following


def _days(start: Value, end: Value) -> Iterator[Value]:
    step = DAY_NANOS if start.toordinal() <= end.toordinal() else -DAY_NANOS
    count = abs(end.toordinal() - start.toordinal()) + 1
    day = start
    for _ in range(count):
        yield day
        day = add_days(day, step)
