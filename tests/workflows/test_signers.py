"""Adding and removing signers in a complaint: who may, who is eligible, and whose word counts at a gate."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, history, instances
from engine.errors import StepFailed
from engine.models import Incident, OutboxMessage, TaskStatus, UserTask
from tests.workflows import bundles
from tests.workflows.conftest import Who
from workflows import signers, usertasks
from workflows.errors import BadComplaint, FourEyes, GateClosed, LockedOut, NoSuchTask, NotAllowed, OverAuthority
from workflows.models import Case, Decision
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


@pytest.fixture
def case(house: Session, who: Who) -> Case:
    """A case with a plan which the head has to approve and has claimed."""
    definitions.publish_files(house, "complaint", bundles.complaint(), author="system")
    identity = Identity(name="欧阳娜", phone="13812345678")
    made = receive(house, Complaint(narrative="空调坏了", channel="phone", identity=identity), actor="complainant")
    do(house, who, made, "staff", accept_outcome="accepted")
    do(house, who, made, "staff2", remedy="refund", amount_offered=900, upheld="full")
    usertasks.claim(house, who("head"), of(house, made).id)
    return made


def of(session: Session, case: Case, person: str | None = None) -> UserTask:
    """The open task of the case, perhaps that of a person (id)."""
    query = select(UserTask).where(UserTask.instance_id == case.instance_id, UserTask.status == TaskStatus.OPEN.value)
    return next(task for task in session.scalars(query) if person in (None, task.assignee))


def do(session: Session, who: Who, case: Case, login: str, **data: object) -> None:
    person = who(login)
    task = of(session, case)
    if task.assignee is None:
        usertasks.claim(session, person, task.id)
    usertasks.complete(session, person, of(session, case, str(person.id)).id, data)


def test_a_head_asks_another_head_to_sign_too(house: Session, who: Who, case: Case) -> None:
    task = of(house, case)
    made = signers.add(house, who("head"), task.id, who("head2"), reason="金额较大")
    assert (made.assignee, made.added_by, made.element_id) == (
        str(who("head2").id),
        str(who("head").id),
        task.element_id,
    )
    assert signers.verbs(house, who("head"), usertasks.find(house, task.id)) == {"add_signer"}
    assert [each.id for each in signers.together(house, task)] == [task.id, made.id]
    [told] = house.scalars(
        select(OutboxMessage).where(
            OutboxMessage.topic == "notify", OutboxMessage.payload["text_en"].astext.startswith("Your signature")
        )
    )
    assert told.payload["people"] == [str(who("head2").id)]
    do(house, who, case, "head2", approval_outcome="approved")
    do(house, who, case, "head", approval_outcome="approved")
    taken = house.scalars(select(Decision).where(Decision.case_id == case.id)).all()
    assert {decision.actor for decision in taken} == {str(who("head").id), str(who("head2").id)}
    assert of(house, case).element_id == "Task_Pay"


def test_an_added_signer_who_objects_stops_the_plan_at_its_gate(house: Session, who: Who, case: Case) -> None:
    signers.add(house, who("head"), of(house, case).id, who("head2"), reason="金额较大")
    do(house, who, case, "head2", approval_outcome="returned", reason="证据不足")
    do(house, who, case, "head", approval_outcome="approved")
    outcomes = house.scalars(select(Decision.outcome).where(Decision.case_id == case.id).order_by(Decision.id)).all()
    assert outcomes == ["approved", "returned"]
    assert of(house, case).element_id == "Task_Plan"


def test_who_may_not_do_the_task_is_not_added(house: Session, who: Who, case: Case) -> None:
    task = of(house, case)
    for login, error in (("staff", OverAuthority), ("auditor", NotAllowed), ("finance", OverAuthority)):
        with pytest.raises(error):
            signers.add(house, who("head"), task.id, who(login), reason="r")
    case.named = [str(who("head2").id)]
    house.flush()
    with pytest.raises(LockedOut):
        signers.add(house, who("head"), task.id, who("head2"), reason="r")


def test_the_proposer_of_a_plan_is_no_signer_of_its_approval(house: Session, who: Who, case: Case) -> None:
    proposer = who("staff2")
    proposer.roles = [*proposer.roles, "head"]
    house.flush()
    with pytest.raises(FourEyes):
        signers.add(house, who("head"), of(house, case).id, proposer, reason="r")
    assert proposer not in signers.choices(house, usertasks.find(house, of(house, case).id))


def test_only_who_has_the_task_or_leads_adds_a_signer(house: Session, who: Who, case: Case) -> None:
    task = of(house, case)
    with pytest.raises(NotAllowed):
        signers.add(house, who("staff2"), task.id, who("head2"), reason="r")
    with pytest.raises(NoSuchTask):
        signers.add(house, who("admin"), task.id, who("head2"), reason="r")
    with pytest.raises(BadComplaint):
        signers.add(house, who("head"), task.id, who("head2"), reason="  ")
    signers.add(house, who("manager"), task.id, who("head2"), reason="r")


def test_who_added_a_signer_or_leads_removes_them_with_a_reason(house: Session, who: Who, case: Case) -> None:
    task = of(house, case)
    made = signers.add(house, who("head"), task.id, who("head2"), reason="r")
    found = usertasks.find(house, made.id)
    assert "remove_signer" in signers.verbs(house, who("head"), found)
    assert signers.verbs(house, who("staff"), found) == set()
    with pytest.raises(NotAllowed):
        signers.remove(house, who("staff"), made.id, reason="r")
    signers.remove(house, who("head"), made.id, reason="出差")
    assert case.instance_id is not None
    [event] = [one for one in history.of(house, case.instance_id) if one.kind == "signer_removed"]
    assert (event.actor, event.data["reason"]) == (str(who("head").id), "出差")


def test_an_old_approval_does_not_approve_a_changed_plan(house: Session, who: Who, case: Case) -> None:
    do(house, who, case, "head", approval_outcome="approved")
    assert of(house, case).element_id == "Task_Pay"
    assert case.instance_id is not None
    instances.move(house, case.instance_id, of(house, case).id, "Task_Plan", actor="admin", reason="r")
    do(house, who, case, "staff2", remedy="refund", amount_offered=2_900, upheld="full")
    assert of(house, case).element_id == "Task_ApproveHead"
    with pytest.raises(StepFailed):
        instances.move(house, case.instance_id, of(house, case).id, "Service_Head", actor="admin", reason="r")
    [incident] = house.scalars(select(Incident).where(Incident.instance_id == case.instance_id))
    assert "decided anew" in incident.message
    assert of(house, case).element_id == "Task_ApproveHead"


def test_a_signer_whom_a_gate_demands_stays(house: Session, who: Who, case: Case) -> None:
    task = of(house, case)
    signers.add(house, who("head"), task.id, who("head2"), reason="r")
    with pytest.raises(GateClosed):
        signers.remove(house, who("manager"), task.id, reason="r")
