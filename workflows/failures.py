"""Open incidents as those see them who put things right: grouped by cause, with the instance and case of each."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, not_, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, joinedload

from engine.models import Incident, IncidentStatus, ProcessInstance
from workflows.authorisation import require
from workflows.models import Case, Person

_OPEN = Incident.status == IncidentStatus.OPEN.value


@dataclass(frozen=True, slots=True)
class Cause:
    """Equal failures: how many, where, since when, and what the newest of them says, and of which version."""

    cause: str
    definition_id: UUID
    element_id: str | None
    count: int
    instances: int
    first: datetime
    last: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Failure:
    """An open incident with its instance (its definition loaded)."""

    incident: Incident
    instance: ProcessInstance


def causes(session: Session, person: Person) -> list[Cause]:
    """Open incidents by cause, the most frequent first. Raises NotAllowed."""
    require(session, person, "incident.read")
    newest = Incident.id.desc()
    rows = session.execute(
        select(
            Incident.cause,
            func.array_agg(aggregate_order_by(ProcessInstance.definition_id, newest)),
            func.min(Incident.element_id),
            func.count(),
            func.count(Incident.instance_id.distinct()),
            func.min(Incident.created_at),
            func.max(Incident.created_at),
            func.array_agg(aggregate_order_by(Incident.message, newest)),
        )
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(_OPEN)
        .group_by(Incident.cause)
        .order_by(func.count().desc(), Incident.cause)
    )
    return [
        Cause(cause, versions[0], element, count, instances, first, last, messages[0])
        for cause, versions, element, count, instances, first, last, messages in rows
    ]


def of_cause(session: Session, person: Person, cause: str, after: UUID | None = None, limit: int = 50) -> list[Failure]:
    """The open incidents of a cause, newest first; not those of cases in which the person is named."""
    require(session, person, "incident.read")
    query = (
        select(Incident, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .join(ProcessInstance.definition)
        .outerjoin(Case, Case.number == ProcessInstance.business_key)
        .options(joinedload(ProcessInstance.definition))
        .where(_OPEN, Incident.cause == cause, or_(Case.id.is_(None), not_(Case.named.contains([str(person.id)]))))
        .order_by(Incident.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(Incident.id < after)
    return [Failure(incident, instance) for incident, instance in session.execute(query)]
