"""`/people` and `/departments`: who works here."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine.errors import NotFound
from web import cursors
from web.api.base import Blueprint, PageQuery, Schema, nothing, page_of
from web.api.session import PersonOut
from web.identity import me
from workflows import people
from workflows.models import Department, Person, Role

blueprint = Blueprint("people", __name__, description="Who works here")
departments = Blueprint("departments", __name__, description="Departments")


class PeopleQuery(PageQuery):
    """Query of the list of people."""

    department = fields.String(load_default=nothing, validate=validate.Length(1, 100))
    role = fields.Enum(Role, by_value=True, load_default=nothing)


class DepartmentOut(Schema):
    """A department; `aliases` are lane names which resolve to it."""

    code = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    parent = fields.String(required=True, allow_none=True)
    aliases = fields.List(fields.String(), required=True)


@blueprint.get("")
@blueprint.reads(page_of(PersonOut), query=PeopleQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List active people by login"""
    people.require(session, me(), "people.read")
    position = cursors.unpack("people", query["after"])
    found = people.listing(session, department=query["department"], role=query["role"])
    if position is not None:
        found = [person for person in found if person.login > position[0]]
    return cursors.page("people", found, query["limit"], lambda person: (person.login,))


@blueprint.get("/<uuid:person_id>")
@blueprint.reads(PersonOut)
def show(session: Session, person_id: UUID) -> Person:
    """Show a person"""
    people.require(session, me(), "people.read")
    person = people.get(session, person_id)
    if person is None:
        raise NotFound
    return person


@departments.get("")
@departments.reads(page_of(DepartmentOut))
def all_departments(session: Session) -> dict[str, list[Department] | None]:
    """List all departments"""
    people.require(session, me(), "people.read")
    return {"items": people.departments(session), "next": None}
