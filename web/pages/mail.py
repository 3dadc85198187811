"""The postbox of a demo: mails its own SMTP server took, to be read on a page. Nothing in it left the machine."""

from typing import Final

from flask import Blueprint, render_template

from web.access import Rule, verb
from web.pages.show import given, here
from workflows import postbox

pages = Blueprint("mail", __name__)
ACCESS: Final[dict[str, Rule]] = {"mail.page": verb("outbox.read"), "mail.show": verb("outbox.read")}
LIMIT: Final = 50


@pages.get("/mail")
def page() -> str:
    """The newest mails first."""
    before = given("before")
    found = postbox.listing(before=before, limit=LIMIT + 1)
    mails = found[:LIMIT]
    return render_template(
        "mail.html",
        mails=mails,
        first=here(before=None) if before else None,
        next=here(before=mails[-1].name) if len(found) > LIMIT else None,
    )


@pages.get("/mail/<name>")
def show(name: str) -> str:
    """One mail, as text; its HTML is never run."""
    return render_template("mail_one.html", mail=postbox.read(name))
