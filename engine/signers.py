"""Signers beside an open user task: adding one (加签) and taking one away (减签), each a step with its reason.

Rounds of a parallel multi-instance count a signer as one more round, so 会签 (all), 或签 (any) and 票签 (a vote, the
completion condition) hold with the numbers as they are now. A task which stands alone waits for its signers and comes
last; what they send is on file and in the history, what the task itself sends is the process's.
"""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import steps, usertasks
from engine.errors import Conflict
from engine.hooks import Command
from engine.models import ProcessInstance, TaskStatus, UserTask
from engine.spiff import signing
from engine.spiff.workflow import Token, find


def add(session: Session, task_id: UUID, signer: str, *, actor: str, reason: str) -> UserTask:
    """Let one more person sign beside an open task, at the same time; the task of theirs.

    Raises NotFound, Conflict (done, suspended, signing already or signed already, people sign one after the other
    here), Forbidden (`Domain.guard` of the command `add_signer`, whose data name the signer).
    """
    instance, task = usertasks.require_open(session, task_id)
    made: list[UUID] = []

    def change(step: steps.Step) -> None:
        if any(other.assignee == signer for other in together(session, task) if other.status == TaskStatus.OPEN):
            raise signing.refusal("signs_already")
        token = signing.add(_token(step, task_id), signer)
        made.append(token.id)
        step.note("signer_added", task.element_id, token.id, signer=signer, beside=str(task_id), reason=reason)

    command = Command("add_signer", actor, task.element_id, str(task_id), reason, {"signer": signer})
    steps.step(session, instance.id, command, change, locked=instance)
    return usertasks.get(session, made[0])


def remove(session: Session, task_id: UUID, *, actor: str, reason: str) -> ProcessInstance:
    """Take an open signer's task away; when those who have signed are enough without it, the process goes on.

    Raises NotFound, Conflict (done, no signer's task, the last one open), Forbidden.
    """
    instance, task = usertasks.require_open(session, task_id)

    def change(step: steps.Step) -> None:
        signing.remove(_token(step, task_id))
        step.note("signer_removed", task.element_id, task_id, signer=task.assignee, reason=reason)

    command = Command("remove_signer", actor, task.element_id, str(task_id), reason)
    return steps.step(session, instance.id, command, change, locked=instance)


def together(session: Session, task: UserTask) -> list[UserTask]:
    """The tasks which are signed together with this one, done ones too, itself among them; oldest first."""
    group = task.signing or task.id
    query = select(UserTask).where(
        UserTask.instance_id == task.instance_id, or_(UserTask.signing == group, UserTask.id == group)
    )
    return list(session.scalars(query.order_by(UserTask.created_at, UserTask.id)))


def _token(step: steps.Step, task_id: UUID) -> Token:
    token = find(step.top, task_id)
    if token is None:  # what was overdue has fired, and cancelled it
        raise Conflict("The user task is done", task=str(task_id), message_zh="任务已办结或已撤销")
    return token
