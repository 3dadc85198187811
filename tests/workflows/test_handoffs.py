"""A task is not passed on for ever: the third department in a row is a supervisor."""

import pytest
from sqlalchemy.orm import Session

from engine import history
from engine.models import UserTask
from tests.workflows.conftest import Who
from workflows import boxes, cases, correspondence, handoffs, usertasks
from workflows.authorisation import TaskInCase
from workflows.errors import BadComplaint
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


@pytest.fixture
def task(running: Session, who: Who) -> UserTask:
    receive(running, Complaint("空调坏了", "phone", Identity(name="王伟")), actor="complainant")
    [row] = boxes.inbox(running, who("staff"), "department")
    return row.task


@pytest.mark.requirement("RTE-05")
def test_the_third_transfer_brings_the_task_to_a_supervisor(running: Session, who: Who, task: UserTask) -> None:
    with pytest.raises(BadComplaint):
        usertasks.transfer(running, who("staff"), task.id, department="logistics", reason=" ")
    usertasks.transfer(running, who("staff"), task.id, department="logistics", reason="物流原因")
    usertasks.transfer(running, who("logistics"), task.id, department="quality", reason="产品问题")
    assert (task.department, task.assignee) == ("quality", None)
    usertasks.transfer(running, who("quality"), task.id, department="logistics", reason="还是物流")
    assert task.assignee == str(who("head").id)
    reasons = [str(event.data["reason"]) for event in history.of(running, task.instance_id) if "reason" in event.data]
    assert reasons[-3:] == ["物流原因", "产品问题", "还是物流"]
    # a supervisor decides where it belongs, however often it went round
    usertasks.transfer(running, who("head"), task.id, department="logistics", reason="由物流部负责")
    assert (task.department, task.assignee) == ("logistics", None)


@pytest.mark.requirement("INT-20")
def test_a_transfer_brings_the_task_tells_the_complainant_and_keeps_the_clock(
    running: Session, who: Who, task: UserTask
) -> None:
    case = cases.get(running, task.instance.business_key)
    due, promised = task.due_at, case.promised_at
    usertasks.transfer(running, who("staff"), task.id, department="logistics", reason="物流原因")
    assert [row.task.id for row in boxes.inbox(running, who("logistics"), "department")] == [task.id]
    assert boxes.inbox(running, who("staff"), "department") == []
    told = correspondence.of(running, case)[-1]
    assert told.template == "handed_on"
    assert case.number in told.subject
    assert (task.due_at, case.promised_at) == (due, promised)
    event = history.of(running, task.instance_id)[-1]
    facts = (event.kind, event.actor, event.data["department"], event.data["reason"])
    assert facts == ("task_assigned", str(who("staff").id), "logistics", "物流原因")


def test_a_change_of_person_within_the_department_is_no_hand_over(running: Session, who: Who, task: UserTask) -> None:
    for login in ("staff2", "staff3", "staff4"):
        usertasks.assign(running, who("head"), task.id, who(login))
    assert handoffs.count(running, TaskInCase(task, None)) == 0
