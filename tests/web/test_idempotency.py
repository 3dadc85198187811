"""The same command sent twice, or at the same moment, has one effect."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine.db import transaction
from engine.models import Idempotency
from tests.web.conftest import Door, problem
from web import identity
from web.idempotency import once
from workflows.models import ApiToken, Person

KEY = {"Idempotency-Key": "0190-abc"}


def _tokens() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(ApiToken)) or 0


def test_the_answer_is_repeated_and_not_the_effect(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    first = door.post("/tokens", {"name": "a"}, headers=KEY)
    again = door.post("/tokens", {"name": "a"}, headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json is not None
    assert again.json == {name: value for name, value in first.json.items() if name != "token"}
    assert again.headers["Location"] == first.headers["Location"]
    assert _tokens() == 1


def test_the_same_key_for_another_body_is_refused(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    assert door.post("/tokens", {"name": "a"}, headers=KEY).status_code == 201
    assert problem(door.post("/tokens", {"name": "b"}, headers=KEY), 422)["type"].endswith("key-reused")
    assert _tokens() == 1


def test_two_people_may_use_the_same_key(as_: Callable[[str], Door]) -> None:
    assert as_("li").post("/tokens", {"name": "a"}, headers=KEY).status_code == 201
    assert as_("wang").post("/tokens", {"name": "b"}, headers=KEY).status_code == 201
    assert _tokens() == 2


def test_a_refused_command_leaves_its_key_free(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    problem(door.post("/tokens", {"name": "a", "expires_at": "2001-01-01T00:00:00+00:00"}, headers=KEY), 422)
    assert door.post("/tokens", {"name": "a"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "with blank", "x" * 201, "é"])
def test_a_key_which_is_none_is_refused(as_: Callable[[str], Door], key: str) -> None:
    problem(as_("li").post("/tokens", {"name": "a"}, headers={"Idempotency-Key": key}), 400)


def test_no_secret_is_kept_with_the_answer(as_: Callable[[str], Door]) -> None:
    issued = as_("li").post("/tokens", {"name": "a"}, headers=KEY).json
    assert issued is not None
    with transaction() as session:
        kept = session.scalars(select(Idempotency)).one()
    assert issued["token"] not in str(kept.answer)


def test_ten_at_the_same_moment_have_one_effect(app: Flask, world: dict[str, Person]) -> None:
    start = threading.Barrier(10)

    def send(_: int) -> tuple[int, str | None]:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(identity.content(world["li"]))
        shown = client.get("/api/v1/session").json
        assert shown is not None
        start.wait(timeout=20)
        headers = {**KEY, "X-CSRF-Token": shown["csrf_token"]}
        answer = client.post("/api/v1/tokens", json={"name": "a"}, headers=headers)
        return answer.status_code, answer.json and answer.json["id"]

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert len(answers) == 1, answers
    assert answers.pop()[0] == 201
    assert _tokens() == 1


def test_when_the_first_fails_the_second_does_the_work(app: Flask, world: dict[str, Person]) -> None:
    """The second waits on the first one's row; a roll-back sets it free."""
    written, done = threading.Event(), threading.Event()
    effects: list[str] = []

    def first() -> None:
        with app.test_request_context("/x", method="POST", data=b"{}", headers=KEY), transaction() as session:

            def work() -> dict[str, str]:
                written.set()
                done.wait(timeout=2)
                raise RuntimeError

            once(session, "li", work)

    def second() -> None:
        written.wait(timeout=20)
        with app.test_request_context("/x", method="POST", data=b"{}", headers=KEY), transaction() as session:

            def work() -> dict[str, str]:
                effects.append("done")
                return {}

            once(session, "li", work)

    with ThreadPoolExecutor(2) as pool:
        failing, waiting = pool.submit(first), pool.submit(second)
        waiting.result(timeout=30)
        with pytest.raises(RuntimeError):
            failing.result(timeout=30)
    assert effects == ["done"]
