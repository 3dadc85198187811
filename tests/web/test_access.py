"""Nobody gets in by the door who is not on the table, and every route is on it."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.web.conftest import Door, problem
from web import access
from web.access import PERSON, Rule


def test_every_route_has_an_entry_and_every_entry_a_route(app: Flask) -> None:
    access.check(app)
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(access.table(app))


def test_a_route_without_an_entry_stops_the_application() -> None:
    bare = Flask(__name__)
    bare.add_url_rule("/forgotten", "forgotten", lambda: "")
    with pytest.raises(RuntimeError, match="forgotten"):
        access.check(bare)


def test_an_entry_without_a_route_stops_the_application() -> None:
    bare = Flask(__name__, static_folder=None)
    access.declare(bare, {"gone": PERSON})
    with pytest.raises(RuntimeError, match="gone"):
        access.check(bare)


def test_two_rules_for_one_route_stop_the_application() -> None:
    bare = Flask(__name__)
    access.declare(bare, {"static": PERSON})
    with pytest.raises(RuntimeError, match="static"):
        access.declare(bare, {"static": Rule()})


def test_little_is_open_to_everybody(app: Flask) -> None:
    """A reminder: who adds to this list should know why."""
    open_to_all = {name for name, rule in access.table(app).items() if not rule.person}
    api = {name for name in open_to_all if not name.startswith(("portal.", "login."))}
    assert api - {"home.page", "language.choose", "theme.choose"} == {
        "static",
        "health.live",
        "health.ready",
        "health.metrics",
        "api-docs.openapi_json",
        "api-reference.page",
        "api-session.show",
        "api-session.log_in",
        "api-session.log_out",
    }


@pytest.mark.requirement("PRV-03")
def test_nobody_gets_anything_without_logging_in(app: Flask, anybody: Door) -> None:
    adapter = app.url_map.bind("localhost")
    values = {"number": "X", "key": "x", "version": 1, "path": "x.bpmn", "name": "x"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if not access.table(app)[rule.endpoint].person:
            continue
        given = {name: values.get(name, "00000000-0000-7000-8000-000000000000") for name in rule.arguments}
        for method in (rule.methods or set()) - {"OPTIONS", "HEAD"}:
            path = adapter.build(rule.endpoint, given, method=method)
            answer = anybody.client.open(path, method=method, headers={"Accept": "application/json"})
            assert answer.status_code == 401, (method, path, answer.status_code)
            tried += 1
    assert tried > 50


def test_a_browser_is_led_to_the_login_page(app: Flask, anybody: Door) -> None:
    rule = next(
        found
        for found in app.url_map.iter_rules()
        if access.table(app)[found.endpoint].person
        and not found.rule.startswith("/api/")
        and not found.arguments
        and "GET" in (found.methods or ())
    )
    answer = anybody.client.get(rule.rule, headers={"Accept": "text/html"})
    assert answer.status_code == 302
    assert "/login?next=" in answer.headers["Location"]


def test_a_wrong_role_is_refused(as_: Callable[[str], Door]) -> None:
    assert problem(as_("wang").get("/outbox"), 403)["type"].endswith("not-allowed")
    assert as_("auditor").get("/outbox").status_code == 200


def test_a_person_who_left_is_out_at_once(as_: Callable[[str], Door]) -> None:
    from engine.db import transaction
    from workflows.models import Person

    door = as_("wang")
    assert door.get("/people").status_code == 200
    assert door.person is not None
    with transaction() as session:
        found = session.get(Person, door.person.id)
        assert found is not None
        found.active = False
    problem(door.get("/people"), 401)
