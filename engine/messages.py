"""Messages and signals from outside, and between instances: correlated, buffered, never delivered twice."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session


def publish(
    session: Session,
    *,
    message_id: str,
    name: str,
    correlation: str,
    payload: Mapping[str, Any],
    ttl: timedelta = timedelta(days=1),
) -> bool:
    """Hand a message to the instance which waits for `name` with that correlation key; whether one got it now.

    Nobody waits: a process which starts by this message is started; else it is kept until `ttl` is over. The same
    `message_id` again does nothing. Raises StepFailed as every step.
    """
    raise NotImplementedError


def broadcast(session: Session, *, name: str, payload: Mapping[str, Any]) -> int:
    """Promise a signal to every instance which waits for it; how many."""
    raise NotImplementedError
