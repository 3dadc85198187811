"""The domain inside a running process: receiving, the verbs of a task, gates which hold whatever is tried."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import definitions, instances, timers
from engine import usertasks as engine_tasks
from engine.clock import at, now
from engine.errors import Conflict, Forbidden, Invalid, StepFailed
from engine.models import Incident, InstanceStatus, OutboxMessage, TaskStatus, UserTask
from tests.workflows import bundles
from tests.workflows.conftest import Who
from workflows import boxes, cases, correspondence, deadlines, timeline, usertasks
from workflows.errors import BadComplaint, FourEyes, GateClosed, NoSuchTask, NotAllowed, OverAuthority
from workflows.models import Case, CaseStatus, Decision, Escalation, Letter, Submission
from workflows.parties import Identity
from workflows.receiving import Complaint, receive

CHINA = ZoneInfo("Asia/Shanghai")


def _complaint(narrative: str = "空调坏了，要求退款 100 元", **fields: object) -> Complaint:
    identity = Identity(name="欧阳娜", phone="13812345678", mail="who@mail.example")
    return Complaint(narrative=narrative, channel="phone", identity=identity, **fields)  # type: ignore[arg-type]


def _task(session: Session, case: Case) -> UserTask:
    found = session.scalars(
        select(UserTask).where(UserTask.instance_id == case.instance_id, UserTask.status == TaskStatus.OPEN.value)
    ).all()
    assert len(found) == 1, [task.element_id for task in found]
    return found[0]


def _do(session: Session, who: Who, case: Case, login: str, element: str, **data: object) -> None:
    task = _task(session, case)
    assert task.element_id == element
    usertasks.claim(session, who(login), task.id)
    usertasks.complete(session, who(login), task.id, data)


def _to_plan(session: Session, who: Who, *, amount: float, remedy: str = "refund", narrative: str = "") -> Case:
    case = receive(session, _complaint(narrative or "空调坏了"), actor="complainant")
    _do(session, who, case, "staff", "Task_Accept", accept_outcome="accepted")
    _do(session, who, case, "staff2", "Task_Plan", remedy=remedy, amount_offered=amount, upheld="full")
    return case


@pytest.mark.requirement("INT-19")
def test_a_case_before_a_holiday_promises_in_its_letter_the_date_the_engine_counts(running: Session) -> None:
    friday = datetime(2026, 2, 13, 17, 0, tzinfo=CHINA)  # before Spring Festival, with two make-up Saturdays
    with at(friday):
        case = receive(running, _complaint(), actor="complainant")
        [letter] = correspondence.of(running, case)
        assert case.promised_at == deadlines.due(running, case, "reply")
    assert case.promised_at is not None
    promised = case.promised_at.astimezone(CHINA)
    assert promised.strftime("%Y年%m月%d日 %H:%M") in letter.body
    assert promised.isoformat() == "2026-03-02T18:00:00+08:00"
    assert case.number in letter.body


def test_the_acknowledgement_is_promised_to_the_complainants_mail(running: Session) -> None:
    case = receive(running, _complaint(), actor="complainant")
    [mail] = running.scalars(select(OutboxMessage).where(OutboxMessage.topic == "mail"))
    assert mail.payload["to"] == "who@mail.example"
    assert case.number in mail.payload["subject"]
    assert set(mail.payload) == {"to", "subject", "text", "html", "case_id"}
    [letter] = correspondence.of(running, case)
    assert (letter.outbox_id, letter.body) == (mail.id, mail.payload["text"])


def test_somebody_without_a_mail_address_gets_a_letter_on_file_and_no_mail(running: Session) -> None:
    case = receive(running, Complaint("坏了", "counter", Identity(name="李四")), actor="system")
    assert len(correspondence.of(running, case)) == 1
    assert running.scalars(select(OutboxMessage).where(OutboxMessage.topic == "mail")).all() == []


def test_an_english_complaint_is_answered_in_english(running: Session) -> None:
    case = receive(running, _complaint("The heater is broken", locale="en"), actor="complainant")
    [letter] = correspondence.of(running, case)
    assert letter.body.startswith("Dear 欧阳娜")


def test_the_same_message_twice_is_one_case(running: Session) -> None:
    first = receive(running, _complaint(), actor="complainant", message_id="<1@mail>")
    assert receive(running, _complaint("other"), actor="complainant", message_id="<1@mail>").id == first.id


@pytest.mark.requirement("INT-10")
def test_empty_fields_are_refused_with_their_names(running: Session) -> None:
    with pytest.raises(BadComplaint) as refused:
        receive(running, Complaint("  ", "pigeon", Identity(), amount_claimed=-1), actor="complainant")
    assert {problem["path"] for problem in refused.value.problems} == {
        "narrative",
        "channel",
        "identity.name",
        "amount_claimed",
    }
    assert all(problem["message_zh"] and problem["message_en"] for problem in refused.value.problems)
    assert running.scalars(select(Case)).all() == []


@pytest.mark.requirement("INT-13")
def test_a_complaint_from_the_future_is_refused(running: Session) -> None:
    with pytest.raises(BadComplaint) as refused:
        receive(running, _complaint(occurred_at=now() + timedelta(days=1)), actor="complainant")
    assert [problem["path"] for problem in refused.value.problems] == ["occurred_at"]


def test_a_small_refund_walks_from_acceptance_to_close(running: Session, who: Who) -> None:
    case = _to_plan(running, who, amount=300)
    _do(running, who, case, "head", "Task_ApproveHead", approval_outcome="approved")
    _do(running, who, case, "finance", "Task_Pay", execution_result="paid", proof="流水 1")
    with at(now() + timedelta(days=10)):
        for timer in timers.claim_due(running, limit=10):
            timers.fire(running, timer)
        _do(running, who, case, "staff", "Task_Revisit", satisfaction="satisfied")
    running.refresh(case)
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "solved")
    assert case.owner == str(who("staff").id)
    assert case.watch_until is not None
    assert instances.get(running, _id(case)).status == InstanceStatus.COMPLETED
    kinds = {entry.kind for entry in timeline.of(running, case)}
    assert {"letter", "plan", "decision", "history.task_completed"} <= kinds
    assert running.scalars(select(Incident)).all() == []


def _id(case: Case) -> UUID:
    assert case.instance_id is not None
    return case.instance_id


def test_every_form_is_kept_whole_in_the_case_file_with_its_author(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    _do(running, who, case, "staff", "Task_Accept", accept_outcome="accepted", bank_account="6222020200112230123")
    [sent] = running.scalars(select(Submission).where(Submission.case_id == case.id))
    assert (sent.actor, sent.duty, sent.step) == (str(who("staff").id), "staff", "accept")
    assert sent.data["bank_account"] == "6222020200112230123"


@pytest.mark.requirement("LEG-01")
def test_legal_review_cannot_be_skipped_by_any_way_there_is(running: Session, who: Who) -> None:
    case = _to_plan(running, who, amount=300, narrative="不退款我就找律师起诉")
    task = _task(running, case)
    assert (task.element_id, task.department) == ("Task_Legal", "legal")
    # by completing it without being legal
    with pytest.raises((NotAllowed, NoSuchTask)):
        usertasks.complete(running, who("head"), task.id, {"legal_outcome": "passed"})
    with pytest.raises(Forbidden):
        engine_tasks.complete(running, task.id, {"legal_outcome": "passed"}, actor=str(who("manager").id))
    # by moving the token past it, even as a manager or an administrator
    for target in ("Service_Offer", "Task_Pay", "Service_Execution", "Service_Close"):
        for login in ("manager", "admin", "owner"):
            with pytest.raises(GateClosed):
                instances.move(running, _id(case), task.id, target, actor=str(who(login).id), reason="快一点")
    # by moving the token onto the next gate: the release itself refuses
    instances.move(running, _id(case), task.id, "Task_ApproveHead", actor=str(who("manager").id), reason="x")
    task = _task(running, case)
    usertasks.claim(running, who("head"), task.id)
    with pytest.raises(StepFailed):
        usertasks.complete(running, who("head"), task.id, {"approval_outcome": "approved", "needs_legal": False})
    assert _task(running, case).element_id == "Task_ApproveHead"
    assert running.scalars(select(Letter.template).where(Letter.template == "offer")).all() == []


@pytest.mark.requirement("LEG-01")
def test_a_diagram_with_a_way_round_the_gate_is_refused(house: Session) -> None:
    with pytest.raises(Invalid) as refused:
        definitions.publish_files(house, "complaint", bundles.complaint(bypass=True), author="owner")
    assert {"gate_bypassed"} & {problem["code"] for problem in refused.value.problems}
    assert "Task_Pay" in {problem["path"] for problem in refused.value.problems}


def test_a_forged_variable_opens_no_gate(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    forged = {
        "needs_legal": False,
        "approval_outcome": "approved",
        "legal_outcome": "passed",
        "accept_outcome": "accepted",
    }
    _do(running, who, case, "staff", "Task_Accept", **forged)
    _do(running, who, case, "staff2", "Task_Plan", remedy="compensation", amount_offered=90_000, **forged)
    task = _task(running, case)
    assert task.element_id == "Task_Legal"  # `record_plan` says it anew from the facts
    assert running.scalars(select(Decision)).all() == []


def test_the_proposer_cannot_approve_even_as_a_head(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    _do(running, who, case, "staff", "Task_Accept", accept_outcome="accepted")
    _do(running, who, case, "head", "Task_Plan", remedy="refund", amount_offered=300)
    task = _task(running, case)
    for verb in (
        lambda: usertasks.claim(running, who("head"), task.id),
        lambda: usertasks.assign(running, who("head2"), task.id, who("head")),
        lambda: engine_tasks.complete(running, task.id, {"approval_outcome": "approved"}, actor=str(who("head").id)),
    ):
        with pytest.raises(FourEyes):
            verb()
    assert "complete" not in usertasks.open_task(running, who("head"), task.id).verbs
    _do(running, who, case, "head2", "Task_ApproveHead", approval_outcome="approved")


def test_a_large_plan_goes_through_two_levels_and_staff_reach_neither(running: Session, who: Who) -> None:
    case = _to_plan(running, who, amount=30_000)
    task = _task(running, case)
    with pytest.raises(OverAuthority):
        usertasks.claim(running, who("staff"), task.id)
    _do(running, who, case, "head", "Task_ApproveHead", approval_outcome="approved")
    task = _task(running, case)
    assert task.department == "management"
    with pytest.raises(NoSuchTask):
        usertasks.claim(running, who("quality"), task.id)
    _do(running, who, case, "management", "Task_ApproveManagement", approval_outcome="approved")
    assert _task(running, case).element_id == "Task_Pay"


def test_a_returned_plan_comes_back_with_its_reason_and_needs_a_new_approval(running: Session, who: Who) -> None:
    case = _to_plan(running, who, amount=900)
    _do(running, who, case, "head", "Task_ApproveHead", approval_outcome="returned", reason="金额偏高")
    [decision] = running.scalars(select(Decision).where(Decision.case_id == case.id))
    assert (decision.outcome, decision.reason) == ("returned", "金额偏高")
    _do(running, who, case, "staff2", "Task_Plan", remedy="refund", amount_offered=600)
    assert _task(running, case).element_id == "Task_ApproveHead"


def test_a_late_acceptance_is_escalated_once_and_the_heads_are_told(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    task = _task(running, case)
    assert task.due_at is not None
    with at(task.due_at + timedelta(minutes=1)):
        for timer in timers.claim_due(running, limit=10):
            timers.fire(running, timer)
        [late] = running.scalars(select(Escalation).where(Escalation.case_id == case.id))
        told = running.scalars(
            select(OutboxMessage).where(
                OutboxMessage.topic == "notify", OutboxMessage.payload["text_en"].astext.contains("overdue")
            )
        ).all()
    assert (late.step, late.level) == ("accept", 1)
    assert set(late.told) == {str(who("head").id), str(who("head2").id)}
    assert len(told) == 1
    assert _task(running, case).id == task.id  # the task stays open


def test_a_task_done_after_its_time_still_leaves_the_escalation(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    task = _task(running, case)
    assert task.due_at is not None
    with at(task.due_at + timedelta(hours=1)):
        _do(running, who, case, "staff", "Task_Accept", accept_outcome="accepted")
    assert len(running.scalars(select(Escalation).where(Escalation.case_id == case.id)).all()) == 1


@pytest.mark.requirement("SLA-11")
def test_the_revisit_task_appears_on_the_third_day_and_not_before(running: Session, who: Who) -> None:
    with at(datetime(2026, 3, 3, 10, 0, tzinfo=CHINA)):
        case = _to_plan(running, who, amount=300)
        _do(running, who, case, "head", "Task_ApproveHead", approval_outcome="approved")
        _do(running, who, case, "finance", "Task_Pay", execution_result="paid")
    for moment, elements in (
        (datetime(2026, 3, 5, 23, 59, tzinfo=CHINA), []),
        (datetime(2026, 3, 6, 18, 1, tzinfo=CHINA), ["Task_Revisit"]),
    ):
        with at(moment):
            for timer in timers.claim_due(running, limit=10):
                timers.fire(running, timer)
        open_tasks = running.scalars(
            select(UserTask.element_id).where(UserTask.instance_id == case.instance_id, UserTask.status == "open")
        ).all()
        assert open_tasks == elements


@pytest.mark.requirement("INT-11")
def test_an_edited_narrative_keeps_its_original_for_ever(running: Session, who: Who) -> None:
    case = receive(running, _complaint("最初的话"), actor="complainant")
    cases.edit(running, who("staff"), case, {"narrative": "更正后的话"}, rev=case.rev, reason="听写有误")
    running.flush()
    assert (case.narrative, case.original) == ("更正后的话", "最初的话")
    assert any(entry.kind == "change" for entry in timeline.of(running, case))
    with pytest.raises(Exception, match="never changes"), running.begin_nested():
        running.execute(text("UPDATE case_file SET original = narrative"))
    with pytest.raises(Conflict):
        cases.edit(running, who("staff"), case, {"narrative": "再改"}, rev=case.rev - 1)
    with pytest.raises(BadComplaint):
        cases.edit(running, who("staff"), case, {"original": "x"}, rev=case.rev)


@pytest.mark.requirement("PRV-02")
def test_a_dump_of_every_table_holds_no_clear_phone_number(running: Session, who: Who) -> None:
    case = receive(running, _complaint("我叫欧阳娜，电话 13812345678，空调坏了"), actor="complainant")
    _do(running, who, case, "staff", "Task_Accept", accept_outcome="accepted", callback="13812345678", name="欧阳娜")
    tables = running.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
    for table in tables:
        dump = "\n".join(running.execute(text(f'SELECT t::text FROM "{table}" t')).scalars())
        for clear in ("13812345678", b"13812345678".hex(), "欧阳娜".encode().hex()):
            assert clear not in dump, table


def test_the_view_of_a_case_is_masked_and_every_clear_look_is_recorded(running: Session, who: Who) -> None:
    from workflows.models import Disclosure

    case = receive(running, _complaint(), actor="complainant")
    shown = cases.view(running, case)
    assert shown["complainant"]["phone"] == "138****5678"
    assert shown["complainant"]["name"] == "欧**"
    with pytest.raises(BadComplaint):
        cases.reveal(running, who("staff"), case, reason=" ")
    assert cases.reveal(running, who("staff"), case, reason="回电核实")["phone"] == "13812345678"
    [look] = running.scalars(select(Disclosure))
    assert (look.person_id, look.reason) == (who("staff").id, "回电核实")


def test_a_task_is_transferred_with_a_reason_and_the_receiver_is_told(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    task = _task(running, case)
    with pytest.raises(BadComplaint):
        usertasks.transfer(running, who("staff"), task.id, department="logistics", reason=" ")
    with pytest.raises(BadComplaint):
        usertasks.transfer(running, who("staff"), task.id, department="moon", reason="不属于我们")
    usertasks.transfer(running, who("staff"), task.id, department="logistics", reason="物流原因")
    assert (task.department, task.assignee) == ("logistics", None)
    with pytest.raises(NotAllowed):
        usertasks.claim(running, who("staff"), task.id)
    usertasks.claim(running, who("logistics"), task.id)


@pytest.mark.requirement("RTE-15")
def test_a_supervisor_sees_all_urges_and_reassigns(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    task = _task(running, case)
    manager = who("manager")
    assert [row.task.id for row in boxes.inbox(running, manager, "open")] == [task.id]
    usertasks.claim(running, who("staff"), task.id)
    with pytest.raises(NotAllowed):
        usertasks.urge(running, who("staff2"), task.id)
    assert usertasks.urge(running, manager, task.id, reason="客户来催").urged == 1
    notices = running.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify")).all()
    assert [message.payload["people"] for message in notices][-1] == [str(who("staff").id)]
    usertasks.assign(running, manager, task.id, who("staff2"), reason="换人")
    assert task.assignee == str(who("staff2").id)


def test_a_task_is_sent_back_to_a_step_the_case_has_passed(running: Session, who: Who) -> None:
    case = _to_plan(running, who, amount=300)
    task = _task(running, case)
    usertasks.claim(running, who("head"), task.id)
    with pytest.raises(BadComplaint):
        usertasks.send_back(running, who("head"), task.id, element="Task_Pay", reason="x")
    usertasks.send_back(running, who("head"), task.id, element="Task_Plan", reason="请补充依据")
    assert _task(running, case).element_id == "Task_Plan"


def test_a_draft_is_kept_and_a_stale_one_loses(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    task = usertasks.claim(running, who("staff"), _task(running, case).id)
    rev = task.rev
    saved = usertasks.save_draft(running, who("staff"), task.id, {"note": "半句"}, rev=rev)
    assert saved.draft == {"note": "半句"}
    with pytest.raises(Conflict):
        usertasks.save_draft(running, who("staff"), task.id, {"note": "旧"}, rev=rev)


def test_a_cancelled_process_closes_its_case(running: Session, who: Who) -> None:
    case = receive(running, _complaint(), actor="complainant")
    instances.cancel(running, _id(case), actor=str(who("manager").id), reason="误报")
    running.refresh(case)
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "cancelled")
