"""The shipped main process from acceptance to close: departments, one owner, fast path, recall, reopening, notices."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, timers
from engine import usertasks as engine_tasks
from engine.clock import at
from engine.errors import Forbidden
from engine.models import Incident, OutboxMessage, ProcessInstance, TaskStatus, UserTask
from engine.settings import ROOT
from tests.workflows.conftest import Who
from workflows import authority, cases, demo, gates, people, usertasks
from workflows.models import Case, CaseStatus, Letter, Person
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


@pytest.fixture
def shipped(house: Session) -> Session:
    """All shipped bundles published."""
    demo.publish(house, ROOT / "diagrams")
    return house


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


def _receive(session: Session, narrative: str, **fields: Any) -> Case:
    identity = Identity(name="王伟", phone="13812345678", mail="who@mail.example")
    with at(MONDAY):
        return receive(session, Complaint(narrative, "phone", identity, **fields), actor="complainant")


def _is(element: str) -> Callable[[UserTask], bool]:
    return lambda task: task.element_id == element


@pytest.mark.requirement("RTE-01", "RTE-02")
def test_a_quality_complaint_walks_through_its_departments_with_one_owner(shipped: Session) -> None:
    case = _receive(shipped, "空调用了三天就坏了，开机异响，无法使用，要求退款 3000 元")
    walk = Walk(shipped, case).until()
    departments = {element: department for element, department, _ in walk.steps}
    assert departments["Task_Accept"] == "customer_service"
    assert departments["Task_Communicate"] == "customer_service"
    assert "quality" in {departments["Task_Verify"], departments["Task_Conclude"]}
    assert departments["Task_Pay"] == "finance"
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "solved")
    assert case.owner == walk.steps[0][2]
    assert shipped.scalars(select(Incident)).all() == []


@pytest.mark.requirement("RTE-03")
def test_a_threat_with_a_lawyer_brings_the_case_to_legal(shipped: Session) -> None:
    case = _receive(shipped, "合同约定免费维修却单方面违约，我已请律师准备起诉")
    walk = Walk(shipped, case).until(_is("Task_Pay"))
    assert ("Task_LegalReview", "legal") in [step[:2] for step in walk.steps]
    assert case.risk == "high"


@pytest.mark.requirement("RTE-04")
def test_a_major_case_is_decided_by_management_and_nobody_lower(shipped: Session, who: Who) -> None:
    case = _receive(shipped, "热水壶起火，母亲烫伤住院，已请律师起诉")
    walk = Walk(shipped, case, severity=4, impact=3, safety=True, amount_offered=300).until(
        _is("Task_ApproveManagement")
    )
    [task] = [task for task in walk.open_tasks() if task.element_id == "Task_ApproveManagement"]
    assert task.department == "management"
    for login in ("head2", "manager", "legal_head", "finance_head"):
        with pytest.raises(Forbidden), at(walk.moment):
            engine_tasks.complete(shipped, task.id, {"approval_outcome": "approved"}, actor=str(who(login).id))
    walk.until(_is("Task_Communicate"))
    assert "Task_ApproveManagement" in walk.elements()


@pytest.mark.requirement("INV-14")
def test_a_small_refund_is_solved_without_an_investigation(shipped: Session) -> None:
    case = _receive(shipped, "多收费用，账单多收了 50 元，请退还多收的 50 元")
    calm = {"severity": 1, "impact": 1, "amount_claimed": 50, "nature": "price", "issue": "overcharge"}
    walk = Walk(shipped, case, amount_offered=50, **calm).until()
    assert not {"Task_Verify", "Task_Conclude"} & set(walk.elements())
    assert case.outcome == "solved"


@pytest.mark.requirement("INV-13")
def test_a_systemic_defect_starts_a_recall_beside_the_case(shipped: Session) -> None:
    case = _receive(shipped, "空调用了三天就坏了，开机异响，无法使用")
    walk = Walk(shipped, case, systemic=True).until(_is("Task_Plan"))
    promises = shipped.scalars(select(OutboxMessage).where(OutboxMessage.topic == "start_process")).all()
    [promise] = [one for one in promises if one.payload["process"] == "recall"]
    with at(walk.moment):
        instances.start(
            shipped, "recall", business_key=case.number, variables=promise.payload["variables"], actor="system"
        )
    running = shipped.scalars(
        select(ProcessInstance).where(ProcessInstance.business_key == case.number, ProcessInstance.status == "running")
    ).all()
    assert len(running) == 2
    walk.until()
    assert "Task_RecallSummary" in walk.elements()
    assert case.status == CaseStatus.CLOSED


@pytest.mark.requirement("CLO-07")
def test_an_unsatisfied_complainant_opens_a_new_round_of_the_same_number(shipped: Session) -> None:
    case = _receive(shipped, "空调用了三天就坏了，开机异响，无法使用")
    number = case.number
    walk = Walk(shipped, case, satisfaction="unsatisfied", unsatisfied_reasons=["not_solved"]).until(
        _is("Task_Revisit")
    )
    with at(walk.moment):
        walk.do(next(task for task in walk.open_tasks() if task.element_id == "Task_Revisit"))
    assert (case.number, case.reopened, case.status) == (number, 1, CaseStatus.OPEN)
    walk.wanted["satisfaction"] = "satisfied"
    walk.until()
    assert walk.elements().count("Task_Plan") == 2
    assert case.status == CaseStatus.CLOSED


def test_a_long_investigation_tells_the_complainant_how_it_stands(shipped: Session) -> None:
    case = _receive(shipped, "空调用了三天就坏了，开机异响，无法使用")
    walk = Walk(shipped, case).until(_is("Task_Verify"))

    def told() -> int:
        letters = select(Letter).where(Letter.case_id == case.id, Letter.template == "progress")
        return len(shipped.scalars(letters).all())

    before = told()
    with at(MONDAY + timedelta(days=3)):
        for timer in timers.claim_due(shipped, limit=50):
            timers.fire(shipped, timer)
    assert told() == before + 1
    assert any(task.element_id == "Task_Verify" for task in walk.open_tasks())


@pytest.mark.requirement("CLO-05")
def test_a_closed_case_leaves_no_process_running(shipped: Session) -> None:
    case = _receive(shipped, "账单多收费用 50 元")
    Walk(shipped, case, accept_outcome="refused", reason="不属于受理范围").until()
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "refused")
    [instance] = shipped.scalars(select(ProcessInstance).where(ProcessInstance.business_key == case.number))
    assert instance.status == "completed"
    assert instances.tokens(shipped, instance) == []
    [letter] = [one for one in cases.timeline(shipped, case) if one.data.get("template") == "acceptance_outcome"]
    assert letter.kind == "letter"
