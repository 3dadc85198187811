"""Buffered messages: what came before anybody waited for it is handed over when a token begins to wait."""

import hashlib
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from engine.models import Message
from engine.spiff import execution
from engine.spiff.watching import Waits, waits_of
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
        new = [
            each
            for each in after.listening.values()
            if each.kind == "message" and each.token_id not in asked and before.listening.get(each.token_id) != each
        ]
        if not new:
            return after
        asked |= {each.token_id for each in new}
        wanted = sorted({(each.name, each.key) for each in new})
        for name, key in wanted:
            hold(session, name, key)
        waiting = select(Message).where(
            tuple_(Message.name, Message.correlation).in_(wanted),
            Message.delivered_at.is_(None),
            Message.expires_at > top.movement.now,
        )
        for message in session.scalars(waiting.order_by(Message.received_at).with_for_update()):
            if execution.receive(top, "message", message.name, message.correlation, message.payload):
                message.delivered_at = top.movement.now
                message.instance_id = instance_id
                execution.run(top)
