"""`/cases/{number}/hold`: legal hold (证据保全), set and lifted with a reason by legal and managers."""

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web.api.base import Answer, Blueprint, Schema
from web.api.cases import CaseReceipt
from web.identity import me
from workflows import cases, retention

blueprint = Blueprint(
    "holds", __name__, url_prefix="/api/v1/cases/<number>", description="Legal hold: what is held is not erased"
)


class HoldIn(Schema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


@blueprint.post("/hold")
@blueprint.commands(CaseReceipt, body=HoldIn)
def hold(session: Session, body: dict[str, str], number: str) -> Answer:
    """Put a case under legal hold: nothing of it is erased (证据保全)"""
    case = cases.open_case(session, me(), number, "case.hold")
    held = retention.hold(session, me(), case, reason=body["reason"])
    return Answer(held, rev=held.rev)


@blueprint.post("/hold/lifting")
@blueprint.commands(CaseReceipt, body=HoldIn)
def lift(session: Session, body: dict[str, str], number: str) -> Answer:
    """End the legal hold of a case (解除保全)"""
    case = cases.open_case(session, me(), number, "case.hold")
    lifted = retention.lift(session, me(), case, reason=body["reason"])
    return Answer(lifted, rev=lifted.rev)
