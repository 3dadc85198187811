"""Taking back one's own completed step (撤回), as long as nothing has come of it.

Nothing has come of it while the one task which followed is nobody's and untouched, and the way there held only
gateways, decisions and records which the next completion writes anew. A letter, a payment, an approval, a review, a
called process or a parallel branch is never taken back: that is what 退回 (return) and a new approval are for.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, history, instances, steps
from engine.errors import Conflict
from engine.models import HistoryEvent, InstanceStatus, ProcessInstance, TaskStatus, UserTask
from workflows import lending, usertasks
from workflows.authorisation import TaskInCase, may
from workflows.errors import TooLate
from workflows.models import Person

QUIET: Final = frozenset({"moved", "task_opened", "decision_made"})
"""History of a step after which nobody has done anything yet."""
PASSED: Final = frozenset({"userTask", "exclusiveGateway", "inclusiveGateway", "businessRuleTask"})
WRITTEN_ANEW: Final = frozenset({"record_classification", "record_plan"})
"""Functions which the next completion repeats: the later record alone counts."""


def withdraw(session: Session, person: Person, task_id: UUID, *, reason: str) -> UserTask:
    """Take back a task I completed: it is mine again, with what I sent as its draft.

    Raises NoSuchTask, NotAllowed, LockedOut, BadComplaint without a reason, Conflict where it is not completed, and
    TooLate where something has come of it.
    """
    found = usertasks.allowed(session, person, task_id, "task.withdraw")
    usertasks.require_reason(reason)
    instance = steps.lock(session, found.task.instance_id)
    task = session.get_one(UserTask, task_id, populate_existing=True)
    following = follower(session, task)
    if following is None:
        raise TooLate
    me = str(person.id)
    instances.move(session, instance.id, following.id, task.element_id, actor=me, reason=reason)
    again = usertasks.reopen(session, instance.id, task.element_id, assignee=me)
    if again is None:
        raise Conflict("The token did not stop at the step again", task=str(task_id))
    _note(session, instance, task, me, reason)
    return again


def possible(session: Session, person: Person, found: TaskInCase) -> bool:
    """Whether this person could take the task back now."""
    if found.task.instance.status == InstanceStatus.SUSPENDED:
        return False
    return may(session, person, "task.withdraw", found) and follower(session, found.task) is not None


def _note(session: Session, instance: ProcessInstance, task: UserTask, actor: str, reason: str) -> None:
    facts = {"reason": reason}
    history.record(
        session, instance, "task_withdrawn", actor=actor, element_id=task.element_id, task_id=task.id, data=facts
    )


def follower(session: Session, task: UserTask) -> UserTask | None:
    """The untouched task which is all that has come of a completed one; None where there is more, or nothing."""
    if task.status != TaskStatus.COMPLETED or not lending.lendable(session, task):
        return None
    after = _since(session, task)
    opened = [event.task_id for event in after if event.kind == "task_opened"]
    ways = [event.data.get("path") or [] for event in after if event.kind == "moved"]
    if len(opened) != 1 or len(ways) != 1 or {event.kind for event in after} - QUIET:
        return None
    if not _harmless(session, task, ways[0]):
        return None
    following = session.get(UserTask, opened[0], populate_existing=True)
    if following is None or following.status != TaskStatus.OPEN or following.definition_id != task.definition_id:
        return None
    touched = following.claimed_at is not None or following.draft is not None or following.urged
    return None if touched else following


def _since(session: Session, task: UserTask) -> list[HistoryEvent]:
    """What happened in the instance after the task was completed."""
    mine = HistoryEvent.instance_id == task.instance_id
    done = select(HistoryEvent.seq).where(mine, HistoryEvent.kind == "task_completed", HistoryEvent.task_id == task.id)
    seq = session.scalar(done.limit(1))
    if seq is None:
        return []
    return list(session.scalars(select(HistoryEvent).where(mine, HistoryEvent.seq > seq).order_by(HistoryEvent.seq)))


def _harmless(session: Session, task: UserTask, path: list[str]) -> bool:
    """Whether the elements of a path leave no trace which a second completion would not overwrite."""
    diagram = definitions.compiled_by_id(session, task.definition_id).diagram
    passed = [node for _, node in diagram.walk() if node.id in path]
    return all(node.kind in PASSED or node.function in WRITTEN_ANEW for node in passed)
