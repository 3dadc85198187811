"""Who may call what: one table, endpoint -> rule, complete or the application does not start.

The API's part of the table is here; a page module declares its own endpoints by `declare` when it registers its
blueprint. The rule is about the kind of person; whether they may touch this very case or task is
`workflows.people.may`, asked by the verbs themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from flask import Flask, Response, current_app, redirect, request, url_for

from web.hostile import check_parts
from web.identity import by_token, caller
from web.problems import Unauthenticated, wants_page
from web.security import csrf
from workflows.authorisation import GENERAL
from workflows.errors import NotAllowed
from workflows.models import Role

UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Rule:
    """bare: nobody is asked who they are. person: somebody has to be logged in. roles: and be one of these."""

    bare: bool = False
    person: bool = False
    roles: frozenset[Role] = frozenset()


BARE: Final = Rule(bare=True)
"""Files and probes: no identity, no session, no database."""
PUBLIC: Final = Rule()
"""Everybody; who is logged in is known."""
PERSON: Final = Rule(person=True)
"""Everybody who is logged in."""


def roles(*wanted: Role) -> Rule:
    """Persons who have one of the roles."""
    return Rule(person=True, roles=frozenset(wanted))


def verb(name: str) -> Rule:
    """Persons who may do `name`, a general verb of the domain (`workflows.authorisation.GENERAL`)."""
    return roles(*GENERAL[name])


_DRAWING: Final = roles(*GENERAL["definition.draft"], *GENERAL["definition.approve"], Role.AUDITOR)

API: Final[dict[str, Rule]] = {
    "static": BARE,
    "health.live": BARE,
    "health.ready": BARE,
    "health.metrics": BARE,
    "api-docs.openapi_json": BARE,
    "api-reference.page": BARE,
    "api-session.show": PUBLIC,
    "api-session.log_in": PUBLIC,
    "api-session.log_out": PUBLIC,
    "api-people.listing": verb("people.read"),
    "api-people.show": verb("people.read"),
    "api-people.add": verb("people.edit"),
    "api-people.change": verb("people.edit"),
    "api-people.renew_password": verb("people.edit"),
    "api-people.held": verb("people.edit"),
    "api-people.hand_over": verb("people.edit"),
    "api-departments.all_departments": verb("people.read"),
    "api-departments.add": verb("department.edit"),
    "api-departments.change": verb("department.edit"),
    "api-directory.listing": verb("audit.read"),
    **dict.fromkeys(
        (
            "api-cases.show",
            "api-cases.edit",
            "api-cases.reveal",
            "api-cases.hand_over",
            "api-story.timeline",
            "api-story.comments",
            "api-story.comment",
            "api-evidence.listing",
            "api-evidence.add",
            "api-evidence.verify",
            "api-evidence.package",
            "api-evidence.download",
            "api-tasks.show",
            "api-tasks.claim",
            "api-tasks.unclaim",
            "api-tasks.assign",
            "api-tasks.transfer",
            "api-tasks.send_back",
            "api-tasks.urge",
            "api-tasks.delegate",
            "api-tasks.hand_back",
            "api-tasks.withdraw",
            "api-holds.hold",
            "api-holds.lift",
            "api-signers.listing",
            "api-signers.add",
            "api-signers.remove",
            "api-tasks.save_draft",
            "api-tasks.complete",
            "api-instances.show",
            "api-instances.events",
            "api-instances.verify",
            "api-instances.diagram",
            "api-notices.listing",
            "api-notices.mark_read",
        ),
        PERSON,  # may they touch this one? `workflows.people.may` says so
    ),
    "api-cases.listing": verb("case.list"),
    "api-cases.receive": verb("case.create"),
    "api-tasks.listing": verb("task.list"),
    **dict.fromkeys(("api-filters.listing", "api-filters.save", "api-filters.remove"), verb("task.list")),
    "api-instances.listing": verb("instance.list"),
    "api-instances.suspend": verb("instance.control"),
    "api-instances.resume": verb("instance.control"),
    "api-instances.cancel": verb("instance.control"),
    "api-instances.move": verb("instance.control"),
    "api-instances.preview_move": verb("instance.control"),
    "api-migrations.plan": verb("instance.migrate"),
    "api-migrations.preview": verb("instance.migrate"),
    "api-migrations.start": verb("instance.migrate"),
    "api-migrations.listing": verb("instance.migrate"),
    "api-migrations.show": verb("instance.migrate"),
    "api-migrations.items": verb("instance.migrate"),
    "api-migrations.run": verb("instance.migrate"),
    "api-migrations.undo": verb("instance.migrate"),
    "api-incidents.listing": verb("incident.read"),
    "api-incidents.show": verb("incident.read"),
    "api-incidents.causes": verb("incident.read"),
    "api-incidents.retry": verb("incident.retry"),
    "api-incidents.skip": verb("incident.retry"),
    "api-incidents.dismiss": verb("incident.retry"),
    "api-messages.publish": verb("message.publish"),
    "api-definitions.listing": verb("definition.read"),
    "api-definitions.versions": verb("definition.read"),
    "api-definitions.show": verb("definition.read"),
    "api-definitions.files": verb("definition.read"),
    "api-definitions.file": verb("definition.read"),
    "api-drafts.listing": _DRAWING,
    "api-drafts.show": _DRAWING,
    "api-drafts.check": _DRAWING,
    "api-drafts.create": verb("definition.draft"),
    "api-drafts.save": verb("definition.draft"),
    "api-drafts.submit": verb("definition.draft"),
    "api-drafts.delete": verb("definition.draft"),
    "api-drafts.reject": roles(*GENERAL["definition.draft"], *GENERAL["definition.approve"]),
    "api-drafts.approve": verb("definition.approve"),
    "api-drafts.publish": verb("definition.publish"),
    "api-bundles.catalog": PERSON,
    "api-bundles.evaluate": _DRAWING,
    "api-bundles.changes": _DRAWING,
    "api-bundles.compare": verb("definition.draft"),
    "api-bundles.draft_diagram": _DRAWING,
    "api-bundles.draft_bundle": _DRAWING,
    "api-bundles.version_diagram": verb("definition.read"),
    "api-bundles.version_bundle": verb("definition.read"),
    "api-bundles.propose": verb("definition.draft"),
    "api-bundles.republish": verb("definition.rollback"),
    "api-bundles.import_files": verb("definition.draft"),
    "api-monitor.board": verb("instance.list"),
    "api-monitor.heat": verb("instance.list"),
    "api-monitor.figures": verb("report.read"),
    "api-monitor.shares": verb("report.read"),
    "api-monitor.exports": verb("audit.read"),
    "api-monitor.case_export": verb("case.list"),
    "api-monitor.task_export": verb("task.list"),
    "api-monitor.instance_export": verb("instance.list"),
    "api-outbox.listing": verb("outbox.read"),
    "api-tokens.listing": PERSON,
    "api-tokens.issue": PERSON,
    "api-tokens.revoke": PERSON,
}


def declare(app: Flask, entries: Mapping[str, Rule]) -> None:
    """Add entries (full endpoint names) to the table of `app`; an endpoint has one entry, ever."""
    known = table(app)
    twice = known.keys() & entries.keys()
    if twice:
        raise RuntimeError(f"two access rules for {sorted(twice)}")
    known.update(entries)


def table(app: Flask) -> dict[str, Rule]:
    """The whole table of an application."""
    kept: dict[str, Rule] = app.extensions.setdefault("access", {})
    return kept


def check(app: Flask) -> None:
    """Raise RuntimeError where a route has no entry, or an entry no route."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    entries = table(app).keys()
    if missing := sorted(routes - entries):
        raise RuntimeError(f"routes without an access rule: {missing}")
    if stale := sorted(entries - routes):
        raise RuntimeError(f"access rules without a route: {stale}")


def _enforce() -> Response | None:
    if request.endpoint is None:  # the router has refused already: 404, 405
        return None
    rule = table(current_app)[request.endpoint]
    if rule.bare:
        return None
    person = caller()
    if rule.person and person is None:
        return _to_login()
    if request.method in UNSAFE and not by_token():
        check_parts()
        csrf.protect()
    if rule.roles and person is not None and rule.roles.isdisjoint(person.roles):
        raise NotAllowed
    return None


def _to_login() -> Response:
    login = current_app.config.get("LOGIN_ENDPOINT")
    if not wants_page() or login not in current_app.view_functions:
        raise Unauthenticated
    back = request.full_path.rstrip("?") if request.method == "GET" else "/"
    answer = redirect(f"{url_for(login)}?next={quote(back, safe='')}")
    return Response(answer.get_data(), answer.status_code, dict(answer.headers))


def register(app: Flask) -> None:
    """Ask before every request."""
    declare(app, API)
    app.before_request(_enforce)
