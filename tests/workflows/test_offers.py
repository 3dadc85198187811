"""The complainant answers an offer in the portal, sees stages as the diagram names them, and rates by a link."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.clock import at, now
from engine.models import Message, OutboxMessage, UserTask
from tests.workflows.builders import a_case
from tests.workflows.walking import Walk, received, stands_on
from workflows import offers, portal, ratings
from workflows.errors import BadComplaint, NoSuchCase
from workflows.models import Case, CaseChange, Letter, Submission
from workflows.parties import Identity
from workflows.settings import settings


def offered(session: Session) -> tuple[Case, Walk]:
    """A case whose offer waits for its complainant."""
    case = received(session, "多收费用，账单多收了 50 元，请退还多收的 50 元")
    calm = {"severity": 1, "impact": 1, "amount_claimed": 50, "nature": "price", "issue": "overcharge"}
    return case, Walk(session, case, amount_offered=50, **calm).until(stands_on("Task_Communicate"))


def test_an_accepted_offer_goes_straight_to_its_execution(shipped: Session) -> None:
    case, walk = offered(shipped)
    offer = offers.pending(shipped, case, "en")
    assert offer is not None
    assert (offer.remedy, offer.amount, offer.currency) == ("a refund", 5000, "CNY")
    assert offer.answer_by is not None
    with at(walk.moment):
        offers.answer(shipped, case, "accepted", "")
    assert [task.element_id for task in walk.open_tasks()] == ["Task_Pay"]
    assert offers.pending(shipped, case, "zh") is None
    with pytest.raises(BadComplaint) as again:
        offers.answer(shipped, case, "refused", "改主意了")
    assert again.value.problems[0]["code"] == "gone"
    assert shipped.scalars(select(Message).where(Message.delivered_at.is_(None))).all() == []
    walk.until()
    assert case.outcome == "solved"


def test_who_wants_something_else_is_heard_and_the_plan_made_anew(shipped: Session) -> None:
    case, walk = offered(shipped)
    with at(walk.moment):
        offers.answer(shipped, case, "negotiates", "希望再补偿一张代金券")
    assert [task.element_id for task in walk.open_tasks()] == ["Task_Plan"]
    assert case.rounds == 1
    sent = shipped.scalars(select(Submission).where(Submission.actor == "complainant")).one()
    assert sent.data == {"customer_answer": "negotiates", "counter": "希望再补偿一张代金券"}
    told = [one.payload["text_zh"] for one in shipped.scalars(select(OutboxMessage)) if one.topic == "notify"]
    assert any("继续协商" in text for text in told)


def test_a_refusal_needs_its_reason_and_leads_to_mediation(shipped: Session) -> None:
    case, walk = offered(shipped)
    for given, reason, field in (
        ("refused", " ", "reason"),
        ("maybe", "x", "answer"),
        ("negotiates", "x" * 4001, "reason"),
    ):
        with pytest.raises(BadComplaint) as refused:
            offers.answer(shipped, case, given, reason)
        assert refused.value.problems[0]["path"] == field
    with at(walk.moment):
        offers.answer(shipped, case, "refused", "金额太低")
    assert [task.element_id for task in walk.open_tasks()] == ["Task_Prepare"]  # of the called mediation


def test_an_answer_after_somebody_talked_to_them_is_not_kept_for_later(shipped: Session) -> None:
    case, walk = offered(shipped)
    (task,) = walk.open_tasks()
    with at(walk.moment):
        walk.do(task)
        with pytest.raises(BadComplaint):
            offers.answer(shipped, case, "refused", "太晚了")
    assert shipped.scalars(select(Message)).all() == []


def test_nothing_can_be_answered_before_the_plan_is_released(shipped: Session) -> None:
    case = received(shipped, "多收费用，账单多收了 50 元，请退还多收的 50 元")
    assert portal.view(shipped, case).offer is None
    with pytest.raises(BadComplaint):
        offers.answer(shipped, case, "accepted", "")


def test_stages_are_those_the_diagram_names(shipped: Session) -> None:
    case = received(shipped, "空调用了三天就坏了，开机异响，无法使用，要求退款 3000 元")
    (task,) = shipped.scalars(select(UserTask))
    diagram = definitions.compiled_by_id(shipped, task.definition_id).diagram
    named = {node.id: node.properties.get("redress:milestone") for _, node in diagram.walk() if node.kind == "userTask"}
    assert set(named.values()) <= {code for code, _, _, _ in portal.MILESTONES}
    now = next(one for one in portal.milestones(shipped, case) if one.state == "now")
    assert (now.code, now.due) == ("accept", task.due_at)
    Walk(shipped, case).until(stands_on("Task_Plan"))
    assert [one.code for one in portal.milestones(shipped, case) if one.state == "now"] == ["plan"]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The portal has an address for links in mails."""
    monkeypatch.setenv("REDRESS_SITE", "https://tousu.example/")
    settings.cache_clear()
    yield "https://tousu.example"
    monkeypatch.undo()
    settings.cache_clear()


