"""A migration is no way around legal review and approval."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, migration
from engine.migration import ItemStatus, MigrationItem, Plan, Verdict
from engine.models import ProcessInstance, TaskStatus, UserTask
from tests import builders as b
from tests.engine.migration.world import run
from tests.workflows import bundles
from tests.workflows.conftest import Who
from workflows import people, usertasks
from workflows.models import Case
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


def without_gates() -> dict[str, bytes]:
    """A version in which nobody proposes anything and the money is paid at once."""
    chain = [b.start(), b.user("Task_Accept"), b.user("Task_Legal"), b.user("Task_Plan"),
             b.user("Task_Pay", extension=b.props(role="finance", policy="pay")),
             b.service("Service_Execution", "record_execution"), b.end()]  # fmt: skip
    return b.bundle(b.process("Complaint", *chain), key="complaint", main="Complaint")


@pytest.fixture
def case(house: Session, who: Who) -> Case:
    """A case with legal review ahead, its token on the review."""
    definitions.publish_files(house, "complaint", bundles.complaint(), author="system")
    identity = Identity(name="欧阳娜", phone="13812345678", mail="who@mail.example")
    told = Complaint(narrative="不退款我就找律师起诉", channel="phone", identity=identity)
    made = receive(house, told, actor="complainant")
    step(house, who, made, "staff", accept_outcome="accepted")
    step(house, who, made, "staff2", remedy="refund", amount_offered=300, upheld="full")
    return made


def step(session: Session, who: Who, case: Case, login: str, **data: object) -> None:
    query = select(UserTask).where(UserTask.instance_id == case.instance_id, UserTask.status == TaskStatus.OPEN.value)
    task = session.scalars(query).one()
    usertasks.claim(session, who(login), task.id)
    usertasks.complete(session, who(login), task.id, data)


def plan_for(session: Session, case: Case, files: dict[str, bytes], mapping: dict[str, str] | None = None) -> Plan:
    instance = session.get_one(ProcessInstance, case.instance_id)
    new = definitions.publish_files(session, "complaint", files, author="system")
    return migration.plan(session, instance.definition, new, mapping)


def verdict(session: Session, plan: Plan, who: Who) -> Verdict:
    owner = people.get(session, str(who("owner").id))
    assert owner is not None
    (found,) = migration.preview(session, plan, actor=str(owner.id))
    return found


def other() -> dict[str, bytes]:
    """The same process with another name for one task."""
    return {name: text.replace(b'name="Task_Accept"', b'name="Accept"') for name, text in bundles.complaint().items()}


@pytest.mark.parametrize("target", ["Task_Pay", "Task_Revisit"])
def test_a_token_is_not_mapped_behind_the_release(house: Session, who: Who, case: Case, target: str) -> None:
    plan = plan_for(house, case, other(), {"Task_Legal": target})
    found = verdict(house, plan, who)
    assert "GateClosed" in [reason.code for reason in found.reasons]
    made = migration.start(house, plan, actor=str(who("owner").id), reason="x")
    run(house, made)
    item = house.scalars(select(MigrationItem)).one()
    assert (item.status, item.reasons[0]["code"]) == (ItemStatus.REFUSED, "GateClosed")
    assert instances.get(house, item.instance_id).definition.version == 1


def test_a_version_without_the_gate_is_no_way_around_it(house: Session, who: Who, case: Case) -> None:
    found = verdict(house, plan_for(house, case, without_gates()), who)
    assert [reason.code for reason in found.reasons] == ["GateClosed"]


def test_a_version_with_the_gate_takes_the_token_over(house: Session, who: Who, case: Case) -> None:
    assert verdict(house, plan_for(house, case, other()), who).reasons == []
    assert verdict(house, plan_for(house, case, other(), {"Task_Legal": "Task_Plan"}), who).reasons == []


def test_what_was_released_may_go_on_behind_the_gate(house: Session, who: Who, case: Case) -> None:
    step(house, who, case, "legal", legal_outcome="passed", opinion="x" * 60)
    step(house, who, case, "head", approval_outcome="approved")
    plan = plan_for(house, case, other())
    assert [line.element for line in verdict(house, plan, who).tokens] == ["Task_Pay"]
    assert verdict(house, plan, who).ok


def test_a_case_goes_back_to_a_step_it_did_in_the_version_before(house: Session, who: Who, case: Case) -> None:
    plan = plan_for(house, case, other())
    run(house, migration.start(house, plan, actor=str(who("owner").id), reason="x"))
    task = house.scalars(select(UserTask).where(UserTask.status == TaskStatus.OPEN.value)).one()
    assert task.definition_id == plan.new.id
    assert list(usertasks.earlier_steps(house, task)) == ["Task_Accept", "Task_Plan"]
    usertasks.claim(house, who("legal"), task.id)
    usertasks.send_back(house, who("legal"), task.id, element="Task_Plan", reason="依据不足")
    again = house.scalars(select(UserTask).where(UserTask.status == TaskStatus.OPEN.value)).one()
    assert again.element_id == "Task_Plan"
