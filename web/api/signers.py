"""`/tasks/{id}/signers`: who signs a user task together, and adding (加签) or removing (减签) one of them."""

from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine.models import UserTask
from web.api.base import Answer, Blueprint, Schema
from web.api.tasks import InstanceReceipt, TaskReceipt
from web.faults import invalid
from web.identity import me
from workflows import people, signers, usertasks

blueprint = Blueprint("signers", __name__, description="Who signs a user task together", url_prefix="/api/v1/tasks")


class SignerOut(TaskReceipt):
    """A signer's task; `added_by` is null for those the diagram itself names."""

    added_by = fields.String(required=True, allow_none=True)


class SignersOut(Schema):
    """Everybody who signs a task, done ones too, and what the reader may do; alone: only the task itself."""

    items = fields.List(fields.Nested(SignerOut), required=True)
    verbs = fields.List(fields.String(), required=True)


class SignerIn(Schema):
    """Who shall sign, too, and why."""

    signer = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class RemovalIn(Schema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


@blueprint.get("/<uuid:task_id>/signers")
@blueprint.reads(SignersOut)
def listing(session: Session, task_id: UUID) -> dict[str, Any]:
    """Who signs a task together"""
    found = usertasks.allowed(session, me(), task_id, "task.read")
    items: list[UserTask] = signers.together(session, found.task) or [found.task]
    return {"items": items, "verbs": sorted(signers.verbs(session, me(), found))}


@blueprint.post("/<uuid:task_id>/signers")
@blueprint.commands(SignerOut, body=SignerIn, status=201)
def add(session: Session, body: dict[str, Any], task_id: UUID) -> Answer:
    """Let one more person sign at the same time (加签); answers with their task"""
    signer = people.get(session, body["signer"])
    if signer is None or not signer.active:
        raise invalid("signer", "unknown", "没有这个人", "There is no such person")
    made = signers.add(session, me(), task_id, signer, reason=body["reason"])
    return Answer(made, rev=made.rev, location=f"/api/v1/tasks/{made.id}")


@blueprint.post("/<uuid:task_id>/signers/removal")
@blueprint.commands(InstanceReceipt, body=RemovalIn)
def remove(session: Session, body: dict[str, str], task_id: UUID) -> Any:
    """Take this signer's task away (减签); the process goes on when those who have signed are enough"""
    return signers.remove(session, me(), task_id, reason=body["reason"])
