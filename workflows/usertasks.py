"""What a person does with a user task. Every door comes through here, and here alone it is authorised.

Which tasks a person sees in which of their boxes is in `workflows.boxes`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from engine import definitions, forms, instances
from engine import usertasks as engine_tasks
from engine.clock import now
from engine.errors import Forbidden, NotFound
from engine.models import InstanceStatus, Json, ProcessDefinition, ProcessInstance, TaskStatus, UserTask
from workflows import authorisation, authority, cases, correspondence, gates, handoffs, notices, people
from workflows.authorisation import TaskInCase
from workflows.errors import BadComplaint, NoSuchTask
from workflows.models import Case, Person, RulesMark, Submission

_VERBS = ("claim", "unclaim", "draft", "complete", "transfer", "return", "assign", "urge", "delegate", "hand_back")

MOVING: Final = frozenset({"complete", "draft", "return", "urge"})
"""Verbs for which the process has to go on: a suspended one offers none of them."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A user task as its person sees it: the case, the form, what was sent before, and the verbs they may use."""

    task: UserTask
    case: Case | None
    form: forms.Form | None
    verbs: frozenset[str]
    earlier: list[Submission] = field(default_factory=list)


def find(session: Session, task_id: UUID) -> TaskInCase:
    """The task with its case, without asking who wants it.

    Raises NoSuchTask.
    """
    row = session.execute(
        select(UserTask, Case, select(RulesMark.mark).scalar_subquery())
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .outerjoin(Case, Case.number == ProcessInstance.business_key)
        .options(contains_eager(UserTask.instance), joinedload(Case.party))
        .where(UserTask.id == task_id)
    ).one_or_none()
    if row is None:
        raise NoSuchTask
    task, case, session.info["rules_mark"] = row
    if case is not None:
        session.info.setdefault("cases", {})[case.number] = case
    return TaskInCase(task, case)


def allowed(session: Session, person: Person, task_id: UUID, verb: str) -> TaskInCase:
    """The task for somebody who wants to do `verb`: hidden (404) where they may not even read it."""
    session.info.setdefault("acting", {})[str(person.id)] = person
    return _may(session, person, find(session, task_id), verb)


def _may(session: Session, person: Person, found: TaskInCase, verb: str) -> TaskInCase:
    if not authorisation.may(session, person, "task.read", found):
        if authorisation.locked_out(person, found):
            authorisation.require(session, person, verb, found)
        raise NoSuchTask
    authorisation.require(session, person, verb, found)
    if verb == "task.claim":  # completing is guarded under the lock (`domain.Complaints.guard`)
        authority.check_duty(session, found.case, person, *gates.duty_of(session, found.task))
    return found


def _fit(session: Session, person: Person, found: TaskInCase) -> bool:
    """Whether the person has the role the task asks for, and no other part in the plan."""
    try:
        authority.check_duty(session, found.case, person, *gates.duty_of(session, found.task))
    except Forbidden:
        return False
    return True


def open_task(session: Session, person: Person, task_id: UUID) -> Opened:
    """A task to look at, with its form (open tasks only) and the verbs this person has on it.

    Raises NoSuchTask, LockedOut.
    """
    found = allowed(session, person, task_id, "task.read")
    is_open = found.task.status == TaskStatus.OPEN
    verbs = {verb for verb in _VERBS if is_open and authorisation.may(session, person, f"task.{verb}", found)}
    verbs -= {"claim"} if found.task.assignee is not None else {"unclaim"}
    if is_open and not _fit(session, person, found):
        verbs -= {"claim", "complete", "draft"}
    if gates.duty_of(session, found.task)[0] in authority.OF_ONE_PERSON:
        verbs -= {"delegate"}
    if found.task.instance.status == InstanceStatus.SUSPENDED:
        verbs -= MOVING
    return Opened(
        task=found.task,
        case=found.case,
        form=engine_tasks.form(session, found.task) if is_open and found.task.form_id else None,
        verbs=frozenset(verbs),
        earlier=cases.submissions(session, found.case) if found.case else [],
    )


def claim(session: Session, person: Person, task_id: UUID) -> UserTask:
    """Take a task of my department (or one offered to me).

    Raises NoSuchTask, NotAllowed, LockedOut, Conflict where somebody has it already.
    """
    allowed(session, person, task_id, "task.claim")
    return engine_tasks.claim(session, task_id, actor=str(person.id))


