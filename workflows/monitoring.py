"""What managers watch: how many tasks wait where and how late they are, how long steps take, which instances run.

Everything is counted in the database, in a number of statements that does not depend on the number of rows.
The figures of a period (received, closed, in target) are in `workflows.analytics`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Float,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by, distinct_on
from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import NotFound
from engine.models import Incident, IncidentStatus, InstanceStatus, ProcessDefinition, ProcessInstance, UserTask
from workflows import calendars
from workflows.settings import settings
from workflows.worktime import add_business_hours

AT_RISK = timedelta(hours=8)
"""A task whose deadline comes before this much working time has passed is at risk."""
Due = Literal["soon", "today"]
"""When an open task which is not late is due: before `horizon`; by the end of this day where the enterprise is."""

_OPEN: ColumnElement[bool] = UserTask.status == literal_column("'open'")  # as the partial indexes say it
_COMPLETED: ColumnElement[bool] = UserTask.status == literal_column("'completed'")


@dataclass(frozen=True, slots=True)
class Heat:
    """A user task's element: what waits at it now, and how it went in the period. Hours are elapsed, not working.

    median_hours, p90_hours, overdue_share (0..1) are those of the completed tasks; 0 where none was completed.
    """

    element_id: str
    open: int
    overdue: int
    completed: int
    median_hours: float
    p90_hours: float
    overdue_share: float


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the board: a step (`key`: of which process) of a department with its open tasks.

    at_risk, due_today: not late, and due before `horizon`, or by the end of this calendar day where the enterprise is
    (a task at risk may be due tomorrow); unclaimed: nobody's yet.
    """

    department: str | None
    key: str
    element_id: str
    name_zh: str
    name_en: str
    open: int
    overdue: int
    at_risk: int
    due_today: int
    unclaimed: int


@dataclass(frozen=True, slots=True)
class Process:
    """A process in the newest of its versions, with what runs in all of them.

    instances: running or suspended; open, overdue: user tasks, also those which a calling process has here;
    incidents: open ones of its instances.
    """

    key: str
    version: int
    name_zh: str
    name_en: str
    instances: int
    open: int
    overdue: int
    incidents: int


