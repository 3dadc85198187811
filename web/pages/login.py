"""The login page. The form posts to the API's session resource; in a demo it lists people one may log in as."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.db import transaction
from web.access import PUBLIC, Rule
from web.commands.demo import SHOWN
from web.identity import caller
from web.pages.words import department_names, role_text
from workflows import people
from workflows.demo import PASSWORD

pages = Blueprint("login", __name__)
ACCESS: Final[dict[str, Rule]] = {"login.page": PUBLIC}


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A person of the demo with the password all of them share."""

    login: str
    password: str
    name_zh: str
    name_en: str
    duty: str


@pages.get("/login")
def page() -> str | Response:
    """The form; who is logged in already goes on."""
    wanted = own_address(request.args.get("next"))
    if caller() is not None:
        return redirect(wanted)
    return render_template("login.html", next=wanted, demo=demo_logins())


def own_address(wanted: str | None) -> str:
    """`wanted` where it is a path of this site, else the start page (no open redirect)."""
    if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and "\n" not in wanted:
        return wanted
    return url_for("home.page")


def demo_logins() -> list[DemoLogin]:
    """People to try the demo as; empty where this is no demo (`DEMO` of the configuration)."""
    if not current_app.config["DEMO"]:
        return []
    with transaction() as session:
        names = department_names(session)
        here = [person for login in SHOWN if (person := people.by_login(session, login)) is not None]
    return [
        DemoLogin(
            one.login,
            PASSWORD,
            one.name_zh,
            one.name_en,
            " · ".join([names.get(one.department, one.department), *map(role_text, one.roles[-1:])]),
        )
        for one in here
    ]
