"""`/cases/{number}/timeline` and `/comments`: what happened to a case, and what staff remarked."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web import cursors
from web.api.base import Blueprint, PageQuery, Schema, page_of
from web.identity import me
from workflows import cases
from workflows import timeline as story
from workflows.models import Comment

blueprint = Blueprint(
    "story", __name__, url_prefix="/api/v1/cases/<number>", description="Timeline and remarks of a case"
)


class EntryOut(Schema):
    """A line of the timeline."""

    at = fields.AwareDateTime(required=True)
    kind = fields.String(required=True)
    actor = fields.String(required=True)
    data = fields.Dict(required=True)


class CommentOut(Schema):
    """A remark of staff; never shown to the complainant."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    author = fields.String(required=True)
    text = fields.String(required=True)


class CommentIn(Schema):
    """A remark."""

    text = fields.String(required=True, validate=validate.Length(1, 10_000))


class CommentReceipt(Schema):
    """The id of a remark."""

    id = fields.UUID(required=True)


@blueprint.get("/timeline")
@blueprint.reads(page_of(EntryOut), query=PageQuery)
def timeline(session: Session, query: dict[str, Any], number: str) -> dict[str, Any]:
    """Everything that happened to a case, oldest first"""
    case = cases.open_case(session, me(), number)
    position = cursors.unpack(f"timeline:{case.id}", query["after"])
    start = int(position[0]) if position else 0
    entries = story.of(session, case)
    end = start + query["limit"]
    return cursors.page(f"timeline:{case.id}", entries[start : end + 1], query["limit"], lambda _: (end,))


@blueprint.get("/comments")
@blueprint.reads(page_of(CommentOut), query=PageQuery)
def comments(session: Session, query: dict[str, Any], number: str) -> dict[str, Any]:
    """List the remarks of staff, oldest first"""
    case = cases.open_case(session, me(), number)
    position = cursors.unpack(f"comments:{case.id}", query["after"])
    after = position[0] if position else None
    found = cases.comments(session, case, after=after, limit=query["limit"] + 1)
    return cursors.page(f"comments:{case.id}", found, query["limit"], lambda remark: (remark.id,))


@blueprint.post("/comments")
@blueprint.commands(CommentReceipt, status=201, body=CommentIn)
def comment(session: Session, body: dict[str, str], number: str) -> Comment:
    """Add a remark"""
    case = cases.open_case(session, me(), number, "case.comment")
    return cases.comment(session, me(), case, body["text"])
