"""Effects which stay in this database, by topic of the promise: `fn(session, message id, payload)`."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import instances, messages, migration
from engine.db import transaction
from workflows import notices

Inside = Callable[[Session, UUID, Mapping[str, Any]], None]


def _notify(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    notices.deliver(session, message_id, dict(payload))


def _start_process(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    """`process` (key), `business_key`, `variables`, `actor`: starts the latest version."""
    instances.start(
        session,
        payload["process"],
        business_key=payload["business_key"],
        variables=payload.get("variables", {}),
        actor=payload.get("actor", "system"),
    )


def _migrate(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    """`migration` (id): a batch of it, each instance in a transaction of its own; then the promise to go on."""
    migration.carry_on(transaction, session, UUID(payload["migration"]))


def _by_engine(topic: str) -> Inside:
    """Promises the engine wrote to itself: a message or a signal thrown by one instance for another."""

    def deliver(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
        messages.carry_out(session, topic, payload, message_id)

    return deliver


INSIDE: dict[str, Inside] = {
    "notify": _notify,
    "start_process": _start_process,
    "message": _by_engine("message"),
    "signal": _by_engine("signal"),
    "migrate": _migrate,
}
OUTSIDE = ("mail", "webhook")
