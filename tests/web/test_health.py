"""The probes tell the truth, also when it is bad."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import create_engine

from engine import clock, db, definitions, instances
from engine.settings import settings as engine_settings
from tests.builders import bundle, catch, end, process, start, timer
from tests.web.conftest import Door, problem
from web.settings import settings


@contextmanager
def _environment(monkeypatch: pytest.MonkeyPatch, **values: str) -> Iterator[None]:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    try:
        yield
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_it_is_alive(anybody: Door) -> None:
    assert anybody.get("/live").json == {"status": "ok"}


def test_it_is_ready_when_the_database_is(anybody: Door) -> None:
    answer = anybody.get("/ready")
    assert answer.json == {"status": "ok", "checks": {"database": "ok", "broker": "ok"}}


def test_without_its_database_it_is_alive_and_says_that_it_is_not_ready(
    anybody: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 2})
    monkeypatch.setattr(db, "engine", lambda: dead)
    answer = anybody.get("/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["database"] == "does not answer"
    assert anybody.get("/live").status_code == 200


def test_a_schema_of_another_version_is_named(anybody: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    url = engine_settings().database_url
    assert url is not None
    empty = create_engine(url, connect_args={"options": "-c search_path=pg_catalog"})
    monkeypatch.setattr(db, "engine", lambda: empty)
    answer = anybody.get("/ready")
    empty.dispose()
    assert answer.status_code == 503
    assert answer.json is not None
    assert "schema is at nothing" in answer.json["checks"]["database"]


def test_a_dead_broker_only_degrades(anybody: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with _environment(monkeypatch, BROKER_URL=f"redis://127.0.0.1:{port}/0"):
        answer = anybody.get("/ready")
    assert answer.status_code == 200
    assert answer.json == {"status": "degraded", "checks": {"database": "ok", "broker": "does not answer"}}


def test_measurements_are_for_this_machine(anybody: Door) -> None:
    anybody.get("/people")
    text = anybody.get("/metrics").text
    assert 'redress_http_requests_total{method="GET",route="/api/v1/people",status="401"}' in text
    for name in (
        "user_tasks_open",
        "user_tasks_overdue",
        "timers_overdue",
        "timers_late_seconds",
        "incidents_open",
        "outbox_pending",
    ):
        assert f"\nredress_{name} 0.0" in text


def test_the_measurements_say_how_late_the_timers_are(anybody: Door) -> None:
    files = bundle(process("P", start(), catch("C", timer("PT1H")), end()), key="late")
    with db.transaction() as session:
        definitions.publish_files(session, "late", files, author="anna")
    for hours in (3, 9, 0):
        with db.transaction() as session, clock.at(clock.now() - timedelta(hours=hours)):
            instances.start(session, "late", business_key=str(hours), variables={}, actor="anna")
    lines = dict(line.rsplit(" ", 1) for line in anybody.get("/metrics").text.splitlines() if not line.startswith("#"))
    assert lines["redress_timers_overdue"] == "2.0"
    assert 8 * 3600 <= float(lines["redress_timers_late_seconds"]) < 8 * 3600 + 600


def test_others_need_the_token(app: Flask, anybody: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    problem(anybody.client.get("/metrics", environ_overrides=elsewhere), 401)
    with _environment(monkeypatch, REDRESS_METRICS_TOKEN="abc"):
        wrong = anybody.client.get("/metrics", headers={"Authorization": "Bearer x"}, environ_overrides=elsewhere)
        right = anybody.client.get("/metrics", headers={"Authorization": "Bearer abc"}, environ_overrides=elsewhere)
    problem(wrong, 401)
    assert right.status_code == 200


def test_addresses_never_become_label_values(anybody: Door) -> None:
    anybody.get("/cases/TS20250101-SECRET7")
    anybody.client.open("/made-up-path", method="FROB")
    text = anybody.get("/metrics").text
    assert "SECRET7" not in text
    assert "made-up-path" not in text
    assert "FROB" not in text