def heat(session: Session, key: str, *, version: int | None = None, since: datetime | None = None) -> list[Heat]:
    """All elements of a process (of one version, or of all) with tasks open now or completed since `since`."""
    definitions = select(ProcessDefinition.id).where(ProcessDefinition.key == key)
    if version is not None:
        definitions = definitions.where(ProcessDefinition.version == version)
    of_process = UserTask.definition_id.in_(session.scalars(definitions).all())  # known ids: a walk along the index
    waiting = {
        row.element_id: row
        for row in session.execute(
            select(UserTask.element_id, func.count().label("open"), _count(_late()).label("overdue"))
            .where(of_process, _OPEN)
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


def drawn(session: Session, key: str, version: int | None = None) -> ProcessDefinition:
    """This version of a process, or its newest; retired ones too, for instances may still run on them.

    Raises NotFound.
    """
    query = select(ProcessDefinition).where(ProcessDefinition.key == key).order_by(ProcessDefinition.version.desc())
    if version is not None:
        query = query.where(ProcessDefinition.version == version)
    found = session.scalar(query.limit(1))
    if found is None:
        raise NotFound
    return found


def names(session: Session, key: str, elements: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Element -> Chinese and English name, as one of its tasks has them."""
    wanted = func.unnest(cast(list(elements), ARRAY(Text()))).table_valued("element").render_derived("wanted")
    one = (
        select(UserTask.name_zh, UserTask.name_en)
        .where(
            UserTask.definition_id.in_(select(ProcessDefinition.id).where(ProcessDefinition.key == key)),
            UserTask.element_id == wanted.c.element,
        )
        .limit(1)
        .lateral("one")
    )
    rows = session.execute(select(wanted.c.element, one.c.name_zh, one.c.name_en).join(one, true()))
    return {element: (zh, en) for element, zh, en in rows}


def _durations(of_process: ColumnElement[bool], since: datetime | None) -> Select[Any]:
    seconds = extract("epoch", UserTask.completed_at - UserTask.created_at)
    query = select(
        UserTask.element_id,
        func.count().label("completed"),
        cast(func.percentile_cont(0.5).within_group(seconds), Float).label("median"),
        cast(func.percentile_cont(0.9).within_group(seconds), Float).label("p90"),
        _count(UserTask.completed_at > UserTask.due_at).label("late"),
    ).where(of_process, _COMPLETED)
    if since is not None:
        query = query.where(UserTask.completed_at >= since)
    return query.group_by(UserTask.element_id)


def horizon(session: Session, present: datetime) -> datetime:
    """When `AT_RISK` of working time will have passed since `present`: what is due before it is at risk.

    As the chips of deadlines say it (`web.pages.show`): less than `AT_RISK` of working time is left.
    """
    return add_business_hours(calendars.get(session), present, AT_RISK / timedelta(hours=1))


def due(session: Session, when: Due, present: datetime) -> ColumnElement[bool]:
    """The user tasks which are due then and not late at `present`; the board and the lists behind it share it."""
    if when == "soon":
        return and_(UserTask.due_at >= present, UserTask.due_at < horizon(session, present))
    zone = ZoneInfo(settings().time_zone)
    tomorrow = datetime.combine(present.astimezone(zone).date() + timedelta(days=1), time(), zone)
    return and_(UserTask.due_at >= present, UserTask.due_at < tomorrow)


def board(session: Session) -> list[Step]:
    """Open tasks by department and step, the steps with most overdue tasks first.

    Two passes in one statement: the count runs over an index alone (`ix_user_task_board`); versions of a process and
    the names of its steps are looked up for its few groups only.
    """
    present = now()
    counted = (
        select(
            UserTask.department,
            UserTask.definition_id,
            UserTask.element_id,
            func.count().label("open"),
            _count(UserTask.due_at < present).label("overdue"),
            _count(due(session, "soon", present)).label("at_risk"),
            _count(due(session, "today", present)).label("due_today"),
            _count(UserTask.assignee.is_(None)).label("unclaimed"),
        )
        .where(_OPEN)
        .group_by(UserTask.department, UserTask.definition_id, UserTask.element_id)
        .cte("counted")
    )
    named = (
        select(UserTask.name_zh, UserTask.name_en)
        .where(_OPEN, UserTask.definition_id == counted.c.definition_id, UserTask.element_id == counted.c.element_id)
        .limit(1)
        .lateral("named")
    )
    totals = [
        cast(func.sum(counted.c[name]), Integer).label(name)
        for name in ("open", "overdue", "at_risk", "due_today", "unclaimed")
    ]
    rows = session.execute(
        select(
            counted.c.department,
            ProcessDefinition.key,
            counted.c.element_id,
            func.min(named.c.name_zh).label("name_zh"),
            func.min(named.c.name_en).label("name_en"),
            *totals,
        )
        .join(ProcessDefinition, ProcessDefinition.id == counted.c.definition_id)
        .join(named, true())
        .group_by(counted.c.department, ProcessDefinition.key, counted.c.element_id)
        .order_by(totals[1].desc(), totals[0].desc(), counted.c.department, ProcessDefinition.key, counted.c.element_id)
    )
    return [Step(*row) for row in rows]


def published(session: Session) -> list[ProcessDefinition]:
    """Every process in the newest of its versions, by key."""
    newest = select(ProcessDefinition).ext(distinct_on(ProcessDefinition.key))
    return list(session.scalars(newest.order_by(ProcessDefinition.key, ProcessDefinition.version.desc())))


def processes(session: Session, steps: Iterable[Step]) -> list[Process]:
    """Every published process with what runs in it; `steps`: the board, which knows the open tasks already."""
    running = (
        select(ProcessInstance.definition_id, func.count().label("instances"))
        .where(ProcessInstance.status.in_([InstanceStatus.RUNNING.value, InstanceStatus.SUSPENDED.value]))
        .group_by(ProcessInstance.definition_id)
        .cte("running")
    )
    failed = (
        select(ProcessInstance.definition_id, func.count().label("incidents"))
        .join(Incident, Incident.instance_id == ProcessInstance.id)
        .where(Incident.status == literal(IncidentStatus.OPEN.value, literal_execute=True))
        .group_by(ProcessInstance.definition_id)
        .cte("failed")
    )
    definition = ProcessDefinition
    rows = session.execute(
        select(
            definition.key,
            func.max(definition.version),
            func.array_agg(aggregate_order_by(definition.name_zh, definition.version.desc())),
            func.array_agg(aggregate_order_by(definition.name_en, definition.version.desc())),
            cast(func.coalesce(func.sum(running.c.instances), 0), Integer),
            cast(func.coalesce(func.sum(failed.c.incidents), 0), Integer),
        )
        .outerjoin(running, running.c.definition_id == definition.id)
        .outerjoin(failed, failed.c.definition_id == definition.id)
        .group_by(definition.key)
        .order_by(definition.key)
    )
    tasks: dict[str, tuple[int, int]] = {}
    for step in steps:
        waiting, late = tasks.get(step.key, (0, 0))
        tasks[step.key] = (waiting + step.open, late + step.overdue)
    return [
        Process(key, version, zh[0], en[0], instances, *tasks.get(key, (0, 0)), incidents)
        for key, version, zh, en, instances, incidents in rows
    ]


def _late() -> ColumnElement[bool]:
    return UserTask.due_at < now()


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
