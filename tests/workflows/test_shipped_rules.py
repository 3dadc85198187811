"""The shipped processes under their rules: rounds and mediation, late departments, jumps, stages, changed decisions."""

import json
import re
from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, history, instances, timers, usertasks
from engine.clock import at
from engine.models import HistoryEvent, UserTask
from engine.settings import ROOT
from tests.workflows.conftest import Who
from tests.workflows.walking import Walk, received, stands_on
from workflows import correspondence, portal
from workflows.errors import GateClosed
from workflows.models import Case, CaseStatus, Escalation, Submission

BROKEN = "空调用了三天就坏了，开机异响，无法使用"
SMALL = {"severity": 1, "impact": 1, "amount_claimed": 50, "nature": "price", "issue": "overcharge"}


def _task(walk: Walk, element: str) -> UserTask:
    return next(task for task in walk.open_tasks() if task.element_id == element)


def _fire(session: Session) -> None:
    for timer in timers.claim_due(session, limit=50):
        timers.fire(session, timer)


def _escalations(session: Session, case: Case) -> list[str]:
    return list(session.scalars(select(Escalation.step).where(Escalation.case_id == case.id).order_by(Escalation.id)))


def _letters(session: Session, case: Case) -> list[str]:
    return [letter.template for letter in correspondence.of(session, case)]


def _id(case: Case) -> UUID:
    assert case.instance_id is not None
    return case.instance_id


@pytest.mark.requirement("SOL-07")
def test_the_third_refusal_to_agree_leads_to_mediation(shipped: Session) -> None:
    case = received(shipped, BROKEN)
    walk = Walk(shipped, case, customer_answer="negotiates", counter="希望换新机").until(stands_on("Task_Prepare"))
    assert walk.elements().count("Task_Communicate") == case.rounds == 3
    assert walk.elements().count("Task_Plan") == 3  # a new plan for each round but the last


@pytest.mark.requirement("SOL-08")
def test_who_refuses_sees_that_the_case_is_in_mediation(shipped: Session) -> None:
    case = received(shipped, BROKEN)
    walk = Walk(shipped, case, customer_answer="refused", refusal_reason="不接受维修").until(stands_on("Task_Prepare"))
    for element in ("Task_Prepare", "Task_Result"):
        walk.until(stands_on(element))
        seen = portal.view(shipped, case)
        assert seen.letters[-1].template == "mediation"
        assert "调解" in seen.letters[-1].subject
        assert next(stage.code for stage in seen.milestones if stage.state == "now") == "communicate"


@pytest.mark.requirement("SOL-09")
def test_without_agreement_the_last_letter_names_every_other_way(shipped: Session) -> None:
    case = received(shipped, BROKEN)
    refused = {"customer_answer": "refused", "refusal_reason": "不接受维修", "mediation_outcome": "failed"}
    Walk(shipped, case, **refused, reason="双方差距过大").until()
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "unsettled")
    last = correspondence.of(shipped, case)[-1]
    assert last.template == "rights"
    # 消费者权益保护法 article 39, (2) to (5); (1), to settle, has failed
    for way in ("第三十九条", "消费者协会", "调解组织", "行政部门投诉", "仲裁", "人民法院提起诉讼"):
        assert way in last.body


@pytest.mark.requirement("RTE-13")
def test_the_fast_path_has_fewer_hand_offs_and_its_history_is_whole(shipped: Session) -> None:
    slow, quick = received(shipped, BROKEN), received(shipped, "多收费用，账单多收了 50 元，请退还多收的 50 元")
    handed = []
    for case, wanted in ((slow, {}), (quick, {**SMALL, "amount_offered": 50})):
        walk = Walk(shipped, case, **wanted).until()
        departments = [department for _, department, _ in walk.steps]
        handed.append(sum(one != other for one, other in pairwise(departments)))
        assert history.verify(shipped, _id(case)) is None
        completed = select(HistoryEvent.task_id).where(
            HistoryEvent.instance_id == case.instance_id, HistoryEvent.kind == "task_completed"
        )
        assert len(shipped.scalars(completed).all()) == len(walk.steps)
    assert handed[1] < handed[0]


@pytest.mark.requirement("COM-02")
def test_the_complainant_sees_eight_stages_one_after_the_other(shipped: Session) -> None:
    case = received(shipped, "合同约定免费维修却单方面违约，我已请律师准备起诉，要求退款 3000 元")
    walk, seen = Walk(shipped, case, other_measures=True), list[str]()

    def look(_task: UserTask) -> bool:
        stages = portal.view(shipped, case).milestones
        assert len(stages) == 8
        here = [stage.code for stage in stages if stage.state == "now"]
        assert len(here) == 1
        if here != seen[-1:]:
            seen.extend(here)
        return False

    walk.until(look)
    assert seen == ["accept", "classify", "investigate", "plan", "approve", "communicate", "carry_out", "close"]
    assert [stage.state for stage in portal.view(shipped, case).milestones] == ["done"] * 8


@pytest.mark.requirement("CLS-08")
def test_a_changed_matrix_decides_new_cases_and_leaves_running_ones(shipped: Session) -> None:
    old = received(shipped, "空调坏了")
    files = definitions.load_folder(ROOT / "diagrams" / "complaint")
    table = files["risk-level.dmn"].decode()
    cell = '<inputEntry id="Test_risk_level_10_3"><text>&gt;= 3</text>'  # the severity from which a case is medium
    assert table.count(cell) == 1
    files["risk-level.dmn"] = table.replace(cell, cell.replace("3</text>", "2</text>")).encode()
    definitions.publish_files(shipped, "complaint", files, author="owner")
    new = received(shipped, "空调坏了")
    for case in (old, new):
        Walk(shipped, case, severity=2, impact=1, amount_claimed=0, intensity=1).until(
            lambda task: task.element_id in {"Task_Verify", "Task_Plan"}
        )
    assert (old.risk, new.risk) == ("ordinary", "medium")


