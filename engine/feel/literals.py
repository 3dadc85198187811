"""ISO 8601 texts -> dates, times and durations (DMN 1.5, 10.3.2.3 and 10.3.4.1), and nothing but."""

import re

from engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    YEAR_LIMIT,
    Date,
    DateTime,
    DayTimeDuration,
    Temporal,
    Time,
    YearMonthDuration,
    date_from_ordinal,
    make_date,
    make_time,
)

_DATE_TEXT = r"(?P<year>-?(?:[1-9][0-9]{4,8}|[0-9]{4}))-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME_TEXT = (
    r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9})[0-9]*)?"
    r"(?:(?P<utc>[zZ])|(?P<offset>[+-][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)|@(?P<zone>[A-Za-z0-9_+/-]{1,64}))?"
)
_DATE = re.compile(_DATE_TEXT, re.ASCII)
_TIME = re.compile(f"T?{_TIME_TEXT}", re.ASCII)
_DATE_TIME = re.compile(f"{_DATE_TEXT}T{_TIME_TEXT}", re.ASCII)
_DAY_TIME = re.compile(
    r"(?P<sign>-?)P(?=[0-9T])(?:(?P<days>[0-9]+)D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]+)H)?(?:(?P<minutes>[0-9]+)M)?(?:(?P<seconds>[0-9]+)(?:\.(?P<fraction>[0-9]*))?S)?)?",
    re.ASCII,
)
_YEAR_MONTH = re.compile(r"(?P<sign>-?)P(?=[0-9])(?:(?P<years>[0-9]+)Y)?(?:(?P<months>[0-9]+)M)?", re.ASCII)


def parse_date(text: str) -> Date | None:
    """`YYYY-MM-DD`, or None."""
    match = _DATE.fullmatch(text)
    return None if match is None else _date(match)


def parse_time(text: str) -> Time | None:
    """`hh:mm:ss[.f][Z|+hh:mm|@Area/City]`, or None."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    found, _ = _time(match)
    return found


def parse_date_time(text: str) -> DateTime | None:
    """A date, `T`, a time; `24:00:00` is the midnight after; or None."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    date = _date(match)
    time, next_day = _time(match)
    if date is not None and next_day:
        date = date_from_ordinal(date.toordinal() + 1)
    return None if date is None or time is None else DateTime(date, time)


def parse_duration(text: str) -> DayTimeDuration | YearMonthDuration | None:
    """`P1Y2M` or `P1DT2H3M4.5S` with an optional minus, or None; the two kinds do not mix."""
    if len(text) > 200:
        return None
    match = _DAY_TIME.fullmatch(text)
    if match:
        days, hours, minutes, seconds = (_int(match[name]) for name in ("days", "hours", "minutes", "seconds"))
        nanos = ((hours * 60 + minutes) * 60 + seconds) * NANOS + _nanos(match["fraction"]) + days * DAY_NANOS
        return _day_time(-nanos if match["sign"] else nanos)
    match = _YEAR_MONTH.fullmatch(text)
    if match:
        months = _int(match["years"]) * 12 + _int(match["months"])
        return year_month_duration(-months if match["sign"] else months)
    return None


def year_month_duration(months: int) -> YearMonthDuration | None:
    """The duration, or None beyond nine digits of years."""
    return YearMonthDuration(months) if abs(months) <= (YEAR_LIMIT + 1) * 24 else None


def _day_time(nanos: int) -> DayTimeDuration | None:
    return DayTimeDuration(nanos) if abs(nanos) < 10**30 else None


def parse_temporal(text: str) -> Temporal | None:
    """What `@"text"` means, or None."""
    return parse_date(text) or parse_date_time(text) or parse_time(text) or parse_duration(text)


def _date(match: re.Match[str]) -> Date | None:
    return make_date(int(match["year"]), int(match["month"]), int(match["day"]))


def _time(match: re.Match[str]) -> tuple[Time | None, bool]:
    """The time, and whether it was written `24:00:00`, which is the midnight after."""
    offset = None
    if match["utc"]:
        offset = 0
    elif match["offset"]:
        parts = [int(part) for part in match["offset"][1:].split(":")]
        if parts[1] > 59:
            return None, False
        offset = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
        offset = -offset if match["offset"][0] == "-" else offset
    hour, minute, second, nanos = (
        int(match["hour"]),
        int(match["minute"]),
        int(match["second"]),
        _nanos(match["fraction"]),
    )
    next_day = (hour, minute, second, nanos) == (24, 0, 0, 0)
    return make_time(0 if next_day else hour, minute, second, nanos, offset, match["zone"]), next_day


def _int(digits: str | None) -> int:
    return int(digits) if digits else 0


def _nanos(fraction: str | None) -> int:
    return int(fraction[:9].ljust(9, "0")) if fraction else 0
