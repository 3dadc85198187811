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
from engine.jsonable import MAX_GIVEN, require_keepable
from engine.models import Incident, IncidentStatus, InstanceStatus, ProcessInstance, UserTask
from engine.spiff.model import THROWING, Node
from engine.spiff.state import MAX_BYTES
from engine.spiff.working import Skip, Work

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
    process data to be set before. When it succeeds the incident is resolved with it, and so it is when it was overtaken
    by what happened since. Raises NotFound, Conflict (resolved already, not to be repeated, or nothing done and still
    waited for), and whatever the command raises, StepFailed again among it.
    """
    incident = _locked(session, incident_id)
    return _retry(session, incident, actor, data, _skipped(incident))


def skip(
    session: Session, incident_id: UUID, *, actor: str, reason: str, results: Mapping[str, Any] | None = None
) -> ProcessInstance:
    """Go on behind the work which failed, as if it had been done with these results.

    That one time only: neither in other rounds nor in other processes is an element of that id skipped.
    Raises NotFound, Invalid (results which cannot be kept), Conflict (resolved; an element whose work cannot be left
    out: only functions, scripts, decisions and messages can; or work which the step did not come to this time),
    Forbidden (a gate), StepFailed where the step fails again further on.
    """
    require_keepable(results or {}, "results")
    incident = _locked(session, incident_id)
    instance = instances.get(session, incident.instance_id)
    element = incident.element_id or ""
    work = _work(incident)
    node = _node(session, work)
    if not (node.kind in _SKIPPABLE or (node.kind in THROWING and node.function)):
        raise _not_skippable(incident)
    domain().guard(session, instance, Command("skip", actor, element, reason=reason))
    facts = {"incident": incident.id, "reason": reason, "place": work.place, "results": sorted(results or {})}
    history.record(session, instance, "incident_skipped", actor=actor, element_id=element, data=facts)
    wanted = Skip(work, dict(results or {}))
    _retry(session, incident, actor, None, [*_skipped(incident), wanted])
    if not wanted.used:
        zh = "本次执行未到达失败的那一处工作，因此没有跳过；请改为重试"
        en = "The step did not come to the work which failed, so nothing was skipped: retry instead"
        raise Conflict(en, incident=str(incident_id), element=element, message_zh=zh)
    return instance


def dismiss(session: Session, incident_id: UUID, *, actor: str, reason: str) -> ProcessInstance:
    """Close an incident without running anything: what failed is not to be done, or was done otherwise.

    Raises NotFound, Conflict (resolved, or a start which failed: without it nothing would ever bring the instance on).
    """
    incident = _open(session, incident_id)
    instance = instances.get(session, incident.instance_id)
    if incident.command["kind"] == "start":
        zh, en = "流程尚未启动：请重试，或终止该实例", "The instance has not begun: retry, or cancel it"
        raise Conflict(en, incident=str(incident_id), message_zh=zh)
    resolve(session, incident, actor=actor)
    facts = {"incident": incident.id, "reason": reason, "cause": incident.cause}
    history.record(session, instance, "incident_dismissed", actor=actor, element_id=incident.element_id, data=facts)
    return instance


_SKIPPABLE = frozenset({"serviceTask", "scriptTask", "businessRuleTask", "sendTask"})


def _open(session: Session, incident_id: UUID) -> Incident:
    """An open incident; its instance is locked first, as everywhere. Raises NotFound, Conflict."""
    incident = get(session, incident_id)
    steps.lock(session, incident.instance_id)
    session.refresh(incident)
    if incident.status != IncidentStatus.OPEN:
        raise Conflict("The incident is resolved", incident=str(incident_id), message_zh="该异常已解决")
    return incident


def _locked(session: Session, incident_id: UUID) -> Incident:
    """An open incident of an instance which is not suspended. Raises NotFound, Conflict."""
    incident = _open(session, incident_id)
    instance = instances.get(session, incident.instance_id)
    if instance.status == InstanceStatus.SUSPENDED:  # else what is not carried out now would count as put right
        zh, en = "流程已挂起，恢复后再重试", "The process instance is suspended: resume it first"
        raise Conflict(en, incident=str(incident_id), message_zh=zh, message_en=en)
    return incident


def _work(incident: Incident) -> Work:
    """The work which failed. Raises Conflict where none did, or where it is not known which."""
    if "work" not in incident.command:
        zh, en = "不知道是哪一处工作失败，请先重试一次", "It is not known which work failed: retry once first"
        raise Conflict(en, incident=str(incident.id), message_zh=zh)
    work = incident.command["work"]
    if work is None:
        raise _not_skippable(incident)
    return Work(**work)


def _not_skippable(incident: Incident) -> Conflict:
    zh, en = "该元素的工作不能跳过", "The work of this element cannot be skipped"
    return Conflict(en, incident=str(incident.id), element=incident.element_id or "", message_zh=zh)


def _skipped(incident: Incident) -> list[Skip]:
    """What was skipped already in earlier tries of the command."""
    return [Skip(Work(**each["work"]), each["results"]) for each in incident.command.get("skipped", ())]


def _node(session: Session, work: Work) -> Node:
    """The element as it is drawn."""
    drawn = definitions.compiled_by_id(session, UUID(work.definition)).diagram.processes[work.process]
    return next(node for node in drawn.walk() if node.id == work.element)


def _retry(
    session: Session,
    incident: Incident,
    actor: str,
    data: Mapping[str, Any] | None,
    skipped: list[Skip],
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
    if data and command["kind"] in ("timer", "start", "condition"):
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
            taken = messages.deliver(session, command["data"]["message"], actor=actor)
            if not taken and messages.awaited(session, incident.instance_id, **command["data"]):
                zh, en = "流程仍在等待该消息，但消息未能送达", "It still waits for the message, which was not delivered"
                raise Conflict(en, incident=str(incident.id), message_zh=zh)
        case "signal":
            payload = data if data is not None else command["data"].get("payload", {})
            most = MAX_GIVEN if data is not None else MAX_BYTES
            messages.signal(session, incident.instance_id, name=command["data"]["name"], payload=payload, most=most)
        case "start" | "condition":
            instances.run_again(session, incident.instance_id, actor=actor, key=command["key"])
        case kind:
            zh = "请重新执行该操作本身（上次未执行），或关闭该异常"
            en = f"Repeat the command {kind} itself, which was not carried out, or dismiss the incident"
            raise Conflict(en, incident=str(incident.id), message_zh=zh)


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
