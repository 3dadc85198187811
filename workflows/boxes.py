"""The four boxes of a person: which user tasks they see, in which order, and how many there are.

`mine` (given to me or offered to me by name), `department` (open and nobody's), `open` (whoever has it, of the
departments I oversee: `authorisation.overseen`), `done` (completed by me).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, not_, or_, select, tuple_
from sqlalchemy.orm import Session, contains_eager, joinedload, load_only

from engine.clock import now
from engine.models import ProcessDefinition, ProcessInstance, UserTask
from workflows import authorisation, lookup, monitoring, orders
from workflows.authorisation import TaskInCase
from workflows.models import Case, Person, Role, Source
from workflows.orders import Sort

Box = Literal["mine", "department", "open", "done"]
BOXES: Final[tuple[Box, ...]] = get_args(Box)
MOST: Final = 999
"""`open_counts` counts no further: a number beside a tab says that there is much, not how much."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What an inbox is narrowed by; None means any.

    overdue: past its due date now; due: as in `monitoring.due`; element: id of the step in the diagram; process,
    version: of the bundle it is drawn in; claimed: whether it is somebody's; text: as in `lookup.matching`.
    """

    department: str | None = None
    assignee: str | None = None
    element: str | None = None
    process: str | None = None
    version: int | None = None
    claimed: bool | None = None
    channel: str | None = None
    nature: str | None = None
    risk: str | None = None
    overdue: bool | None = None
    due: monitoring.Due | None = None
    text: str | None = None


def inbox(
    session: Session,
    person: Person,
    box: Box = "mine",
    filters: Filters | None = None,
    after: tuple[Any, ...] | None = None,
    limit: int = 50,
    sort: Sort = "due",
) -> list[TaskInCase]:
    """A page of tasks with their cases, and of their instances whether and since when they stand still.

    Open boxes by due date (tasks without one last) or another order, `done` by completion, newest first. `after`: what
    `position` gave for the last row before. Cases the person is named in, and internal ones they have no part in, are
    left out.
    """
    authorisation.require(session, person, "task.list")
    standing = load_only(ProcessInstance.status, ProcessInstance.suspended_at)
    query = _tasks(session, person, box).where(*_conditions(session, filters or Filters()))
    query = query.options(joinedload(Case.party), contains_eager(UserTask.instance).options(standing))
    rows = _done(session, query, after, limit) if box == "done" else _open(session, query, sort, after, limit)
    return [TaskInCase(task, case) for task, case in rows]


def position(box: Box, sort: Sort, found: TaskInCase) -> tuple[Any, ...]:
    """Where the page behind a row begins."""
    if box == "done":
        return found.task.completed_at, found.task.id
    return orders.place(sort, found)


def open_counts(session: Session, person: Person, wanted: Sequence[Box] = BOXES, *, most: int = MOST) -> dict[Box, int]:
    """How many tasks each box holds for this person, without filters; `most` + 1 stands for "more than `most`".

    One statement which reads at most `most` + 1 tasks a box, however many there are. The same tasks as `inbox` shows.
    """
    authorisation.require(session, person, "task.list")
    counted = []
    for box in wanted:
        some = _tasks(session, person, box).with_only_columns(UserTask.id).limit(most + 1).subquery()
        counted.append(select(func.count()).select_from(some).scalar_subquery().label(box))
    row = session.execute(select(*counted)).one()
    return dict(zip(wanted, row, strict=True))


def matching_counts(
    session: Session, person: Person, wanted: Sequence[tuple[Box, Filters]], *, most: int = 99
) -> list[int]:
    """How many tasks each of these filters would show, in one statement; `most` + 1 stands for more."""
    if not wanted:
        return []
    counted = []
    for place, (box, filters) in enumerate(wanted):
        some = (
            _tasks(session, person, box)
            .where(*_conditions(session, filters))
            .with_only_columns(UserTask.id)
            .limit(most + 1)
        )
        least = some.limit(most + 1).subquery()
        counted.append(select(func.count()).select_from(least).scalar_subquery().label(f"count_{place}"))
    return list(session.execute(select(*counted)).one())


def _tasks(session: Session, person: Person, box: Box) -> "_Query":
    """The tasks of a box which this person may see, with their cases."""
    return (
        select(UserTask, Case)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .outerjoin(Case, Case.number == ProcessInstance.business_key)
        .where(_of_box(session, person, box), _seen(person))
    )


_Query = Select[UserTask, Case]


def _done(
    session: Session, query: _Query, after: tuple[datetime | None, UUID] | None, limit: int
) -> list[tuple[UserTask, Case]]:
    if after is not None:
        query = query.where(tuple_(UserTask.completed_at, UserTask.id) < after)
    ordered = query.order_by(UserTask.completed_at.desc(), UserTask.id.desc()).limit(limit)
    return [(task, case) for task, case in session.execute(ordered)]


def _open(
    session: Session, query: _Query, sort: Sort, after: tuple[Any, ...] | None, limit: int
) -> list[tuple[UserTask, Case]]:
    """Stretch by stretch, as far as the page reaches: none walks what was on the pages before."""
    found: list[tuple[UserTask, Case]] = []
    begun, *values = after or (0,)
    for number, stretch in enumerate(orders.stretches(sort)):
        if number < begun or len(found) == limit:
            continue
        part = query.outerjoin(Case.party) if sort == "customer" else query
        if stretch.where is not None:
            part = part.where(stretch.where)
        if number == begun and values:  # the first one again by itself: of values in several tables it finds the index
            part = part.where(tuple_(*stretch.keys) > tuple(values), stretch.keys[0] >= values[0])
        rows = session.execute(part.order_by(*stretch.keys).limit(limit - len(found)))
        found += [(task, case) for task, case in rows]
    return found


def _of_box(session: Session, person: Person, box: Box) -> ColumnElement[bool]:
    me, is_open = str(person.id), UserTask.status == literal_column("'open'")  # as the partial indexes say it
    if box == "mine":
        return and_(is_open, or_(UserTask.assignee == me, UserTask.lender == me, UserTask.candidates.contains([me])))
    if box == "done":
        return and_(UserTask.status == literal_column("'completed'"), UserTask.completed_by == me)
    if box == "department":
        return and_(is_open, UserTask.department == person.department, UserTask.assignee.is_(None))
    departments = authorisation.overseen(session, person)
    return is_open if departments is None else and_(is_open, UserTask.department.in_(departments))


def _seen(person: Person) -> ColumnElement[bool]:
    me, held = str(person.id), authorisation.roles(person)
    not_named = or_(Case.id.is_(None), not_(Case.named.contains([me])))
    if held & {Role.MANAGER, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR, Role.HEAD}:
        return not_named
    part = or_(
        UserTask.assignee == me, UserTask.lender == me, UserTask.candidates.contains([me]), UserTask.completed_by == me
    )
    return and_(not_named, or_(Case.id.is_(None), Case.source == Source.EXTERNAL.value, part))


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, wanted in (
        (UserTask.department, filters.department),
        (UserTask.assignee, filters.assignee),
        (UserTask.element_id, filters.element),
        (Case.channel, filters.channel),
        (Case.nature, filters.nature),
        (Case.risk, filters.risk),
    ):
        if wanted is not None:
            found.append(column == wanted)
    if filters.process is not None or filters.version is not None:
        drawn = select(ProcessDefinition.id)
        if filters.process is not None:
            drawn = drawn.where(ProcessDefinition.key == filters.process)
        if filters.version is not None:
            drawn = drawn.where(ProcessDefinition.version == filters.version)
        found.append(UserTask.definition_id.in_(drawn))
    if filters.claimed is not None:
        found.append(UserTask.assignee.is_not(None) if filters.claimed else UserTask.assignee.is_(None))
    if filters.overdue is not None:
        late = and_(UserTask.due_at.is_not(None), UserTask.due_at < now())
        found.append(late if filters.overdue else not_(late))
    if filters.due is not None:
        found.append(monitoring.due(session, filters.due, now()))
    if filters.text:
        found.append(lookup.matching(session, filters.text))
    return found
