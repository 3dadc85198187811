"""Delegation and taking back: who may, what stays, and that four eyes are still four."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import definitions
from engine import usertasks as engine_tasks
from engine.db import transaction
from engine.errors import Conflict
from engine.models import HistoryEvent, TaskStatus, UserTask
from tests.workflows import bundles
from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import boxes, cases, lending, people, usertasks, withdrawing
from workflows.errors import BadComplaint, FourEyes, LockedOut, NotAllowed, TooLate
from workflows.models import Case
from workflows.parties import Identity
from workflows.receiving import Complaint, receive

ACCEPTED = {"accept_outcome": "accepted", "read_back": True}


@pytest.fixture
def running(house: Session) -> Case:
    """A complaint of the small process with forms, at its first step."""
    definitions.publish_files(house, "complaint", bundles.with_forms(), author="system")
    identity = Identity(name="王伟", phone="13812345678")
    return receive(house, Complaint("空调坏了，要求退款", "phone", identity), actor="system")


def open_tasks(session: Session, case: Case) -> list[UserTask]:
    query = select(UserTask).where(UserTask.instance_id == case.instance_id, UserTask.status == TaskStatus.OPEN.value)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def kinds(session: Session, case: Case) -> list[str]:
    query = select(HistoryEvent.kind).where(HistoryEvent.instance_id == case.instance_id).order_by(HistoryEvent.seq)
    return list(session.scalars(query))


def test_a_lent_task_is_prepared_by_the_helper_and_completed_by_the_lender(
    house: Session, who: Who, running: Case
) -> None:
    (task,) = open_tasks(house, running)
    usertasks.claim(house, who("staff"), task.id)
    lending.delegate(house, who("staff"), task.id, who("quality"), reason="请核对批次")
    assert [row.task.id for row in boxes.inbox(house, who("quality"), "mine")] == [task.id]
    assert [row.task.id for row in boxes.inbox(house, who("staff"), "mine")] == [task.id]
    draft = {"accept_outcome": "accepted"}
    usertasks.save_draft(house, who("quality"), task.id, draft, rev=task.rev)
    for login in ("staff", "quality", "head"):
        with pytest.raises(NotAllowed):
            usertasks.complete(house, who(login), task.id, ACCEPTED)
    lending.hand_back(house, who("quality"), task.id, reason="已核对")
    assert (task.assignee, task.lender, task.draft) == (str(who("staff").id), None, draft)
    usertasks.complete(house, who("staff"), task.id, ACCEPTED)
    assert [kind for kind in kinds(house, running) if kind.startswith("task_")][1:5] == [
        "task_claimed", "task_delegated", "task_handed_back", "task_completed",
    ]  # fmt: skip


def test_the_lender_takes_a_lent_task_back(house: Session, who: Who) -> None:
    task = a_task(house, a_case(house), assignee=str(who("staff").id))
    lending.delegate(house, who("staff"), task.id, who("staff2"), reason="出差")
    lending.hand_back(house, who("staff"), task.id)
    assert (task.assignee, task.lender) == (str(who("staff").id), None)
    with pytest.raises(NotAllowed):
        lending.hand_back(house, who("staff"), task.id)


def test_only_who_has_a_task_lends_it_and_nobody_lends_it_on(house: Session, who: Who) -> None:
    task = a_task(house, a_case(house), assignee=str(who("staff").id))
    for login in ("staff2", "head", "manager", "auditor"):
        with pytest.raises(NotAllowed):
            lending.delegate(house, who(login), task.id, who("staff3"), reason="x")
    with pytest.raises(BadComplaint):
        lending.delegate(house, who("staff"), task.id, who("staff2"), reason=" ")
    with pytest.raises(BadComplaint):
        lending.delegate(house, who("staff"), task.id, who("staff"), reason="x")
    lending.delegate(house, who("staff"), task.id, who("staff2"), reason="x")
    for login in ("staff", "staff2"):
        with pytest.raises(NotAllowed):
            lending.delegate(house, who(login), task.id, who("staff3"), reason="x")


def test_nothing_is_lent_to_somebody_named_in_the_case(house: Session, who: Who) -> None:
    task = a_task(house, a_case(house, named=[str(who("staff2").id)]), assignee=str(who("staff").id))
    with pytest.raises(LockedOut):
        lending.delegate(house, who("staff"), task.id, who("staff2"), reason="x")


def test_a_head_takes_a_lent_task_out_of_both_hands(house: Session, who: Who) -> None:
    task = a_task(house, a_case(house), assignee=str(who("staff").id))
    lending.delegate(house, who("staff"), task.id, who("staff2"), reason="x")
    usertasks.unclaim(house, who("head"), task.id)
    assert (task.assignee, task.lender) == (None, None)


def to_plan(session: Session, who: Who, case: Case) -> UserTask:
    (task,) = open_tasks(session, case)
    usertasks.complete(session, who("staff"), task.id, ACCEPTED)
    (plan,) = open_tasks(session, case)
    return plan


PLAN = {"upheld": "full", "remedy": "refund", "amount_offered": 300, "basis": "已核实质量问题，按规定退款处理"}


def test_who_prepared_a_plan_for_its_proposer_does_not_approve_it(house: Session, who: Who, running: Case) -> None:
    task = to_plan(house, who, running)
    usertasks.claim(house, who("staff"), task.id)
    lending.delegate(house, who("staff"), task.id, who("head"), reason="请代拟")
    lending.hand_back(house, who("head"), task.id)
    usertasks.complete(house, who("staff"), task.id, PLAN)
    (approval,) = open_tasks(house, running)
    assert approval.element_id == "Task_ApproveHead"
    with pytest.raises(FourEyes):
        usertasks.claim(house, who("head"), approval.id)
    with pytest.raises(FourEyes):
        usertasks.complete(house, who("head"), approval.id, {"approval_outcome": "approved", "reason": "好"})


def test_an_approval_is_not_lent(house: Session, who: Who, running: Case) -> None:
    task = to_plan(house, who, running)
    usertasks.complete(house, who("staff"), task.id, PLAN)
    (approval,) = open_tasks(house, running)
    usertasks.claim(house, who("head"), approval.id)
    assert "delegate" not in usertasks.open_task(house, who("head"), approval.id).verbs
    with pytest.raises(FourEyes):
        lending.delegate(house, who("head"), approval.id, who("management"), reason="x")


def test_a_completed_step_is_taken_back_with_what_was_sent(house: Session, who: Who, running: Case) -> None:
    following = to_plan(house, who, running)
    (first,) = house.scalars(select(UserTask).where(UserTask.element_id == "Task_Accept"))
    again = withdrawing.withdraw(house, who("staff"), first.id, reason="填错了")
    assert (again.element_id, again.assignee, again.draft) == ("Task_Accept", str(who("staff").id), ACCEPTED)
    house.refresh(following)
    assert following.status == TaskStatus.CANCELLED
    assert kinds(house, running)[-1] == "task_withdrawn"
    usertasks.complete(house, who("staff"), again.id, ACCEPTED)
    assert [task.element_id for task in open_tasks(house, running)] == ["Task_Plan"]


def test_a_withdrawn_plan_is_proposed_anew_as_its_next_version(house: Session, who: Who, running: Case) -> None:
    task = to_plan(house, who, running)
    usertasks.complete(house, who("staff"), task.id, PLAN)
    again = withdrawing.withdraw(house, who("staff"), task.id, reason="金额有误")
    usertasks.complete(house, who("staff"), again.id, {**PLAN, "amount_offered": 200})
    plan = cases.latest_plan(house, cases.reread(house, running.number) or running)
    assert plan is not None
    assert (plan.version, plan.amount) == (2, 20000)


@pytest.mark.parametrize("touch", ["claim", "draft", "urge"])
def test_what_somebody_has_touched_is_not_taken_back(house: Session, who: Who, running: Case, touch: str) -> None:
    following = to_plan(house, who, running)
    if touch == "claim":
        usertasks.claim(house, who("staff2"), following.id)
    elif touch == "draft":
        usertasks.save_draft(house, who("staff2"), following.id, {"basis": "半句"}, rev=following.rev)
    else:
        usertasks.urge(house, who("head"), following.id)
    (first,) = house.scalars(select(UserTask).where(UserTask.element_id == "Task_Accept"))
    with pytest.raises(TooLate):
        withdrawing.withdraw(house, who("staff"), first.id, reason="x")
    assert [task.id for task in open_tasks(house, running)] == [following.id]


def test_an_approval_is_never_taken_back(house: Session, who: Who, running: Case) -> None:
    task = to_plan(house, who, running)
    usertasks.complete(house, who("staff"), task.id, PLAN)
    (approval,) = open_tasks(house, running)
    usertasks.complete(house, who("head"), approval.id, {"approval_outcome": "returned", "reason": "重拟"})
    with pytest.raises(TooLate):
        withdrawing.withdraw(house, who("head"), approval.id, reason="x")


def test_nobody_takes_back_the_work_of_others_or_what_is_still_open(house: Session, who: Who, running: Case) -> None:
    following = to_plan(house, who, running)
    (first,) = house.scalars(select(UserTask).where(UserTask.element_id == "Task_Accept"))
    for login in ("staff2", "head", "manager"):
        with pytest.raises(NotAllowed):
            withdrawing.withdraw(house, who(login), first.id, reason="x")
    with pytest.raises(NotAllowed):
        withdrawing.withdraw(house, who("staff"), following.id, reason="x")
    with pytest.raises(BadComplaint):
        withdrawing.withdraw(house, who("staff"), first.id, reason=" ")


def test_of_a_withdrawal_and_a_claim_at_once_one_wins(database: Engine) -> None:
    from workflows import demo, seeds

    with transaction() as session:
        seeds.plant(session)
        demo.people_of_the_demo(session)
        definitions.publish_files(session, "complaint", bundles.with_forms(), author="system")
    won = []
    for _ in range(6):
        with transaction() as session:
            case = receive(
                session, Complaint("空调坏了", "phone", Identity(name="王", phone="13812345678")), actor="system"
            )
            staff, other = people.by_login(session, "staff"), people.by_login(session, "staff2")
            assert staff is not None
            assert other is not None
            (first,) = open_tasks(session, case)
            usertasks.complete(session, staff, first.id, ACCEPTED)
            (following,) = open_tasks(session, case)
        start = threading.Barrier(2)

        def act(verb: str, task_id: UUID, start: threading.Barrier = start) -> bool:
            start.wait(timeout=30)
            try:
                with transaction() as session:
                    person = people.by_login(session, "staff" if verb == "withdraw" else "staff2")
                    assert person is not None
                    if verb == "withdraw":
                        withdrawing.withdraw(session, person, task_id, reason="填错")
                    else:
                        usertasks.claim(session, person, task_id)
            except Conflict:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(act, ("withdraw", "claim"), (first.id, following.id)))
        assert sorted(results) == [False, True], results
        won.append(results[0])
        with transaction() as session:
            engine_tasks.get(session, following.id)
            (left,) = open_tasks(session, case)
            assert left.assignee is not None
            assert left.element_id == ("Task_Accept" if results[0] else "Task_Plan")
    assert len(won) == 6
