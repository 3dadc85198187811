"""Time zones of the IANA database: their offsets at a moment, and how zones and offsets are written.

Years which Python does not know are read like the same year of another 400-year cycle of the calendar.
"""

import datetime as dt
import zoneinfo
from functools import lru_cache


@lru_cache(maxsize=512)
def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def is_known(name: str) -> bool:
    """Whether the database knows the zone."""
    return _zone(name) is not None


def offset_of_local(name: str, year: int, month: int, day: int, seconds: int) -> int | None:
    """Seconds east of UTC when the clocks of the zone show this day and so many seconds after midnight."""
    zone = _zone(name)
    return None if zone is None else _seconds(_moment(year, month, day, seconds).replace(tzinfo=zone))


def offset_at_utc(name: str, year: int, month: int, day: int, seconds: int) -> int | None:
    """Seconds east of UTC in the zone at this moment of UTC."""
    zone = _zone(name)
    return (
        None if zone is None else _seconds(_moment(year, month, day, seconds).replace(tzinfo=dt.UTC).astimezone(zone))
    )


def _moment(year: int, month: int, day: int, seconds: int) -> dt.datetime:
    near = year if 2 <= year <= 9998 else 2000 + year % 400
    clock = dt.time(seconds // 3600, seconds % 3600 // 60, seconds % 60)
    return dt.datetime.combine(dt.date(near, month, day), clock)


def _seconds(moment: dt.datetime) -> int | None:
    offset = moment.utcoffset()
    return None if offset is None else int(offset.total_seconds())


def suffix(offset: int | None, zone: str | None) -> str:
    """What follows a time: `@Area/City`, `Z`, `+hh:mm` or nothing."""
    if zone is not None:
        return f"@{zone}"
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    sign, rest = ("-" if offset < 0 else "+"), abs(offset)
    seconds = f":{rest % 60:02d}" if rest % 60 else ""
    return f"{sign}{rest // 3600:02d}:{rest % 3600 // 60:02d}{seconds}"