def with_mail(session: Session) -> Case:
    return a_case(session, identity=Identity(name="王伟", phone="13800001234", mail="w@mail.example"))


def test_the_closing_mail_has_a_link_for_each_rating_and_is_sent_once(house: Session, site: str) -> None:
    case = with_mail(house)
    ratings.ask(house, case)
    ratings.ask(house, case)
    (letter,) = house.scalars(select(Letter).where(Letter.template == "closed"))
    assert f"{site}/rate/{case.number}/satisfied/{ratings.seal(case.number)}" in letter.body
    (mail,) = [one.payload for one in house.scalars(select(OutboxMessage)) if one.topic == "mail"]
    assert mail["html"].count(f'<a href="{site}/rate/') == 3


def test_without_an_address_of_the_site_nobody_is_asked_by_mail(house: Session) -> None:
    ratings.ask(house, with_mail(house))
    assert house.scalars(select(Letter)).all() == []


def test_the_complainants_own_rating_stands_above_the_revisits_and_its_owner_hears(shipped: Session, site: str) -> None:
    case, walk = offered(shipped)
    walk.until()
    assert case.satisfaction == "satisfied"
    assert len(shipped.scalars(select(Letter).where(Letter.template == "closed")).all()) == 1
    ratings.rate(shipped, case, "unsatisfied")
    kept = shipped.scalars(select(CaseChange).where(CaseChange.case_id == case.id)).one()
    assert (kept.actor, kept.before, kept.after) == ("complainant", "satisfied", "unsatisfied")
    told = [one.payload for one in shipped.scalars(select(OutboxMessage)) if one.topic == "notify"][-1]
    assert told["people"] == [case.owner]
    assert "不满意" in told["text_zh"]


def test_a_link_opens_its_own_closed_case_only(house: Session) -> None:
    closed, still_open = a_case(house, status="closed", closed_at=now()), a_case(house)
    assert ratings.opened_by(house, closed.number, ratings.seal(closed.number)) == closed
    wrong = [
        (closed.number, ratings.seal(still_open.number)),
        (closed.number, "x"),
        (still_open.number, ratings.seal(still_open.number)),
        ("TS0", ""),
    ]
    for number, seal in wrong:
        with pytest.raises(NoSuchCase):
            ratings.opened_by(house, number, seal)


def test_a_case_is_rated_once_and_only_when_it_is_closed(house: Session) -> None:
    case = a_case(house, status="closed", closed_at=now())
    with pytest.raises(BadComplaint):
        ratings.rate(house, case, "perfect")
    with pytest.raises(BadComplaint):
        ratings.rate(house, a_case(house), "satisfied")
    ratings.rate(house, case, "basically")
    assert case.satisfaction == "basically"
    with pytest.raises(BadComplaint):
        ratings.rate(house, case, "satisfied")
