"""Evidence first: a step whose diagram asks for evidence is not done without it."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import Invalid
from engine.models import TaskStatus, UserTask
from tests import builders as b
from tests.workflows.conftest import Who
from workflows import evidence, usertasks
from workflows.models import Case
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


def _files(evidence_wanted: dict[str, str]) -> dict[str, bytes]:
    asked = b.zeebe(
        "properties", "".join(b.zeebe("property", name=key, value=value) for key, value in evidence_wanted.items())
    )
    task = b.user("Task_Plan", extension=b.zeebe("assignmentDefinition", candidateGroups="customer_service") + asked)
    return b.bundle(b.process("Complaint", b.start(), task, b.end()), key="complaint", main="Complaint")


@pytest.fixture
def begun(house: Session) -> Callable[..., tuple[Case, UserTask]]:
    """A case which waits at a step that asks for evidence."""

    def begin(urgency: str | None = None, **wanted: str) -> tuple[Case, UserTask]:
        asked = {f"redress:{key.replace('_', '-')}": value for key, value in wanted.items()}
        definitions.publish_files(house, "complaint", _files(asked), author="system")
        case = receive(house, Complaint("空调坏了", "phone", Identity(name="王伟")), actor="system")
        case.urgency = urgency
        house.flush()
        return case, house.scalars(select(UserTask).where(UserTask.instance_id == case.instance_id)).one()

    return begin


def _lacking(session: Session, who: Who, task: UserTask) -> set[str]:
    with pytest.raises(Invalid) as refused, session.begin_nested():
        usertasks.complete(session, who("staff"), task.id, {})
    assert {problem["path"] for problem in refused.value.problems} == {"evidence"}
    assert all(problem["message_zh"] and problem["message_en"] for problem in refused.value.problems)
    session.refresh(task)
    assert task.status == TaskStatus.OPEN
    return {problem["code"] for problem in refused.value.problems}


def _add(session: Session, case: Case, kind: str) -> None:
    evidence.add(session, case, io.BytesIO(kind.encode()), name=f"{kind}.txt", actor="system", kind=kind)


@pytest.mark.requirement("INV-09")
def test_a_step_is_locked_until_there_is_evidence(
    house: Session, who: Who, begun: Callable[..., tuple[Case, UserTask]]
) -> None:
    case, task = begun(evidence="any")
    usertasks.claim(house, who("staff"), task.id)
    assert _lacking(house, who, task) == {"missing_any"}
    _add(house, case, "photo")
    usertasks.complete(house, who("staff"), task.id, {})
    house.refresh(task)
    assert task.status == TaskStatus.COMPLETED


@pytest.mark.requirement("INV-04")
def test_each_class_has_its_own_minimum_of_evidence(
    house: Session, who: Who, begun: Callable[..., tuple[Case, UserTask]]
) -> None:
    case, task = begun("quality", evidence="any", evidence_quality="transaction test_report")
    usertasks.claim(house, who("staff"), task.id)
    _add(house, case, "photo")
    assert _lacking(house, who, task) == {"missing_transaction", "missing_test_report"}
    _add(house, case, "transaction")
    assert _lacking(house, who, task) == {"missing_test_report"}
    _add(house, case, "test_report")
    usertasks.complete(house, who("staff"), task.id, {})
    house.refresh(task)
    assert task.status == TaskStatus.COMPLETED


def test_a_step_which_asks_for_none_needs_none(
    house: Session, who: Who, begun: Callable[..., tuple[Case, UserTask]]
) -> None:
    _, task = begun("service", evidence_quality="test_report")
    usertasks.claim(house, who("staff"), task.id)
    usertasks.complete(house, who("staff"), task.id, {})
    house.refresh(task)
    assert task.status == TaskStatus.COMPLETED


def test_a_diagram_which_asks_for_an_unknown_kind_is_refused(house: Session) -> None:
    with pytest.raises(Invalid) as refused:
        definitions.publish_files(house, "complaint", _files({"redress:evidence": "photo gossip"}), author="owner")
    assert [problem["path"] for problem in refused.value.problems if problem["code"] == "unknown_evidence"] == [
        "Task_Plan"
    ]
