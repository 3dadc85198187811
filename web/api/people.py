"""`/people`: who works here, and the commands of those who keep their accounts."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models import UserTask
from web import cursors, etag
from web.api.base import Answer, Blueprint, PageQuery, Schema, nothing, page_of
from web.api.session import PersonOut
from web.faults import invalid
from web.identity import me
from workflows import directory, handover, people
from workflows.models import Person, Role

blueprint = Blueprint("people", __name__, description="Who works here")


class PeopleQuery(PageQuery):
    """Query of the list of people."""

    department = fields.String(load_default=nothing, validate=validate.Length(1, 100))
    role = fields.Enum(Role, by_value=True, load_default=nothing)


class PersonChange(Schema):
    """What is to change of a person; what is not named stays."""

    name_zh = fields.String(validate=validate.Length(1, 100))
    name_en = fields.String(validate=validate.Length(1, 100))
    mail = fields.Email(allow_none=True, validate=validate.Length(max=254))
    department = fields.String(validate=validate.Length(1, 100))
    roles = fields.List(fields.String(validate=validate.OneOf(list(Role))), validate=validate.Length(1, len(Role)))
    active = fields.Boolean()


class PersonIn(Schema):
    """A new person."""

    login = fields.String(required=True, validate=validate.Length(1, 64))
    name_zh = fields.String(required=True, validate=validate.Length(1, 100))
    name_en = fields.String(required=True, validate=validate.Length(1, 100))
    mail = fields.Email(load_default=None, allow_none=True, validate=validate.Length(max=254))
    department = fields.String(required=True, validate=validate.Length(1, 100))
    roles = fields.List(
        fields.String(validate=validate.OneOf(list(Role))), required=True, validate=validate.Length(1, len(Role))
    )


class PersonMade(PersonOut):
    """A person with the password made for them, which is shown this once."""

    password = fields.String()


class HeldTask(Schema):
    """An open task in somebody's hands; nothing of its complaint."""

    id = fields.UUID(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    department = fields.String(required=True, allow_none=True)
    due_at = fields.AwareDateTime(required=True, allow_none=True)


class HandOverIn(Schema):
    """To whom (nobody: back to the task's department), and why."""

    to = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


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
def show(session: Session, person_id: UUID) -> Answer:
    """Show a person"""
    people.require(session, me(), "people.read")
    person = _person(session, person_id)
    return Answer(person, rev=person.rev)


@blueprint.post("")
@blueprint.commands(PersonMade, status=201, body=PersonIn)
def add(session: Session, body: dict[str, Any]) -> Answer:
    """Add a person, with a password which is shown this once"""
    login = body.pop("login")
    person, password = directory.add_person(session, me(), login, body)
    location = f"/api/v1/people/{person.id}"
    return Answer(person, rev=person.rev, location=location, secret={"password": password})


@blueprint.patch("/<uuid:person_id>")
@blueprint.commands(PersonOut, body=PersonChange, if_match=True)
def change(session: Session, body: dict[str, Any], person_id: UUID) -> Answer:
    """Change a person

    409 `still-busy` where somebody is to become inactive who has open tasks: hand them over first.
    """
    rev = etag.required_rev()
    with etag.precondition(rev):
        person = directory.change_person(session, me(), person_id, body, rev=rev)
    return Answer(person, rev=person.rev)


@blueprint.post("/<uuid:person_id>/password")
@blueprint.commands(PersonMade)
def renew_password(session: Session, person_id: UUID) -> Answer:
    """Make a new password, which is shown this once; the person is logged out everywhere"""
    person, password = directory.new_password(session, me(), person_id)
    return Answer(person, rev=person.rev, secret={"password": password})


@blueprint.get("/<uuid:person_id>/tasks")
@blueprint.reads(page_of(HeldTask))
def held(session: Session, person_id: UUID) -> dict[str, Any]:
    """The open tasks in a person's hands, the most urgent first; at most 500"""
    return {"items": handover.open_tasks(session, me(), _person(session, person_id)), "next": None}


@blueprint.post("/<uuid:person_id>/tasks/<uuid:task_id>/handover")
@blueprint.commands(HeldTask, body=HandOverIn)
def hand_over(session: Session, body: dict[str, Any], person_id: UUID, task_id: UUID) -> UserTask:
    """Take a task out of a person's hands: to a colleague, or back to its department"""
    to = people.get(session, body["to"]) if body["to"] else None
    if body["to"] and (to is None or not to.active):
        raise invalid("to", "unknown", "没有这位在职人员", "There is no such active person")
    return handover.hand_over(session, me(), _person(session, person_id), task_id, to=to, reason=body["reason"])


def _person(session: Session, person_id: UUID) -> Person:
    person = people.get(session, person_id)
    if person is None:
        raise NotFound
    return person
