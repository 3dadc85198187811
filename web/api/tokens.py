"""`/tokens`: keys for programs. A token's text is shown once, when it is issued."""

from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import NotFound
from web.api.base import Answer, Blueprint, Schema, page_of
from web.faults import invalid
from web.identity import by_token, me
from workflows import people
from workflows.errors import NotAllowed
from workflows.models import ApiToken

blueprint = Blueprint("tokens", __name__, description="Keys for programs")


class TokenOut(Schema):
    """A token without its text."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    prefix = fields.String(required=True, metadata={"description": "First characters, to recognise it"})
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


class IssuedToken(TokenOut):
    """A token with its text, which is shown this once."""

    token = fields.String()


class TokenIn(Schema):
    """What the token is called and when it ends."""

    name = fields.String(required=True, validate=validate.Length(1, 100))
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True)


@blueprint.get("")
@blueprint.reads(page_of(TokenOut))
def listing(session: Session) -> dict[str, Any]:
    """List one's own tokens, newest first"""
    mine = select(ApiToken).where(ApiToken.person_id == me().id).order_by(ApiToken.created_at.desc(), ApiToken.id)
    return {"items": session.scalars(mine).all(), "next": None}


@blueprint.post("")
@blueprint.commands(IssuedToken, status=201, body=TokenIn)
def issue(session: Session, body: dict[str, Any]) -> Answer:
    """Issue a token for oneself

    Only from a logged-in browser: a stolen token must not breed. Repeating with the same Idempotency-Key does not show
    the text again.
    """
    if by_token():
        raise NotAllowed(message_zh="令牌不能再签发令牌，请先登录", message_en="A token may not issue tokens: log in")
    ends: datetime | None = body["expires_at"]
    if ends is not None and ends <= now():
        raise invalid("expires_at", "range", "须晚于现在", "Has to be in the future")
    person = people.get(session, me().id)
    if person is None:
        raise NotFound
    token, text = people.issue_token(session, person, by=person, name=body["name"], expires_at=ends)
    return Answer(token, secret={"token": text}, location=f"/api/v1/tokens/{token.id}")


@blueprint.delete("/<uuid:token_id>")
@blueprint.commands(Schema, status=204, keyed=False)
def revoke(session: Session, token_id: UUID) -> dict[str, Any]:
    """Revoke a token at once; again is no error"""
    token = session.get(ApiToken, token_id)
    if token is None or (token.person_id != me().id and not people.may(session, me(), "people.edit")):
        raise NotFound
    people.revoke_token(session, token, by=me())
    return {}
