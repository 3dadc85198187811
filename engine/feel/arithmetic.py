"""`+ - * / **` and negation over numbers, strings, dates, times and durations (DMN 1.5, 10.3.2.13.4, table 45).

Every function gives None where the standard has no result.
"""

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal

from engine.feel.literals import year_month_duration
from engine.feel.temporal import (
    Date,
    DateTime,
    DayTimeDuration,
    FarDate,
    Time,
    YearMonthDuration,
    add_days,
    add_months,
    add_to_datetime,
    time_from_nanos,
    time_instant,
)
from engine.feel.values import NUMBERS, Value, finite

_MAX_NANOS = 10**30
_MAX_EXPONENT = 999_999_999


def add(left: Value, right: Value) -> Value:
    """`left + right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return finite(NUMBERS.add(left, right))
    if type(left) is str and type(right) is str:
        return left + right
    if isinstance(left, (DayTimeDuration, YearMonthDuration)) and not isinstance(
        right, (DayTimeDuration, YearMonthDuration)
    ):
        left, right = right, left
    return _shift(left, right, 1)


def subtract(left: Value, right: Value) -> Value:
    """`left - right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return finite(NUMBERS.subtract(left, right))
    if isinstance(right, (DayTimeDuration, YearMonthDuration)):
        return _shift(left, right, -1)
    if isinstance(left, Time) and isinstance(right, Time):
        return _difference(left.zoned == right.zoned, time_instant(left), time_instant(right))
    if isinstance(left, (dt.date, FarDate, DateTime)) and isinstance(right, (dt.date, FarDate, DateTime)):
        one, two = _moment(left), _moment(right)
        if isinstance(left, DateTime) != isinstance(right, DateTime):
            one, two = _utc_if_date(left, one), _utc_if_date(right, two)
        return _difference(one.time.zoned == two.time.zoned, one.instant, two.instant)
    return None


def _utc_if_date(value: Value, moment: DateTime) -> DateTime:
    return moment if isinstance(value, DateTime) else DateTime(moment.date, Time(0, 0, 0, 0, 0))


def _moment(value: Date | DateTime) -> DateTime:
    return value if isinstance(value, DateTime) else DateTime(value, Time(0, 0, 0))


def _difference(comparable: bool, left: int, right: int) -> DayTimeDuration | None:
    return DayTimeDuration(left - right) if comparable else None


def _shift(value: Value, duration: Value, sign: int) -> Value:
    if isinstance(duration, DayTimeDuration):
        nanos = sign * duration.nanos
        if isinstance(value, DayTimeDuration):
            return _day_time(value.nanos + nanos)
        if isinstance(value, DateTime):
            return add_to_datetime(value, nanos)
        if isinstance(value, Time):
            return time_from_nanos(value.local_nanos + nanos, value.offset, value.zone)
        if isinstance(value, (dt.date, FarDate)):
            return add_days(value, nanos)
    if isinstance(duration, YearMonthDuration):
        months = sign * duration.months
        if isinstance(value, YearMonthDuration):
            return year_month_duration(value.months + months)
        if isinstance(value, DateTime):
            date = add_months(value.date, months)
            return None if date is None else DateTime(date, value.time)
        if isinstance(value, (dt.date, FarDate)):
            return add_months(value, months)
    return None


def _day_time(nanos: int) -> DayTimeDuration | None:
    return DayTimeDuration(nanos) if abs(nanos) < _MAX_NANOS else None


def multiply(left: Value, right: Value) -> Value:
    """`left * right`."""
    if type(left) is Decimal and type(right) is Decimal:
        return finite(NUMBERS.multiply(left, right))
    if type(left) is Decimal:
        left, right = right, left
    return _scale(left, right, NUMBERS.multiply) if type(right) is Decimal else None


def divide(left: Value, right: Value) -> Value:
    """`left / right`."""
    if type(right) is Decimal:
        if not right:
            return None
        return finite(NUMBERS.divide(left, right)) if type(left) is Decimal else _scale(left, right, NUMBERS.divide)
    if isinstance(left, DayTimeDuration) and isinstance(right, DayTimeDuration) and right.nanos:
        return finite(NUMBERS.divide(Decimal(left.nanos), Decimal(right.nanos)))
    if isinstance(left, YearMonthDuration) and isinstance(right, YearMonthDuration) and right.months:
        return finite(NUMBERS.divide(Decimal(left.months), Decimal(right.months)))
    return None


def _scale(duration: Value, factor: Decimal, operate: Callable[[Decimal, Decimal], Decimal]) -> Value:
    if isinstance(duration, DayTimeDuration):
        nanos = finite(operate(Decimal(duration.nanos), factor))
        return None if nanos is None or abs(nanos) >= _MAX_NANOS else DayTimeDuration(_cut(nanos))
    if isinstance(duration, YearMonthDuration):
        months = finite(operate(Decimal(duration.months), factor))
        return None if months is None or abs(months) >= _MAX_NANOS else year_month_duration(_cut(months))
    return None


def _cut(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_DOWN))


def power(left: Value, right: Value) -> Value:
    """`left ** right`."""
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    if abs(right) > _MAX_EXPONENT:
        return None
    if not right:
        return Decimal(1)
    return finite(NUMBERS.power(left, right))


def negate(value: Value) -> Value:
    """`-value`."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if isinstance(value, DayTimeDuration):
        return DayTimeDuration(-value.nanos)
    if isinstance(value, YearMonthDuration):
        return YearMonthDuration(-value.months)
    return None


OPERATORS: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "**": power,
}
