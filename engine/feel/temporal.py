"""Dates, times and durations where Python's own are not enough, and the calendar arithmetic between them.

`datetime.date` is the date of the years 1..9999; `FarDate` is the same thing outside of them (FEEL knows years up to
nine digits, DMN 1.5, 10.3.2.3.4). `Time` knows nanoseconds, an offset or an IANA zone. `DateTime` is both together.
Durations are a whole number of nanoseconds or of months.
"""

import datetime as dt
from dataclasses import dataclass
from typing import TypeAlias

from engine.feel import zones

NANOS = 1_000_000_000
DAY_SECONDS = 86_400
DAY_NANOS = DAY_SECONDS * NANOS
YEAR_LIMIT = 999_999_999
MAX_OFFSET = 14 * 3600


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date of the proleptic Gregorian calendar outside the years 1..9999."""

    year: int
    month: int
    day: int

    def toordinal(self) -> int:
        """Days since 0000-12-31, as `datetime.date.toordinal`."""
        return _ordinal(self.year, self.month, self.day)

    def isoformat(self) -> str:
        """ISO 8601 text, year of at least four digits, `-` before negative years."""
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"

    def isoweekday(self) -> int:
        """1 (Monday) to 7 (Sunday)."""
        return (self.toordinal() + 6) % 7 + 1


Date: TypeAlias = dt.date | FarDate


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `offset` in seconds east of UTC, or `zone` an IANA name, or neither (local)."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    @property
    def local_nanos(self) -> int:
        """Nanoseconds since midnight, without the zone."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * NANOS + self.nanosecond

    @property
    def zoned(self) -> bool:
        """Whether it has an offset or a zone."""
        return self.offset is not None or self.zone is not None

    def utc_offset(self, date: Date | None = None) -> int | None:
        """Seconds east of UTC; of a zone on `date` (without a date: the zone's standard offset)."""
        if self.zone is None:
            return self.offset
        day = date or dt.date(1970, 1, 1)
        return zones.offset_of_local(self.zone, day.year, day.month, day.day, self.local_nanos // NANOS)

    def isoformat(self) -> str:
        """ISO 8601 text; a zone is written `@Area/City` (DMN 1.5, 10.3.2.3.5)."""
        fraction = f".{self.nanosecond:09d}".rstrip("0") if self.nanosecond else ""
        return f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction}{zones.suffix(self.offset, self.zone)}"


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: Date
    time: Time

    @property
    def local_nanos(self) -> int:
        """Nanoseconds since the day before 0001-01-01, without the zone."""
        return self.date.toordinal() * DAY_NANOS + self.time.local_nanos

    @property
    def instant(self) -> int:
        """`local_nanos` moved to UTC; a local date-time counts as UTC."""
        return self.local_nanos - (self.time.utc_offset(self.date) or 0) * NANOS

    def isoformat(self) -> str:
        """ISO 8601 text, a zone as `@Area/City`."""
        return f"{self.date.isoformat()}T{self.time.isoformat()}"


@dataclass(frozen=True, slots=True, order=True)
class DayTimeDuration:
    """A duration of days, hours, minutes and seconds: exactly `nanos` nanoseconds."""

    nanos: int

    def isoformat(self) -> str:
        """Normalised ISO 8601 text: `P1DT2H`, zero is `PT0S`."""
        if not self.nanos:
            return "PT0S"
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        days, seconds = divmod(seconds, DAY_SECONDS)
        hours, minutes = seconds // 3600, seconds % 3600 // 60
        fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
        clock = "".join(
            part
            for present, part in (
                (hours, f"{hours}H"),
                (minutes, f"{minutes}M"),
                (seconds % 60 or nanos, f"{seconds % 60}{fraction}S"),
            )
            if present
        )
        sign = "-" if self.nanos < 0 else ""
        return f"{sign}P{f'{days}D' if days else ''}{f'T{clock}' if clock else ''}"


