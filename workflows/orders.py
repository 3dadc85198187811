"""Further orders of the open boxes, each a row of ascending values which ends in the task's id: pages go on behind it.

`due` (the default, by index) is in `workflows.boxes`. priority: the highest first; received: the oldest complaint
first; step: by element of the diagram; customer: VIP first, then what belongs to one complainant together.
"""

from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args
from uuid import UUID

from sqlalchemy import ColumnElement, case, func

from engine.models import UserTask
from workflows.authorisation import TaskInCase
from workflows.models import Case

Sort = Literal["due", "priority", "received", "step", "customer"]
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands for no due date: it comes last."""
NOBODY: Final = UUID(int=0)


def keys(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    """What is sorted by, in SQL."""
    due = func.coalesce(UserTask.due_at, NEVER)
    if sort == "priority":
        return -UserTask.priority, due, UserTask.id.expression
    if sort == "received":
        return func.coalesce(Case.received_at, NEVER), UserTask.id.expression
    if sort == "step":
        return UserTask.element_id.expression, due, UserTask.id.expression
    if sort == "customer":
        vip = case((Case.party.has(tier="vip"), 0), else_=1)
        return vip, func.coalesce(Case.party_id, NOBODY), due, UserTask.id.expression
    return due, UserTask.id.expression


def place(sort: Sort, found: TaskInCase) -> tuple[Any, ...]:
    """The same values of one task: where the page after it begins."""
    task, due = found.task, found.task.due_at or NEVER
    if sort == "priority":
        return -task.priority, due, task.id
    if sort == "received":
        return found.case.received_at if found.case else NEVER, task.id
    if sort == "step":
        return task.element_id, due, task.id
    if sort == "customer":
        vip = found.case is not None and found.case.party.tier == "vip"
        return 0 if vip else 1, found.case.party_id if found.case else NOBODY, due, task.id
    return due, task.id
