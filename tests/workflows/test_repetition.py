"""Complaints which come back, and many about one batch: found once, linked, told, counted."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import at
from engine.models import OutboxMessage
from tests.workflows.builders import a_case
from tests.workflows.conftest import Who
from workflows import repetition, timeline
from workflows.models import Case, CaseStatus
from workflows.parties import Identity

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
SAME = {"issue": "function_defect", "product": "空调 KX-1"}


def _case(session: Session, days: float = 0, **facts: Any) -> Case:
    return a_case(session, received_at=NOON + timedelta(days=days), **{**SAME, **facts})


def _told(session: Session, words: str) -> list[OutboxMessage]:
    session.flush()
    notices = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify"))
    return [notice for notice in notices if words in notice.payload["text_en"]]


@pytest.mark.requirement("CLS-16")
def test_the_second_same_complaint_within_thirty_days_is_flagged_linked_and_told(house: Session, who: Who) -> None:
    first = _case(house, owner=str(who("staff").id))
    second = _case(house, 29)
    repetition.watch(house, second)
    assert second.flags["repeats"] == first.number
    [change] = [entry for entry in timeline.of(house, second) if entry.kind == "change"]
    assert change.data["field"] == "repeats"
    [notice] = _told(house, first.number)
    assert str(who("staff").id) in notice.payload["people"]
    repetition.watch(house, second)
    assert len(_told(house, first.number)) == 1
    assert repetition.rate(house, NOON, NOON + timedelta(days=60)) == 0.5


@pytest.mark.parametrize(
    "other",
    [
        {"days": 31},
        {"issue": "attitude"},
        {"product": "电饭煲"},
        {"issue": None},
        {"identity": Identity(name="李四", phone="13900005678")},
    ],
    ids=str,
)
def test_another_thing_another_person_or_a_later_day_is_no_repetition(house: Session, other: dict[str, Any]) -> None:
    _case(house)
    second = _case(house, **{"days": 1, **other})
    repetition.watch(house, second)
    assert "repeats" not in second.flags


def test_the_same_order_is_the_same_object_whatever_the_product_is_called(house: Session) -> None:
    first = _case(house, order_no="D1", product="空调")
    second = _case(house, 1, order_no="D1", product="KX-1 变频空调")
    assert repetition.earlier(house, second) == first
    assert repetition.earlier(house, first) is None


@pytest.mark.requirement("CLO-06")
def test_a_problem_which_returns_while_it_is_watched_is_linked_and_counted(house: Session) -> None:
    def closed(day: int, watched: int, **facts: Any) -> Case:
        end = NOON + timedelta(days=day)
        kept = {"status": CaseStatus.CLOSED, "closed_at": end, "watch_until": end + timedelta(days=watched)}
        return _case(house, **kept, **facts)

    cured, back = closed(40, 30, product="电饭煲"), closed(40, 30)
    with at(NOON + timedelta(days=65)):
        again = _case(house, 65)  # long after the window of repetition, but still watched
        repetition.watch(house, again)
        late = _case(house, 80, product="电饭煲")  # ten days after the watch of the other one has ended
        repetition.watch(house, late)
    assert (again.flags["repeats"], again.flags["recurs"]) == (back.number, True)
    assert "repeats" not in late.flags
    assert cured.number != back.number
    assert len(_told(house, "come back")) == 1
    assert repetition.recurrence_rate(house, NOON, NOON + timedelta(days=60)) == 0.5


def test_without_cases_there_is_no_rate(house: Session) -> None:
    assert repetition.rate(house, NOON, NOON + timedelta(days=1)) is None
    assert repetition.recurrence_rate(house, NOON, NOON + timedelta(days=1)) is None


@pytest.mark.requirement("CLS-17")
def test_five_cases_of_a_batch_within_a_day_suggest_a_parent_and_tell_managers_once(house: Session, who: Who) -> None:
    batch = [
        _case(house, hour / 24, batch_no="B7", identity=Identity(name=f"客户{hour}", phone=f"1380000000{hour}"))
        for hour in range(6)
    ]
    for case in batch[:4]:
        repetition.watch_batch(house, case)
    assert _told(house, "batch") == []
    for case in batch[4:]:
        repetition.watch_batch(house, case)
    [notice] = _told(house, "batch B7")
    assert batch[0].number in notice.payload["text_zh"]
    assert str(who("manager").id) in notice.payload["people"]
    assert [case.flags.get("batch_parent") for case in batch[4:]] == [batch[0].number] * 2
    assert repetition.of_batch(house, batch[0].number) == batch


def test_five_cases_of_a_batch_over_more_than_a_day_are_none(house: Session) -> None:
    batch = [_case(house, number * 0.26, batch_no="B7") for number in range(5)]
    for case in batch:
        repetition.watch_batch(house, case)
    assert [case.flags for case in batch] == [{}] * 5
    assert repetition.of_batch(house, batch[0].number) == [batch[0]]
