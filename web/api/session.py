"""`/session`: logging in and out of a browser, and who one is."""

from typing import Any

import structlog
from flask_wtf.csrf import generate_csrf
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from web import identity
from web.api.base import Answer, Blueprint, Schema
from web.i18n import language
from web.limits import check_failures, count_failure, limiter, login_limit
from web.problems import WrongCredentials
from workflows import people

blueprint = Blueprint("session", __name__, description="Logging in and out")
_log = structlog.get_logger("web")


class PersonOut(Schema):
    """A person."""

    id = fields.UUID(required=True)
    login = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    department = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    active = fields.Boolean(required=True)


class SessionOut(Schema):
    """Who is logged in (null: nobody), and the token which scripts send back as X-CSRF-Token."""

    person = fields.Nested(PersonOut, required=True, allow_none=True)
    csrf_token = fields.String(required=True)
    language = fields.String(required=True, validate=validate.OneOf(["zh", "en"]))


class LoginIn(Schema):
    """Login and password."""

    login = fields.String(required=True, validate=validate.Length(1, 200))
    password = fields.String(required=True, validate=validate.Length(1, 1000))


def _session() -> dict[str, Any]:
    return {"person": identity.caller(), "csrf_token": generate_csrf(), "language": language()}


@blueprint.get("")
@blueprint.reads(SessionOut)
def show(session: Session) -> dict[str, Any]:
    """Who is logged in, and the CSRF token of this browser"""
    return _session()


@blueprint.post("")
@blueprint.commands(SessionOut, body=LoginIn, keyed=False)
def log_in(session: Session, body: dict[str, str]) -> dict[str, Any]:
    """Log in: a fresh session cookie

    401 for a wrong login or password, without saying which; 429 after too many attempts.
    """
    with limiter.limit(login_limit):
        check_failures(body["login"])
    person = people.authenticate(session, body["login"], body["password"])
    if person is None:
        count_failure(body["login"])
        _log.warning("login failed")
        raise WrongCredentials
    identity.log_in(person)
    return _session()


@blueprint.delete("")
@blueprint.commands(Schema, status=204, keyed=False)
def log_out(session: Session) -> Answer:
    """Log out"""
    identity.log_out()
    return Answer({})
