"""What a browser is told, and what a request may bring."""

from collections.abc import Callable

import pytest
from flask import Flask
from structlog.testing import capture_logs

from tests.web.conftest import PASSWORD, Door, problem
from web import security
from web.settings import settings


def test_every_answer_carries_the_strict_headers(anybody: Door) -> None:
    for path in ("/live", "/session", "/people", "/api/v1/docs", "/api/v1/nothing"):
        answer = anybody.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe-eval" not in policy
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert "unsafe-inline" not in scripts
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_nonce_is_made_for_one_answer_only(anybody: Door) -> None:
    def nonce() -> str:
        answer = anybody.get("/api/v1/docs")
        policy = answer.headers["Content-Security-Policy"]
        found = policy.partition("style-src 'self' 'nonce-")[2].partition("'")[0]
        assert f'nonce="{found}"' in answer.text
        return found

    assert nonce() != nonce()


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(anybody: Door) -> None:
    cookie = anybody.get("/session").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    anybody.client.delete_cookie("session")
    by_https = anybody.client.get("/api/v1/session", base_url="https://localhost").headers["Set-Cookie"]
    assert "Secure" in by_https


def test_with_https_set_cookies_are_bound_to_the_host_and_hsts_is_sent(
    monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    monkeypatch.setenv("REDRESS_HTTPS", "1")
    settings.cache_clear()
    try:
        bare = Flask(__name__)
        security.configure(bare)
        assert bare.config["SESSION_COOKIE_NAME"] == "__Host-session"
        with bare.test_request_context():
            assert security.CookieSessions().get_cookie_secure(bare)
            assert "max-age" in security._headers(bare.make_response("")).headers["Strict-Transport-Security"]
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_command_without_the_csrf_token_is_refused(as_: Callable[[str], Door]) -> None:
    door = as_("wang")
    door.headers.clear()
    refused = problem(door.post("/tokens", {"name": "x"}), 403)
    assert refused["type"].endswith("csrf-failed")
    assert as_("wang").get("/tokens").json == {"items": [], "next": None}


def test_another_browsers_csrf_token_is_refused(as_: Callable[[str], Door], anybody: Door) -> None:
    door = as_("wang")
    other = anybody.get("/session").json
    assert other is not None
    problem(door.post("/tokens", {"name": "x"}, headers={"X-CSRF-Token": other["csrf_token"]}), 403)


def test_even_logging_in_needs_the_token(anybody: Door, world: object) -> None:
    problem(anybody.post("/session", {"login": "li", "password": PASSWORD}), 403)


def test_programs_need_no_csrf_token(by_token: Callable[[str], Door]) -> None:
    assert by_token("wang").post("/notices/read", {"ids": ["00000000-0000-7000-8000-000000000000"]}).status_code == 204


def test_a_token_beside_a_cookie_does_not_lend_its_freedom_to_the_cookie(as_: Callable[[str], Door]) -> None:
    door = as_("wang")
    problem(door.post("/tokens", {"name": "x"}, headers={"Authorization": "Bearer nonsense", "X-CSRF-Token": ""}), 401)


def test_a_body_which_is_too_large_is_refused(as_: Callable[[str], Door]) -> None:
    size = settings().max_body + 1
    answer = as_("li").client.post(
        "/api/v1/session", data=b'"' + b"x" * size + b'"', headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (403, 413)
    door = as_("wang")
    problem(door.post("/tokens", {"name": "x" * size}), 413)


def test_forwarded_headers_are_believed_from_as_many_proxies_as_the_settings_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDRESS_PROXIES", "1")
    settings.cache_clear()
    try:
        bare = Flask(__name__)
        security.configure(bare)
        security.register(bare)
        bare.add_url_rule("/who", "who", lambda: __import__("flask").request.remote_addr)
        answer = bare.test_client().get("/who", headers={"X-Forwarded-For": "198.51.100.9, 203.0.113.7"})
        assert answer.text == "203.0.113.7"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_host_which_is_not_ours_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDRESS_HOSTS", "complaints.example.com, .example.cn")
    settings.cache_clear()
    try:
        bare = Flask(__name__)
        security.configure(bare)
        bare.add_url_rule("/", "home", lambda: "")
        client = bare.test_client()
        codes = {
            host: client.get("/", headers={"Host": host}).status_code
            for host in ("complaints.example.com", "a.example.cn", "evil.example")
        }
        assert codes == {"complaints.example.com": 200, "a.example.cn": 200, "evil.example": 400}
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_without_the_setting_they_are_not_believed(anybody: Door) -> None:
    problem(anybody.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}), 401)


def test_no_request_log_line_holds_what_people_typed(anybody: Door) -> None:
    with capture_logs() as lines:
        anybody.get("/cases?text=13812345678")
        anybody.post("/session", {"login": "li", "password": "geheim-13812345678"})
        anybody.get("/cases/TS20250101-SECRET7")
    assert [line["route"] for line in lines if line["event"] == "request"] == [
        "/api/v1/cases",
        "/api/v1/session",
        "/api/v1/cases/<number>",
    ]
    for secret in ("13812345678", "geheim", "SECRET7", "127.0.0.1"):
        assert secret not in str(lines)
