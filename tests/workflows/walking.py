"""Walks a case through the shipped processes: somebody fitting fills each form, on a clock of the walk's own."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import timers
from engine import usertasks as engine_tasks
from engine.clock import at
from engine.errors import Forbidden
from engine.models import ProcessInstance, TaskStatus, UserTask
from workflows import authority, gates, people, usertasks
from workflows.models import Case, CaseStatus, Person
from workflows.parties import Identity
from workflows.receiving import Complaint, receive
from workflows.simulation.filling import fill

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CALM = {
    "accept_outcome": "accepted", "read_back": True, "verified": "verified", "risk_floor": "ordinary",
    "systemic": False,
    "upheld": "full", "remedy": "refund", "amount_offered": 300, "other_measures": False, "legal_outcome": "passed",
    "approval_outcome": "approved", "conflict_free": True, "customer_answer": "accepted", "execution_result": "done",
    "satisfaction": "satisfied", "plan_changed": False, "mediation_outcome": "settled",
}  # fmt: skip


class Walk:
    """Walks a case: at each open task somebody fitting fills the form, with `wanted` values where the form has them."""

    def __init__(self, session: Session, case: Case, **wanted: Any) -> None:
        self.session, self.case, self.wanted = session, case, {**CALM, **wanted}
        self.steps: list[tuple[str, str | None, str]] = []
        self.moment = MONDAY

    def open_tasks(self) -> list[UserTask]:
        """Open tasks of all processes of the case."""
        query = select(UserTask).join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        mine = query.where(ProcessInstance.business_key == self.case.number, UserTask.status == TaskStatus.OPEN.value)
        return list(self.session.scalars(mine.order_by(UserTask.created_at)))

    def person(self, task: UserTask) -> Person:
        """Somebody of the department with the role, other than those who had another part in the plan."""
        duty, step = gates.duty_of(self.session, task)
        role = authority.ROLE_OF_DUTY.get(duty or "")
        for one in people.listing(self.session, department=task.department, role=role):
            try:
                authority.check_duty(self.session, self.case, one, duty, step)
            except Forbidden:
                continue
            if usertasks.authorisation.roles(one) - {"auditor", "process_owner", "process_approver", "administrator"}:
                return one
        raise AssertionError(f"nobody for {task.element_id} in {task.department}")

    def do(self, task: UserTask) -> None:
        """Claim and complete one task."""
        person = self.person(task)
        usertasks.claim(self.session, person, task.id)
        form = engine_tasks.form(self.session, task)
        data = fill(form, engine_tasks.context(self.session, task), Random(1))
        keys = {component.path[-1] for component in form.fields}
        data.update({key: value for key, value in self.wanted.items() if key in keys})
        data = fill_again(form, data, engine_tasks.context(self.session, task))
        self.steps.append((task.element_id, task.department, str(person.id)))
        usertasks.complete(self.session, person, task.id, data)

    def until(self, stop: Callable[[UserTask], bool] = lambda _task: False, rounds: int = 60) -> "Walk":
        """Go on until a task fits `stop`, or the case is closed and nothing is open."""
        for _ in range(rounds):
            with at(self.moment):
                for timer in timers.claim_due(self.session, limit=50):
                    timers.fire(self.session, timer)
                tasks = self.open_tasks()
                if any(stop(task) for task in tasks):
                    return self
                if tasks:
                    self.do(tasks[0])
                elif self.case.status == CaseStatus.CLOSED:
                    return self
            self.moment += timedelta(minutes=10) if tasks else timedelta(days=1)
        raise AssertionError(f"no end: {self.steps}")

    def elements(self) -> list[str]:
        """Elements of the tasks done, in order."""
        return [element for element, _, _ in self.steps]


def fill_again(form: Any, data: dict[str, Any], context: Mapping[str, Any]) -> dict[str, Any]:
    """The data with texts put where the wanted values made a field appear."""
    for problem in form.validate(data, context=context).problems:
        data[problem.path] = "按规定处理并已告知投诉人。"
    return data


def received(session: Session, narrative: str, **fields: Any) -> Case:
    """A complaint by phone on that Monday at nine."""
    identity = Identity(name="王伟", phone="13812345678", mail="who@mail.example")
    with at(MONDAY):
        return receive(session, Complaint(narrative, "phone", identity, **fields), actor="complainant")


def stands_on(element: str) -> Callable[[UserTask], bool]:
    """Stops a walk where a task of this element is open."""
    return lambda task: task.element_id == element
