"""What has served its time goes; what is a record stays."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, func, select

from engine import clock, outbox
from engine.db import transaction
from engine.models import Base, Idempotency, Message, OutboxMessage
from tasks import housekeeping


def count(table: type[Base]) -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def add(*rows: Base) -> None:
    with transaction() as session:
        session.add_all(rows)


def answer(number: int, moment: datetime) -> Idempotency:
    return Idempotency(actor="a", key=str(number), request_sha256="0", answer={}, created_at=moment)


def message(name: str, *, expires: datetime, received: datetime, delivered: datetime | None = None) -> Message:
    return Message(
        id=name, name="n", correlation="c", payload={}, received_at=received, expires_at=expires, delivered_at=delivered
    )


def test_old_answers_go_in_batches_and_young_ones_stay(database: Engine) -> None:
    moment = clock.now()
    old = moment - housekeeping.KEEP_IDEMPOTENCY - timedelta(minutes=1)
    add(*(answer(number, old) for number in range(1203)), *(answer(number, moment) for number in range(2000, 2003)))
    assert housekeeping.sweep()["answers"] == 1203
    assert count(Idempotency) == 3


def test_messages_nobody_waited_for_go_and_delivered_ones_stay_against_repetition(database: Engine) -> None:
    moment = clock.now()
    hour, month = timedelta(hours=1), timedelta(days=31)
    add(
        message("waiting", expires=moment + hour, received=moment),
        message("missed", expires=moment - hour, received=moment - 2 * hour),
        message("delivered", expires=moment - hour, received=moment - 2 * hour, delivered=moment - hour),
        message("long ago", expires=moment - month, received=moment - month, delivered=moment - month),
    )
    housekeeping.sweep()
    with transaction() as session:
        assert sorted(session.scalars(select(Message.id))) == ["delivered", "waiting"]


def test_a_promise_no_worker_knows_is_shown_as_dead_and_known_ones_wait(database: Engine) -> None:
    with clock.at(clock.now() - timedelta(hours=2)), transaction() as session:
        strange = outbox.promise(session, "telegram", {})
        letter = outbox.promise(session, "mail", {"to": "a@example.com"})
    housekeeping.sweep()
    with transaction() as session:
        dead, waiting = session.get(OutboxMessage, strange), session.get(OutboxMessage, letter)
        assert dead is not None
        assert waiting is not None
        assert dead.failed_at is not None
        assert dead.error == "no worker knows this topic"
        assert waiting.failed_at is None
