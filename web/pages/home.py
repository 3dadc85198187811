"""The start page: who works here goes to the first desk open to them, everybody else to the portal."""

from typing import Final

from flask import Blueprint, redirect, url_for
from werkzeug.wrappers import Response

from web.access import PUBLIC, Rule
from web.identity import caller
from web.pages.shell import navigation

pages = Blueprint("home", __name__)
ACCESS: Final[dict[str, Rule]] = {"home.page": PUBLIC}


@pages.get("/")
def page() -> Response:
    """Where this visitor begins."""
    if caller() is None:
        return redirect(url_for("portal.page"))
    desks = navigation()
    return redirect(desks[0].address if desks else url_for("login.page"))
