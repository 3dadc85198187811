"""Promises: side effects written in the step as rows, delivered by workers after the commit, at least once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.clock import now
from engine.ids import new_id
from engine.jsonable import jsonable
from engine.models import OutboxMessage

LEASE = timedelta(minutes=2)
ATTEMPTS = 8


def promise(
    session: Session,
    topic: str,
    payload: Mapping[str, Any],
    *,
    instance_id: UUID | None = None,
    delay: timedelta | None = None,
    message_id: UUID | None = None,
) -> UUID:
    """Write a message which a worker will deliver after the commit; its id, which is its idempotency key.

    topic: what kind of effect (`mail`, `notify`, `webhook`, `start_process`, `message`, `signal`); payload: JSON-able
    facts; delay: not before that much later; message_id: one's own id, so that promising twice is one message.
    """
    key = message_id or new_id()
    if message_id is not None and session.get(OutboxMessage, key) is not None:
        return key
    moment = now()
    session.add(
        OutboxMessage(
            id=key,
            topic=topic,
            payload=jsonable(payload),
            instance_id=instance_id,
            created_at=moment,
            available_at=moment + (delay or timedelta()),
        )
    )
    return key


def hasten(session: Session, instance_id: UUID, topic: str) -> None:
    """Make promises of that topic which were put off for an instance due now."""
    put_off = (
        OutboxMessage.instance_id == instance_id,
        OutboxMessage.topic == topic,
        OutboxMessage.attempts == 0,
        OutboxMessage.delivered_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )
    due = update(OutboxMessage).where(*put_off, OutboxMessage.available_at > now()).values(available_at=now())
    session.execute(due.execution_options(synchronize_session=False))


def claim(session: Session, *, limit: int, topics: Sequence[str] | None = None) -> list[OutboxMessage]:
    """Take up to `limit` messages which are due, oldest first, for `LEASE`; no two workers get the same one.

    Commit, deliver, then call `delivered` or `failed` in another transaction. A message whose worker died comes back
    when the lease ends.
    """
    moment = now()
    due = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.delivered_at.is_(None),
            OutboxMessage.failed_at.is_(None),
            OutboxMessage.available_at <= moment,
        )
        .order_by(OutboxMessage.available_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if topics is not None:
        due = due.where(OutboxMessage.topic.in_(topics))
    taken = session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(due.scalar_subquery()))
        .values(available_at=moment + LEASE, attempts=OutboxMessage.attempts + 1)
        .returning(OutboxMessage)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return sorted(taken, key=lambda message: message.id)


def delivered(session: Session, message_id: UUID) -> None:
    """The effect has happened; the message will not be claimed again."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message_id, OutboxMessage.delivered_at.is_(None))
        .values(delivered_at=now(), error=None)
    )


def failed(session: Session, message_id: UUID, error: str, *, final: bool = False) -> None:
    """The effect could not be caused: try again later (1, 2, 4 ... minutes), after `ATTEMPTS` times never.

    final: nothing will cure it; do not try again.
    """
    message = session.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.delivered_at is not None:
        return
    message.error = error[:2000]
    if final or message.attempts >= ATTEMPTS:
        message.failed_at = now()
    else:
        message.available_at = now() + timedelta(minutes=2 ** max(message.attempts - 1, 0))
