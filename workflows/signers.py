"""Further signers beside a user task: whom one may add (加签) and take away (减签), and whose word counts at a gate.

An added signer must be one who may do the task: not named in the complaint, with the role its duty asks for and no
other part in the plan. Signers whom the diagram itself names stay where the task is a gate's.
"""

from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import signers as engine_signers
from engine.errors import Forbidden
from engine.hooks import Command
from engine.models import InstanceStatus, ProcessInstance, TaskStatus, UserTask
from workflows import authorisation, authority, gates, people, usertasks
from workflows.authorisation import TaskInCase
from workflows.errors import GateClosed, LockedOut, NotAllowed
from workflows.models import Case, Person, Submission


def add(session: Session, person: Person, task_id: UUID, signer: Person, *, reason: str) -> UserTask:
    """Let `signer` sign beside a task, at the same time; their own task, of which they are told.

    Raises NoSuchTask, BadComplaint without a reason, NotAllowed, LockedOut, FourEyes, OverAuthority where the signer
    may not do the task, Conflict where they sign already or people sign one after the other here.
    """
    found = usertasks.allowed(session, person, task_id, "task.add_signer")
    usertasks.require_reason(reason)
    _require_eligible(session, found.case, found.task, signer)
    made = engine_signers.add(session, task_id, str(signer.id), actor=str(person.id), reason=reason)
    usertasks.tell(session, [signer], TaskInCase(made, found.case), "请您会签", "Your signature is asked for")
    return made


def remove(session: Session, person: Person, task_id: UUID, *, reason: str) -> ProcessInstance:
    """Take an open signer's task away.

    Raises NoSuchTask, BadComplaint without a reason, NotAllowed, GateClosed for a signer whom a gate demands, Conflict
    for the last one.
    """
    found = usertasks.allowed(session, person, task_id, "task.remove_signer")
    usertasks.require_reason(reason)
    task = found.task
    removed = engine_signers.remove(session, task_id, actor=str(person.id), reason=reason)
    told = people.get(session, task.assignee) if task.assignee else None
    usertasks.tell(session, [told] if told else [], found, "不再需要您会签", "Your signature is no longer needed")
    return removed


def verbs(session: Session, person: Person, found: TaskInCase) -> set[str]:
    """Which of `add_signer` and `remove_signer` this person has on a task."""
    task = found.task
    if task.status != TaskStatus.OPEN or task.instance.status == InstanceStatus.SUSPENDED:
        return set()
    given = {
        verb for verb in ("add_signer", "remove_signer") if authorisation.may(session, person, f"task.{verb}", found)
    }
    kept = task.signing is None or _demanded(session, task)
    return given - {"remove_signer"} if kept else given


def together(session: Session, task: UserTask) -> list[UserTask]:
    """All who sign with this task, itself among them; empty where it is signed alone."""
    found = engine_signers.together(session, task)
    return found if len(found) > 1 else []


def choices(session: Session, found: TaskInCase) -> list[Person]:
    """Who may be added to a task: people of all departments who could do it and do not sign already."""
    signing = {task.assignee or task.completed_by for task in engine_signers.together(session, found.task)}
    return [
        person
        for person in people.listing(session)
        if str(person.id) not in signing and _eligible(session, found.case, found.task, person)
    ]


def guard(session: Session, case: Case | None, command: Command) -> None:
    """Refuse the engine's commands `add_signer` and `remove_signer` where a rule of the domain is against it."""
    task = session.get(UserTask, UUID(command.task_id or ""))
    if task is None:
        return
    if command.kind == "remove_signer" and _demanded(session, task):
        raise GateClosed("a signer whom the gate demands cannot be removed", element=task.element_id)
    if command.kind == "add_signer":
        signer = people.get(session, str(command.data["signer"]))
        if signer is None:
            raise NotAllowed("a signer is a person")
        _require_eligible(session, case, task, signer)


def _demanded(session: Session, task: UserTask) -> bool:
    """Whether the diagram itself names this signer, at a gate."""
    return task.added_by is None and gates.duty_of(session, task)[0] in authority.OF_ONE_PERSON


def _require_eligible(session: Session, case: Case | None, task: UserTask, signer: Person) -> None:
    if case is not None and authorisation.locked_out(signer, case):
        raise LockedOut
    if not authorisation.may(session, signer, "case.create"):
        raise NotAllowed("this person works on no cases")
    authority.check_duty(session, case, signer, *gates.duty_of(session, task))


def _eligible(session: Session, case: Case | None, task: UserTask, person: Person) -> bool:
    try:
        _require_eligible(session, case, task, person)
    except Forbidden:
        return False
    return True


def forms_of(session: Session, sent: Submission) -> list[Submission]:
    """The forms of all who signed together with the author of `sent`, itself among them; oldest first."""
    task = session.get(UserTask, sent.task_id)
    if task is None:
        return [sent]
    group = task.signing or task.id
    query = select(Submission).join(UserTask, UserTask.id == Submission.task_id)
    query = query.where(UserTask.instance_id == task.instance_id, or_(UserTask.signing == group, UserTask.id == group))
    return list(session.scalars(query.order_by(Submission.seq)))
