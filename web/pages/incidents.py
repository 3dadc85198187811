"""What failed and waits for a person: open incidents by cause, and those of one cause to be put right together."""

from typing import Final

from flask import Blueprint, render_template, request

from engine.db import transaction
from web import cursors
from web.access import Rule, verb
from web.identity import me
from web.pages.elements import element_names
from web.pages.show import given, here
from workflows import failures, people

pages = Blueprint("incidents", __name__)
ACCESS: Final[dict[str, Rule]] = {"incidents.page": verb("incident.read"), "incidents.cause": verb("incident.read")}
LIMIT: Final = 50


@pages.get("/monitor/incidents")
def page() -> str:
    """Open incidents by cause."""
    with transaction() as session:
        found = failures.causes(session, me())
        names: dict[str, str] = {}
        for version in {one.definition_id for one in found}:
            names |= element_names(session, version)
    return render_template("incidents.html", causes=found, names=names)


@pages.get("/monitor/incidents/cause")
def cause() -> str:
    """The open incidents of a cause; for htmx only the rows."""
    wanted = request.args.get("cause", "")[:500]
    name = "pages.incidents"
    position = cursors.unpack(name, given("after"))
    with transaction() as session:
        found = failures.of_cause(session, me(), wanted, position[0] if position else None, LIMIT + 1)
        names = element_names(session, found[0].instance.definition_id) if found else {}
        may = people.may(session, me(), "incident.retry")
    shown = found[:LIMIT]
    last = shown[-1].incident.id if len(found) > LIMIT else None
    return render_template(
        "incidents_list.html" if request.headers.get("HX-Request") else "incidents_cause.html",
        cause=wanted,
        rows=shown,
        names=names,
        may=may,
        first=here(after=None) if position else None,
        next=here(after=cursors.pack(name, (last,))) if last else None,
    )