@pytest.mark.requirement("CLS-10")
def test_a_risk_raised_by_hand_is_kept_with_who_and_why(shipped: Session) -> None:
    case = received(shipped, "空调坏了")
    walk = Walk(shipped, case, severity=1, impact=1, risk_floor="high", risk_reason="同一门店本月第三起")
    walk.until(lambda task: task.element_id in {"Task_Verify", "Task_Plan"})
    assert case.risk == "high"
    [sent] = shipped.scalars(select(Submission).where(Submission.case_id == case.id, Submission.step == "classify"))
    who = next(person for element, _, person in walk.steps if element == "Task_Classify")
    assert (sent.actor, sent.data["risk_floor"], sent.data["risk_reason"]) == (who, "high", "同一门店本月第三起")


@pytest.mark.requirement("SLA-02")
def test_an_investigation_not_started_after_48_hours_is_escalated_once(shipped: Session) -> None:
    case = received(shipped, BROKEN)
    walk = Walk(shipped, case).until(stands_on("Task_Verify"))
    assert case.urgency == "quality"
    [begun] = {task.created_at for task in walk.open_tasks() if task.element_id == "Task_Verify"}
    open_tasks = len(walk.open_tasks())
    for hours, times in ((47.9, 0), (48.1, open_tasks), (96, open_tasks)):
        with at(begun + timedelta(hours=hours)):
            _fire(shipped)
        assert _escalations(shipped, case).count("investigate") == times


@pytest.mark.requirement("RTE-17")
def test_of_several_departments_only_the_late_one_escalates_and_all_are_waited_for(shipped: Session) -> None:
    case = received(shipped, "买的空调与广告宣传不符，虚假宣传，要求退货")
    walk = Walk(shipped, case, nature="rights", issue="false_advertising").until(stands_on("Task_Verify"))
    tasks = [task for task in walk.open_tasks() if task.element_id == "Task_Verify"]
    assert len({task.department for task in tasks}) == len(tasks) > 1
    with at(walk.moment):
        for task in tasks[1:]:
            walk.do(task)
    assert [task.id for task in walk.open_tasks()] == [tasks[0].id]  # the join waits
    assert tasks[0].due_at is not None
    with at(tasks[0].due_at + timedelta(minutes=1)):
        _fire(shipped)
        assert _escalations(shipped, case) == ["investigate"]
        walk.do(tasks[0])
    assert [task.element_id for task in walk.open_tasks()] == ["Task_Conclude"]


@pytest.mark.requirement("GOV-04")
def test_a_jump_is_written_down_and_no_jump_leads_past_a_gate(shipped: Session, who: Who) -> None:
    case = received(shipped, BROKEN)
    walk = Walk(shipped, case).until(stands_on("Task_Verify"))
    walk.until(stands_on("Task_Plan"))
    manager = str(who("manager").id)
    with at(walk.moment):
        for target in ("Service_SendOffer", "Task_Pay", "Service_RecordExecution", "Service_Close"):
            with pytest.raises(GateClosed):
                instances.move(shipped, _id(case), _task(walk, "Task_Plan").id, target, actor=manager, reason="快些")
        instances.move(
            shipped, _id(case), _task(walk, "Task_Plan").id, "Task_Classify", actor=manager, reason="分类有误"
        )
    [jump] = [one for one in history.of(shipped, _id(case), limit=1000) if one.kind == "token_moved"]
    assert jump.actor == manager
    assert "分类有误" in str(jump.data)
    assert [task.element_id for task in walk.open_tasks()] == ["Task_Classify"]
    assert history.verify(shipped, _id(case)) is None


def _shown(task: UserTask, session: Session) -> str:
    """The texts of a task's form with what it is filled with, as the page shows them."""
    schema = json.loads(usertasks.form_schema(session, task))
    context = usertasks.context(session, task)

    def value(found: re.Match[str]) -> str:
        here: Any = context
        for part in found[1].split("."):
            here = here[part]
        return str(here)

    return "\n".join(re.sub(r"\{\{([\w.]+)\}\}", value, one["text"]) for one in schema["components"] if "text" in one)


@pytest.mark.requirement("INT-15", "SOL-06")
def test_whoever_approves_sees_demand_remedy_and_cost_side_by_side(shipped: Session) -> None:
    case = received(shipped, BROKEN, demand="全额退款", amount_claimed=300_000)
    walk = Walk(shipped, case, remedy="replace", amount_offered=0, cost=1234).until(stands_on("Task_ApproveHead"))
    shown = _shown(_task(walk, "Task_ApproveHead"), shipped)
    for seen in ("诉求：全额退款", "主张金额：3000", "已拟方案：replace", "预计企业成本：1234"):
        assert seen in shown


@pytest.mark.requirement("SOL-05")
@pytest.mark.parametrize("upheld", ["partly", "none"])
def test_a_claim_which_is_not_upheld_is_answered_with_its_reason(shipped: Session, upheld: str) -> None:
    case = received(shipped, BROKEN)
    reason = "超出三包有效期，且检测未见质量缺陷"
    Walk(shipped, case, upheld=upheld, rejection_reason=reason, bases=["facts", "law"]).until(
        stands_on("Task_Communicate")
    )
    [offer] = [letter for letter in correspondence.of(shipped, case) if letter.template == "offer"]
    assert reason in offer.body
    assert correspondence.label("upheld", upheld, "zh") in offer.body
    assert "处理依据：经核实的事实、法律法规" in offer.body
