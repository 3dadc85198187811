"""Who is calling: a person by session cookie, or a program by `Authorization: Bearer`.

The cookie is signed and holds the person's id, when they logged in and a stamp of their password: it dies with the
session's hours, with a change of the password and when the person is no longer active.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from flask import g, request, session
from sqlalchemy import select

from engine.clock import now
from engine.db import reading
from web.problems import Unauthenticated
from web.settings import settings
from workflows import notices, people
from workflows.models import Person

_PERSON: Final = "person"
_STAMP: Final = "stamp"
_BEGAN: Final = "began"
MOST_UNREAD: Final = 50
"""Unread notices are counted to here; every page shows their number, so it is read along with the person."""


def caller() -> Person | None:
    """The person of this request, read once; None for nobody. A header which is no valid token raises Unauthenticated.

    A bearer token wins over a cookie: programs need no CSRF token, so the two must not be mixed.
    """
    if "person" not in g:
        g.by_token = "Authorization" in request.headers
        g.person = _by_token() if g.by_token else _by_cookie()
    found: Person | None = g.person
    return found


def me() -> Person:
    """The person of this request; raises Unauthenticated for nobody."""
    person = caller()
    if person is None:
        raise Unauthenticated
    return person


def by_token() -> bool:
    """Whether a program calls by token (no cookie was looked at)."""
    return bool(g.get("by_token"))


def log_in(person: Person) -> None:
    """Begin a fresh session: whatever the browser brought is dropped, the CSRF token too (session fixation)."""
    session.clear()
    session.permanent = True
    session.update(content(person))
    g.pop("csrf_token", None)
    g.pop("language", None)
    g.person, g.by_token = person, False


def content(person: Person) -> dict[str, str]:
    """What the cookie of this person's session says."""
    return {_PERSON: str(person.id), _STAMP: _stamp(person), _BEGAN: now().isoformat()}


def log_out() -> None:
    """End the session of this browser."""
    session.clear()
    g.pop("csrf_token", None)
    g.person = None


def _by_token() -> Person | None:
    scheme, _, token = request.headers["Authorization"].partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated
    with reading() as database:
        person = people.token_person(database, token.strip())
    if person is None:
        raise Unauthenticated
    return person


def _by_cookie() -> Person | None:
    if _PERSON not in session:
        return None
    try:
        person_id, began = UUID(session[_PERSON]), datetime.fromisoformat(session[_BEGAN])
    except (KeyError, ValueError):
        log_out()
        return None
    with reading() as database:
        found = database.execute(
            select(Person, notices.unread_count(person_id, MOST_UNREAD)).where(Person.id == person_id)
        ).one_or_none()
    person, g.unread = found or (None, 0)
    fresh = now() - began < timedelta(hours=settings().session_hours)
    if person and person.active and fresh and hmac.compare_digest(str(session.get(_STAMP)), _stamp(person)):
        return person
    session.clear()
    return None


def _stamp(person: Person) -> str:
    secret = settings().secret_key.encode()
    return hmac.new(secret, (person.password_hash or "").encode(), hashlib.sha256).hexdigest()[:32]
