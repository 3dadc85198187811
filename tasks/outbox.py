"""Keeps the promises: takes messages out of the outbox and causes their effects.

Three drains, so that a mail server which hangs delays mails and nothing else. A message is claimed for a lease, one at
a time; what fails comes back later with growing pauses and is dead, with its reason, after the last attempt.
"""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any
from uuid import UUID

import structlog
from celery import shared_task
from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import outbox
from engine.db import transaction
from engine.errors import EngineError, StepFailed
from engine.models import OutboxMessage
from tasks import mail, poll, topics, webhooks
from tasks.errors import NotNow, Undeliverable

_OUTWARD_SECONDS = 30.0  # a drain which talks to others gives its place back after that; the next knock goes on
_log = structlog.get_logger("tasks.outbox")

Deliver = Callable[[OutboxMessage], None]


@shared_task(name="tasks.outbox.deliver_inside")
def deliver_inside() -> int:
    """Deliver what stays in this database (notices, starting processes, messages), exactly once each."""
    return _drain(_inside, tuple(topics.INSIDE))


@shared_task(name="tasks.outbox.deliver_mail")
def deliver_mail() -> int:
    """Deliver letters, at least once each; stops when the mail server is away."""
    return _drain(_outside(mail.deliver, keep=("case_id",)), ("mail",), stop_when_away=True, seconds=_OUTWARD_SECONDS)


@shared_task(name="tasks.outbox.deliver_webhooks")
def deliver_webhooks() -> int:
    """Tell other programs, at least once each."""
    return _drain(_outside(webhooks.deliver, keep=("url", "event")), ("webhook",), seconds=_OUTWARD_SECONDS)


def _drain(deliver: Deliver, of: tuple[str, ...], *, stop_when_away: bool = False, seconds: float = 3600.0) -> int:
    """Claim and deliver one message after the other until none is due; how many were delivered here."""
    count, until = 0, monotonic() + seconds
    while monotonic() < until and not poll.stopping():
        with transaction() as session:
            claimed = outbox.claim(session, limit=1, topics=of)
        if not claimed:
            break
        outcome = _attempt(deliver, claimed[0])
        count += outcome is None
        if stop_when_away and isinstance(outcome, NotNow):
            break
    return count


def _attempt(deliver: Deliver, message: OutboxMessage) -> Exception | None:
    """Deliver one message; what went wrong is written beside it and returned, never raised."""
    try:
        deliver(message)
    except Exception as error:
        known = isinstance(error, NotNow | Undeliverable | EngineError)
        log = _log.warning if known else _log.exception
        log("not_delivered", message=str(message.id), topic=message.topic, error=type(error).__name__)
        reason = str(error) if known else type(error).__name__  # a stranger's words may hold what was in the letter
        _failed(message.id, reason, final=isinstance(error, Undeliverable))
        return error
    return None


def _failed(message_id: UUID, reason: str, *, final: bool) -> None:
    try:
        with transaction() as session:
            outbox.failed(session, message_id, reason, final=final)
    except EngineError as error:  # the lease ends by itself, and the message comes back
        _log.warning("failure_not_noted", message=str(message_id), error=type(error).__name__)


def _outside(send: Callable[[UUID, Mapping[str, Any]], None], *, keep: tuple[str, ...]) -> Deliver:
    """Delivery to another machine: first the effect, then the note of it; a crash in between repeats the effect.

    keep: keys of the payload which stay afterwards. The rest may hold personal data, and the case file has it sealed.
    """

    def deliver(message: OutboxMessage) -> None:
        send(message.id, message.payload)
        left = {key: message.payload[key] for key in keep if key in message.payload}
        with transaction() as session:
            outbox.delivered(session, message.id)
            session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(payload=left))

    return deliver


def _inside(message: OutboxMessage) -> None:
    """Delivery within the database: note and effect in one transaction.

    The note comes first because a failed step commits (its incident waits for a person) and then counts as delivered.
    """
    try:
        with transaction() as session:
            if _still_open(session, message.id):
                outbox.delivered(session, message.id)
                topics.INSIDE[message.topic](session, message.id, message.payload)
    except StepFailed as error:
        _log.warning("step_failed", message=str(message.id), error=str(error))


def _still_open(session: Session, message_id: UUID) -> bool:
    row = session.get(OutboxMessage, message_id, with_for_update=True, populate_existing=True)
    return row is not None and row.delivered_at is None and row.failed_at is None
