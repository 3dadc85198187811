"""The domain's answers to the engine's questions (`engine.hooks`). `workflows.install()` puts them in place."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, hooks
from engine.clock import now
from engine.errors import Invalid
from engine.findings import Finding
from engine.hooks import Assignment, Command, Wanted
from engine.ids import new_id
from engine.models import Incident, ProcessInstance, UserTask
from engine.spiff.model import Diagram
from workflows import (
    authorisation,
    authority,
    calendars,
    cases,
    checklist,
    compensation,
    deadlines,
    gates,
    migrating,
    notices,
    people,
    rules,
    signers,
    vocabulary,
    worktime,
)
from workflows.authorisation import TaskInCase
from workflows.errors import GateClosed, LockedOut
from workflows.models import Case, CaseStatus, Person, Role, Submission
from workflows.settings import settings

Number = int | float | Decimal


class Complaints(hooks.Domain):
    """Complaint handling as the engine's domain."""

    def assignment(self, session: Session, instance: ProcessInstance, lane: str | None, wanted: Wanted) -> Assignment:
        """Lane, group or property -> department; users by login or id; nobody named in the case."""
        names = [wanted.department, *wanted.groups, lane]
        known = (people.department_of(session, name) for name in names if name)
        department = next((code for code in known if code), None)
        case = cases.of_instance(session, instance)
        barred = set(case.named) if case else set()
        assignee = _person_id(session, wanted.assignee)
        users = [found for name in wanted.users if (found := _person_id(session, name))]
        return Assignment(
            department=department,
            assignee=None if assignee in barred else assignee,
            candidates=[user for user in users if user not in barred],
        )

    def view(self, session: Session, instance: ProcessInstance) -> Mapping[str, Any]:
        """The read-only `case`."""
        case = cases.of_instance(session, instance)
        return cases.view(session, case) if case else {}

    def feel_functions(self, session: Session, instance: ProcessInstance) -> hooks.Functions:
        """Deadlines and periods counted from now by the case's calendar; all give an aware date and time."""

        def case() -> Case:
            found = cases.of_instance(session, instance)
            if found is None:
                raise Invalid("there is no case whose deadlines could be counted", number=instance.business_key)
            return found

        def deadline(step: str) -> datetime:
            return deadlines.due(session, case(), step)

        def working_days(n: Number) -> datetime:
            return worktime.add_working_days(calendars.get(session), now(), _days(n))

        def business_hours(n: Number) -> datetime:
            return worktime.add_business_hours(calendars.get(session), now(), _hours(n))

        def calendar_days(n: Number) -> datetime:
            return worktime.add_calendar_days(calendars.get(session), now(), _days(n))

        def hours(n: Number) -> datetime:
            return worktime.add_hours(now(), _hours(n))

        def fraud_addition(price: Number) -> Decimal:
            if not 0 <= price <= 1_000_000_000:
                raise Invalid(f"a price from 0 to 1000000000 yuan is needed, not {price}")
            return Decimal(compensation.fraud_addition(round(price * 100))) / 100

        found: dict[str, Callable[..., Any]] = {
            "deadline": deadline,
            "fraud addition": fraud_addition,
            "working days": working_days,
            "business hours": business_hours,
            "calendar days": calendar_days,
            "hours": hours,
        }
        return found

    def feel_names(self) -> set[str]:
        """Their names."""
        return {"deadline", "working days", "business hours", "calendar days", "hours", "fraud addition"}

    def zone(self) -> tzinfo:
        """The enterprise's own (`REDRESS_TIME_ZONE`)."""
        return ZoneInfo(settings().time_zone)

    def guard(self, session: Session, instance: ProcessInstance, command: Command) -> None:
        """Duties and four eyes when a task is completed; no token past the release; nobody named in the case."""
        case = cases.reread(session, instance.business_key)
        person = people.get(session, command.actor)
        if case is not None and person is not None and authorisation.locked_out(person, case):
            raise LockedOut
        if command.kind == "complete" and person is not None and command.task_id:
            task = session.get(UserTask, UUID(command.task_id))
            if task is not None:
                authority.check_duty(session, case, person, *gates.duty_of(session, task))
                if case is not None:
                    checklist.require(session, case, task)
        if command.kind == "skip":
            gates.require_skippable(session, instance, command.element_id or "")
        if command.kind in ("add_signer", "remove_signer"):
            signers.guard(session, case, command)
        if command.kind == "move" and case is not None:
            self._guard_move(session, instance, case, command)
        if command.kind == "migrate" and case is not None:
            migrating.guard(session, case, command)

    def _guard_move(self, session: Session, instance: ProcessInstance, case: Case, command: Command) -> None:
        target = str(command.data.get("target") or command.element_id or "")
        plan = cases.latest_plan(session, case)
        known = gates.processes_of(session, instance)
        for process in known.values():
            if (plan is None or plan.released_at is None) and target in gates.behind_release(process, known):
                zh, en = "令牌不能越过法务审核和审批", "a token cannot be moved past legal review and approval"
                raise GateClosed(en, element=target, message_zh=zh)
            if any(node.id == target and gates.needs_release(node) for node in process.walk()):
                authority.require_released(session, case)

    def completed(self, session: Session, instance: ProcessInstance, task: UserTask, values: Mapping[str, Any]) -> None:
        """Keep the whole form in the case file; the first person who works on the case becomes its owner."""
        case = cases.of_instance(session, instance)
        if case is None:
            return
        duty, step = gates.duty_of(session, task)
        actor = task.completed_by or "system"
        sent = Submission(
            id=new_id(),
            case_id=case.id,
            task_id=task.id,
            element_id=task.element_id,
            form_id=task.form_id,
            duty=duty,
            step=step,
            actor=actor,
            at=now(),
            data=dict(values),
        )
        session.add(sent)
        session.info.setdefault("sent", {})[case.id] = sent
        if authorisation.person_id(actor) is not None:
            case.owner = case.owner or actor
            case.responded_at = case.responded_at or now()

    def warnings(self, session: Session, instance: ProcessInstance, task: UserTask) -> Sequence[tuple[int, datetime]]:
        """50 % and 80 % of the working time, or what the policy row says."""
        return deadlines.warnings(session, cases.of_instance(session, instance), task)

    def warned(self, session: Session, instance: ProcessInstance, task: UserTask, level: int) -> None:
        """Tell who has the task, or the heads of its department."""
        found = TaskInCase(task, cases.of_instance(session, instance))
        person = people.get(session, task.assignee) if task.assignee else None
        told = [person] if person else people.heads(session, task.department or "customer_service")
        told = [who for who in told if not authorisation.locked_out(who, found)]
        number = instance.business_key
        notices.tell(
            session, told, f"{number}：{task.name_zh}已用去 {level}% 的时间",
            f"{number}: {level}% of the time for {task.name_en} has gone", case_number=number,
        )  # fmt: skip

    def ended(self, session: Session, instance: ProcessInstance) -> None:
        """A case whose process ended without closing it (it was cancelled) does not stay open."""
        case = cases.of_instance(session, instance)
        if case is None or case.instance_id != instance.id or case.status != CaseStatus.OPEN:
            return
        case.status, case.outcome, case.closed_at = CaseStatus.CLOSED, "cancelled", now()

    def incident(self, session: Session, instance: ProcessInstance, incident: Incident) -> None:
        """Tell process owners and administrators."""
        told = {
            person.id: person
            for role in (Role.PROCESS_OWNER, Role.ADMINISTRATOR)
            for person in people.listing(session, role=role)
        }
        where = incident.element_id or ""
        zh, en = definitions.element_names(session, instance.definition_id).get(where, (where, where))
        number = instance.business_key or ""
        notices.tell(
            session, told.values(), f"流程异常：{number} {zh}".strip(), f"Incident: {number} {en}".strip(),
            case_number=instance.business_key,
        )  # fmt: skip

    def departments(self, session: Session) -> set[str]:
        """Codes of all departments."""
        return {place.code for place in rules.current(session).places}

    def staffed(self, session: Session) -> set[str]:
        """Departments with an active person."""
        return set(session.scalars(select(Person.department).where(Person.active).distinct()))

    def persons(self, session: Session, names: Collection[str]) -> set[str]:
        """Those who could be given a task."""
        return people.active_among(session, names)

    def lanes(self, session: Session) -> Mapping[str, str]:
        """Every name a department answers to."""
        return {name: place.code for place in rules.current(session).places for name in place.names}

    def variables(self) -> set[str]:
        """The process data of the contract."""
        return set(vocabulary.PROCESS_DATA)

    def case_paths(self) -> set[str]:
        """What `view` gives."""
        return set(vocabulary.CASE_PATHS)

    def lint(self, files: Mapping[str, bytes], diagram: Diagram) -> Sequence[Finding]:
        """No way around the gate; letters and kinds of evidence exist."""
        return [*gates.findings(files, diagram), *checklist.findings(diagram)]


def _person_id(session: Session, name: str | None) -> str | None:
    """Id of the active person with this login or id."""
    if not name:
        return None
    person: Person | None = people.get(session, name) or people.by_login(session, name)
    return str(person.id) if person and person.active else None


def _days(n: Number) -> int:
    if n != int(n) or not 0 <= n <= 1000:
        raise Invalid(f"a whole number of days from 0 to 1000 is needed, not {n}")
    return int(n)


def _hours(n: Number) -> float:
    if not 0 <= n <= 24_000:
        raise Invalid(f"a number of hours from 0 to 24000 is needed, not {n}")
    return float(n)
