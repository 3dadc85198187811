"""Process instances: start, look into, and command them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.models import ProcessInstance


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token stands: an element of a process; process_id names the called process it lies in."""

    element_id: str
    process_id: str
    definition_id: str
    kind: str
    token_id: str


def start(
    session: Session,
    key: str,
    *,
    business_key: str,
    variables: Mapping[str, Any],
    actor: str,
    version: int | None = None,
) -> ProcessInstance:
    """Start an instance of the latest (or that) version of `key` and run it to the first wait.

    Raises NotFound for an unknown definition, StepFailed where the first step failed: then the instance exists with an
    incident, and a retry starts it.
    """
    raise NotImplementedError


def get(session: Session, instance_id: UUID) -> ProcessInstance:
    """An instance. Raises NotFound."""
    raise NotImplementedError


def by_business_key(session: Session, business_key: str) -> list[ProcessInstance]:
    """Instances with that business key, oldest first."""
    raise NotImplementedError


def suspend(session: Session, instance_id: UUID, *, actor: str, reason: str) -> ProcessInstance:
    """Stop an instance: no task of it can be completed and no timer fires until it is resumed."""
    raise NotImplementedError


def resume(
    session: Session, instance_id: UUID, *, actor: str, reason: str, keep_dates: bool = False
) -> ProcessInstance:
    """Let a suspended instance go on; its deadlines move by the time it stood still, unless `keep_dates`."""
    raise NotImplementedError


def cancel(session: Session, instance_id: UUID, *, actor: str, reason: str) -> ProcessInstance:
    """End an instance before its end: open tasks, timers and subscriptions are gone."""
    raise NotImplementedError


def move(
    session: Session, instance_id: UUID, token_id: UUID, target: str, *, actor: str, reason: str
) -> ProcessInstance:
    """Cancel the token `token_id` where it stands and start one at element `target` of the same process."""
    raise NotImplementedError


def variables(session: Session, instance: ProcessInstance) -> dict[str, Any]:
    """The process data of an instance."""
    raise NotImplementedError


def tokens(session: Session, instance: ProcessInstance) -> list[Place]:
    """Where tokens stand now."""
    raise NotImplementedError


def path_taken(session: Session, instance: ProcessInstance) -> dict[str, int]:
    """Ids of elements and sequence flows which were passed, with how often."""
    raise NotImplementedError
