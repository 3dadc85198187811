"""The calendars of the enterprise: kept in rows, so that it may add its own free days and shifts."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from workflows.models import CalendarDay, WorkCalendar
from workflows.settings import settings
from workflows.worktime import Calendar, shifts_of


def get(session: Session, code: str | None = None) -> Calendar:
    """The calendar with this code (None: the configured one), remembered for the session.

    Raises NotFound.
    """
    wanted = code or settings().calendar
    known: dict[str, Calendar] = session.info.setdefault("calendars", {})
    if wanted not in known:
        row = session.get(WorkCalendar, wanted)
        if row is None:
            raise NotFound(f"there is no calendar {wanted}", calendar=wanted)
        own = session.execute(select(CalendarDay.day, CalendarDay.working).where(CalendarDay.calendar == wanted))
        known[wanted] = Calendar(
            code=row.code,
            zone=ZoneInfo(row.timezone),
            shifts=shifts_of(row.shifts),
            country=row.country,
            weekend=frozenset(row.weekend),
            own={row.day: row.working for row in own},
        )
    return known[wanted]


def set_day(session: Session, code: str, day: date, *, working: bool, note: str = "") -> None:
    """Make a day working or free in a calendar, whatever the country says.

    Raises NotFound.
    """
    get(session, code)
    session.merge(CalendarDay(calendar=code, day=day, working=working, note=note))
    session.flush()
    session.info["calendars"].pop(code)
