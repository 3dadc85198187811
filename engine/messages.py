"""Messages and signals from outside, and between instances: correlated, buffered, never delivered twice."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine import instances, mailbox, outbox, steps
from engine.clock import now
from engine.errors import Conflict
from engine.hooks import Command
from engine.jsonable import jsonable
from engine.models import InstanceStatus, Message, ProcessDefinition, ProcessInstance, Subscription
from engine.spiff import execution

DAY = timedelta(days=1)
MOST_ASKED = 5
"""Instances which are asked in turn whether they still wait for a message."""


def publish(
    session: Session,
    *,
    message_id: str,
    name: str,
    correlation: str,
    payload: Mapping[str, Any],
    ttl: timedelta = DAY,
    actor: str = "system",
) -> bool:
    """Hand a message to the instance which waits for `name` with that correlation key; whether one got it now.

    Nobody waits: a process which starts by this message is started (business key = correlation key); else it is kept
    until `ttl` is over. The same `message_id` again does nothing. Raises StepFailed as every step.
    """
    moment = now()
    made = session.execute(
        insert(Message)
        .values(
            id=message_id,
            name=name,
            correlation=correlation,
            payload=jsonable(payload),
            received_at=moment,
            expires_at=moment + ttl,
        )
        .on_conflict_do_nothing()
        .returning(Message.id)
    ).scalar_one_or_none()
    if made is None:
        return False
    mailbox.hold(session, name, correlation)
    return deliver(session, message_id, actor=actor)


def deliver(session: Session, message_id: str, *, actor: str = "system") -> bool:
    """Try to hand over a message which was kept; whether somebody got it."""
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.delivered_at is not None or message.expires_at <= now():
        return False
    waiting = _waiting(session, message)
    if not waiting:
        return _start(session, message, actor)
    command = Command("message", actor, data={"message": message.id, "name": message.name})

    def change(step: steps.Step) -> None:
        if not execution.receive(step.top, "message", message.name, message.correlation, message.payload):
            raise Conflict("The process instance does not wait for this message any more")
        message.delivered_at, message.instance_id = step.movement.now, step.instance.id

    for instance_id in waiting:
        try:
            steps.step(session, instance_id, command, change, key=f"message:{message.id}")
        except Conflict:  # what was overdue there has ended the wait: whoever waits next may have it
            continue
        return True
    return False


def _waiting(session: Session, message: Message) -> list[UUID]:
    """The instances which wait for a message, who waits the longest first."""
    query = (
        select(Subscription.instance_id)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(
            Subscription.kind == "message",
            Subscription.name == message.name,
            Subscription.correlation == message.correlation,
            ProcessInstance.status == InstanceStatus.RUNNING,
        )
    )
    return list(dict.fromkeys(session.scalars(query.order_by(Subscription.id).limit(MOST_ASKED))))


def _starting(session: Session, entry: str) -> ProcessDefinition | None:
    """The newest version in force whose process starts by `entry`."""
    query = select(ProcessDefinition).where(
        ProcessDefinition.starts_on.contains([entry]), ProcessDefinition.retired_at.is_(None)
    )
    for found in session.scalars(query.order_by(ProcessDefinition.published_at.desc())):
        newer = select(ProcessDefinition.id).where(
            ProcessDefinition.key == found.key,
            ProcessDefinition.version > found.version,
            ProcessDefinition.retired_at.is_(None),
        )
        if session.scalar(newer.limit(1)) is None:
            return found
    return None


def _start(session: Session, message: Message, actor: str) -> bool:
    definition = _starting(session, message.name)
    if definition is None:
        return False
    message.delivered_at = now()
    made = instances.start_definition(
        session,
        definition,
        business_key=message.correlation,
        variables=message.payload,
        actor=actor,
        entry=message.name,
    )
    message.instance_id = made.id
    return True


def broadcast(session: Session, *, name: str, payload: Mapping[str, Any], but: UUID | None = None) -> int:
    """Promise a signal to every instance (`but` one) which waits for it; how many.

    One promise (topic `signal`, with `instance`) each: two instances are never locked in one transaction.
    """
    query = select(Subscription.instance_id).where(Subscription.kind == "signal", Subscription.name == name).distinct()
    waiting = [instance_id for instance_id in session.scalars(query) if instance_id != but]
    for instance_id in waiting:
        facts = {"instance": str(instance_id), "name": name, "payload": jsonable(payload)}
        outbox.promise(session, "signal", facts, instance_id=instance_id)
    return len(waiting)


def carry_out(session: Session, topic: str, payload: Mapping[str, Any], message_id: UUID) -> None:
    """Deliver a promise of the engine itself: topic `message` or `signal`, as written by a throw event.

    A signal without `instance` is spread to all who wait; one with `instance` is given to it. Raises StepFailed.
    """
    if topic == "message":
        publish(
            session,
            message_id=str(message_id),
            name=str(payload["name"]),
            correlation=str(payload["correlation"]),
            payload=payload["payload"],
        )
    elif "instance" in payload:
        signal(session, UUID(payload["instance"]), name=str(payload["name"]), payload=payload["payload"])
    else:
        origin = payload.get("origin")
        broadcast(session, name=str(payload["name"]), payload=payload["payload"], but=UUID(origin) if origin else None)


def signal(session: Session, instance_id: UUID, *, name: str, payload: Mapping[str, Any]) -> bool:
    """Give a signal to one instance; whether it waited for it."""
    taken = False

    def change(step: steps.Step) -> None:
        nonlocal taken
        taken = execution.receive(step.top, "signal", name, "", payload)

    try:
        facts = {"name": name, "payload": jsonable(payload)}
        steps.step(session, instance_id, Command("signal", "system", data=facts), change, key=f"signal:{name}")
    except Conflict:
        return False
    return taken


def correct(session: Session, message_id: str, payload: Mapping[str, Any]) -> None:
    """Replace the payload of a message which nobody has taken yet. Raises Conflict where somebody has."""
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.delivered_at is not None:
        raise Conflict("The message was delivered already", id=message_id)
    message.payload = jsonable(payload)
    session.flush()


def clean_up(session: Session, *, limit: int = 1000) -> int:
    """Delete messages which were delivered or have expired a day ago; how many."""
    old = now() - DAY
    query = select(Message.id).where(Message.expires_at < old).limit(limit)
    return len(
        session.execute(delete(Message).where(Message.id.in_(query.scalar_subquery())).returning(Message.id)).all()
    )
