"""Counting time: working days, business hours, calendar days, in the time zone of a place.

Counting of days follows order 121 art. 45 (市场监督管理投诉举报处理办法): the first day is not counted, and a last day
which is a holiday rolls to the next working day. Everything here is pure: no database, no present moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import chain
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays as holiday_library

MOST_DAYS = 3660


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working times of a place. shifts: (begin, end) within a day, in order; own: the enterprise's exceptions."""

    code: str
    zone: ZoneInfo
    shifts: tuple[tuple[time, time], ...]
    country: str | None = None
    weekend: frozenset[int] = frozenset({5, 6})
    own: dict[date, bool] = field(default_factory=dict, hash=False)

    def is_working(self, day: date) -> bool:
        """Whether people work on that day: own exceptions, then the country's rules, then the weekend."""
        if day in self.own:
            return self.own[day]
        if self.country == "CN" and is_certain_cn(day):
            return bool(chinese_calendar.is_workday(day))
        if day.weekday() in self.weekend:
            return False
        return self.country is None or self.country == "CN" or not _is_holiday(self.country, day)

    def is_certain(self, day: date) -> bool:
        """Whether the holidays of that year are known; where they are not, only weekends were counted."""
        return self.country != "CN" or is_certain_cn(day)


def is_certain_cn(day: date) -> bool:
    """Whether the State Council's plan for the year of `day` is known here.

    The plan of a year is published in the November before; until then make-up weekends cannot be known.
    """
    return _FIRST_CN <= day.year <= _LAST_CN


_FIRST_CN: int = min(chinese_calendar.holidays).year
_LAST_CN: int = max(chinese_calendar.holidays).year


def _is_holiday(country: str, day: date) -> bool:
    return day in _holidays(country, day.year)


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    subdivision = "ENG" if country == "GB" else None
    return frozenset(holiday_library.country_holidays(country, subdiv=subdivision, years=year))


def shifts_of(texts: list[str]) -> tuple[tuple[time, time], ...]:
    """`["08:00-12:00", "13:30-18:00"]` as pairs of times.

    Raises ValueError for shifts which are empty, overlap or run backwards.
    """
    found: list[tuple[time, time]] = []
    for text in texts:
        parts = [time.fromisoformat(part.strip()) for part in text.split("-")]
        if len(parts) != 2:
            raise ValueError(f"a shift has a begin and an end: {text}")
        found.append((parts[0], parts[1]))
    last = time.min
    for number, (begin, end) in enumerate(found):
        if begin >= end or (number and begin < last):
            raise ValueError(f"shifts must follow each other: {texts}")
        last = end
    if not found:
        raise ValueError("a calendar needs a shift")
    return tuple(found)


def add_working_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The end of the last shift of the `days`-th working day after that of `start` (art. 45: the first is not counted).

    days = 0 gives the end of the day of `start`, or of the next working day where it is free.
    """
    day, counted = start.astimezone(calendar.zone).date(), 0
    if days == 0:
        return _end(calendar, _next_working(calendar, day))
    for following in _days_after(day):
        if calendar.is_working(following):
            counted += 1
            if counted == days:
                return _end(calendar, following)
    raise ValueError(f"no {days} working days within {MOST_DAYS} days")


def add_calendar_days(calendar: Calendar, start: datetime, days: int) -> datetime:
    """The end of the day `days` days later; where that day is free it rolls to the next working day (art. 45)."""
    day = start.astimezone(calendar.zone).date() + timedelta(days=days)
    return _end(calendar, _next_working(calendar, day))


def add_hours(start: datetime, hours: float) -> datetime:
    """So many hours by the clock, nights and holidays included."""
    return start.astimezone(UTC) + timedelta(hours=hours)


def add_business_hours(calendar: Calendar, start: datetime, hours: float) -> datetime:
    """So many hours inside the shifts of working days. The end of a shift counts as still within it."""
    left = timedelta(hours=hours)
    moment = start.astimezone(UTC)
    if left <= timedelta(0):
        return moment
    local_day = start.astimezone(calendar.zone).date()
    for day in chain((local_day,), _days_after(local_day)):
        if not calendar.is_working(day):
            continue
        for begin, end in _shifts(calendar, day):
            begin = max(begin, moment)
            if begin >= end:
                continue
            if end - begin >= left:
                return begin + left
            left -= end - begin
    raise ValueError(f"no {hours} business hours within {MOST_DAYS} days")


def business_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """How much of the time between two moments lies inside the shifts of working days."""
    total, first = timedelta(0), start.astimezone(calendar.zone).date()
    last = end.astimezone(calendar.zone).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        if calendar.is_working(day):
            for shift_begin, shift_end in _shifts(calendar, day):
                total += max(timedelta(0), min(end, shift_end) - max(start, shift_begin))
    return total


def _shifts(calendar: Calendar, day: date) -> Iterator[tuple[datetime, datetime]]:
    for begin, end in calendar.shifts:
        yield _moment(calendar, day, begin), _moment(calendar, day, end)


def _moment(calendar: Calendar, day: date, at: time) -> datetime:
    return datetime.combine(day, at, calendar.zone).astimezone(UTC)


def _end(calendar: Calendar, day: date) -> datetime:
    return _moment(calendar, day, calendar.shifts[-1][1])


def _next_working(calendar: Calendar, day: date) -> date:
    if calendar.is_working(day):
        return day
    for following in _days_after(day):
        if calendar.is_working(following):
            return following
    raise ValueError(f"no working day within {MOST_DAYS} days")


def _days_after(day: date) -> Iterator[date]:
    for number in range(1, MOST_DAYS + 1):
        yield day + timedelta(days=number)
