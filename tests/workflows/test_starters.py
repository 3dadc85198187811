"""What a new process starts as: published as it is, and a case goes through all of it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import bundles, copying, definitions, publishing
from engine.models import Draft, Incident
from tests.workflows.walking import Walk, received
from workflows import starters
from workflows.models import Case, CaseStatus, Letter

THREAT = "合同约定免费维修却单方面违约，我已请律师准备起诉，要求赔偿 30000 元"
SEVEN = [
    "Task_Accept", "Task_Classify", "Task_Investigate", "Task_LegalReview", "Task_ApproveHead",
    "Task_ApproveManagement", "Task_Communicate", "Task_CarryOut", "Task_Revisit",
]  # fmt: skip


def begin(session: Session, key: str = "complaint") -> Draft:
    """The seven steps as a draft under `key`."""
    files = copying.renamed(starters.files("seven-steps"), key, "投诉七步", "Seven steps")
    return definitions.create_draft(session, key, files, author="anna")


@pytest.fixture
def seven(house: Session) -> Session:
    """The seven steps reviewed and published as they are, as the process of complaints."""
    draft = definitions.submit_draft(house, "complaint", author="anna", if_rev=begin(house).rev)
    draft = definitions.approve_draft(house, "complaint", reviewer="bert", if_rev=draft.rev)
    definitions.publish_draft(house, "complaint", author="anna", if_rev=draft.rev)
    return house


def walked(session: Session, narrative: str, **wanted: Any) -> tuple[Case, list[str]]:
    """A case which came to its end, and the tasks done in order."""
    case = received(session, narrative)
    walk = Walk(session, case, **wanted).until()
    assert session.scalars(select(Incident)).all() == []
    assert case.status == CaseStatus.CLOSED
    return case, walk.elements()


@pytest.mark.parametrize("name", sorted(starters.BORROWED))
def test_a_starter_is_a_bundle_in_two_languages(name: str) -> None:
    facts = bundles.manifest(starters.files(name))
    assert facts.key == name
    assert facts.name_zh != facts.name_en


def test_the_gate_finds_nothing_in_the_seven_steps(house: Session) -> None:
    files = {file.path: bytes(file.content) for file in begin(house).files}
    assert publishing.report(house, files) == []


def test_a_case_goes_through_all_seven_steps_and_is_solved(seven: Session) -> None:
    case, steps = walked(seven, THREAT, amount_offered=30_000, remedy="compensate", severity=3)
    assert steps == SEVEN
    assert case.outcome == "solved"
    letters = seven.scalars(select(Letter.template).where(Letter.case_id == case.id).order_by(Letter.id)).all()
    assert list(letters) == ["acknowledgement", "offer"]


def test_a_small_harmless_case_needs_no_legal_review_and_no_management(seven: Session) -> None:
    _, steps = walked(seven, "客服接线太慢", amount_offered=0, remedy="apology", severity=1)
    assert [step for step in SEVEN if step not in steps] == ["Task_LegalReview", "Task_ApproveManagement"]


def test_a_complaint_which_is_not_accepted_ends_with_a_letter(seven: Session) -> None:
    case, steps = walked(seven, "空调有异响", accept_outcome="refused", reason="不属于本公司产品，无法受理")
    assert steps == ["Task_Accept"]
    assert case.outcome == "refused"


def test_a_refused_offer_is_closed_without_a_settlement(seven: Session) -> None:
    case, steps = walked(seven, "空调有异响", amount_offered=100, customer_answer="refused")
    assert "Task_Revisit" not in steps
    assert case.outcome == "unsettled"


def test_a_returned_plan_goes_back_to_investigation(seven: Session) -> None:
    case = received(seven, THREAT)
    walk = Walk(seven, case, legal_outcome="returned", amount_offered=100)
    walk.until(lambda task: walk.elements().count("Task_LegalReview") == 1 and task.element_id == "Task_Investigate")
    assert "Task_ApproveHead" not in walk.elements()
