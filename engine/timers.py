"""Timers: deadlines as rows, each fired exactly once by however many workers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session


def claim_due(session: Session, *, limit: int) -> list[UUID]:
    """Ids of timers which are due, earliest first, claimed for this worker for a while; commit, then `fire` each."""
    raise NotImplementedError


def fire(session: Session, timer_id: UUID) -> bool:
    """Let a due timer happen, in a step of its instance; False where it is gone, not due or its instance stands still.

    Raises StepFailed where the step failed (an incident waits, the row is pushed forward).
    """
    raise NotImplementedError


def next_due(session: Session) -> datetime | None:
    """When the next timer is due."""
    raise NotImplementedError
