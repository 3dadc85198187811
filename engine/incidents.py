"""Incidents: steps which failed and were rolled back, waiting for a person or for a later try."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select, update
from sqlalchemy.orm import Session

from engine import definitions, history, instances, messages, steps, timers, usertasks
from engine.clock import now
from engine.errors import Conflict, NotFound
from engine.hooks import Command, domain
from engine.models import Incident, IncidentStatus, InstanceStatus, ProcessInstance, UserTask
from engine.spiff.model import THROWING, Node

LEASE = timedelta(minutes=2)


def listing(
    session: Session,
    *,
    status: str = "open",
    instance_id: UUID | None = None,
    cause: str | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[Incident]:
    """Incidents, newest first; `after` is the last id of the page before."""
    query = select(Incident).where(Incident.status == IncidentStatus(status))
    if instance_id is not None:
        query = query.where(Incident.instance_id == instance_id)
    if cause is not None:
        query = query.where(Incident.cause == cause)
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
    """Run the failed command again, with `data` where it was wrong.

    data: for a user task its form's values (else the draft that was kept), for a message or signal its payload, else
    process data to be set before. When it succeeds the incident is resolved with it. Raises NotFound, Conflict
    (resolved already, or overtaken by what happened since: then it is resolved), and whatever the command raises,
    StepFailed again among it.
    """
    incident = _locked(session, incident_id)
    return _retry(session, incident, actor, data, incident.command.get("skip") or {})


def skip(
    session: Session, incident_id: UUID, *, actor: str, reason: str, results: Mapping[str, Any] | None = None
) -> ProcessInstance:
    """Go on behind the element which failed, as if its work had been done with these results.

    Raises NotFound, Conflict (resolved, or an element whose work cannot be left out: only functions, scripts,
    decisions and messages can), Forbidden (a gate), StepFailed where the step fails again further on.
    """
    incident = _locked(session, incident_id)
    instance = instances.get(session, incident.instance_id)
    element = incident.element_id or ""
    node = _node(session, instance, element)
    if node is None or not (node.kind in _SKIPPABLE or (node.kind in THROWING and node.function)):
        zh, en = "该元素的工作不能跳过", "The work of this element cannot be skipped"
        raise Conflict(en, incident=str(incident_id), element=element, message_zh=zh)
    domain().guard(session, instance, Command("skip", actor, element, reason=reason))
    facts = {"incident": incident.id, "reason": reason, "results": sorted(results or {})}
    history.record(session, instance, "incident_skipped", actor=actor, element_id=element, data=facts)
    return _retry(session, incident, actor, None, {**incident.command.get("skip", {}), element: dict(results or {})})


_SKIPPABLE = frozenset({"serviceTask", "scriptTask", "businessRuleTask", "sendTask"})


def _locked(session: Session, incident_id: UUID) -> Incident:
    """An open incident; its instance is locked first, as everywhere. Raises NotFound, Conflict."""
    incident = get(session, incident_id)
    instance = steps.lock(session, incident.instance_id)
    session.refresh(incident)
    if instance.status == InstanceStatus.SUSPENDED:  # else what is not carried out now would count as put right
        zh, en = "流程已挂起，恢复后再重试", "The process instance is suspended: resume it first"
        raise Conflict(en, incident=str(incident_id), message_zh=zh, message_en=en)
    if incident.status != IncidentStatus.OPEN:
        raise Conflict("The incident is resolved", incident=str(incident_id), message_zh="该异常已解决")
    return incident


def _node(session: Session, instance: ProcessInstance, element: str) -> Node | None:
    """The drawn element, in the instance's process or in one it may call."""
    open_versions = [definitions.compiled_by_id(session, instance.definition_id)]
    while open_versions:
        compiled = open_versions.pop()
        for _, node in compiled.diagram.walk():
            if node.id == element:
                return node
        open_versions += compiled.called.values()
    return None


def _retry(
    session: Session,
    incident: Incident,
    actor: str,
    data: Mapping[str, Any] | None,
    skipped: Mapping[str, Mapping[str, Any]],
) -> ProcessInstance:
    instance = instances.get(session, incident.instance_id)
    around = session.info.setdefault("skip", {})
    around[instance.id] = skipped
    try:
        _again(session, incident, actor, data)
    finally:
        around.pop(instance.id, None)
    session.refresh(incident)
    if incident.status == IncidentStatus.OPEN:
        resolve(session, incident, actor=actor)
    return instance


def _again(session: Session, incident: Incident, actor: str, data: Mapping[str, Any] | None) -> None:
    command = incident.command
    if data and command["kind"] in ("timer", "start"):
        instances.edit(session, incident.instance_id, data, actor=actor, reason=f"incident {incident.id}")
    match command["kind"]:
        case "complete":
            task_id = UUID(command["task_id"])
            kept = session.get_one(UserTask, task_id).draft
            usertasks.complete(session, task_id, data if data is not None else kept or {}, actor=actor)
        case "timer":
            timers.fire(session, UUID(command["data"]["timer"]))
        case "message":
            if data is not None:
                messages.correct(session, command["data"]["message"], data)
            messages.deliver(session, command["data"]["message"], actor=actor)
        case "signal":
            payload = data if data is not None else command["data"].get("payload", {})
            messages.signal(session, incident.instance_id, name=command["data"]["name"], payload=payload)
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
    """Incidents whose next automatic try is due, earliest first, claimed for `LEASE`; commit, then `retry` each.

    Two workers never get the same one; that of a worker which died comes back when the lease is over.
    """
    moment = now()
    due = (
        select(Incident.id)
        .where(Incident.status == literal_column("'open'"), Incident.retry_at <= moment)
        .order_by(Incident.retry_at, Incident.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    taken = session.scalars(
        update(Incident)
        .where(Incident.id == due.c.id)
        .values(retry_at=moment + LEASE)
        .returning(Incident.id)
        .execution_options(synchronize_session=False)
    )
    return sorted(taken)
