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
from engine.errors import Conflict, StepFailed
from engine.hooks import Command
from engine.jsonable import MAX_GIVEN, jsonable, require_keepable
from engine.models import InstanceStatus, Message, ProcessDefinition, ProcessInstance, Subscription
from engine.spiff import execution
from engine.spiff.state import MAX_BYTES

DAY = timedelta(days=1)
MOST_ASKED = 5
"""Instances which are asked in turn whether they still wait for a message."""
WHILE_SUSPENDED = timedelta(days=30)
"""How long a signal kept for a suspended instance lies before it is looked at again, unless that is resumed."""


def publish(
    session: Session,
    *,
    message_id: str,
    name: str,
    correlation: str,
    payload: Mapping[str, Any],
    ttl: timedelta = DAY,
    actor: str = "system",
    most: int = MAX_GIVEN,
) -> bool:
    """Hand a message to the instance which waits for `name` with that correlation key; whether one got it now.

    Nobody waits: a process which starts by this message is started (business key = correlation key); else it is kept
    until `ttl` is over. Who waits is suspended, or fails to take it: it is kept until that is over. The same
    `message_id` again does nothing. most: bytes of the payload. Raises Invalid for a payload which cannot be kept,
    StepFailed as every step.
    """
    require_keepable(payload, "payload", most)
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
    """Try to hand over a message which was kept; whether somebody got it.

    What came in time for an instance does not grow old while that is suspended or fails.
    """
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.delivered_at is not None:
        return False
    old = message.expires_at <= now()
    if old and message.instance_id is None:
        return False
    waiting = _waiting(session, message)
    if not waiting:
        return not old and _start(session, message, actor)
    command = Command("message", actor, data={"message": message.id, "name": message.name})

    def change(step: steps.Step) -> None:
        if not execution.receive(step.top, "message", message.name, message.correlation, message.payload):
            raise Conflict("The process instance does not wait for this message any more")
        message.delivered_at, message.instance_id = step.movement.now, step.instance.id

    asleep: list[UUID] = []
    for instance_id, status in waiting.items():
        if status == InstanceStatus.SUSPENDED:
            asleep.append(instance_id)
            continue
        try:
            steps.step(session, instance_id, command, change, key=f"message:{message.id}")
        except Conflict:  # what was overdue there has ended the wait: whoever waits next may have it
            if instances.get(session, instance_id).status == InstanceStatus.SUSPENDED:
                asleep.append(instance_id)
            continue
        except StepFailed:
            _mean(session, message, instance_id)
            raise
        return True
    if asleep:
        _mean(session, message, asleep[0])
    return False


def _mean(session: Session, message: Message, instance_id: UUID) -> None:
    """Keep a message for an instance."""
    message.instance_id = instance_id
    session.flush()


def awaited(session: Session, instance_id: UUID, message: str, name: str) -> bool:
    """Whether an instance still waits for a message (its id and name) which was not delivered."""
    kept = session.get(Message, message, populate_existing=True)
    if kept is not None and kept.delivered_at is not None:
        return False
    query = select(Subscription.id).where(
        Subscription.instance_id == instance_id, Subscription.kind == "message", Subscription.name == name
    )
    if kept is not None:
        query = query.where(Subscription.correlation == kept.correlation)
    return session.scalar(query.limit(1)) is not None


def _waiting(session: Session, message: Message) -> dict[UUID, InstanceStatus]:
    """The instances which wait for a message: who runs first, then who waits the longest."""
    asleep = ProcessInstance.status == InstanceStatus.SUSPENDED
    query = (
        select(Subscription.instance_id, ProcessInstance.status)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(
            Subscription.kind == "message",
            Subscription.name == message.name,
            Subscription.correlation == message.correlation,
        )
    )
    rows = session.execute(query.order_by(asleep, Subscription.id).limit(MOST_ASKED))
    return {instance_id: status for instance_id, status in rows}  # noqa: C416 - rows are no pairs to mypy


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


def broadcast(
    session: Session, *, name: str, payload: Mapping[str, Any], but: UUID | None = None, most: int = MAX_GIVEN
) -> int:
    """Promise a signal to every instance (`but` one) which waits for it; how many.

    One promise (topic `signal`, with `instance`) each: two instances are never locked in one transaction.
    Raises Invalid for a payload which cannot be kept.
    """
    require_keepable(payload, "payload", most)
    query = select(Subscription.instance_id).where(Subscription.kind == "signal", Subscription.name == name).distinct()
    waiting = [instance_id for instance_id in session.scalars(query) if instance_id != but]
    for instance_id in waiting:
        facts = {"instance": str(instance_id), "name": name, "payload": jsonable(payload)}
        outbox.promise(session, "signal", facts, instance_id=instance_id)
    return len(waiting)


def carry_out(session: Session, topic: str, payload: Mapping[str, Any], message_id: UUID) -> None:
    """Deliver a promise of the engine itself: topic `message` or `signal`, as written by a throw event.

    A signal without `instance` is spread to all who wait; one with `instance` is given to it. A message with `message`
    is one which was kept. Raises StepFailed.
    """
    if "message" in payload:
        deliver(session, str(payload["message"]))
        return
    name, data = str(payload["name"]), payload["payload"]
    if topic == "message":
        key = str(payload["correlation"])
        publish(session, message_id=str(message_id), name=name, correlation=key, payload=data, most=MAX_BYTES)
    elif "instance" in payload:
        signal(session, UUID(payload["instance"]), name=name, payload=data, most=MAX_BYTES)
    else:
        origin = UUID(payload["origin"]) if payload.get("origin") else None
        broadcast(session, name=name, payload=data, but=origin, most=MAX_BYTES)


def signal(
    session: Session, instance_id: UUID, *, name: str, payload: Mapping[str, Any], most: int = MAX_GIVEN
) -> bool:
    """Give a signal to one instance; whether it waited for it.

    A suspended one gets it when it is resumed, if it still waits for it then. Raises Invalid for a payload which cannot
    be kept.
    """
    require_keepable(payload, "payload", most)
    taken = False
    facts = {"name": name, "payload": jsonable(payload)}
    instance = steps.lock(session, instance_id)
    if instance.status == InstanceStatus.SUSPENDED:
        kept = {"instance": str(instance_id), **facts}
        outbox.promise(session, "signal", kept, instance_id=instance_id, delay=WHILE_SUSPENDED)
    if instance.status != InstanceStatus.RUNNING:
        return False

    def change(step: steps.Step) -> None:
        nonlocal taken
        taken = execution.receive(step.top, "signal", name, "", payload)

    command = Command("signal", "system", data=facts)
    steps.step(session, instance_id, command, change, key=f"signal:{name}", locked=instance)
    return taken


def correct(session: Session, message_id: str, payload: Mapping[str, Any]) -> None:
    """Replace the payload of a message which nobody has taken yet. Raises Conflict where somebody has, Invalid."""
    require_keepable(payload, "payload")
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None or message.delivered_at is not None:
        raise Conflict("The message was delivered already", id=message_id)
    message.payload = jsonable(payload)
    session.flush()


def clean_up(session: Session, *, limit: int = 1000) -> int:
    """Delete messages which were delivered or have expired a day ago, and are meant for nobody; how many."""
    old = now() - DAY
    query = select(Message.id).where(Message.expires_at < old, ~mailbox.meant()).limit(limit)
    return len(
        session.execute(delete(Message).where(Message.id.in_(query.scalar_subquery())).returning(Message.id)).all()
    )
