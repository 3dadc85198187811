"""`/instances`: running processes: where their tokens stand, what happened, and the commands of those who supervise."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy import not_, or_, select
from sqlalchemy.orm import Session, joinedload

from engine import history, instances
from engine.errors import NotFound
from engine.models import InstanceStatus, ProcessDefinition, ProcessInstance
from web import cursors
from web.api.base import Answer, Blueprint, PageQuery, Schema, nothing, page_of
from web.api.diagrams import PictureOut, picture
from web.api.tasks import InstanceReceipt
from web.identity import me
from workflows import authorisation, cases, people
from workflows.errors import LockedOut
from workflows.models import Case

blueprint = Blueprint("instances", __name__, description="Process instances")


class InstanceOut(InstanceReceipt):
    """A process instance."""

    key = fields.String(required=True, attribute="definition.key")
    version = fields.Integer(required=True, attribute="definition.version")
    definition_id = fields.UUID(required=True)


class TokenPlaceOut(Schema):
    """Where a token stands."""

    element_id = fields.String(required=True)
    process_id = fields.String(required=True)
    definition_id = fields.String(required=True)
    kind = fields.String(required=True)
    token_id = fields.String(required=True)


class InstanceDetail(InstanceOut):
    """A process instance with its data and tokens."""

    variables = fields.Dict(required=True)
    tokens = fields.List(fields.Nested(TokenPlaceOut), required=True)


class InstanceQuery(PageQuery):
    """Query of the list of instances."""

    key = fields.String(load_default=nothing, validate=validate.Length(1, 200))
    status = fields.Enum(InstanceStatus, by_value=True, load_default=nothing)
    business_key = fields.String(load_default=nothing, validate=validate.Length(1, 200))


class EventOut(Schema):
    """An event of the history; `hash` covers it and the event before."""

    seq = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    actor = fields.String(required=True)
    kind = fields.String(required=True)
    element_id = fields.String(required=True, allow_none=True)
    task_id = fields.UUID(required=True, allow_none=True)
    data = fields.Dict(required=True)
    hash = fields.String(required=True)


class HistoryVerified(Schema):
    """Whether the chain is whole, else the number of the first event which does not fit."""

    whole = fields.Boolean(required=True)
    broken_at = fields.Integer(required=True, allow_none=True)


class DiagramQuery(Schema):
    """Which diagram: of the instance itself, or of a process it has called."""

    definition = fields.UUID(load_default=nothing)


class ReasonIn(Schema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class ResumeIn(ReasonIn):
    """Why, and what happens to deadlines: they move by the time it stood still, unless their dates are kept."""

    keep_dates = fields.Boolean(load_default=False)


class TargetIn(Schema):
    """Which token would go where."""

    token_id = fields.UUID(required=True)
    target = fields.String(required=True, validate=validate.Length(1, 200))


class MoveIn(TargetIn, ReasonIn):
    """Which token goes where, and why."""


class DeadlineOut(Schema):
    """A deadline which would begin."""

    element_id = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)


class PreviewOut(Schema):
    """What a move would do: elements which would be left, elements where something would wait, deadlines."""

    closes = fields.List(fields.String(), required=True)
    opens = fields.List(fields.String(), required=True)
    stops = fields.List(fields.String(), required=True, metadata={"description": "Elements of deadlines gone"})
    starts = fields.List(fields.Nested(DeadlineOut), required=True)
    ends = fields.Boolean(required=True)
    fails = fields.String(required=True)


def readable(session: Session, instance_id: UUID) -> ProcessInstance:
    """The instance, for those who oversee instances or may read its case; NotFound for all else."""
    instance = instances.get(session, instance_id)
    case = cases.of_instance(session, instance)
    if case is not None and authorisation.locked_out(me(), case):
        raise LockedOut
    oversees = people.may(session, me(), "instance.list")
    if not oversees and (case is None or not people.may(session, me(), "case.read", case)):
        raise NotFound
    return instance


def _controlled(session: Session, instance_id: UUID) -> UUID:
    people.require(session, me(), "instance.control")
    return readable(session, instance_id).id


@blueprint.get("")
@blueprint.reads(page_of(InstanceOut), query=InstanceQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List process instances, newest first"""
    people.require(session, me(), "instance.list")
    found = (
        select(ProcessInstance)
        .join(ProcessInstance.definition)
        .options(joinedload(ProcessInstance.definition))
        .outerjoin(Case, Case.number == ProcessInstance.business_key)
        .where(or_(Case.id.is_(None), not_(Case.named.contains([str(me().id)]))))
        .order_by(ProcessInstance.id.desc())
        .limit(query["limit"] + 1)
    )
    if query["key"]:
        found = found.where(ProcessDefinition.key == query["key"])
    if query["status"]:
        found = found.where(ProcessInstance.status == query["status"].value)
    if query["business_key"]:
        found = found.where(ProcessInstance.business_key == query["business_key"])
    position = cursors.unpack("instances", query["after"])
    if position is not None:
        found = found.where(ProcessInstance.id < position[0])
    rows = session.scalars(found).all()
    return cursors.page("instances", rows, query["limit"], lambda instance: (instance.id,))


