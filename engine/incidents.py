"""Incidents: steps which failed and were rolled back, waiting for a person or for a later try."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import instances, messages, timers, usertasks
from engine.clock import now
from engine.errors import Conflict, NotFound
from engine.models import Incident, IncidentStatus, ProcessInstance, UserTask


def listing(
    session: Session,
    *,
    status: str = "open",
    instance_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Incident]:
    """Incidents, newest first; `after` is the last id of the page before."""
    query = select(Incident).where(Incident.status == IncidentStatus(status))
    if instance_id is not None:
        query = query.where(Incident.instance_id == instance_id)
    if after is not None:
        query = query.where(Incident.id < after)
    return list(session.scalars(query.order_by(Incident.id.desc()).limit(min(limit, 500))))


def get(session: Session, incident_id: UUID) -> Incident:
    """An incident. Raises NotFound."""
    found = session.get(Incident, incident_id)
    if found is None:
        raise NotFound("There is no such incident", incident=str(incident_id))
    return found


def causes(session: Session) -> list[tuple[str, int]]:
    """Open incidents by cause, the most frequent first."""
    query = select(Incident.cause, func.count()).where(Incident.status == IncidentStatus.OPEN).group_by(Incident.cause)
    return [(cause, count) for cause, count in session.execute(query.order_by(func.count().desc(), Incident.cause))]


def retry(session: Session, incident_id: UUID, *, actor: str, data: Mapping[str, Any] | None = None) -> ProcessInstance:
    """Run the failed command again; a user task's with `data`, else with the draft that was kept.

    When it succeeds the incident is resolved with it. Raises NotFound, Conflict (resolved already, or overtaken by
    what happened since: then it is resolved), and whatever the command raises, StepFailed again among it.
    """
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("There is no such incident", incident=str(incident_id))
    if incident.status != IncidentStatus.OPEN:
        raise Conflict("The incident is resolved", incident=str(incident_id))
    instance = instances.get(session, incident.instance_id)
    _again(session, incident, actor, data)
    session.refresh(incident)
    if incident.status == IncidentStatus.OPEN:
        resolve(session, incident, actor=actor)
    return instance


def _again(session: Session, incident: Incident, actor: str, data: Mapping[str, Any] | None) -> None:
    command = incident.command
    match command["kind"]:
        case "complete":
            task_id = UUID(command["task_id"])
            kept = session.get_one(UserTask, task_id).draft
            usertasks.complete(session, task_id, data if data is not None else kept or {}, actor=actor)
        case "timer":
            timers.fire(session, UUID(command["data"]["timer"]))
        case "message":
            messages.deliver(session, command["data"]["message"], actor=actor)
        case "start":
            instances.run_again(session, incident.instance_id, actor=actor)
        case kind:
            raise Conflict(f"Repeat the command {kind} itself; it was not carried out", incident=str(incident.id))


def resolve(session: Session, incident: Incident, *, actor: str) -> None:
    """Close an incident without running anything."""
    incident.status = IncidentStatus.RESOLVED
    incident.resolved_at, incident.resolved_by, incident.retry_at = now(), actor, None
    session.flush()


def due_retries(session: Session, *, limit: int = 50) -> list[UUID]:
    """Incidents whose next automatic try is due, earliest first."""
    query = select(Incident.id).where(Incident.status == IncidentStatus.OPEN, Incident.retry_at <= now())
    return list(session.scalars(query.order_by(Incident.retry_at).limit(limit)))
