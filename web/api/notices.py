"""`/notices`: messages to oneself inside the application."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web.api.base import Blueprint, Schema, page_of
from web.identity import me
from workflows import notices

blueprint = Blueprint("notices", __name__, description="Messages to oneself")


class NoticeOut(Schema):
    """A message."""

    id = fields.UUID(required=True)
    text_zh = fields.String(required=True)
    text_en = fields.String(required=True)
    case_number = fields.String(required=True, allow_none=True)
    at = fields.AwareDateTime(required=True)


class ReadIn(Schema):
    """Which were read."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(1, 200))


@blueprint.get("")
@blueprint.reads(page_of(NoticeOut))
def listing(session: Session) -> dict[str, Any]:
    """List the newest unread messages"""
    return {"items": notices.unread(session, me()), "next": None}


@blueprint.post("/read")
@blueprint.commands(Schema, status=204, body=ReadIn, keyed=False)
def mark_read(session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """Mark messages as read"""
    notices.mark_read(session, me(), body["ids"])
    return {}
