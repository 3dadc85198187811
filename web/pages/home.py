"""The start page: staff go to their inbox, everybody else to the portal."""

from typing import Final

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.access import PUBLIC, Rule
from web.identity import caller

pages = Blueprint("home", __name__)
ACCESS: Final[dict[str, Rule]] = {"home.page": PUBLIC}


@pages.get("/")
def page() -> Response:
    """Where this visitor begins."""
    return redirect(url_for("inbox.page" if caller() else "portal.page"))