def unclaim(session: Session, person: Person, task_id: UUID) -> UserTask:
    """Give a task back to its department."""
    allowed(session, person, task_id, "task.unclaim")
    return engine_tasks.unclaim(session, task_id, actor=str(person.id))


def assign(session: Session, person: Person, task_id: UUID, assignee: Person, *, reason: str = "") -> UserTask:
    """Give a task to a person (heads and managers).

    Raises NotAllowed or LockedOut where the assignee may not work on it.
    """
    found = allowed(session, person, task_id, "task.assign")
    require_fit(session, assignee, found)
    task = engine_tasks.assign(session, task_id, assignee=str(assignee.id), actor=str(person.id), reason=reason)
    tell(session, [assignee], found, "已分配给您的任务", "A task was given to you")
    return task


def transfer(
    session: Session,
    person: Person,
    task_id: UUID,
    *,
    department: str | None = None,
    assignee: Person | None = None,
    reason: str,
) -> UserTask:
    """Hand a task over to another department or person; the reason stays in the history.

    Where that changes the department, the complainant is told, and the clocks of the case go on as they were.
    A task which went from department to department already (`handoffs.MOST` times) goes to a supervisor instead.
    Raises BadComplaint without a reason or a receiver, NotAllowed, LockedOut.
    """
    found = allowed(session, person, task_id, "task.transfer")
    require_reason(reason)
    if (department is None) == (assignee is None):
        raise bad("department", "required", "请选择一个部门或一位人员", "choose a department or a person")
    if assignee is not None:
        require_fit(session, assignee, found, same_department=False)
        department = assignee.department
    elif department not in {known.code for known in people.departments(session)}:
        raise bad("department", "unknown", "没有这个部门", "there is no such department")
    elsewhere = department != found.task.department
    supervisor = handoffs.supervisor(session, person, found) if elsewhere else None
    if supervisor is not None:
        assignee, department = supervisor, supervisor.department
    if elsewhere and found.case is not None:
        correspondence.send(session, found.case, "handed_on", actor=str(person.id))
    task = engine_tasks.assign(
        session, task_id, assignee=str(assignee.id) if assignee else None, department=department,
        actor=str(person.id), reason=reason,
    )  # fmt: skip
    told = [assignee] if assignee else people.heads(session, department or "")
    tell(session, told, found, "转来一项任务", "A task was handed over to you")
    return task


def send_back(session: Session, person: Person, task_id: UUID, *, element: str, reason: str) -> ProcessInstance:
    """Return the case from this task to an earlier step of the same diagram.

    Raises BadComplaint without a reason or where the case never passed `element`, GateClosed, NotAllowed.
    """
    found = allowed(session, person, task_id, "task.return")
    require_reason(reason)
    if element not in earlier_steps(session, found.task):
        raise bad("element", "never_passed", "流程未经过该步骤", "the case never passed this step")
    moved = instances.move(session, found.task.instance_id, task_id, element, actor=str(person.id), reason=reason)
    reopen(session, found.task.instance_id, element)
    return moved


