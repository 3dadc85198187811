"""Promises are kept: once, whatever happens around them, and one bad one stops no other."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from engine import clock, outbox
from engine.db import transaction
from engine.models import OutboxMessage
from tasks import outbox as delivery
from tests.tasks.conftest import Configure, Mailbox


def promise(topic: str, payload: Mapping[str, Any]) -> UUID:
    with transaction() as session:
        return outbox.promise(session, topic, payload)


def letter_to(address: str) -> UUID:
    return promise("mail", {"to": address, "subject": "投诉受理通知", "text": "您好"})


def kept(message_id: UUID) -> OutboxMessage:
    with transaction() as session:
        return session.scalars(select(OutboxMessage).where(OutboxMessage.id == message_id)).one()


def test_a_promised_letter_is_delivered_once(database: Engine, mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=mailbox.url)
    message_id = letter_to("a@example.com")
    assert delivery.deliver_mail() == 1
    assert delivery.deliver_mail() == 0
    assert len(mailbox.mails) == 1
    assert kept(message_id).delivered_at is not None


def test_a_delivered_letter_leaves_nothing_personal_in_the_outbox(
    database: Engine, mailbox: Mailbox, configure: Configure
) -> None:
    configure(SMTP_URL=mailbox.url)
    message_id = promise("mail", {"to": "a@example.com", "subject": "x", "text": "张三", "case_id": "42"})
    delivery.deliver_mail()
    assert kept(message_id).payload == {"case_id": "42"}


def test_a_promise_which_was_rolled_back_is_never_delivered(
    database: Engine, mailbox: Mailbox, configure: Configure
) -> None:
    configure(SMTP_URL=mailbox.url)

    def promise_and_fail() -> None:
        with transaction() as session:
            outbox.promise(session, "mail", {"to": "a@example.com", "subject": "x", "text": "y"})
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        promise_and_fail()
    assert delivery.deliver_mail() == 0
    assert mailbox.mails == []


def test_a_poisoned_letter_does_not_stop_the_others(database: Engine, mailbox: Mailbox, configure: Configure) -> None:
    configure(SMTP_URL=mailbox.url)
    poison = [
        promise("mail", {}),
        promise("mail", {"to": 42, "subject": None, "text": {"a": 1}}),
        promise("mail", {"to": "a@example.com\r\nBcc: b@example.com", "subject": "x", "text": "y"}),
        promise("webhook", {"url": "https://10.0.0.1/"}),
    ]
    good = letter_to("a@example.com")
    assert delivery.deliver_mail() == 1
    delivery.deliver_webhooks()
    assert kept(good).delivered_at is not None
    for message_id in poison:
        dead = kept(message_id)
        assert dead.failed_at is not None
        assert dead.error


def test_a_letter_waits_for_the_mail_server_and_then_leaves(
    database: Engine, mailbox: Mailbox, configure: Configure
) -> None:
    configure(SMTP_URL="smtp://127.0.0.1:1")
    message_id = letter_to("a@example.com")
    assert delivery.deliver_mail() == 0
    waiting = kept(message_id)
    assert waiting.delivered_at is None
    assert waiting.failed_at is None
    assert waiting.error is not None
    configure(SMTP_URL=mailbox.url)
    with clock.at(clock.now() + timedelta(hours=1)):
        assert delivery.deliver_mail() == 1
    assert len(mailbox.mails) == 1


def test_a_server_which_is_away_costs_one_try_and_not_one_a_letter(database: Engine, configure: Configure) -> None:
    configure(SMTP_URL="smtp://127.0.0.1:1")
    letters = [letter_to(f"{number}@example.com") for number in range(3)]
    delivery.deliver_mail()
    assert sum(kept(message_id).attempts for message_id in letters) == 1


def test_the_pauses_grow_and_after_the_last_try_the_letter_is_dead_with_its_reason(
    database: Engine, configure: Configure
) -> None:
    configure(SMTP_URL="smtp://127.0.0.1:1")
    message_id = letter_to("a@example.com")
    moment, pauses = clock.now(), []
    while kept(message_id).failed_at is None:
        with clock.at(moment):
            delivery.deliver_mail()
        message = kept(message_id)
        pauses.append(message.available_at - moment)
        moment = max(message.available_at, moment) + timedelta(seconds=1)
    assert message.attempts == outbox.ATTEMPTS
    assert pauses[:-1] == sorted(set(pauses[:-1]))
    assert "ConnectionRefusedError" in (message.error or "")


def test_a_stranger_s_error_does_not_write_the_letter_into_the_log_of_errors(
    database: Engine, mailbox: Mailbox, configure: Configure
) -> None:
    configure(SMTP_URL=mailbox.url)
    message_id = promise("notify", {"people": ["not a uuid: 张三 13800000000"], "text_zh": "x", "text_en": "y"})
    assert delivery.deliver_inside() == 0
    assert kept(message_id).error == "ValueError"


def test_a_message_whose_worker_died_comes_back_after_the_lease(
    database: Engine, mailbox: Mailbox, configure: Configure
) -> None:
    configure(SMTP_URL=mailbox.url)
    letter_to("a@example.com")
    with transaction() as session:
        assert len(outbox.claim(session, limit=1)) == 1  # and then this worker is killed
    assert delivery.deliver_mail() == 0
    with clock.at(clock.now() + outbox.LEASE + timedelta(seconds=1)):
        assert delivery.deliver_mail() == 1
