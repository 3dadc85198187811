"""Registering a complaint for somebody on the phone or at the counter: type, read back, hand out the number."""

from typing import Final

from flask import Blueprint, render_template

from web.access import Rule, verb
from web.pages.words import options
from workflows.receiving import CHANNELS

pages = Blueprint("intake", __name__)
ACCESS: Final[dict[str, Rule]] = {"intake.page": verb("case.create")}


@pages.get("/intake")
def page() -> str:
    """The form; its script posts to the API."""
    channels = [(code, text) for code, text in options("channel") if code in CHANNELS]
    return render_template("intake.html", channels=channels)
