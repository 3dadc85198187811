"""Messages to our own people: promised in the step, delivered once, read once."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.ids import new_id
from engine.models import OutboxMessage
from tests.workflows.conftest import Who
from workflows import notices
from workflows.models import Notice


def test_a_notice_is_promised_once_for_all_who_are_told(house: Session, who: Who) -> None:
    notices.tell(house, [who("staff"), who("head"), who("staff")], "你好", "Hello", case_number="TS1")
    house.flush()
    [promise] = house.scalars(select(OutboxMessage).where(OutboxMessage.topic == "notify"))
    assert sorted(promise.payload["people"]) == sorted([str(who("staff").id), str(who("head").id)])


def test_telling_nobody_promises_nothing(house: Session) -> None:
    notices.tell(house, [], "你好", "Hello")
    house.flush()
    assert house.scalars(select(OutboxMessage)).all() == []


def test_a_second_delivery_changes_nothing_and_reading_ends_it(house: Session, who: Who) -> None:
    payload = {"people": [str(who("staff").id)], "text_zh": "你好", "text_en": "Hello", "case_number": None}
    key = new_id()
    for _ in range(2):
        notices.deliver(house, key, payload)
    assert [notice.id for notice in notices.unread(house, who("staff"))] == [key]
    notices.mark_read(house, who("head"), [key])
    assert len(notices.unread(house, who("staff"))) == 1
    notices.mark_read(house, who("staff"), [key])
    assert notices.unread(house, who("staff")) == []
    assert len(house.scalars(select(Notice)).all()) == 1
