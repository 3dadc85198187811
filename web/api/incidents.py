"""`/incidents`: steps which failed and were rolled back, waiting for a person."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine import incidents
from engine.errors import NotFound
from engine.models import Incident, IncidentStatus, ProcessInstance
from web import cursors
from web.api.base import Blueprint, PageQuery, Schema, nothing, page_of
from web.api.tasks import InstanceReceipt
from web.identity import me
from workflows import people

blueprint = Blueprint("incidents", __name__, description="Steps which failed")


class IncidentOut(Schema):
    """A failed step. Equal failures share `cause`."""

    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True)
    element_id = fields.String(required=True, allow_none=True)
    task_id = fields.UUID(required=True, allow_none=True)
    cause = fields.String(required=True)
    message = fields.String(required=True)
    attempts = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(IncidentStatus)))
    created_at = fields.AwareDateTime(required=True)
    retry_at = fields.AwareDateTime(required=True, allow_none=True)
    resolved_at = fields.AwareDateTime(required=True, allow_none=True)
    resolved_by = fields.String(required=True, allow_none=True)


class IncidentQuery(PageQuery):
    """Query of the list of incidents."""

    status = fields.Enum(IncidentStatus, by_value=True, load_default=IncidentStatus.OPEN)
    instance_id = fields.UUID(load_default=nothing)
    cause = fields.String(load_default=nothing, validate=validate.Length(1, 300))


class RetryIn(Schema):
    """Corrected values for the failed command; without them it runs again as it was."""

    data = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)


class SkipIn(Schema):
    """Why the failed work is left out, and the results which stand for it."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))
    results = fields.Dict(keys=fields.String(), load_default=dict)


class DismissIn(Schema):
    """Why nothing is to be run again."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class CauseOut(Schema):
    """Equal failures."""

    cause = fields.String(required=True)
    count = fields.Integer(required=True)


class CausesOut(Schema):
    """Open incidents by cause, the most frequent first."""

    items = fields.List(fields.Nested(CauseOut), required=True)


@blueprint.get("")
@blueprint.reads(page_of(IncidentOut), query=IncidentQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List incidents, newest first"""
    people.require(session, me(), "incident.read")
    position = cursors.unpack("incidents", query["after"])
    found = incidents.listing(
        session,
        status=query["status"].value,
        instance_id=query["instance_id"],
        cause=query["cause"],
        after=position[0] if position else None,
        limit=query["limit"] + 1,
    )
    return cursors.page("incidents", found, query["limit"], lambda incident: (incident.id,))


@blueprint.get("/causes")
@blueprint.reads(CausesOut)
def causes(session: Session) -> dict[str, Any]:
    """Open incidents by cause"""
    people.require(session, me(), "incident.read")
    return {"items": [{"cause": cause, "count": count} for cause, count in incidents.causes(session)]}


@blueprint.get("/<uuid:incident_id>")
@blueprint.reads(IncidentOut)
def show(session: Session, incident_id: UUID) -> Incident:
    """Show an incident"""
    people.require(session, me(), "incident.read")
    incident = session.get(Incident, incident_id)
    if incident is None:
        raise NotFound
    return incident


@blueprint.post("/<uuid:incident_id>/retry")
@blueprint.commands(InstanceReceipt, body=RetryIn)
def retry(session: Session, body: dict[str, Any], incident_id: UUID) -> ProcessInstance:
    """Run the failed command again"""
    people.require(session, me(), "incident.retry")
    return incidents.retry(session, incident_id, actor=str(me().id), data=body["data"])


@blueprint.post("/<uuid:incident_id>/skip")
@blueprint.commands(InstanceReceipt, body=SkipIn)
def skip(session: Session, body: dict[str, Any], incident_id: UUID) -> ProcessInstance:
    """Go on behind the element which failed; gates hold"""
    people.require(session, me(), "incident.retry")
    return incidents.skip(session, incident_id, actor=str(me().id), reason=body["reason"], results=body["results"])


@blueprint.post("/<uuid:incident_id>/dismiss")
@blueprint.commands(InstanceReceipt, body=DismissIn)
def dismiss(session: Session, body: dict[str, Any], incident_id: UUID) -> ProcessInstance:
    """Close an incident without running anything; not that of a start"""
    people.require(session, me(), "incident.retry")
    return incidents.dismiss(session, incident_id, actor=str(me().id), reason=body["reason"])