def reopen(session: Session, instance_id: UUID, element: str, *, assignee: str | None = None) -> UserTask | None:
    """Fill the task which was just opened anew with what was sent there before; perhaps give it to `assignee`.

    None where the token did not stop at that element.
    """
    again = session.scalar(
        select(UserTask)
        .where(
            UserTask.instance_id == instance_id,
            UserTask.element_id == element,
            UserTask.status == TaskStatus.OPEN.value,
        )
        .order_by(UserTask.created_at.desc(), UserTask.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    if again is None:
        return None
    before = session.scalar(
        select(Submission.data)
        .join(UserTask, UserTask.id == Submission.task_id)
        .where(UserTask.instance_id == instance_id, Submission.element_id == element)
        .order_by(Submission.seq.desc())
        .limit(1)
    )
    again.draft = before or None
    if assignee is not None:
        again.assignee, again.claimed_at = assignee, now()
    session.flush()
    return again


def earlier_steps(session: Session, task: UserTask) -> dict[str, tuple[str, str]]:
    """Where a task can be sent back to: element id -> Chinese and English name, in the order they were last done.

    Steps of its process which are drawn in its version, whichever version they were done in.
    """
    process = select(ProcessDefinition.key).where(ProcessDefinition.id == task.definition_id).scalar_subquery()
    done = session.execute(
        select(UserTask.element_id, UserTask.name_zh, UserTask.name_en)
        .join(ProcessDefinition, ProcessDefinition.id == UserTask.definition_id)
        .where(
            UserTask.instance_id == task.instance_id,
            ProcessDefinition.key == process,
            UserTask.status == TaskStatus.COMPLETED.value,
            UserTask.element_id != task.element_id,
        )
        .order_by(UserTask.completed_at)
    )
    diagram = definitions.compiled_by_id(session, task.definition_id).diagram
    drawn = {node.id for _, node in diagram.walk() if node.kind == "userTask"}
    found: dict[str, tuple[str, str]] = {}
    for row in (row for row in done if row.element_id in drawn):
        found.pop(row.element_id, None)
        found[row.element_id] = row.name_zh, row.name_en
    return found


def urge(session: Session, person: Person, task_id: UUID, *, reason: str = "") -> UserTask:
    """Urge the people of a task: counted on it, they are told (supervisors, heads)."""
    found = allowed(session, person, task_id, "task.urge")
    task = engine_tasks.urge(session, task_id, actor=str(person.id), reason=reason)
    told = people.get(session, task.assignee) if task.assignee else None
    tell(
        session,
        [told] if told else people.heads(session, task.department or ""),
        found,
        "任务被催办",
        "A task is urged",
        reason=reason,
    )
    return task


def save_draft(session: Session, person: Person, task_id: UUID, draft: Json, *, rev: int) -> UserTask:
    """Keep what was typed so far, unchecked.

    Raises Conflict where somebody saved in between.
    """
    allowed(session, person, task_id, "task.draft")
    return engine_tasks.save_draft(session, task_id, draft, actor=str(person.id), rev=rev)


def complete(
    session: Session, person: Person, task_id: UUID, data: Mapping[str, Any], *, rev: int | None = None
) -> ProcessInstance:
    """Send the form of a task; the process goes on.

    Raises NoSuchTask, NotAllowed, LockedOut, FourEyes and OverAuthority (gates), Invalid naming each wrong field,
    Conflict where the task is done already or `rev` is not the one seen.
    """
    session.info.setdefault("acting", {})[str(person.id)] = person
    try:
        held = engine_tasks.lock(session, task_id)
    except NotFound:
        raise NoSuchTask from None
    instance, task = held
    _may(session, person, TaskInCase(task, cases.reread(session, instance.business_key)), "task.complete")
    return engine_tasks.complete(session, task_id, dict(data), actor=str(person.id), rev=rev, held=held)


def require_fit(session: Session, assignee: Person, found: TaskInCase, *, same_department: bool = True) -> None:
    """Nothing, or why this person cannot work on this task: LockedOut, NotAllowed, FourEyes, OverAuthority."""
    if authorisation.locked_out(assignee, found):
        authorisation.require(session, assignee, "task.claim", found)
    if same_department:
        authorisation.require(session, assignee, "task.claim", found)
    else:
        authorisation.require(session, assignee, "case.create")
    authority.check_duty(session, found.case, assignee, *gates.duty_of(session, found.task))


def require_reason(reason: str) -> None:
    """Raise BadComplaint without a reason."""
    if not reason.strip():
        raise bad("reason", "required", "请填写原因", "a reason is needed")


def bad(path: str, code: str, zh: str, en: str) -> BadComplaint:
    """The error which names one wrong field."""
    return BadComplaint(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}])


def tell(session: Session, told: list[Person], found: TaskInCase, zh: str, en: str, *, reason: str = "") -> None:
    """Promise people a notice about a task, perhaps with the words of who caused it."""
    number = found.case.number if found.case else ""
    why = reason.strip()
    notices.tell(
        session, told,
        " ".join(filter(None, (f"{zh}：{found.task.name_zh}", number))) + (f"：{why}" if why else ""),
        " ".join(filter(None, (f"{en}: {found.task.name_en}", number))) + (f": {why}" if why else ""),
        case_number=number or None,
    )  # fmt: skip
