"""Delegation (委派): a task is lent to a colleague who prepares it; whoever lends it completes it and stays answerable.

Reviews, approvals and payments are never lent: what four eyes must see, nobody sees for them. Whoever prepared a plan
counts as its proposer (`authority.check_duty`), so that they cannot approve or pay it later.
"""

from uuid import UUID

from sqlalchemy.orm import Session

from engine import delegation
from engine.models import UserTask
from workflows import authority, gates, people, usertasks
from workflows.errors import FourEyes
from workflows.models import Person


def delegate(session: Session, person: Person, task_id: UUID, helper: Person, *, reason: str) -> UserTask:
    """Lend my task to a colleague of any department; the reason stays in the history.

    Raises NoSuchTask, NotAllowed, LockedOut, BadComplaint without a reason or to oneself, FourEyes for a review, an
    approval or a payment, Conflict where it is lent or done already.
    """
    found = usertasks.allowed(session, person, task_id, "task.delegate")
    usertasks.require_reason(reason)
    if helper.id == person.id:
        raise usertasks.bad("assignee", "oneself", "不能委派给自己", "choose somebody else")
    if not lendable(session, found.task):
        raise FourEyes("reviews, approvals and payments cannot be delegated")
    usertasks.require_fit(session, helper, found, same_department=False)
    task = delegation.delegate(session, task_id, actor=str(person.id), helper=str(helper.id), reason=reason)
    usertasks.tell(session, [helper], found, "委派给您办理的任务", "A task was delegated to you")
    return task


def hand_back(session: Session, person: Person, task_id: UUID, *, reason: str = "") -> UserTask:
    """Give a lent task back to its lender, by the helper; or take it back, by the lender. What was typed stays.

    Raises NoSuchTask, NotAllowed, Conflict where it is not lent.
    """
    found = usertasks.allowed(session, person, task_id, "task.hand_back")
    lender = found.task.lender
    task = delegation.hand_back(session, task_id, actor=str(person.id), reason=reason)
    told = people.get(session, lender) if lender and lender != str(person.id) else None
    usertasks.tell(session, [told] if told else [], found, "委派的任务已交回", "A delegated task was handed back")
    return task


def lendable(session: Session, task: UserTask) -> bool:
    """Whether the work of a task may be prepared by somebody else."""
    return gates.duty_of(session, task)[0] not in authority.OF_ONE_PERSON
