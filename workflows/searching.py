"""Finding process instances: by number, status, process, version, person, open incident. Newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, false, func, not_, or_, select
from sqlalchemy.orm import Session, joinedload

from engine.models import Incident, IncidentStatus, ProcessDefinition, ProcessInstance, TaskStatus, UserTask
from workflows import authorisation, lookup
from workflows.models import Case, Person


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search is narrowed by; None means any.

    number: how the business key (acceptance number) begins; person: id of somebody who has a task in it or had one;
    incident: whether one is open; text: as in `lookup.matching`.
    """

    number: str | None = None
    status: str | None = None
    key: str | None = None
    version: int | None = None
    person: str | None = None
    incident: bool | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An instance. case: its case where the searcher may see it; incidents: open ones; waiting: names of open tasks."""

    instance: ProcessInstance
    case: Case | None
    incidents: int
    waiting: Sequence[tuple[str, str]]


def find(session: Session, person: Person, wanted: Wanted, after: UUID | None = None, limit: int = 50) -> list[Found]:
    """A page of instances; `after`: id of the last one of the page before.

    Two statements, a third where there is a text.

    Raises NotAllowed for somebody who may not list instances. Who is named in a case does not find it.
    """
    authorisation.require(session, person, "instance.list")
    named = Case.named.contains([str(person.id)])
    incidents = (
        select(func.count())
        .select_from(Incident)
        .where(Incident.instance_id == ProcessInstance.id, Incident.status == IncidentStatus.OPEN.value)
        .scalar_subquery()
    )
    seen = authorisation.visible(session, person)
    query: Select[ProcessInstance, Case, int, bool] = (
        select(ProcessInstance, Case, incidents, func.coalesce(seen, false()))
        .join(ProcessInstance.definition)
        .options(joinedload(ProcessInstance.definition), joinedload(Case.party))
        .outerjoin(Case, Case.number == ProcessInstance.business_key)
        .where(or_(Case.id.is_(None), not_(named)), *_conditions(session, wanted, seen))
        .order_by(ProcessInstance.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(ProcessInstance.id < after)
    rows = session.execute(query).all()
    waiting = _waiting(session, [instance.id for instance, *_ in rows])
    return [
        Found(instance, case if may else None, failed, waiting.get(instance.id, []))
        for instance, case, failed, may in rows
    ]


def _conditions(session: Session, wanted: Wanted, seen: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.number:
        found.append(ProcessInstance.business_key.startswith(wanted.number.strip().upper(), autoescape=True))
    if wanted.status:
        found.append(ProcessInstance.status == wanted.status)
    if wanted.key:
        found.append(ProcessDefinition.key == wanted.key)
    if wanted.version is not None:
        found.append(ProcessDefinition.version == wanted.version)
    if wanted.person:
        theirs = or_(UserTask.assignee == wanted.person, UserTask.completed_by == wanted.person)
        found.append(exists(select(UserTask.id).where(UserTask.instance_id == ProcessInstance.id, theirs)))
    if wanted.incident is not None:
        failed = select(Incident.id).where(
            Incident.instance_id == ProcessInstance.id, Incident.status == IncidentStatus.OPEN.value
        )
        found.append(exists(failed) if wanted.incident else not_(exists(failed)))
    if wanted.text:
        found += [seen, lookup.matching(session, wanted.text)]
    return found


def _waiting(session: Session, instances: list[UUID]) -> dict[UUID, list[tuple[str, str]]]:
    rows = session.execute(
        select(UserTask.instance_id, UserTask.name_zh, UserTask.name_en)
        .where(UserTask.instance_id.in_(instances), UserTask.status == TaskStatus.OPEN.value)
        .order_by(UserTask.id)
    )
    found: dict[UUID, list[tuple[str, str]]] = {}
    for instance, zh, en in rows:
        found.setdefault(instance, []).append((zh, en))
    return found
