"""Handing over the open tasks of somebody who leaves: each on its own, to a colleague or back to its department.

An administrator sees no complaint, so all they learn of a task here is its name, department and deadline.
"""

from uuid import UUID

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from engine import usertasks as engine_tasks
from engine.errors import Conflict
from engine.models import UserTask
from workflows import notices, usertasks
from workflows.authorisation import require
from workflows.errors import NoSuchTask
from workflows.models import Person


def open_tasks(session: Session, by: Person, person: Person, *, limit: int = 500) -> list[UserTask]:
    """What a person has in hands, the most urgent first. Raises NotAllowed."""
    require(session, by, "people.edit")
    held = (UserTask.status == literal_column("'open'"), UserTask.assignee == str(person.id))
    return list(session.scalars(select(UserTask).where(*held).order_by(UserTask.due_at, UserTask.id).limit(limit)))


def hand_over(
    session: Session, by: Person, person: Person, task_id: UUID, *, to: Person | None = None, reason: str
) -> UserTask:
    """Take a task from `person` and give it to `to`, or back to its department.

    Raises NotAllowed, NoSuchTask, Conflict where `person` has it no more, and whatever keeps `to` from working on it
    (LockedOut, FourEyes, OverAuthority).
    """
    require(session, by, "people.edit")
    engine_tasks.lock(session, task_id)
    found = usertasks.find(session, task_id)
    if found.task.assignee != str(person.id):
        if found.task.assignee is None:
            raise Conflict("Nobody has this user task", task=str(task_id))
        raise NoSuchTask
    if to is None:
        return engine_tasks.unclaim(session, task_id, actor=str(by.id), reason=reason)
    usertasks.require_fit(session, to, found)
    task = engine_tasks.assign(session, task_id, assignee=str(to.id), actor=str(by.id), reason=reason)
    number = found.case.number if found.case else None
    zh, en = f"移交给您的任务：{task.name_zh}", f"Handed over to you: {task.name_en}"
    notices.tell(session, [to], zh, en, case_number=number)
    return task
