"""The orders of the open boxes. Each is a row of stretches, sorted in themselves by an index, one after the other: a
page reads about as many tasks as it shows, however many there are.

due: what is due first; priority: the highest first; received: the oldest complaint first; step: by element of the
diagram; customer: VIP first, then what belongs to one complainant together. By the last two, work on no case, or on one
which is closed already, comes last.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from sqlalchemy import TIMESTAMP, ColumnElement, Integer, and_, literal_column, or_

from engine.models import DUE, UserTask
from workflows.authorisation import TaskInCase
from workflows.models import Case, CaseStatus, Party

Sort = Literal["due", "priority", "received", "step", "customer"]
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for no due date (`engine.models.DUE`): it comes last."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of an order: which tasks lie in it (None: all), the ascending values they are sorted by, their ids last."""

    where: ColumnElement[bool] | None
    keys: tuple[ColumnElement[Any], ...]


def stretches(sort: Sort) -> tuple[Stretch, ...]:
    """The parts of an order, in order."""
    task, due = UserTask.id.expression, literal_column(DUE, TIMESTAMP(timezone=True))
    at_work = Case.status == literal_column("'open'")  # as the partial indexes say it
    elsewhere = Stretch(or_(Case.id.is_(None), Case.status != literal_column("'open'")), (due, task))
    if sort == "priority":
        return (Stretch(None, (literal_column("(-user_task.priority)", Integer()), due, task)),)
    if sort == "step":
        return (Stretch(None, (UserTask.element_id.expression, due, task)),)
    if sort == "received":
        return Stretch(at_work, (Case.received_at.expression, task)), elsewhere
    if sort == "customer":
        keys = (Case.party_id.expression, due, task)
        vip = Party.tier == literal_column("'vip'")
        return Stretch(and_(at_work, vip), keys), Stretch(and_(at_work, ~vip), keys), elsewhere
    return Stretch(UserTask.due_at.is_not(None), (UserTask.due_at.expression, task)), Stretch(
        UserTask.due_at.is_(None), (task,)
    )


def place(sort: Sort, found: TaskInCase) -> tuple[Any, ...]:
    """Where the page after a task begins: the number of its stretch, and its values there."""
    task, case, due = found.task, found.case, found.task.due_at or NEVER
    if sort == "priority":
        return 0, -task.priority, due, task.id
    if sort == "step":
        return 0, task.element_id, due, task.id
    if sort == "due":
        return (0, task.due_at, task.id) if task.due_at else (1, task.id)
    if case is None or case.status != CaseStatus.OPEN:
        return len(stretches(sort)) - 1, due, task.id
    if sort == "received":
        return 0, case.received_at, task.id
    return 0 if case.party.tier == "vip" else 1, case.party_id, due, task.id
