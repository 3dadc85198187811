"""Incidents: steps which failed and were rolled back, waiting for a person or for a later try."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.models import Incident, ProcessInstance


def listing(
    session: Session,
    *,
    status: str = "open",
    instance_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Incident]:
    """Incidents, newest first."""
    raise NotImplementedError


def retry(session: Session, incident_id: UUID, *, actor: str, data: Mapping[str, Any] | None = None) -> ProcessInstance:
    """Run the failed command again, with `data` instead of what it had where given. Raises StepFailed again."""
    raise NotImplementedError


def due_retries(session: Session, *, limit: int = 50) -> list[UUID]:
    """Incidents whose next automatic try is due."""
    raise NotImplementedError
