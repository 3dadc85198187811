"""`/filters`: filters of the inbox which people keep by name, for themselves or their department."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web.api.base import Blueprint, Schema, page_of
from web.identity import me
from workflows import filters

blueprint = Blueprint("filters", __name__, description="Saved filters of the inbox")


class FilterOut(Schema):
    """A saved filter; `query` holds parameters of the inbox's address."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    query = fields.Dict(required=True)
    department = fields.String(
        required=True, allow_none=True, metadata={"description": "Whose people see it too; null: its author alone"}
    )
    person_id = fields.UUID(required=True)
    created_at = fields.AwareDateTime(required=True)


class FilterCounted(FilterOut):
    """A saved filter with what it would show now (100 stands for more)."""

    count = fields.Integer(required=True)


class FilterIn(Schema):
    """A filter to keep; the same name again replaces it."""

    name = fields.String(required=True, validate=validate.Length(1, 60))
    query = fields.Dict(
        keys=fields.String(validate=validate.OneOf(filters.KEYS)),
        values=fields.String(validate=validate.Length(0, 200)),
        required=True,
    )
    shared = fields.Boolean(load_default=False)


@blueprint.get("")
@blueprint.reads(page_of(FilterCounted))
def listing(session: Session) -> dict[str, Any]:
    """List my filters and those shared with my department, each with its number of tasks"""
    kept = filters.listing(session, me())
    names = FilterOut().fields
    rows = zip(kept, filters.counts(session, me(), kept), strict=True)
    items = [{**{name: getattr(one, name) for name in names}, "count": count} for one, count in rows]
    return {"items": items, "next": None}


@blueprint.post("")
@blueprint.commands(FilterOut, status=201, body=FilterIn)
def save(session: Session, body: dict[str, Any]) -> Any:
    """Keep a filter of the inbox by name"""
    return filters.save(session, me(), body["name"], body["query"], shared=body["shared"])


@blueprint.delete("/<uuid:filter_id>")
@blueprint.commands(Schema, status=204, keyed=False)
def remove(session: Session, filter_id: UUID) -> dict[str, Any]:
    """Forget one of my filters"""
    filters.remove(session, me(), filter_id)
    return {}
