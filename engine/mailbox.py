"""Buffered messages: what came before anybody waited for it is handed over when a token begins to wait."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from engine.clock import now
from engine.models import InstanceStatus, Message, ProcessInstance
from engine.outbox import promise
from engine.spiff import execution
from engine.spiff.watching import Listening, Waits, waits_of
from engine.spiff.workflow import Workflow


def hold(session: Session, name: str, correlation: str) -> None:
    """Let nobody else deliver or begin to wait for this message until the transaction ends.

    Without it a message and the token which waits for it could pass each other unseen.
    """
    digest = hashlib.sha256(f"{name}\0{correlation}".encode()).digest()
    session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


def empty(session: Session, instance_id: UUID, top: Workflow, before: Waits) -> Waits:
    """Give tokens which began to wait in this step the messages which are there for them, and run on.

    What the instance waits for in the end.
    """
    asked: set[UUID] = set()
    while True:
        after = waits_of(top)
        new = [each for each in _begun(before, after) if each.token_id not in asked]
        if not new:
            return after
        asked |= {each.token_id for each in new}
        for message in _held(session, instance_id, new, top.movement.now):
            if execution.receive(top, "message", message.name, message.correlation, message.payload):
                message.delivered_at = top.movement.now
                message.instance_id = instance_id
                execution.run(top)


def postpone(session: Session, instance_id: UUID, after: Waits, before: Waits) -> None:
    """Promise the messages which are there for tokens which began to wait in this step: each comes in its own step."""
    if new := _begun(before, after):
        for message in _held(session, instance_id, new, now()):
            message.instance_id = instance_id
            promise(session, "message", {"message": message.id}, instance_id=instance_id)


def _begun(before: Waits, after: Waits) -> list[Listening]:
    """Who began to wait for a message."""
    return [
        each
        for token_id, each in after.listening.items()
        if each.kind == "message" and before.listening.get(token_id) != each
    ]


def _held(session: Session, instance_id: UUID, waiting: Collection[Listening], moment: datetime) -> Sequence[Message]:
    """The buffered messages for them, oldest first; nobody else sends or takes one until the transaction ends."""
    wanted = sorted({(each.name, each.key) for each in waiting})
    for name, key in wanted:
        hold(session, name, key)
    query = select(Message).where(
        tuple_(Message.name, Message.correlation).in_(wanted),
        Message.delivered_at.is_(None),
        or_(Message.expires_at > moment, Message.instance_id == instance_id),
    )
    return session.scalars(query.order_by(Message.received_at).with_for_update()).all()


def meant() -> ColumnElement[bool]:
    """Of a message: it came in time for an instance which lives and has not taken it yet. Its age counts no more."""
    alive = ProcessInstance.status.in_([InstanceStatus.RUNNING, InstanceStatus.SUSPENDED])
    return and_(Message.delivered_at.is_(None), exists().where(ProcessInstance.id == Message.instance_id, alive))
