"""Bodies, addresses and headers made to hurt: each gets a problem, none an error of ours."""

from collections.abc import Callable

import pytest

from engine.errors import Invalid
from tests.web.conftest import Door, problem
from web.hostile import check_value, load_json
from web.problems import BadRequest


@pytest.fixture
def door(by_token: Callable[[str], Door]) -> Door:
    return by_token("li")


def _raw(door: Door, body: bytes, content_type: str = "application/json") -> tuple[int, dict[str, object]]:
    answer = door.client.post("/api/v1/cases", data=body, headers={**door.headers, "Content-Type": content_type})
    assert answer.content_type == "application/problem+json", answer.text
    document = answer.get_json(force=True)
    assert isinstance(document, dict)
    return answer.status_code, document


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"{'a': 1}",
        b'{"a": 1}{"b": 2}',
        b'"\\ud800"',
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_a_bad_request(door: Door, body: bytes) -> None:
    status, document = _raw(door, body)
    assert status == 400
    assert document["title"]


@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null", b"true"])
def test_json_which_is_no_object_is_named(door: Door, body: bytes) -> None:
    status, _ = _raw(door, body)
    assert status == 422


def test_json_which_is_too_deep_is_refused(door: Door) -> None:
    body = b'{"a":' * 40 + b"1" + b"}" * 40
    status, document = _raw(door, body)
    assert status == 422
    assert "depth" in str(document["problems"])


def test_a_nul_character_is_named_by_its_field(door: Door) -> None:
    status, document = _raw(door, b'{"narrative": "a\\u0000b", "channel": "phone", "complainant": {"name": "x"}}')
    assert status == 422
    assert "narrative" in str(document["problems"])


def test_a_number_beyond_all_bounds_is_refused(door: Door) -> None:
    status, _ = _raw(door, b'{"amount_claimed": 1e999}')
    assert status in (400, 422)


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded", ""])
def test_another_content_type_is_refused(door: Door, content_type: str) -> None:
    status, document = _raw(door, b"<a/>", content_type)
    assert status == 415
    assert document["details"] == {"accepted": "application/json"}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=", "after=forged", "unknown=1", "status=weird", "severity=9",
     "received_from=yesterday", "received_from=2025-01-01T00:00:00", "after=%00", "text=%00", "%00=1",
     "limit=99999999999999999999"],
)  # fmt: skip
def test_a_wrong_query_is_refused(door: Door, query: str) -> None:
    answer = door.get(f"/cases?{query}")
    assert answer.status_code in (400, 422), answer.text
    document = problem(answer, answer.status_code)
    if answer.status_code == 422:
        assert document["problems"][0]["path"].startswith("?")


def test_an_unknown_parameter_is_refused_where_none_is_known(door: Door) -> None:
    assert problem(door.get("/departments?x=1"), 422)["problems"][0]["path"] == "?x"


def test_a_query_of_ten_thousand_characters_is_refused(door: Door) -> None:
    problem(door.get("/cases?text=" + "x" * 10_000), 400)


def test_a_compressed_body_is_refused(door: Door) -> None:
    problem(door.post("/messages", {}, headers={"Content-Encoding": "gzip"}), 400)


def test_a_command_without_input_takes_none(door: Door) -> None:
    task = "00000000-0000-7000-8000-000000000000"
    problem(door.post(f"/tasks/{task}/claim", {"force": True}), 422)
    problem(door.post(f"/tasks/{task}/claim", {}), 404)


@pytest.mark.parametrize(
    "path",
    [
        "/cases/%00",
        "/cases/..%2f..%2fetc",
        "/cases/%F0%28%8C%28",
        "/definitions/%27%20OR%201=1/versions/1",
        "/definitions/x/versions/99999999999999999999",
    ],
)
def test_a_strange_address_finds_nothing(door: Door, path: str) -> None:
    assert door.get(path).status_code in (400, 404)


def test_the_depth_check_needs_no_depth_itself() -> None:
    value: object = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(Invalid):
        check_value(value)


def test_a_broken_body_says_where() -> None:
    with pytest.raises(BadRequest) as caught:
        load_json(b'{"a":\n oops}')
    assert caught.value.details["line"] == 2
