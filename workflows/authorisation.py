"""THE choke point: what a person may do, in general, to a case, to a user task. Nothing else decides.

Rules, from strong to weak:
1. Who is named in a case is locked out of it, whatever the role.
2. Auditors read everything and change nothing.
3. Internal complaints are seen by those who work on them, by legal, management and managers.
4. Everybody else sees the cases their department works on, or which they took in, own, or have a task in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import Session

from engine.models import ProcessInstance, UserTask
from workflows import rules
from workflows.errors import LockedOut, NotAllowed
from workflows.models import Case, Person, Role, Source

_ALL = frozenset(Role)
_WORKING = _ALL - {Role.AUDITOR, Role.ADMINISTRATOR, Role.PROCESS_OWNER, Role.PROCESS_APPROVER}
_SEES_ALL = frozenset({Role.MANAGER, Role.MANAGEMENT, Role.LEGAL, Role.AUDITOR})
_SEES_EXTERNAL = _SEES_ALL | {Role.INTAKE}
_OVERSEES_ALL = frozenset({Role.MANAGER, Role.AUDITOR})
_CHANGES_NOTHING = frozenset({Role.AUDITOR})

# verb -> roles which have it without looking at a thing
GENERAL: Mapping[str, frozenset[Role]] = {
    "case.list": _ALL - {Role.ADMINISTRATOR, Role.PROCESS_OWNER, Role.PROCESS_APPROVER},
    "case.create": _WORKING,
    "case.import": frozenset({Role.INTAKE, Role.MANAGER, Role.ADMINISTRATOR}),
    "task.list": _WORKING | {Role.AUDITOR},
    "people.read": _ALL,
    "people.edit": frozenset({Role.ADMINISTRATOR}),
    "department.edit": frozenset({Role.ADMINISTRATOR}),
    "definition.read": _ALL,
    "definition.draft": frozenset({Role.PROCESS_OWNER}),
    "definition.approve": frozenset({Role.PROCESS_APPROVER}),
    "definition.publish": frozenset({Role.PROCESS_OWNER, Role.PROCESS_APPROVER}),
    "definition.rollback": frozenset({Role.PROCESS_APPROVER}),
    "policy.read": _ALL,
    "policy.edit": frozenset({Role.PROCESS_OWNER}),
    "instance.list": frozenset({Role.MANAGER, Role.MANAGEMENT, Role.ADMINISTRATOR, Role.PROCESS_OWNER, Role.AUDITOR}),
    "instance.control": frozenset({Role.MANAGER, Role.ADMINISTRATOR}),
    "instance.migrate": frozenset({Role.PROCESS_OWNER, Role.ADMINISTRATOR}),
    "incident.read": frozenset({Role.MANAGER, Role.ADMINISTRATOR, Role.PROCESS_OWNER, Role.AUDITOR}),
    "incident.retry": frozenset({Role.MANAGER, Role.ADMINISTRATOR, Role.PROCESS_OWNER}),
    "message.publish": frozenset({Role.INTAKE, Role.MANAGER, Role.ADMINISTRATOR}),
    "outbox.read": frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.AUDITOR}),
    "report.read": frozenset({Role.MANAGER, Role.MANAGEMENT, Role.HEAD, Role.AUDITOR, Role.PROCESS_OWNER}),
    "audit.read": frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.MANAGER}),
}
_CASE_READING = frozenset({"case.read", "task.read"})
_CASE_WORK = frozenset({"case.edit", "case.comment", "case.evidence", "case.reveal", "case.letter"})
_CASE_RULE = frozenset({"case.hand_over"})
_CASE_HOLD = frozenset({"case.hold"})
_TASK_WORK = frozenset({"task.claim", "task.unclaim", "task.draft", "task.complete", "task.transfer", "task.return"})
_TASK_RULE = frozenset({"task.assign", "task.urge"})
_TASK_SIGNING = frozenset({"task.add_signer", "task.remove_signer"})
_TASK_OWN = frozenset({"task.delegate", "task.hand_back", "task.withdraw"})
_VERBS = _CASE_READING | _CASE_WORK | _CASE_RULE | _CASE_HOLD | _TASK_WORK | _TASK_RULE | _TASK_OWN | _TASK_SIGNING


@dataclass(frozen=True, slots=True)
class TaskInCase:
    """A user task together with the case it belongs to (None for a process without a case)."""

    task: UserTask
    case: Case | None


def roles(person: Person) -> frozenset[Role]:
    """The roles of a person; none while the person is not active."""
    return frozenset(Role(role) for role in person.roles) if person.active else frozenset()


def may(session: Session, person: Person, verb: str, thing: Case | TaskInCase | None = None) -> bool:
    """Whether `person` may do `verb` (to `thing`).

    Verbs without a thing are the keys of `GENERAL`; with a case: case.read edit comment evidence reveal letter
    hand_over; with a task: task.read claim unclaim draft complete transfer return assign urge delegate hand_back
    withdraw add_signer remove_signer. An unknown verb is refused (ValueError).
    """
    held = roles(person)
    if not held:
        return False
    if verb in GENERAL:
        return bool(held & GENERAL[verb])
    if verb not in _VERBS:
        raise ValueError(f"unknown verb {verb}")
    if thing is None or locked_out(person, thing):
        return False
    if verb not in _CASE_READING and held <= _CHANGES_NOTHING:
        return False
    if isinstance(thing, Case):
        return _may_case(session, person, held, verb, thing)
    return _may_task(session, person, held, verb, thing)


def require(session: Session, person: Person, verb: str, thing: Case | TaskInCase | None = None) -> None:
    """Nothing, or an error: LockedOut for somebody named in the case, NotAllowed for all else."""
    if not may(session, person, verb, thing):
        if thing is not None and locked_out(person, thing):
            raise LockedOut
        raise NotAllowed(verb=verb)


def locked_out(person: Person, thing: Case | TaskInCase) -> bool:
    """Whether the complaint is about this person."""
    case = thing if isinstance(thing, Case) else thing.case
    return case is not None and str(person.id) in case.named


def _may_case(session: Session, person: Person, held: frozenset[Role], verb: str, case: Case) -> bool:
    seen = bool(held & (_SEES_EXTERNAL if case.source == Source.EXTERNAL else _SEES_ALL)) or bool(
        session.scalar(select(Case.id).where(Case.id == case.id, visible(session, person)))
    )
    if verb in _CASE_HOLD:
        return seen and bool(held & {Role.LEGAL, Role.MANAGER})
    if verb in _CASE_RULE:  # never by the owner alone
        return seen and case.owner != str(person.id) and (Role.MANAGER in held or _leads_owner(session, person, case))
    return seen and (verb in _CASE_READING or bool(held & _WORKING))


def _leads_owner(session: Session, person: Person, case: Case) -> bool:
    owner = person_id(case.owner or "")
    department = session.scalar(select(Person.department).where(Person.id == owner)) if owner else None
    return Role.HEAD in roles(person) and department in led(session, person)


def _may_task(session: Session, person: Person, held: frozenset[Role], verb: str, thing: TaskInCase) -> bool:
    task, me = thing.task, str(person.id)
    mine = me in {task.assignee, task.lender} or me in task.candidates
    ours = task.department is not None and task.department == person.department and bool(held & _WORKING)
    if thing.case is not None and thing.case.source == Source.INTERNAL:
        ours = ours and bool(held & (_SEES_ALL | {Role.HEAD}))
    leads = Role.MANAGER in held or (Role.HEAD in held and task.department in led(session, person))
    if verb == "task.read":
        if mine or ours or leads or held & {Role.AUDITOR, Role.MANAGER}:
            return True
        return thing.case is not None and _may_case(session, person, held, "case.read", thing.case)
    if verb in _TASK_RULE:
        return leads
    if verb in _TASK_SIGNING:
        own = task.assignee if verb == "task.add_signer" else task.added_by
        return leads or (own == me and bool(held & _WORKING))
    if verb in _TASK_OWN:
        return bool(held & _WORKING) and _may_own(task, me, verb)
    if task.lender is not None:  # lent: the helper prepares it, nobody completes it before it is handed back
        over_them = leads and verb in {"task.unclaim", "task.transfer", "task.return"}
        return over_them or (verb == "task.draft" and task.assignee == me)
    if verb == "task.claim":
        return mine or ours or leads
    if task.assignee is not None:  # somebody's work: only theirs, a head or the manager may take it out of their hands
        return task.assignee == me or (leads and verb in {"task.unclaim", "task.transfer", "task.return"})
    return mine or ours or leads


def _may_own(task: UserTask, me: str, verb: str) -> bool:
    """What depends on who has or had the task alone: to lend it, to end that, to take back its completion."""
    if verb == "task.delegate":
        return task.assignee == me and task.lender is None
    if verb == "task.hand_back":
        return task.lender is not None and me in {task.lender, task.assignee}
    return task.completed_by == me


def led(session: Session, person: Person) -> set[str]:
    """Codes of the departments a head (or management) leads: the own one and those below it."""
    below: dict[str, list[str]] = {}
    for place in rules.current(session).places:
        below.setdefault(place.parent or "", []).append(place.code)
    found: set[str] = set()
    open_codes = [person.department]
    while open_codes:
        code = open_codes.pop()
        if code not in found:
            found.add(code)
            open_codes.extend(below.get(code, []))
    return found


def overseen(session: Session, person: Person) -> frozenset[str] | None:
    """Codes of the departments whose open work a person oversees, whoever has it; None: of all of them.

    Complaints managers and auditors oversee the enterprise; heads and management their own department and those below
    it, which for the department at the top is everything; everybody else the own department.
    """
    held = roles(person)
    if held & _OVERSEES_ALL:
        return None
    if held & {Role.HEAD, Role.MANAGEMENT}:
        found = led(session, person)
        return None if found >= {place.code for place in rules.current(session).places} else frozenset(found)
    return frozenset({person.department}) if held else frozenset()


def visible(session: Session, person: Person) -> ColumnElement[bool]:
    """SQL condition on `Case`: the cases this person may see (the row-level form of the rules above)."""
    held, me = roles(person), str(person.id)
    if not held & GENERAL["case.list"]:
        return false()
    not_named = not_(Case.named.contains([me]))
    if held & _SEES_ALL:
        return not_named
    departments = led(session, person) if Role.HEAD in held else {person.department}
    touched = exists(
        select(UserTask.id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            ProcessInstance.business_key == Case.number,
            or_(
                UserTask.assignee == me,
                UserTask.completed_by == me,
                UserTask.candidates.contains([me]),
                and_(UserTask.department.in_(departments), Case.source == Source.EXTERNAL)
                if Role.HEAD not in held
                else UserTask.department.in_(departments),
            ),
        )
    )
    mine = or_(Case.owner == me, Case.intake_by == me)
    external = Case.source == Source.EXTERNAL if held & _SEES_EXTERNAL else false()
    return and_(not_named, or_(external, mine, touched))


def person_id(actor: str) -> UUID | None:
    """The id behind an actor; None for `system`, `timer`, `complainant`."""
    try:
        return UUID(actor)
    except ValueError:
        return None