@dataclass(frozen=True, slots=True, order=True)
class YearMonthDuration:
    """A duration of years and months: exactly `months` months."""

    months: int

    def isoformat(self) -> str:
        """Normalised ISO 8601 text: `P1Y2M`, zero is `P0M`."""
        if not self.months:
            return "P0M"
        years, months = divmod(abs(self.months), 12)
        sign = "-" if self.months < 0 else ""
        return f"{sign}P{f'{years}Y' if years else ''}{f'{months}M' if months else ''}"


Temporal: TypeAlias = dt.date | FarDate | Time | DateTime | DayTimeDuration | YearMonthDuration


def make_date(year: int, month: int, day: int) -> Date | None:
    """The date, or None when there is no such day or the year has more than nine digits."""
    if not 1 <= month <= 12 or not 1 <= day <= days_in_month(year, month) or abs(year) > YEAR_LIMIT:
        return None
    return dt.date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def make_time(
    hour: int, minute: int, second: int, nanosecond: int = 0, offset: int | None = None, zone: str | None = None
) -> Time | None:
    """The time, or None when a part is out of its bounds, or the zone is unknown."""
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= nanosecond < NANOS):
        return None
    if (offset is not None and abs(offset) > MAX_OFFSET) or (zone is not None and not zones.is_known(zone)):
        return None
    return Time(hour, minute, second, nanosecond, offset, zone)


def days_in_month(year: int, month: int) -> int:
    """28 to 31."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _ordinal(year: int, month: int, day: int) -> int:
    shifted = year - (month <= 2)
    era, year_of_era = divmod(shifted, 400)
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 305


def date_from_ordinal(ordinal: int) -> Date | None:
    """The inverse of `toordinal`; None beyond nine digits of year."""
    if 1 <= ordinal <= 3_652_059:
        return dt.date.fromordinal(ordinal)
    era, day_of_era = divmod(ordinal + 305, 146_097)
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return make_date(year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1)


def add_months(date: Date, months: int) -> Date | None:
    """The same day some months later; the last day of the month where that month is shorter."""
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return make_date(year, month + 1, min(date.day, days_in_month(year, month + 1)))


def add_days(date: Date, nanos: int) -> Date | None:
    """The date which midnight of `date` plus `nanos` falls on."""
    return date_from_ordinal(date.toordinal() + nanos // DAY_NANOS)


def add_to_datetime(value: DateTime, nanos: int) -> DateTime | None:
    """Moved along the time line; in a zone the elapsed time counts, so a change of summer time is respected."""
    time = value.time
    if time.zone is None:
        return _from_local(value.local_nanos + nanos, time.offset, None)
    instant = value.instant + nanos
    date = date_from_ordinal(instant // DAY_NANOS)
    if date is None:
        return None
    seconds = instant % DAY_NANOS // NANOS
    offset = zones.offset_at_utc(time.zone, date.year, date.month, date.day, seconds)
    return _from_local(instant + (offset or 0) * NANOS, None, time.zone)


def _from_local(local: int, offset: int | None, zone: str | None) -> DateTime | None:
    ordinal, nanos = divmod(local, DAY_NANOS)
    date = date_from_ordinal(ordinal)
    return None if date is None else DateTime(date, time_from_nanos(nanos, offset, zone))


def time_from_nanos(nanos: int, offset: int | None = None, zone: str | None = None) -> Time:
    """The time so many nanoseconds after midnight, modulo one day."""
    seconds, nanosecond = divmod(nanos % DAY_NANOS, NANOS)
    return Time(seconds // 3600, seconds % 3600 // 60, seconds % 60, nanosecond, offset, zone)


def time_instant(time: Time) -> int:
    """Nanoseconds since midnight moved to UTC, modulo nothing; a local time counts as UTC."""
    return time.local_nanos - (time.utc_offset() or 0) * NANOS


def months_between(start: Date, end: Date) -> int:
    """Whole months from start to end, negative when end is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        return months - 1
    if months < 0 and end.day > start.day:
        return months + 1
    return months
