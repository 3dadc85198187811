"""Complaints from every channel land in one file, are counted where they came from, and alarm whom they must."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import forms
from engine.clock import now
from engine.models import OutboxMessage
from engine.settings import ROOT
from tests.workflows.builders import a_case
from tests.workflows.conftest import Who
from tests.workflows.walking import Walk, received
from workflows import analytics, cases, classification, parties, people
from workflows.models import Case, CaseStatus, Person
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


def _receive(session: Session, channel: str = "phone", actor: str = "system", **fields: Any) -> Case:
    identity = fields.pop("identity", Identity(name="王伟", phone="13812345678"))
    narrative = fields.pop("narrative", "空调坏了，要求退款 100 元")
    return receive(session, Complaint(narrative, channel, identity, **fields), actor=actor)


def _shares(session: Session, column: str) -> dict[str | None, int]:
    return dict(analytics.shares(session, column, now() - timedelta(days=1), now() + timedelta(days=1)))


@pytest.mark.requirement("INT-01")
def test_a_complaint_by_phone_is_kept_and_counted_as_one(running: Session, who: Who) -> None:
    case = _receive(running, "phone", actor=str(who("staff").id))
    running.refresh(case)
    assert (case.channel, case.intake_by) == ("phone", str(who("staff").id))
    assert _shares(running, "channel") == {"phone": 1}


@pytest.mark.requirement("INT-14")
def test_the_report_of_regions_groups_by_the_region_of_the_case(running: Session) -> None:
    for region in ("华东", "华东", "华北"):
        _receive(running, region=region)
    assert _shares(running, "region") == {"华东": 2, "华北": 1}


@pytest.mark.requirement("INT-09")
def test_one_person_by_web_phone_and_mail_is_one_customer_with_three_contacts(running: Session, who: Who) -> None:
    both = Identity(name="王伟", phone="138-1234-5678", mail="wang@mail.example")
    made = [
        _receive(running, "web", actor="complainant", identity=both),
        _receive(running, "phone", identity=Identity(name="王伟", phone="+86 13812345678")),
        _receive(running, "mail", actor="complainant", identity=Identity(name="王伟", mail="Wang@Mail.example")),
    ]
    assert len({case.party_id for case in made}) == 1
    for known in ("13812345678", "wang@mail.example"):
        found = cases.listing(running, who("manager"), cases.Filters(text=known))
        assert {case.channel for case in found} == {"web", "phone", "mail"}


def test_nobody_adds_an_address_of_their_own_to_another_ones_file(running: Session) -> None:
    victim = _receive(running, "phone", identity=Identity(name="王伟", phone="13812345678"))
    stranger = Identity(name="王伟", phone="13812345678", mail="thief@mail.example")
    forged = _receive(running, "web", actor="complainant", identity=stranger)
    assert forged.party_id != victim.party_id
    assert victim.party.mail == ""
    told = Identity(name="王伟", phone="13812345678", mail="wang@mail.example")
    assert parties.find_or_create(running, told) is victim.party  # staff who talked to them may


@pytest.mark.requirement("INT-22")
def test_what_is_solved_on_the_spot_and_what_takes_the_fast_path_stand_in_the_totals(shipped: Session) -> None:
    spot = received(shipped, "账单多收费用 50 元")
    Walk(shipped, spot, accept_outcome="solved", solution="当场退还 50 元").until()
    quick = received(shipped, "多收费用，账单多收了 50 元，请退还多收的 50 元")
    calm = {"severity": 1, "impact": 1, "amount_claimed": 50, "nature": "price", "issue": "overcharge"}
    walk = Walk(shipped, quick, amount_offered=50, **calm).until()
    assert (spot.outcome, quick.outcome) == ("solved_on_the_spot", "solved")
    assert "Task_Verify" not in walk.elements()
    assert quick.closed_at is not None
    found = analytics.figures(shipped, spot.received_at, quick.closed_at + timedelta(days=1))
    assert (found.received, found.closed) == (2, 2)


@pytest.mark.requirement("CLS-03")
def test_the_three_commonest_types_lead_down_to_what_they_consist_of(house: Session, who: Who) -> None:
    planted = dict.fromkeys(("function_defect", "durability"), 2) | {"attitude": 3}
    planted |= dict.fromkeys(("not_as_advertised", "late_delivery", "hidden_fee"), 1)
    for issue, count in planted.items():
        for _ in range(count):
            a_case(house, nature=classification.nature_of(house, issue), issue=issue)
    since, until = now() - timedelta(days=1), now() + timedelta(days=1)
    top = analytics.shares(house, "nature", since, until)[:3]
    assert top == [("product", 5), ("service", 4), ("price", 1)]
    issues = analytics.shares(house, "issue", since, until)
    for name, total in top:
        below = {issue: count for issue, count in issues if classification.nature_of(house, str(issue)) == name}
        assert sum(below.values()) == total
        for issue, count in below.items():
            listed = cases.listing(house, who("manager"), cases.Filters(nature=name, issue=issue))
            assert len(listed) == count == planted[str(issue)]


@pytest.mark.requirement("RSK-01")
def test_words_of_danger_make_a_case_high_and_alarm_three_departments_at_once(running: Session, who: Who) -> None:
    case = _receive(running, narrative="孩子被漏电的电饭煲电到受伤，不处理我就找律师并向媒体曝光")
    assert case.risk == "high"
    running.flush()
    sent = running.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify")).all()
    alarms = [notice for notice in sent if "high-risk" in notice.payload["text_en"]]
    assert all(case.number in notice.payload["text_zh"] for notice in alarms)
    told = [{one.department for one in _people(running, notice)} for notice in alarms]
    assert sorted(told, key=str) == [{"compliance"}, {"legal"}, {"public_relations"}]


@pytest.mark.parametrize("words", ["我要找律师", "我要向媒体曝光", "使用时受伤"])
def test_each_word_of_danger_alone_is_enough(running: Session, words: str) -> None:
    assert _receive(running, narrative=f"空调坏了，{words}").risk == "high"


def test_a_plain_complaint_alarms_nobody(running: Session) -> None:
    case = _receive(running)
    assert case.risk is None
    assert "alarmed" not in case.flags


def _people(session: Session, notice: OutboxMessage) -> list[Person]:
    found = [people.get(session, one) for one in notice.payload["people"]]
    return [one for one in found if one is not None]


@pytest.mark.requirement("CLO-02")
def test_the_three_levels_of_satisfaction_sum_up_and_the_dissatisfied_are_asked_why(house: Session) -> None:
    planted = {"satisfied": 5, "basically": 3, "unsatisfied": 2}
    for level, count in planted.items():
        for _ in range(count):
            a_case(house, satisfaction=level, closed_at=now(), status=CaseStatus.CLOSED)
    since, until = now() - timedelta(days=1), now() + timedelta(days=1)
    found = dict(analytics.shares(house, "satisfaction", since, until, closed=True))
    assert found == planted
    assert sum(count / 10 for count in found.values()) == pytest.approx(1)
    figures = analytics.figures(house, since, until)
    assert figures.satisfied == 0.8
    revisit = forms.load((ROOT / "diagrams/complaint/complaint-revisit.form").read_bytes())
    fields = {one.path[-1]: one for one in revisit.fields}
    assert {option.value for option in fields["satisfaction"].options or ()} == set(planted)
    reasons = {option.value for option in fields["unsatisfied_reasons"].options or ()}
    assert {"not_solved", "bad_communication", "too_slow"} <= reasons
    asked = {"way": "phone", "satisfaction": "unsatisfied"}
    assert [problem.path for problem in revisit.validate(asked, context={}).problems] == ["unsatisfied_reasons"]
