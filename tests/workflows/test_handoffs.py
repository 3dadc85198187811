"""A task is not passed on for ever: the third department in a row is a supervisor."""

import pytest
from sqlalchemy.orm import Session

from engine import history
from engine.models import UserTask
from tests.workflows.conftest import Who
from workflows import boxes, handoffs, usertasks
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


def test_a_change_of_person_within_the_department_is_no_hand_over(running: Session, who: Who, task: UserTask) -> None:
    for login in ("staff2", "staff3", "staff4"):
        usertasks.assign(running, who("head"), task.id, who(login))
    assert handoffs.count(running, TaskInCase(task, None)) == 0
