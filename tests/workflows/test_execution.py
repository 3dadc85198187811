"""A case is not closed as solved before its solution was carried out."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances, timers
from engine.clock import at, now
from engine.errors import StepFailed
from engine.models import Incident, TaskStatus, UserTask
from tests.workflows.builders import a_case, a_submission
from tests.workflows.conftest import Who
from workflows import authority, execution, usertasks
from workflows.errors import GateClosed
from workflows.models import Case, CaseStatus, DecisionKind
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


def _task(session: Session, case: Case) -> UserTask:
    query = select(UserTask).where(UserTask.instance_id == case.instance_id, UserTask.status == TaskStatus.OPEN.value)
    return session.scalars(query).one()


def _do(session: Session, who: Who, case: Case, login: str, **data: Any) -> None:
    task = _task(session, case)
    usertasks.claim(session, who(login), task.id)
    usertasks.complete(session, who(login), task.id, data)


def _id(case: Case) -> UUID:
    assert case.instance_id is not None
    return case.instance_id


@pytest.mark.requirement("SOL-14")
def test_a_case_with_an_open_execution_cannot_be_closed(running: Session, who: Who) -> None:
    case = receive(running, Complaint("空调坏了", "phone", Identity(name="王伟")), actor="complainant")
    _do(running, who, case, "staff", accept_outcome="accepted")
    _do(running, who, case, "staff2", remedy="refund", amount_offered=300, upheld="full")
    _do(running, who, case, "head", approval_outcome="approved")
    paying = _task(running, case)
    assert paying.element_id == "Task_Pay"
    manager = str(who("manager").id)
    # the payment is jumped over by somebody who may move tokens
    instances.move(running, _id(case), paying.id, "Task_Revisit", actor=manager, reason="赶进度")
    with pytest.raises(StepFailed):
        _do(running, who, case, "staff", satisfaction="satisfied")
    running.refresh(case)
    assert case.status == CaseStatus.OPEN
    [incident] = running.scalars(select(Incident).where(Incident.instance_id == case.instance_id))
    assert "carried out" in incident.message
    # sent back and paid, it closes
    instances.move(running, _id(case), _task(running, case).id, "Task_Pay", actor=manager, reason="补付款")
    _do(running, who, case, "finance", execution_result="done", proof="流水 1")
    with at(now() + timedelta(days=10)):
        for timer in timers.claim_due(running, limit=10):
            timers.fire(running, timer)
        _do(running, who, case, "staff", satisfaction="satisfied")
    running.refresh(case)
    assert (case.status, case.outcome) == (CaseStatus.CLOSED, "solved")


@pytest.mark.parametrize(("results", "done"), [((), False), (("failed",), False), (("failed", "done"), True)])
def test_what_counts_is_the_last_result_of_each_step(
    house: Session, who: Who, results: tuple[str, ...], done: bool
) -> None:
    case = a_case(house, severity=1)
    sent = a_submission(house, case, who("staff").id, duty="staff", step="plan", remedy="refund", amount_offered=100)
    plan = authority.propose(house, case, sent)
    for result in results:
        form = a_submission(house, case, who("finance").id, duty="finance", step="pay", execution_result=result)
        authority.decide(house, case, form, DecisionKind.EXECUTION, result, "pay")
    if done:
        execution.require_done(house, plan)
    else:
        with pytest.raises(GateClosed):
            execution.require_done(house, plan)
