"""Dates, times and durations (DMN 1.5, 10.3.4.1, 10.3.4.7, 10.3.4.11)."""

import datetime as dt
from decimal import Decimal
from typing import Any

from engine.feel.builtins.registry import Failed, builtin, whole
from engine.feel.literals import parse_date, parse_date_time, parse_duration, parse_time
from engine.feel.temporal import (
    NANOS,
    Date,
    DateTime,
    DayTimeDuration,
    Time,
    YearMonthDuration,
    days_in_month,
    make_date,
    make_time,
    months_between,
)
from engine.feel.values import Value

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _found(value: Value, what: str) -> Value:
    if value is None:
        raise Failed(f"this is no {what}")
    return value


@builtin("date", "from: string")
def date(from_: str) -> Value:
    """The date of `YYYY-MM-DD`."""
    return _found(parse_date(from_), "date")


@builtin("date", "from: date and time")
def date_of(from_: DateTime) -> Value:
    """The date of a date and time."""
    return from_.date


@builtin("date", "year: number, month: number, day: number")
def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> Value:
    """The date of its parts."""
    return _found(make_date(whole(year), whole(month), whole(day)), "date")


@builtin("time", "from: string")
def time(from_: str) -> Value:
    """The time of `hh:mm:ss` with optional fraction and zone."""
    return _found(parse_time(from_), "time")


@builtin("time", "from: date and time | time")
def time_of(from_: DateTime | Time) -> Value:
    """The time of a date and time; of a date midnight in UTC."""
    return from_.time if isinstance(from_, DateTime) else from_


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration?")
def time_of_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: DayTimeDuration | None = None) -> Value:
    """The time of its parts; the offset is a duration east of UTC."""
    seconds = whole(second)
    nanos = whole((second - seconds) * NANOS)
    east = None if offset is None else offset.nanos // NANOS
    return _found(make_time(whole(hour), whole(minute), seconds, nanos, east), "time")


@builtin("date and time", "from: string")
def date_and_time(from_: str) -> Value:
    """The date and time of its text; of the text of a date its midnight."""
    day = parse_date(from_)
    return DateTime(day, Time(0, 0, 0)) if day else _found(parse_date_time(from_), "date and time")


@builtin("date and time", "from: date and time")
def date_and_time_of(from_: DateTime) -> Value:
    """Itself; of a date midnight in UTC."""
    return from_


@builtin("date and time", "date: date, time: time")
@builtin("date and time", "date: date and time, time: time")
def date_with_time(day: Date | DateTime, time: Time) -> Value:
    """The date and the time together."""
    return DateTime(day.date if isinstance(day, DateTime) else day, time)


@builtin("duration", "from: string")
def duration(from_: str) -> Value:
    """The duration of its ISO 8601 text."""
    return _found(parse_duration(from_), "duration")


@builtin("duration", "from: days and time duration | years and months duration")
def duration_of(from_: DayTimeDuration | YearMonthDuration) -> Value:
    """Itself."""
    return from_


@builtin("years and months duration", "from: date | date and time, to: date | date and time")
def years_and_months_duration(start: Date | DateTime, end: Date | DateTime) -> Value:
    """Whole months between two days; the time of day does not count."""
    return YearMonthDuration(months_between(_day(start), _day(end)))


def _day(value: Date | DateTime) -> Date:
    return value.date if isinstance(value, DateTime) else value


@builtin("day of year", "date: date | date and time")
def day_of_year(value: Date | DateTime) -> Value:
    """1 to 366."""
    day = _day(value)
    return Decimal(sum(days_in_month(day.year, month) for month in range(1, day.month)) + day.day)


@builtin("day of week", "date: date | date and time")
def day_of_week(value: Date | DateTime) -> Value:
    """`Monday` to `Sunday`."""
    return _DAYS[_day(value).isoweekday() - 1]


@builtin("month of year", "date: date | date and time")
def month_of_year(value: Date | DateTime) -> Value:
    """`January` to `December`."""
    return _MONTHS[_day(value).month - 1]


@builtin("week of year", "date: date | date and time")
def week_of_year(value: Date | DateTime) -> Value:
    """The week of ISO 8601, 1 to 53."""
    day = _day(value)
    return Decimal(dt.date(2000 + day.year % 400, day.month, day.day).isocalendar().week)


@builtin("now", "", run=True)
def now(run: Any) -> Value:
    """The date and time of the evaluation."""
    return run.now()


@builtin("today", "", run=True)
def today(run: Any) -> Value:
    """The date of the evaluation."""
    return run.now().date
