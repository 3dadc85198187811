"""`/outbox`: promised side effects and how they fare. What they say is not shown: letters hold personal data."""

from typing import Any, Final

from marshmallow import fields, validate
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from engine.models import OutboxMessage
from web import cursors
from web.api.base import Blueprint, PageQuery, Schema, nothing, page_of
from web.identity import me
from workflows import masking, people

blueprint = Blueprint("outbox", __name__, description="Promised side effects")
_STATES: Final[dict[str, ColumnElement[bool]]] = {
    "pending": and_(OutboxMessage.delivered_at.is_(None), OutboxMessage.failed_at.is_(None)),
    "delivered": OutboxMessage.delivered_at.is_not(None),
    "failed": OutboxMessage.failed_at.is_not(None),
}


class OutboxOut(Schema):
    """A promise."""

    id = fields.UUID(required=True)
    topic = fields.String(required=True)
    instance_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    available_at = fields.AwareDateTime(required=True)
    attempts = fields.Integer(required=True)
    delivered_at = fields.AwareDateTime(required=True, allow_none=True)
    failed_at = fields.AwareDateTime(required=True, allow_none=True)
    error = fields.Function(
        lambda message: masking.redact(message.error) if message.error else None,
        metadata={"type": ["string", "null"]},
    )


class OutboxQuery(PageQuery):
    """Query of the list of promises."""

    state = fields.String(load_default=nothing, validate=validate.OneOf(list(_STATES)))
    topic = fields.String(load_default=nothing, validate=validate.Length(1, 100))


@blueprint.get("")
@blueprint.reads(page_of(OutboxOut), query=OutboxQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List promises, newest first"""
    people.require(session, me(), "outbox.read")
    found = select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(query["limit"] + 1)
    if query["state"]:
        found = found.where(_STATES[query["state"]])
    if query["topic"]:
        found = found.where(OutboxMessage.topic == query["topic"])
    position = cursors.unpack("outbox", query["after"])
    if position is not None:
        found = found.where(OutboxMessage.id < position[0])
    return cursors.page("outbox", session.scalars(found).all(), query["limit"], lambda message: (message.id,))
