"""Keys for programs."""

from collections.abc import Callable
from datetime import timedelta

import time_machine

from engine.clock import now
from tests.web.conftest import Door, problem


def test_a_token_is_shown_once_and_works(as_: Callable[[str], Door], by_token: Callable[[str], Door]) -> None:
    door = as_("li")
    issued = door.post("/tokens", {"name": "CRM"})
    assert issued.status_code == 201
    assert issued.json is not None
    text = issued.json["token"]
    assert text.startswith(issued.json["prefix"])
    assert issued.headers["Location"] == f"/api/v1/tokens/{issued.json['id']}"
    program = by_token("wang")
    program.headers = {"Authorization": f"Bearer {text}"}
    shown = program.get("/session").json
    assert shown is not None
    assert shown["person"]["login"] == "li"
    listed = door.get("/tokens")
    assert text not in listed.text
    assert listed.json is not None
    assert [token["name"] for token in listed.json["items"]] == ["CRM"]


def test_repeating_the_command_issues_one_token_and_hides_its_text(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    first = door.post("/tokens", {"name": "CRM"}, headers={"Idempotency-Key": "k1"}).json
    again = door.post("/tokens", {"name": "CRM"}, headers={"Idempotency-Key": "k1"})
    assert first is not None
    assert again.json is not None
    assert again.json["id"] == first["id"]
    assert "token" not in again.json
    assert again.headers["Idempotency-Replayed"] == "true"


def test_a_revoked_token_is_dead_at_once(as_: Callable[[str], Door], by_token: Callable[[str], Door]) -> None:
    program = by_token("li")
    door = as_("li")
    listed = door.get("/tokens").json
    assert listed is not None
    assert program.get("/people").status_code == 200
    assert door.delete(f"/tokens/{listed['items'][0]['id']}").status_code == 204
    problem(program.get("/people"), 401)


def test_an_expired_token_is_dead(as_: Callable[[str], Door], by_token: Callable[[str], Door]) -> None:
    ends = (now() + timedelta(hours=1)).isoformat()
    issued = as_("li").post("/tokens", {"name": "short", "expires_at": ends}).json
    assert issued is not None
    program = by_token("li")
    program.headers = {"Authorization": f"Bearer {issued['token']}"}
    assert program.get("/people").status_code == 200
    with time_machine.travel(now() + timedelta(hours=2), tick=False):
        problem(program.get("/people"), 401)


def test_a_token_cannot_be_born_expired(as_: Callable[[str], Door]) -> None:
    ended = (now() - timedelta(hours=1)).isoformat()
    refused = problem(as_("li").post("/tokens", {"name": "x", "expires_at": ended}), 422)
    assert refused["problems"][0]["path"] == "expires_at"


def test_a_token_does_not_breed(by_token: Callable[[str], Door]) -> None:
    problem(by_token("li").post("/tokens", {"name": "child"}), 403)


def test_nobody_revokes_anothers_token(as_: Callable[[str], Door], by_token: Callable[[str], Door]) -> None:
    program = by_token("li")
    listed = as_("li").get("/tokens").json
    assert listed is not None
    token = listed["items"][0]["id"]
    problem(as_("wang").delete(f"/tokens/{token}"), 404)
    assert program.get("/people").status_code == 200
    assert as_("admin").delete(f"/tokens/{token}").status_code == 204
    problem(program.get("/people"), 401)


def test_nonsense_is_no_token(by_token: Callable[[str], Door]) -> None:
    program = by_token("li")
    for text in ("Bearer", "Bearer ", "Bearer x", "Basic bGk6eA==", "Bearer " + "x" * 5000, "Bearer é"):
        program.headers = {"Authorization": text}
        problem(program.get("/people"), 401)
