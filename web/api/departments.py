"""`/departments`: the tree of departments; and `/directory/changes`: who changed what of people and departments."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web import cursors, etag
from web.api.base import Answer, Blueprint, PageQuery, Schema, nothing, page_of
from web.identity import me
from workflows import directory, people
from workflows.models import Department

blueprint = Blueprint("departments", __name__, description="Departments")
changes = Blueprint("directory", __name__, description="Who changed what of people and departments")


class DepartmentOut(Schema):
    """A department; `aliases` are lane names which resolve to it; `leader` is the head who is told first."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    aliases = fields.List(fields.String(), required=True)
    leader = fields.UUID(required=True, allow_none=True)


class DepartmentChange(Schema):
    """What is to change of a department; what is not named stays."""

    name_zh = fields.String(validate=validate.Length(1, 100))
    name_en = fields.String(validate=validate.Length(1, 100))
    parent = fields.String(allow_none=True, validate=validate.Length(1, 100))
    aliases = fields.List(fields.String(validate=validate.Length(1, 100)), validate=validate.Length(max=50))
    leader = fields.UUID(allow_none=True)


class DepartmentIn(Schema):
    """A new department; its code never changes."""

    code = fields.String(required=True, validate=validate.Length(1, 64))
    name_zh = fields.String(required=True, validate=validate.Length(1, 100))
    name_en = fields.String(required=True, validate=validate.Length(1, 100))
    parent = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 100))
    aliases = fields.List(
        fields.String(validate=validate.Length(1, 100)), load_default=list, validate=validate.Length(max=50)
    )


class DirectoryQuery(PageQuery):
    """Query of the changes: of all, or of one person (id) or department (code)."""

    key = fields.String(load_default=nothing, validate=validate.Length(1, 100))


class DirectoryChangeOut(Schema):
    """A change: the values before and after, of what differs."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    subject = fields.String(required=True, validate=validate.OneOf(["person", "department"]))
    key = fields.String(required=True)
    before = fields.Dict(required=True)
    after = fields.Dict(required=True)


@blueprint.get("")
@blueprint.reads(page_of(DepartmentOut))
def all_departments(session: Session) -> dict[str, list[Department] | None]:
    """List all departments"""
    people.require(session, me(), "people.read")
    return {"items": people.departments(session), "next": None}


@blueprint.post("")
@blueprint.commands(DepartmentOut, status=201, body=DepartmentIn)
def add(session: Session, body: dict[str, Any]) -> Answer:
    """Add a department"""
    made = directory.add_department(session, me(), body.pop("code"), body)
    return Answer(made, rev=made.rev)


@blueprint.patch("/<code>")
@blueprint.commands(DepartmentOut, body=DepartmentChange, if_match=True)
def change(session: Session, body: dict[str, Any], code: str) -> Answer:
    """Change a department"""
    rev = etag.required_rev()
    with etag.precondition(rev):
        found = directory.change_department(session, me(), code, body, rev=rev)
    return Answer(found, rev=found.rev)


@changes.get("/changes")
@changes.reads(page_of(DirectoryChangeOut), query=DirectoryQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """Who changed what of people and departments, newest first"""
    position = cursors.unpack("directory", query["after"])
    found = directory.history(
        session, me(), key=query["key"], after=position[0] if position else None, limit=query["limit"] + 1
    )
    return cursors.page("directory", found, query["limit"], lambda one: (one.id,))
