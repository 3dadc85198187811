"""Authority: bands, four eyes, and the gate which opens for forms on file and nothing else."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.workflows.builders import a_case, a_submission, plans
from tests.workflows.conftest import Who
from workflows import authority, correspondence, risk
from workflows.errors import FourEyes, GateClosed, NotAllowed, OverAuthority
from workflows.models import Case, DecisionKind, Submission


def _planned(session: Session, who: Who, *, amount: float = 0, remedy: str = "refund", **facts: object) -> Case:
    case = a_case(session, severity=facts.pop("severity", 1), **facts)
    sent = a_submission(
        session, case, who("staff").id, duty="staff", step="plan", remedy=remedy, amount_offered=amount, upheld="full"
    )
    authority.propose(session, case, sent)
    return case


def _approve(session: Session, who: Who, case: Case, login: str, level: str, outcome: str = "approved") -> Submission:
    sent = a_submission(
        session, case, who(login).id, duty=level, step=f"approve_{level}", approval_outcome=outcome, reason="同意"
    )
    authority.decide(session, case, sent, DecisionKind.APPROVAL, outcome, level)
    return sent


def _review(session: Session, who: Who, case: Case, outcome: str = "passed", login: str = "legal") -> None:
    sent = a_submission(session, case, who(login).id, duty="legal", step="legal", legal_outcome=outcome)
    authority.decide(session, case, sent, DecisionKind.LEGAL, outcome, None)


@pytest.mark.requirement("APR-01")
@pytest.mark.parametrize(
    ("severity", "amount", "levels"),
    [
        (1, 0, []),
        (1, 500_00, []),
        (1, 500_01, ["head"]),
        (1, 20_000_00, ["head"]),
        (1, 20_000_01, ["head", "management"]),
        (2, 200_00, []),
        (2, 200_01, ["head"]),
        (2, 10_000_00, ["head"]),
        (2, 10_000_01, ["head", "management"]),
        (3, 0, ["head"]),
        (3, 5_000_00, ["head"]),
        (3, 5_000_01, ["head", "management"]),
        (4, 0, ["head", "management"]),
        (4, 1_000_000_00, ["head", "management"]),
    ],
)
def test_each_band_ends_exactly_at_its_edge(house: Session, severity: int, amount: int, levels: list[str]) -> None:
    assert authority.levels_for(house, severity, amount) == levels


def test_a_small_plan_without_law_in_it_is_released_at_once(house: Session, who: Who) -> None:
    case = _planned(house, who, amount=100)
    assert authority.release(house, case).released_at is not None


def test_a_plan_is_not_released_before_every_level_has_approved(house: Session, who: Who) -> None:
    case = _planned(house, who, amount=30_000)
    with pytest.raises(GateClosed, match="head, management"):
        authority.release(house, case)
    _approve(house, who, case, "head", "head")
    with pytest.raises(GateClosed, match=r"lacks: management$"):
        authority.release(house, case)
    _approve(house, who, case, "management", "management")
    assert authority.release(house, case).released_at is not None


@pytest.mark.parametrize(
    "facts", [{"risk": "high"}, {"flags": {"litigation": True}}, {"flags": {"personal_data": True}}]
)
def test_the_legal_gate_holds_for_every_reason(house: Session, who: Who, facts: dict[str, object]) -> None:
    case = _planned(house, who, **facts)
    with pytest.raises(GateClosed, match="legal"):
        authority.release(house, case)
    _review(house, who, case, "returned")
    with pytest.raises(GateClosed, match="legal"):
        authority.release(house, case)
    _review(house, who, case, "passed", "legal2")
    assert authority.release(house, case).released_at is not None


def test_compensation_needs_legal_whatever_the_risk(house: Session, who: Who) -> None:
    case = _planned(house, who, remedy="compensation")
    assert authority.missing(house, case, plans(house, case)[0]) == ["legal"]


def test_a_case_which_becomes_risky_after_the_plan_still_needs_legal(house: Session, who: Who) -> None:
    case = _planned(house, who)
    assert not plans(house, case)[0].needs_legal
    case.flags = {"litigation": True}
    with pytest.raises(GateClosed, match="legal"):
        authority.release(house, case)


@pytest.mark.requirement("APR-04")
def test_a_changed_plan_is_a_new_version_and_loses_its_approval(house: Session, who: Who) -> None:
    case = _planned(house, who, amount=1_000)
    _approve(house, who, case, "head", "head")
    authority.release(house, case)
    sent = a_submission(house, case, who("staff").id, duty="staff", step="plan", remedy="refund", amount_offered=2_000)
    authority.propose(house, case, sent)
    assert [plan.version for plan in plans(house, case)] == [1, 2]
    with pytest.raises(GateClosed):
        authority.require_released(house, case)
    with pytest.raises(GateClosed):
        correspondence.send(house, case, "offer", actor="system")


def test_the_same_form_run_again_makes_no_second_plan_and_no_second_decision(house: Session, who: Who) -> None:
    case = a_case(house, severity=1)
    sent = a_submission(house, case, who("staff").id, duty="staff", step="plan", remedy="refund", amount_offered=900)
    assert authority.propose(house, case, sent).id == authority.propose(house, case, sent).id
    approval = _approve(house, who, case, "head", "head")
    first = authority.decide(house, case, approval, DecisionKind.APPROVAL, "approved", "head")
    assert authority.decide(house, case, approval, DecisionKind.APPROVAL, "approved", "head").id == first.id


@pytest.mark.requirement("APR-03")
def test_proposer_approver_and_payer_are_three_people(house: Session, who: Who) -> None:
    case = a_case(house, severity=1)
    sent = a_submission(house, case, who("head").id, duty="staff", step="plan", remedy="refund", amount_offered=30_000)
    authority.propose(house, case, sent)
    with pytest.raises(FourEyes):
        _approve(house, who, case, "head", "head")
    who("head2").roles = ["staff", "head", "management", "finance"]
    house.flush()
    _approve(house, who, case, "head2", "head")
    with pytest.raises(FourEyes):
        _approve(house, who, case, "head2", "management")
    with pytest.raises(FourEyes):
        authority.check_duty(house, case, who("head2"), "finance", "pay")
    authority.check_duty(house, case, who("finance"), "finance", "pay")


def test_nobody_approves_above_their_level(house: Session, who: Who) -> None:
    case = _planned(house, who, amount=30_000)
    for login, level in (("staff2", "head"), ("head", "management")):
        with pytest.raises(OverAuthority):
            authority.check_duty(house, case, who(login), level, f"approve_{level}")
    with pytest.raises(NotAllowed):
        authority.check_duty(house, case, who("head"), "legal", "legal")
    with pytest.raises(NotAllowed):
        authority.check_duty(house, case, who("head"), "finance", "pay")


def test_a_decision_without_a_person_or_a_plan_is_none(house: Session, who: Who) -> None:
    case = a_case(house, severity=1)
    sent = a_submission(house, case, "system", duty="head", step="approve_head", approval_outcome="approved")
    with pytest.raises(GateClosed, match="no plan"):
        authority.decide(house, case, sent, DecisionKind.APPROVAL, "approved", "head")
    plan = a_submission(house, case, who("staff").id, duty="staff", step="plan", remedy="refund", amount_offered=900)
    authority.propose(house, case, plan)
    with pytest.raises(GateClosed, match="decided anew"):
        authority.decide(house, case, sent, DecisionKind.APPROVAL, "approved", "head")
    sent = a_submission(house, case, "system", duty="head", step="approve_head", approval_outcome="approved")
    with pytest.raises(GateClosed, match="needs a person"):
        authority.decide(house, case, sent, DecisionKind.APPROVAL, "approved", "head")


def test_a_decision_on_file_can_be_neither_changed_nor_deleted(house: Session, who: Who) -> None:
    case = _planned(house, who, amount=1_000)
    _approve(house, who, case, "head", "head", "returned")
    for statement in ("UPDATE decision SET outcome = 'approved'", "DELETE FROM decision"):
        with pytest.raises(IntegrityError, match="append-only"), house.begin_nested():
            house.execute(text(statement))


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"severity": 1}, "ordinary"),
        ({"severity": 3}, "medium"),
        ({"severity": 1, "flags": {"media": True}}, "medium"),
        ({"severity": 4}, "high"),
        ({"severity": 1, "flags": {"safety": True, "media": True}}, "high"),
    ],
)
def test_risk_never_falls_below_the_facts(house: Session, facts: dict[str, object], level: str) -> None:
    case = a_case(house, **facts)
    assert risk.floor(case) == level
    assert risk.higher("ordinary", risk.floor(case)) == level
    assert risk.higher("high", risk.floor(case)) == "high"
    assert risk.higher("nonsense", "medium") == "medium"
