"""What managers watch: how many tasks wait where and how late they are, how long steps take, and the period's figures.

Everything is counted in the database, in a number of statements that does not depend on the number of rows.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Float, Select, and_, case, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.models import ProcessDefinition, TaskStatus, UserTask
from workflows.models import Case, CaseStatus, Source

AT_RISK = timedelta(hours=8)
"""A task whose deadline comes within this time is at risk."""


@dataclass(frozen=True, slots=True)
class Heat:
    """A user task's element: what waits at it now, and how it went in the period. Hours are elapsed, not working."""

    element_id: str
    open: int
    overdue: int
    completed: int
    median_hours: float
    p90_hours: float
    overdue_share: float


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the board: a step of a department with its open tasks. at_risk: due within `AT_RISK`."""

    department: str | None
    element_id: str
    name_zh: str
    name_en: str
    open: int
    overdue: int
    at_risk: int
    due_today: int
    unclaimed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period [since, until). Shares are between 0 and 1; None where there is nothing to divide by.

    hours: average from receipt to closing; in_target: share of closed cases which were closed by the promised date;
    satisfied: share of satisfied and basically satisfied among those who answered.
    """

    received: int
    closed: int
    open: int
    hours: float | None
    in_target: float | None
    satisfied: float | None


def heat(session: Session, key: str, *, version: int | None = None, since: datetime | None = None) -> list[Heat]:
    """All elements of a process (of one version, or of all) with tasks open now or completed since `since`."""
    definitions = select(ProcessDefinition.id).where(ProcessDefinition.key == key)
    if version is not None:
        definitions = definitions.where(ProcessDefinition.version == version)
    of_process = UserTask.definition_id.in_(definitions)
    waiting = {
        row.element_id: row
        for row in session.execute(
            select(UserTask.element_id, func.count().label("open"), _count(_late()).label("overdue"))
            .where(of_process, UserTask.status == literal(TaskStatus.OPEN, literal_execute=True))
            .group_by(UserTask.element_id)
        )
    }
    done = {row.element_id: row for row in session.execute(_durations(of_process, since))}
    return [
        Heat(
            element,
            waiting[element].open if element in waiting else 0,
            waiting[element].overdue if element in waiting else 0,
            done[element].completed if element in done else 0,
            round(done[element].median / 3600, 1) if element in done else 0.0,
            round(done[element].p90 / 3600, 1) if element in done else 0.0,
            round(done[element].late / done[element].completed, 3) if element in done else 0.0,
        )
        for element in sorted(waiting.keys() | done.keys())
    ]


def _durations(of_process: ColumnElement[bool], since: datetime | None) -> Select[tuple[object, ...]]:
    seconds = extract("epoch", UserTask.completed_at - UserTask.created_at)
    query = select(
        UserTask.element_id,
        func.count().label("completed"),
        cast(func.percentile_cont(0.5).within_group(seconds), Float).label("median"),
        cast(func.percentile_cont(0.9).within_group(seconds), Float).label("p90"),
        _count(UserTask.completed_at > UserTask.due_at).label("late"),
    ).where(of_process, UserTask.status == literal(TaskStatus.COMPLETED, literal_execute=True))
    if since is not None:
        query = query.where(UserTask.completed_at >= since)
    return query.group_by(UserTask.element_id)


def board(session: Session) -> list[Step]:
    """Open tasks by department and step, the steps with most overdue tasks first."""
    present, end_of_day = now(), now() + timedelta(hours=24)
    at_risk = and_(UserTask.due_at >= present, UserTask.due_at < present + AT_RISK)
    overdue = _count(_late())
    rows = session.execute(
        select(
            UserTask.department,
            UserTask.element_id,
            func.min(UserTask.name_zh).label("name_zh"),
            func.min(UserTask.name_en).label("name_en"),
            func.count().label("open"),
            overdue.label("overdue"),
            _count(at_risk).label("at_risk"),
            _count(and_(UserTask.due_at >= present, UserTask.due_at < end_of_day)).label("due_today"),
            _count(UserTask.assignee.is_(None)).label("unclaimed"),
        )
        .where(UserTask.status == literal(TaskStatus.OPEN, literal_execute=True))
        .group_by(UserTask.department, UserTask.element_id)
        .order_by(overdue.desc(), UserTask.department, UserTask.element_id)
    )
    return [Step(*row) for row in rows]


def figures(session: Session, since: datetime, until: datetime) -> Figures:
    """The figures of the external complaints of a period."""
    received = and_(Case.received_at >= since, Case.received_at < until)
    closed = and_(Case.closed_at >= since, Case.closed_at < until)
    answered = and_(closed, Case.satisfaction.is_not(None))
    row = session.execute(
        select(
            _count(received).label("received"),
            _count(closed).label("closed"),
            _count(Case.status == CaseStatus.OPEN).label("open"),
            (func.avg(extract("epoch", Case.closed_at - Case.received_at)).filter(closed) / 3600).label("hours"),
            _count(and_(closed, Case.closed_at <= Case.promised_at)).label("in_target"),
            _count(and_(closed, Case.promised_at.is_not(None))).label("promised"),
            _count(answered).label("answered"),
            _count(and_(answered, Case.satisfaction != "unsatisfied")).label("satisfied"),
        ).where(Case.source == Source.EXTERNAL)
    ).one()
    return Figures(
        row.received,
        row.closed,
        row.open,
        None if row.hours is None else round(float(row.hours), 1),
        _share(row.in_target, row.promised),
        _share(row.satisfied, row.answered),
    )


def shares(session: Session, column: str, since: datetime, until: datetime) -> list[tuple[str | None, int]]:
    """How many cases of the period have which `channel nature issue risk outcome satisfaction region`, most first."""
    counted = {
        "channel": Case.channel,
        "nature": Case.nature,
        "issue": Case.issue,
        "risk": Case.risk,
        "outcome": Case.outcome,
        "satisfaction": Case.satisfaction,
        "region": Case.region,
    }[column]
    query = (
        select(counted, func.count())
        .where(Case.source == Source.EXTERNAL, Case.received_at >= since, Case.received_at < until)
        .group_by(counted)
        .order_by(func.count().desc(), counted)
    )
    return [(name, count) for name, count in session.execute(query)]


def trend(session: Session, since: datetime, until: datetime, *, zone: str) -> list[tuple[datetime, int, int]]:
    """(week, received, closed) for each week of the period which saw either; weeks begin on Monday in `zone`."""
    came = select(func.date_trunc("week", Case.received_at, zone).label("week"), literal(1).label("came"), literal(0))
    went = select(func.date_trunc("week", Case.closed_at, zone), literal(0), literal(1).label("went"))
    both = (
        came.where(Case.source == Source.EXTERNAL, Case.received_at >= since, Case.received_at < until)
        .union_all(went.where(Case.source == Source.EXTERNAL, Case.closed_at >= since, Case.closed_at < until))
        .subquery()
    )
    week, received, closed = both.c
    query = select(week, func.sum(received), func.sum(closed)).group_by(week).order_by(week)
    return [(begun, int(came_in), int(went_out)) for begun, came_in, went_out in session.execute(query)]


def _late() -> ColumnElement[bool]:
    return UserTask.due_at < now()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