@blueprint.get("/<uuid:instance_id>")
@blueprint.reads(InstanceDetail)
def show(session: Session, instance_id: UUID) -> Answer:
    """Show an instance with its data and where its tokens stand"""
    instance = readable(session, instance_id)
    shown = {name: getattr(instance, name) for name in InstanceReceipt().fields}
    shown |= {
        "definition": instance.definition,
        "definition_id": instance.definition_id,
        "variables": instances.variables(session, instance),
        "tokens": instances.tokens(session, instance),
    }
    return Answer(shown, rev=instance.rev)


@blueprint.get("/<uuid:instance_id>/history")
@blueprint.reads(page_of(EventOut), query=PageQuery)
def events(session: Session, query: dict[str, Any], instance_id: UUID) -> dict[str, Any]:
    """What happened to an instance, oldest first"""
    instance = readable(session, instance_id)
    name = f"history:{instance.id}"
    position = cursors.unpack(name, query["after"])
    found = history.of(session, instance.id, after=position[0] if position else None, limit=query["limit"] + 1)
    return cursors.page(name, found, query["limit"], lambda event: (event.seq,))


@blueprint.get("/<uuid:instance_id>/history/verification")
@blueprint.reads(HistoryVerified)
def verify(session: Session, instance_id: UUID) -> dict[str, Any]:
    """Recompute the hash chain of the history"""
    broken_at = history.verify(session, readable(session, instance_id).id)
    return {"whole": broken_at is None, "broken_at": broken_at}


@blueprint.get("/<uuid:instance_id>/diagram")
@blueprint.reads(PictureOut, query=DiagramQuery)
def diagram(session: Session, query: dict[str, Any], instance_id: UUID) -> dict[str, Any]:
    """The diagram with its tokens and the way taken"""
    return picture(session, readable(session, instance_id), query["definition"])


@blueprint.post("/<uuid:instance_id>/suspend")
@blueprint.commands(InstanceReceipt, body=ReasonIn)
def suspend(session: Session, body: dict[str, Any], instance_id: UUID) -> ProcessInstance:
    """Stop an instance: nothing can be completed and no timer fires until it is resumed"""
    return instances.suspend(session, _controlled(session, instance_id), actor=str(me().id), reason=body["reason"])


@blueprint.post("/<uuid:instance_id>/resume")
@blueprint.commands(InstanceReceipt, body=ResumeIn)
def resume(session: Session, body: dict[str, Any], instance_id: UUID) -> ProcessInstance:
    """Let a suspended instance go on"""
    controlled = _controlled(session, instance_id)
    return instances.resume(
        session, controlled, actor=str(me().id), reason=body["reason"], keep_dates=body["keep_dates"]
    )


@blueprint.post("/<uuid:instance_id>/cancel")
@blueprint.commands(InstanceReceipt, body=ReasonIn)
def cancel(session: Session, body: dict[str, Any], instance_id: UUID) -> ProcessInstance:
    """End an instance before its end (终止)"""
    return instances.cancel(session, _controlled(session, instance_id), actor=str(me().id), reason=body["reason"])


@blueprint.post("/<uuid:instance_id>/move/preview")
@blueprint.commands(PreviewOut, body=TargetIn)
def preview_move(session: Session, body: dict[str, Any], instance_id: UUID) -> instances.Preview:
    """Say what a move would do; nothing changes"""
    controlled = _controlled(session, instance_id)
    return instances.preview_move(session, controlled, body["token_id"], body["target"], actor=str(me().id))


@blueprint.post("/<uuid:instance_id>/move")
@blueprint.commands(InstanceReceipt, body=MoveIn)
def move(session: Session, body: dict[str, Any], instance_id: UUID) -> ProcessInstance:
    """Move a token to another element; gates hold"""
    controlled = _controlled(session, instance_id)
    return instances.move(
        session, controlled, body["token_id"], body["target"], actor=str(me().id), reason=body["reason"]
    )
