"""The shipped main process from acceptance to close: departments, one owner, fast path, recall, reopening, notices."""

from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import ids, instances, timers
from engine import usertasks as engine_tasks
from engine.clock import at
from engine.errors import Forbidden, StepFailed
from engine.models import Incident, OutboxMessage, ProcessInstance
from tests.workflows.conftest import Who
from tests.workflows.walking import MONDAY, Walk, received, stands_on
from workflows import authority, cases, timeline
from workflows.models import CaseStatus, DecisionKind, Letter


@pytest.mark.requirement("RTE-01", "RTE-02")
def test_a_quality_complaint_walks_through_its_departments_with_one_owner(shipped: Session) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用，要求退款 3000 元")
    walk = Walk(shipped, case).until()
    departments = {element: department for element, department, _ in walk.steps}
    assert departments["Task_Accept"] == "customer_service"
    assert departments["Task_Communicate"] == "customer_service"
    assert "quality" in {departments["Task_Verify"], departments["Task_Conclude"]}
    assert departments["Task_Pay"] == "finance"
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "solved")
    assert case.owner == walk.steps[0][2]
    assert shipped.scalars(select(Incident)).all() == []


@pytest.fixture
def younger_ids_are_less(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the clock went backwards the whole time."""
    falling = count(2**125, -1)
    monkeypatch.setattr(ids.compat, "uuid7", lambda: UUID(int=next(falling)))


def _pay_at_the_second_try(session: Session) -> None:
    case = received(session, "空调用了三天就坏了，开机异响，无法使用，要求退款 3000 元")
    walk = Walk(session, case, execution_result="failed").until(stands_on("Task_Pay"))
    [paying] = walk.open_tasks()
    walk.until(lambda task: task.element_id == "Task_Pay" and task.id != paying.id)
    walk.wanted["execution_result"] = "done"
    walk.until()
    assert walk.elements()[-3:] == ["Task_Pay", "Task_Pay", "Task_Revisit"]
    plan = cases.latest_plan(session, case)
    assert plan is not None
    session.info["decisions"].clear()  # read again from the file
    assert [each.outcome for each in authority.decisions(session, plan) if each.kind == DecisionKind.EXECUTION] == [
        "failed",
        "done",
    ]
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "solved")
    assert session.scalars(select(Incident)).all() == []


@pytest.mark.requirement("SOL-14")
def test_a_payment_which_failed_goes_back_to_finance_and_is_paid_before_the_revisit(shipped: Session) -> None:
    _pay_at_the_second_try(shipped)


@pytest.mark.usefixtures("younger_ids_are_less")
def test_a_clock_which_is_set_back_does_not_turn_the_order_of_decisions(shipped: Session) -> None:
    _pay_at_the_second_try(shipped)


def test_an_incident_is_told_by_the_name_of_the_step_in_both_languages(shipped: Session, who: Who) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用，要求退款 3000 元")
    walk = Walk(shipped, case).until(stands_on("Task_Pay"))
    [paying] = walk.open_tasks()
    assert case.instance_id is not None
    with at(walk.moment):
        manager = str(who("manager").id)
        instances.move(shipped, case.instance_id, paying.id, "Task_Revisit", actor=manager, reason="赶进度")
    with pytest.raises(StepFailed):
        walk.until()
    told = [one.payload for one in shipped.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify"))]
    texts = {(one["text_zh"], one["text_en"]) for one in told if one["text_zh"].startswith("流程异常")}
    assert texts == {(f"流程异常：{case.number} 结案归档", f"Incident: {case.number} Close and archive")}


@pytest.mark.requirement("RTE-03")
def test_a_threat_with_a_lawyer_brings_the_case_to_legal(shipped: Session) -> None:
    case = received(shipped, "合同约定免费维修却单方面违约，我已请律师准备起诉")
    walk = Walk(shipped, case).until(stands_on("Task_Pay"))
    assert ("Task_LegalReview", "legal") in [step[:2] for step in walk.steps]
    assert case.risk == "high"


@pytest.mark.requirement("RTE-04")
def test_a_major_case_is_decided_by_management_and_nobody_lower(shipped: Session, who: Who) -> None:
    case = received(shipped, "热水壶起火，母亲烫伤住院，已请律师起诉")
    walk = Walk(shipped, case, severity=4, impact=3, safety=True, amount_offered=300).until(
        stands_on("Task_ApproveManagement")
    )
    [task] = [task for task in walk.open_tasks() if task.element_id == "Task_ApproveManagement"]
    assert task.department == "management"
    for login in ("head2", "manager", "legal_head", "finance_head"):
        with pytest.raises(Forbidden), at(walk.moment):
            engine_tasks.complete(shipped, task.id, {"approval_outcome": "approved"}, actor=str(who(login).id))
    walk.until(stands_on("Task_Communicate"))
    assert "Task_ApproveManagement" in walk.elements()


@pytest.mark.requirement("INV-14")
def test_a_small_refund_is_solved_without_an_investigation(shipped: Session) -> None:
    case = received(shipped, "多收费用，账单多收了 50 元，请退还多收的 50 元")
    calm = {"severity": 1, "impact": 1, "amount_claimed": 50, "nature": "price", "issue": "overcharge"}
    walk = Walk(shipped, case, amount_offered=50, **calm).until()
    assert not {"Task_Verify", "Task_Conclude"} & set(walk.elements())
    assert case.outcome == "solved"


@pytest.mark.requirement("INV-13")
def test_a_systemic_defect_starts_a_recall_beside_the_case(shipped: Session) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用")
    walk = Walk(shipped, case, systemic=True).until(stands_on("Task_Plan"))
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
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用")
    number = case.number
    walk = Walk(shipped, case, satisfaction="unsatisfied", unsatisfied_reasons=["not_solved"]).until(
        stands_on("Task_Revisit")
    )
    with at(walk.moment):
        walk.do(next(task for task in walk.open_tasks() if task.element_id == "Task_Revisit"))
    assert (case.number, case.reopened, case.status) == (number, 1, CaseStatus.OPEN)
    walk.wanted["satisfaction"] = "satisfied"
    walk.until()
    assert walk.elements().count("Task_Plan") == 2
    assert case.status == CaseStatus.CLOSED


def test_a_long_investigation_tells_the_complainant_how_it_stands(shipped: Session) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用")
    walk = Walk(shipped, case).until(stands_on("Task_Verify"))

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
    case = received(shipped, "账单多收费用 50 元")
    Walk(shipped, case, accept_outcome="refused", reason="不属于受理范围").until()
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "refused")
    [instance] = shipped.scalars(select(ProcessInstance).where(ProcessInstance.business_key == case.number))
    assert instance.status == "completed"
    assert instances.tokens(shipped, instance) == []
    [letter] = [one for one in timeline.of(shipped, case) if one.data.get("template") == "acceptance_outcome"]
    assert letter.kind == "letter"


@pytest.mark.requirement("INV-06", "COM-03")
def test_a_long_investigation_tells_the_complainant_at_every_interval_until_it_ends(shipped: Session) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用")
    walk = Walk(shipped, case).until(stands_on("Task_Verify"))
    told = select(Letter).where(Letter.case_id == case.id, Letter.template == "progress").order_by(Letter.id)
    for hours in range(0, 10 * 24, 6):  # ten days, looked at every six hours
        walk.moment = MONDAY + timedelta(hours=hours)
        with at(walk.moment):
            for timer in timers.claim_due(shipped, limit=50):
                timers.fire(shipped, timer)
    days = [letter.at.astimezone(MONDAY.tzinfo).date() for letter in shipped.scalars(told)]
    # every second working day from Monday the 2nd, told at its end or at the first look after it
    assert [day.isoformat() for day in days] == ["2026-03-04", "2026-03-06", "2026-03-10"]
    walk.until(stands_on("Task_Plan"))
    with at(walk.moment + timedelta(days=30)):
        for timer in timers.claim_due(shipped, limit=50):
            timers.fire(shipped, timer)
    assert len(shipped.scalars(told).all()) == 3


@pytest.mark.requirement("INV-15")
def test_a_complex_complaint_is_told_the_steps_ahead_and_their_dates(shipped: Session) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用")
    Walk(shipped, case).until(stands_on("Task_Verify"))
    [letter] = shipped.scalars(select(Letter).where(Letter.case_id == case.id, Letter.template == "handling_plan"))
    [mail] = [
        message
        for message in shipped.scalars(select(OutboxMessage).where(OutboxMessage.topic == "mail"))
        if message.id == letter.outbox_id
    ]
    assert mail.payload["text"] == letter.body
    dates = [
        line.partition("2026年")[2][:6] for line in letter.body.splitlines() if line.startswith(("一", "二", "三"))
    ]
    assert dates == ["03月04日", "03月06日", "03月11日"]  # 48 hours, two working days more, seven working days in all
    assert "$" not in letter.body
