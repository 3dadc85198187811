"""What the house tells a person inside the application: a bell with the number of unread notices, and their list."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from flask import Blueprint, Flask, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine.db import reading, transaction
from web.access import PERSON, Rule
from web.faults import invalid
from web.identity import MOST_UNREAD, me
from workflows import notices

pages = Blueprint("notices", __name__)
ACCESS: Final[dict[str, Rule]] = {"notices.page": PERSON, "notices.read": PERSON}
MOST: Final = MOST_UNREAD


def register(app: Flask) -> None:
    """In templates: `unread()`, the number of unread notices, at most 50."""
    app.jinja_env.globals.update(unread=unread)


def unread() -> int:
    """How many notices this person has not read; 50 stands for 50 and more."""
    person = me()
    if "unread" not in g:  # a program with a token: its person is read alone
        with reading() as session:
            g.unread = session.scalar(select(notices.unread_count(person.id, MOST)))
    return int(g.unread)


@pages.get("/notices")
def page() -> str:
    """The unread notices, newest first."""
    with reading() as session:
        found = notices.unread(session, me(), MOST)
    return render_template("notices.html", notices=found)


@pages.post("/notices/read")
def read() -> Response:
    """Mark the notices which were shown as read; those which came since stay."""
    with transaction() as session:
        notices.mark_read(session, me(), list(_ids(request.form.getlist("id")[:MOST])))
    return redirect(url_for("notices.page"))


def _ids(texts: Iterable[str]) -> Iterable[UUID]:
    for text in texts:
        try:
            yield UUID(text)
        except ValueError as error:
            raise invalid("id", "uuid", "无效的编号", "Not an id") from error
