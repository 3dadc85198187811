"""`/messages`: what another system tells an instance which waits for it."""

from datetime import timedelta
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine import messages
from web.api.base import Blueprint, Schema
from web.identity import me
from workflows import people

blueprint = Blueprint("messages", __name__, description="Messages to instances")


class MessageIn(Schema):
    """A message. The same `message_id` of one sender is delivered once."""

    message_id = fields.String(required=True, validate=validate.Length(1, 200))
    name = fields.String(required=True, validate=validate.Length(1, 200))
    correlation = fields.String(required=True, validate=validate.Length(0, 500))
    payload = fields.Dict(keys=fields.String(), load_default=dict)
    ttl = fields.Integer(
        load_default=86_400,
        strict=True,
        validate=validate.Range(0, 30 * 86_400),
        metadata={"description": "Seconds it is kept while nobody waits for it"},
    )


class MessageOut(Schema):
    """Whether somebody waited for it."""

    delivered = fields.Boolean(required=True)


@blueprint.post("")
@blueprint.commands(MessageOut, status=202, body=MessageIn)
def publish(session: Session, body: dict[str, Any]) -> dict[str, bool]:
    """Publish a message; it waits for `ttl` seconds where nobody waits for it yet"""
    people.require(session, me(), "message.publish")
    delivered = messages.publish(
        session,
        message_id=f"{me().id}:{body['message_id']}",
        name=body["name"],
        correlation=body["correlation"],
        payload=body["payload"],
        ttl=timedelta(seconds=body["ttl"]),
    )
    return {"delivered": delivered}
