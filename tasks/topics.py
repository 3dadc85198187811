"""Effects which stay in this database, by topic of the promise: `fn(session, message id, payload)`."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import instances, messages
from workflows import notices

Inside = Callable[[Session, UUID, Mapping[str, Any]], None]


def _notify(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    notices.deliver(session, message_id, dict(payload))


def _start_process(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    """`process` (key), `business_key`, `variables`: starts the latest version."""
    instances.start(
        session,
        payload["process"],
        business_key=payload["business_key"],
        variables=payload.get("variables", {}),
        actor="system",
    )


def _message(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    """`name`, `correlation`, `payload`, `ttl_seconds`: hands a message to the instance which waits for it."""
    messages.publish(
        session,
        message_id=str(message_id),
        name=payload["name"],
        correlation=payload["correlation"],
        payload=payload.get("payload", {}),
        ttl=timedelta(seconds=payload.get("ttl_seconds", 86_400)),
    )


INSIDE: dict[str, Inside] = {"notify": _notify, "start_process": _start_process, "message": _message}
OUTSIDE = ("mail", "webhook")
