"""Logging in and out."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from engine.clock import now
from engine.db import transaction
from tests.web.conftest import PASSWORD, Door, problem
from workflows import people
from workflows.models import Person


def _log_in(door: Door, login: str, password: str) -> int:
    shown = door.get("/session").json
    assert shown is not None
    door.headers["X-CSRF-Token"] = shown["csrf_token"]
    return door.post("/session", {"login": login, "password": password}).status_code


def test_nobody_is_logged_in_at_first(anybody: Door) -> None:
    shown = anybody.get("/session").json
    assert shown is not None
    assert shown["person"] is None
    assert shown["csrf_token"]


def test_the_right_password_logs_in(anybody: Door, world: dict[str, Person]) -> None:
    assert _log_in(anybody, "li", PASSWORD) == 200
    shown = anybody.get("/session").json
    assert shown is not None
    assert shown["person"]["login"] == "li"
    assert "password_hash" not in shown["person"]


def test_the_login_may_be_typed_in_capitals(anybody: Door, world: dict[str, Person]) -> None:
    assert _log_in(anybody, " LI", PASSWORD) == 200


@pytest.mark.parametrize(("login", "password"), [("li", "wrong password"), ("nobody", PASSWORD)])
def test_a_wrong_login_and_a_wrong_password_look_the_same(
    anybody: Door, world: dict[str, Person], login: str, password: str
) -> None:
    shown = anybody.get("/session").json
    assert shown is not None
    anybody.headers["X-CSRF-Token"] = shown["csrf_token"]
    refused = problem(anybody.post("/session", {"login": login, "password": password}), 401)
    assert refused["type"].endswith("wrong-credentials")
    assert "li" not in refused["detail"].split()


def test_logging_in_begins_a_fresh_session(anybody: Door, world: dict[str, Person]) -> None:
    with anybody.client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    before = anybody.get("/session").json
    assert _log_in(anybody, "li", PASSWORD) == 200
    with anybody.client.session_transaction() as cookie:
        assert "planted" not in cookie
    after = anybody.get("/session").json
    assert before is not None
    assert after is not None
    problem(anybody.post("/tokens", {"name": "x"}, headers={"X-CSRF-Token": before["csrf_token"]}), 403)
    assert anybody.post("/tokens", {"name": "x"}, headers={"X-CSRF-Token": after["csrf_token"]}).status_code == 201


def test_logging_out_ends_it(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    assert door.delete("/session").status_code == 204
    problem(door.get("/people"), 401)


def test_a_session_ends_after_its_hours(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    with time_machine.travel(now() + timedelta(hours=11), tick=False):
        assert door.get("/people").status_code == 200
    with time_machine.travel(now() + timedelta(hours=13), tick=False):
        problem(door.get("/people"), 401)


def test_a_new_password_ends_all_sessions(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    assert door.person is not None
    with transaction() as session:
        person = session.get(Person, door.person.id)
        assert person is not None
        people.set_password(person, "another one 2")
    problem(door.get("/people"), 401)


def test_a_forged_cookie_is_nobodys(app: Flask, as_: Callable[[str], Door]) -> None:
    door = as_("li")
    cookie = door.client.get_cookie("session")
    assert cookie is not None
    door.client.set_cookie("session", cookie.value[:-3] + "abc")
    problem(door.get("/people"), 401)


def test_ten_wrong_passwords_lock_the_login_for_a_while(anybody: Door, world: dict[str, Person]) -> None:
    assert [_log_in(anybody, "li", "wrong") for _ in range(10)] == [401] * 10
    refused = anybody.post("/session", {"login": "li", "password": PASSWORD})
    assert problem(refused, 429)["type"].endswith("too-many-attempts")
    assert int(refused.headers["Retry-After"]) > 60
    assert _log_in(anybody, "wang", PASSWORD) == 200


def test_one_address_may_not_try_for_ever(anybody: Door, world: dict[str, Person]) -> None:
    with time_machine.travel(now(), tick=False):
        codes = [_log_in(anybody, f"somebody{number}", "wrong") for number in range(25)]
    assert codes[:20] == [401] * 20
    assert set(codes[20:]) == {429}


def test_unknown_fields_of_the_login_are_refused(anybody: Door) -> None:
    shown = anybody.get("/session").json
    assert shown is not None
    anybody.headers["X-CSRF-Token"] = shown["csrf_token"]
    refused = problem(anybody.post("/session", {"login": "li", "password": "x", "admin": True}), 422)
    assert [fault["path"] for fault in refused["problems"]] == ["admin"]
