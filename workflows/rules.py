"""What people tune (calendars, deadlines, bands, departments), kept in the memory of the process.

Every step asks for some of it, so it is read once and kept under the mark the database gives it: a trigger gives a new
random mark at every change, and a session reads the mark once. A change is thus seen by the next transaction of every
process, and a rolled back one by nobody.
"""

from dataclasses import dataclass
from datetime import date
from threading import Lock
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from workflows.models import (
    AuthorityBand,
    CalendarDay,
    ClockKind,
    DeadlinePolicy,
    Department,
    Origin,
    RulesMark,
    WorkCalendar,
)
from workflows.worktime import Calendar, shifts_of

_TUNED = (AuthorityBand, CalendarDay, DeadlinePolicy, Department, WorkCalendar)
_KEPT = 16
_cache: dict[UUID, "Rules"] = {}
_guard = Lock()


@dataclass(frozen=True, slots=True)
class Limit:
    """A row of the deadline policy as it stands (columns of `DeadlinePolicy`)."""

    template: str
    step: str
    urgency: str
    name_zh: str
    name_en: str
    clock: ClockKind
    amount: int
    minutes: bool
    calendar: str | None
    warn: tuple[int, ...]
    levels: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Place:
    """A department as lanes find it, in the order people gave them; names: all it answers to, in lower case."""

    code: str
    parent: str | None
    names: frozenset[str]
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Rules:
    """One consistent set. bands: (severity, above, levels)."""

    calendars: dict[str, Calendar]
    limits: dict[str, tuple[Limit, ...]]
    places: tuple[Place, ...]
    bands: tuple[tuple[int, int, tuple[str, ...]], ...]


def current(session: Session) -> Rules:
    """The rules as this session sees them."""
    mark: UUID | None = session.info.get("rules_mark")
    if mark is None:
        mark = session.info["rules_mark"] = session.scalar(select(RulesMark.mark))
    if mark is None:
        return _read(session)
    with _guard:
        known = _cache.get(mark)
    if known is None:
        known = _read(session)
        with _guard:
            while len(_cache) >= _KEPT:
                _cache.pop(next(iter(_cache)))
            _cache[mark] = known
    return known


def _read(session: Session) -> Rules:
    own: dict[str, dict[date, bool]] = {}
    for day in session.execute(select(CalendarDay.calendar, CalendarDay.day, CalendarDay.working)):
        own.setdefault(day.calendar, {})[day.day] = day.working
    limits: dict[str, tuple[Limit, ...]] = {}
    for row in session.scalars(select(DeadlinePolicy).order_by(DeadlinePolicy.template, DeadlinePolicy.urgency)):
        limits[row.step] = (*limits.get(row.step, ()), _limit(row))
    return Rules(
        calendars={row.code: _calendar(row, own.get(row.code, {})) for row in session.scalars(select(WorkCalendar))},
        limits=limits,
        places=tuple(
            _place(row) for row in session.scalars(select(Department).order_by(Department.position, Department.code))
        ),
        bands=tuple((row.severity, row.above, tuple(row.levels)) for row in session.scalars(select(AuthorityBand))),
    )


def _calendar(row: WorkCalendar, own: dict[date, bool]) -> Calendar:
    return Calendar(
        code=row.code,
        zone=ZoneInfo(row.timezone),
        shifts=shifts_of(row.shifts),
        country=row.country,
        weekend=frozenset(row.weekend),
        own=own,
    )


def _limit(row: DeadlinePolicy) -> Limit:
    return Limit(
        template=row.template,
        step=row.step,
        urgency=row.urgency,
        name_zh=row.name_zh,
        name_en=row.name_en,
        clock=ClockKind(row.clock),
        amount=row.amount,
        minutes=row.minutes,
        calendar=row.calendar,
        warn=tuple(row.warn),
        levels=tuple(row.levels),
        origin=Origin(row.origin),
    )


def _place(row: Department) -> Place:
    names = {row.code, row.name_zh, row.name_en, *row.aliases}
    answers_to = frozenset(name.strip().lower() for name in names)
    return Place(row.code, row.parent, answers_to, row.name_zh, row.name_en)


def forget(session: Session) -> None:
    """Make this session read the mark again (it has changed a rule)."""
    session.info.pop("rules_mark", None)


@event.listens_for(Session, "after_flush")
def _notice_changes(session: Session, _context: object) -> None:
    touched = (*session.new, *session.dirty, *session.deleted)
    if any(
        isinstance(row, AuthorityBand | CalendarDay | DeadlinePolicy | Department | WorkCalendar) for row in touched
    ):
        forget(session)


@event.listens_for(Session, "after_soft_rollback")
def _notice_rollback(session: Session, _transaction: object) -> None:
    forget(session)
