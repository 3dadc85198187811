"""The calendars of the enterprise: kept in rows, so that it may add its own free days and shifts."""

from datetime import date

from sqlalchemy.orm import Session

from engine.errors import NotFound
from workflows import rules
from workflows.models import CalendarDay
from workflows.settings import settings
from workflows.worktime import Calendar


def get(session: Session, code: str | None = None) -> Calendar:
    """The calendar with this code (None: the configured one).

    Raises NotFound.
    """
    wanted = code or settings().calendar
    found = rules.current(session).calendars.get(wanted)
    if found is None:
        raise NotFound(f"there is no calendar {wanted}", calendar=wanted)
    return found


def set_day(session: Session, code: str, day: date, *, working: bool, note: str = "") -> None:
    """Make a day working or free in a calendar, whatever the country says.

    Raises NotFound.
    """
    get(session, code)
    session.merge(CalendarDay(calendar=code, day=day, working=working, note=note))
    session.flush()
