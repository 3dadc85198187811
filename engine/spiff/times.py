"""When a timer is due: ISO 8601 text or FEEL values -> aware moments (BPMN 2.0, 10.5.5, timer event definition)."""

import datetime as dt
import re
import zoneinfo
from calendar import monthrange
from dataclasses import dataclass
from decimal import Decimal

from engine.feel.temporal import DateTime, DayTimeDuration, FarDate, Time, YearMonthDuration

_FIRST_DAY = DateTime(dt.date(1, 1, 1), Time(0, 0, 0)).instant
LIMIT = dt.timedelta(days=366 * 50)
SHORTEST_CYCLE = dt.timedelta(minutes=1)

_DURATION = re.compile(
    r"P(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?P<time>T(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,11}(?:[.,]\d{1,9})?)S)?)?",
    re.ASCII,
)
_FRACTION = re.compile(r"P(?:\d+(?:[.,]\d+)?[YMWD])*(?:T(?:\d+(?:[.,]\d+)?[HMS])+)?", re.ASCII)
_MIDNIGHT = re.compile(r"[\d-]{8,10}T24(?::?00){0,2}\D.*|[\d-]{8,10}T24(?::?00){0,2}", re.ASCII)
_MOMENT = re.compile(r"(?P<time>[^@\[\]]+)(?:[@\[](?P<zone>[A-Za-z0-9_+/-]{1,60})\]?)?")
_CYCLE = re.compile(r"R(?P<times>\d{0,9})/(?P<rest>.+)", re.ASCII)


class BadTime(ValueError):
    """A text or value which is no point in time, duration or cycle; the message says which. zh: why a right one is not
    executed, "" where it is none."""

    def __init__(self, message: str = "", zh: str = "") -> None:
        super().__init__(message)
        self.zh = zh


def _too_long() -> BadTime:
    return BadTime("a duration of more than 50 years", "时长超过 50 年")


@dataclass(frozen=True, slots=True)
class Span:
    """A duration: calendar months, then exact time."""

    months: int = 0
    exact: dt.timedelta = dt.timedelta()

    def after(self, start: dt.datetime) -> dt.datetime:
        """The moment that much after `start`; a month's missing day is its last day. Raises BadTime."""
        month = start.month - 1 + self.months
        year, month = start.year + month // 12, month % 12 + 1
        if abs(self.exact) > LIMIT or abs(self.months) > 12 * 50:
            raise _too_long()
        try:
            day = min(start.day, monthrange(year, month)[1])
            return start.replace(year=year, month=month, day=day) + self.exact
        except (OverflowError, ValueError):
            raise BadTime("a moment outside of the years 1 to 9999") from None


def span(text: str) -> Span:
    """An ISO 8601 duration. Raises BadTime."""
    found = _DURATION.fullmatch(text.strip().upper())
    if found is None and _FRACTION.fullmatch(text.strip().upper()):
        raise BadTime(
            "of a duration only the seconds may have a fraction, and few digits", "只有秒可以带小数，数字也不能过长"
        )
    if found is None or text.strip().upper() in ("P", "PT") or found["time"] == "T":
        raise BadTime(f"{text!r} is not an ISO 8601 duration")
    part = {name: found[name] or "0" for name in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")}
    exact = dt.timedelta(
        weeks=int(part["weeks"]),
        days=int(part["days"]),
        hours=int(part["hours"]),
        minutes=int(part["minutes"]),
        seconds=float(part["seconds"].replace(",", ".")),
    )
    return Span(int(part["years"]) * 12 + int(part["months"]), exact)


def moment(text: str, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """An ISO 8601 date and time, or a date (its beginning), as aware UTC.

    Without offset it is meant in the zone behind it (`@Area/City`, `[Area/City]`), else in `zone`.

    Raises BadTime.
    """
    found = _MOMENT.fullmatch(text.strip())
    if _MIDNIGHT.fullmatch(text.strip()):
        raise BadTime("24:00 is 00:00 of the next day", "24:00 请写成次日 00:00")
    try:
        if found is None:
            raise BadTime
        named = zoneinfo.ZoneInfo(found["zone"]) if found["zone"] else zone
        return _aware(dt.datetime.fromisoformat(found["time"]), named)
    except (KeyError, OSError, OverflowError, ValueError):
        raise BadTime(f"{text!r} is not an ISO 8601 date and time") from None


def _aware(found: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(dt.UTC)


def _exactly(value: DayTimeDuration) -> Span:
    try:
        return Span(exact=dt.timedelta(microseconds=value.nanos // 1000))
    except OverflowError:
        raise _too_long() from None


def due(value: object, now: dt.datetime, zone: dt.tzinfo = dt.UTC) -> dt.datetime:
    """The moment which a timer's value means, counted from `now`: a point in time, or a duration after now.

    Takes FEEL's date and time, date, both durations, and ISO 8601 text of any of them; `zone` is where those are meant
    which name none. Raises BadTime.
    """
    try:
        match value:
            case str() if value.strip().upper().startswith("P"):
                return span(value).after(now)
            case str():
                return moment(value, zone)
            case DateTime():
                since = dt.timedelta(microseconds=(value.instant - _FIRST_DAY) // 1000)
                return _aware(dt.datetime(1, 1, 1, tzinfo=dt.UTC if value.time.zoned else None) + since, zone)
            case dt.datetime():
                return _aware(value, zone)
            case dt.date():
                return _aware(dt.datetime(value.year, value.month, value.day), zone)  # noqa: DTZ001 - it has none
            case DayTimeDuration():
                return _exactly(value).after(now)
            case YearMonthDuration():
                return Span(months=value.months).after(now)
            case FarDate():
                raise BadTime("a date outside of the years 1 to 9999")
    except (OverflowError, ValueError) as error:
        raise BadTime(str(error)) from None
    raise BadTime(f"{'null' if value is None else type(value).__name__} is neither a time nor a duration")


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating timer: `times` left (None = for ever), every `every`."""

    times: int | None
    every: Span

    def next_after(self, last: dt.datetime, now: dt.datetime) -> dt.datetime:
        """The first beat after both `last` and `now`: beats missed in between count as one."""
        upcoming = self.every.after(last)
        if upcoming > now or self.every.months:
            while upcoming <= now:
                upcoming = self.every.after(upcoming)
            return upcoming
        missed = (now - last) // self.every.exact
        return last + self.every.exact * (missed + 1)


def cycle(value: object) -> Cycle:
    """`R3/PT10M`, `R/P1D`, or a duration (for ever). Raises BadTime; a beat is at least a minute."""
    times: int | None = None
    if isinstance(value, str):
        found = _CYCLE.fullmatch(value.strip().upper())
        if found is not None:
            times = int(found["times"]) if found["times"] else None
            value = found["rest"]
            if "/" in value:
                raise BadTime("a cycle has no start and no end of its own here", "循环不能带起点或终点")
        every = span(value)
    elif isinstance(value, DayTimeDuration):
        every = _exactly(value)
    elif isinstance(value, YearMonthDuration):
        every = Span(months=value.months)
    else:
        raise BadTime(f"{type(value).__name__} is not a repeating interval")
    if every.months < 0 or (not every.months and every.exact < SHORTEST_CYCLE):
        raise BadTime("an interval shorter than a minute", "间隔短于一分钟")
    return Cycle(times, every)


def priority(value: object) -> int | None:
    """A user task's priority 0-100, or None."""
    if isinstance(value, str) and value.isascii() and value.strip().isdigit():
        value = Decimal(value)
    if isinstance(value, int | Decimal) and 0 <= value <= 100:
        return int(value)
    return None
