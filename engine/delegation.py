"""Delegation: a user task is lent to somebody who prepares it; whoever lends it gets it back and stays answerable."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import history
from engine.clock import now
from engine.errors import Conflict
from engine.models import ProcessInstance, UserTask
from engine.usertasks import require_open


def delegate(session: Session, task_id: UUID, *, actor: str, helper: str, reason: str = "") -> UserTask:
    """Lend one's own task to `helper`; what was typed so far goes with it.

    Raises NotFound, Conflict where it is done, not the actor's, or lent already.
    """
    instance, task = require_open(session, task_id)
    if task.assignee != actor or task.lender is not None:
        raise Conflict("Only who has a user task can delegate it, and only once", task=str(task_id))
    task.lender, task.assignee, task.claimed_at = actor, helper, now()
    return _changed(session, instance, task, "task_delegated", actor, assignee=helper, reason=reason)


def hand_back(session: Session, task_id: UUID, *, actor: str, reason: str = "") -> UserTask:
    """End a delegation, by the helper or by the lender: the task is the lender's again, with what was typed.

    Raises NotFound, Conflict where it is done or not lent.
    """
    instance, task = require_open(session, task_id)
    if task.lender is None:
        raise Conflict("The user task is not delegated", task=str(task_id))
    helper, task.assignee, task.lender, task.claimed_at = task.assignee, task.lender, None, now()
    return _changed(
        session, instance, task, "task_handed_back", actor, assignee=task.assignee, helper=helper, reason=reason
    )


def _changed(
    session: Session, instance: ProcessInstance, task: UserTask, kind: str, actor: str, **data: Any
) -> UserTask:
    task.rev += 1
    history.record(session, instance, kind, actor=actor, element_id=task.element_id, task_id=task.id, data=data)
    session.flush()
    return task
