"""Sweeping: what has served its time goes, in small batches, so that no lock is held for long.

History, cases and delivered letters are records and are not swept here; of a complainant the identity is erased when
the time of retention is over. A finished instance loses only its token state, which nothing can move any more; what
happened stands in its history.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from celery import shared_task
from sqlalchemy import Delete, Select, Update, delete, literal, select, tuple_, update
from sqlalchemy.orm import Session

from engine import mailbox
from engine.clock import now
from engine.db import transaction
from engine.models import Idempotency, Message, OutboxMessage, ProcessInstance
from tasks import topics
from tasks.settings import settings
from workflows import retention, tallies

_BATCH = 500
_MOST_BATCHES = 200
KEEP_IDEMPOTENCY = timedelta(days=2)
KEEP_MESSAGES = timedelta(days=30)
PATIENCE_WITH_TOPICS = timedelta(hours=1)
_log = structlog.get_logger("tasks.housekeeping")


@shared_task(name="tasks.housekeeping.sweep")
def sweep() -> dict[str, int]:
    """Sweep everything once; how many rows each broom took."""
    moment = now()
    swept = {name: _in_batches(broom, moment) for name, broom in BROOMS.items()}
    _log.info("swept", **swept)
    return swept


@shared_task(name="tasks.housekeeping.fold_tallies")
def fold_tallies() -> int:
    """Move what changed of the cases into the sums of the dashboard (`workflows.tallies`); how many entries."""
    return _in_batches(lambda session, _moment: tallies.fold(session, _BATCH), now())


def _in_batches(broom: Callable[[Session, datetime], int], moment: datetime) -> int:
    total = 0
    for _ in range(_MOST_BATCHES):
        with transaction() as session:
            count = broom(session, moment)
        total += count
        if count < _BATCH:
            break
    return total


def _answers(session: Session, moment: datetime) -> int:
    """Answers kept for repeated commands: a client which repeats after two days asks anew."""
    key = tuple_(Idempotency.actor, Idempotency.key)
    old = select(Idempotency.actor, Idempotency.key).where(Idempotency.created_at < moment - KEEP_IDEMPOTENCY)
    return _count(session, delete(Idempotency).where(key.in_(old.limit(_BATCH))))


def _messages(session: Session, moment: datetime) -> int:
    """Messages nobody waited for in time, and delivered ones long after any repetition of them."""
    old = select(Message.id).where(
        ~mailbox.meant()
        & (
            (Message.delivered_at.is_(None) & (Message.expires_at < moment))
            | (Message.received_at < moment - KEEP_MESSAGES)
        )
    )
    return _count(session, delete(Message).where(Message.id.in_(old.limit(_BATCH))))


def still_kept(ended_before: datetime) -> Select[UUID]:
    """Instances which ended before that moment and still have their token state, the earliest first."""
    return (
        select(ProcessInstance.id)
        .where(ProcessInstance.ended_at < ended_before, ProcessInstance.swept_at.is_(None))
        .order_by(ProcessInstance.ended_at)
    )


def _states(session: Session, moment: datetime) -> int:
    """Token states of instances which ended long ago; one which somebody works on at this moment waits."""
    old = still_kept(moment - timedelta(days=settings().keep_days)).limit(_BATCH).with_for_update(skip_locked=True)
    gone = update(ProcessInstance).where(ProcessInstance.id.in_(old)).values(state=b"", swept_at=moment)
    return _count(session, gone)


def _promises(session: Session, moment: datetime) -> int:
    """Promises kept long ago; those of letters are the proof that they left."""
    old = (
        select(OutboxMessage.id)
        .where(
            OutboxMessage.delivered_at < moment - timedelta(days=settings().keep_days),
            OutboxMessage.topic != "mail",
        )
        .limit(_BATCH)
    )
    return _count(session, delete(OutboxMessage).where(OutboxMessage.id.in_(old)))


def _identities(session: Session, moment: datetime) -> int:
    """Who complained, where the time of retention is over and no case of theirs is open or under hold."""
    return retention.erase(session, moment - timedelta(days=settings().erase_days), limit=_BATCH)


def _unknown_topics(session: Session, moment: datetime) -> int:
    """Promises whose topic no worker knows are declared dead, so that a person sees them."""
    lost = select(OutboxMessage.id).where(
        OutboxMessage.delivered_at.is_(None),
        OutboxMessage.failed_at.is_(None),
        OutboxMessage.available_at < moment - PATIENCE_WITH_TOPICS,
        OutboxMessage.topic.not_in([*topics.INSIDE, *topics.OUTSIDE]),
    )
    return _count(
        session,
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(lost.limit(_BATCH)))
        .values(failed_at=moment, error="no worker knows this topic"),
    )


def _count(session: Session, statement: Delete | Update) -> int:
    return len(session.execute(statement.returning(literal(1))).all())


BROOMS: dict[str, Callable[[Session, datetime], int]] = {
    "answers": _answers,
    "messages": _messages,
    "states": _states,
    "promises": _promises,
    "identities": _identities,
    "unknown_topics": _unknown_topics,
}
