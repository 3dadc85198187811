"""Equality, order and membership of values (DMN 1.5, 10.3.2.13.1 and table 42).

Three-valued, null where types differ.
"""

import datetime as dt
import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.budget import Meter
from engine.feel.temporal import NANOS, DateTime, DayTimeDuration, FarDate, Time, YearMonthDuration, time_instant
from engine.feel.values import FeelFunction, Range, Value

_DATES = (dt.date, FarDate)


def equal(left: Value, right: Value, meter: Meter | None = None) -> bool | None:
    """`left = right`; null equals only null, different kinds are null.

    meter pays for lists, contexts and ranges, which may share their parts and so be far longer than they look; without
    one each comparison has a budget of its own. Raises BudgetExceeded.
    """
    kind = type(left)
    if kind is type(right):
        if kind is str or kind is Decimal or kind is bool:
            return bool(left == right)
        if left is None:
            return True
        return _equal_same(kind, left, right, meter)
    if left is None or right is None:
        return False
    if isinstance(left, _DATES) and isinstance(right, _DATES):
        return False
    return None


def _equal_same(kind: type, left: Value, right: Value, meter: Meter | None) -> bool | None:
    if kind is list or kind is dict:
        if len(left) != len(right):
            return False
        meter = meter or Meter()
        meter.step(1 + len(left))
        if kind is list:
            return all(equal(a, b, meter) is True for a, b in zip(left, right, strict=True))
        return bool(left.keys() == right.keys()) and all(
            equal(item, right[key], meter) is True for key, item in left.items()
        )
    if kind is DateTime or kind is Time:
        one, two = _moments(left, right)
        return one // NANOS == two // NANOS  # whole seconds, as the value of a time has none smaller (DMN TCK 0068)
    if kind is Range:
        meter = meter or Meter()
        meter.step()
        return (
            left.single is right.single
            and left.low_included is right.low_included
            and left.high_included is right.high_included
            and equal(left.low, right.low, meter) is True
            and equal(left.high, right.high, meter) is True
        )
    if kind is FeelFunction:
        return left is right
    return bool(left == right)


def _moments(left: Time | DateTime, right: Time | DateTime) -> tuple[int, int]:
    """Numbers which order two times or two date-times; one without a zone is read in the zone of the other."""
    one = left.time if isinstance(left, DateTime) else left
    two = right.time if isinstance(right, DateTime) else right
    if one.zoned != two.zoned:
        return left.local_nanos, right.local_nanos
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        return left.instant, right.instant
    return time_instant(one), time_instant(two)


_ORDERED = (Decimal, str, dt.date, DayTimeDuration, YearMonthDuration, FarDate)


def sort_keys(left: Value, right: Value) -> tuple[Any, Any] | None:
    """Python-comparable stand-ins of two values of one ordered type, or None."""
    kind = type(left)
    if kind is type(right):
        if kind in _ORDERED:
            return left, right
        return _moments(left, right) if kind is DateTime or kind is Time else None
    if isinstance(left, _DATES) and isinstance(right, _DATES):
        return left.toordinal(), right.toordinal()
    return None


def less(left: Value, right: Value) -> bool | None:
    """`left < right`, null when the two have no order."""
    keys = sort_keys(left, right)
    return None if keys is None else bool(keys[0] < keys[1])


def less_or_equal(left: Value, right: Value) -> bool | None:
    """`left <= right`, null when the two have no order."""
    keys = sort_keys(left, right)
    return None if keys is None else bool(keys[0] <= keys[1])


def both(left: bool | None, right: bool | None) -> bool | None:
    """Three-valued and."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def in_range(value: Value, interval: Range) -> bool | None:
    """Whether the value lies in the interval; null when it cannot be compared with an end."""
    if interval.low is None and interval.high is None:
        return None
    low: bool | None = True
    high: bool | None = True
    if interval.low is not None:
        low = less_or_equal(interval.low, value) if interval.low_included else less(interval.low, value)
    if interval.high is not None:
        high = less_or_equal(value, interval.high) if interval.high_included else less(value, interval.high)
    return both(low, high)


def matches(value: Value, test: Value, meter: Meter | None = None) -> bool | None:
    """`value in test` for one evaluated test: a range, a list of tests or values, or a value to be equal to."""
    if type(test) is Range and type(value) is not Range:
        return in_range(value, test)
    if type(test) is list:
        meter = meter or Meter()
        meter.step(1 + len(test))
        if type(value) is list and equal(value, test, meter) is True:
            return True
        return any(
            (equal(value, item, meter) if type(item) is list else matches(value, item, meter)) is True for item in test
        )
    return equal(value, test, meter)


def identical(left: Value, right: Value, meter: Meter | None = None) -> bool:
    """`is(left, right)`: the same type and the same value, zone and offset included (DMN 1.5, 10.3.4.6)."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (Time, DateTime)):
        return bool(left == right)
    if isinstance(left, (list, dict)):
        if len(left) != len(right):
            return False
        meter = meter or Meter()
        meter.step(1 + len(left))
        if isinstance(left, list):
            return all(identical(a, b, meter) for a, b in zip(left, right, strict=True))
        return bool(left.keys() == right.keys()) and all(
            identical(item, right[key], meter) for key, item in left.items()
        )
    return equal(left, right, meter) is True


def _not_equal(left: Value, right: Value, meter: Meter | None) -> bool | None:
    verdict = equal(left, right, meter)
    return None if verdict is None else not verdict


COMPARISONS: dict[str, Callable[[Value, Value, Meter | None], bool | None]] = {
    "=": equal,
    "!=": _not_equal,
    "<": lambda left, right, meter: less(left, right),
    "<=": lambda left, right, meter: less_or_equal(left, right),
    ">": lambda left, right, meter: less(right, left),
    ">=": lambda left, right, meter: less_or_equal(right, left),
}
"""The comparison operators for values of any kinds."""

PLAIN_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""The same for two numbers or two texts."""
