"""Everything is said in Chinese or English, by the person's wish, the browser's, else in Chinese."""

from collections.abc import Callable, Iterator

import marshmallow as ma
import pytest
from marshmallow import fields, validate

from engine.db import transaction
from tests.web.conftest import Door, problem
from web.api import base
from web.faults import of_messages
from workflows.models import Person


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.8", "en"),
        ("zh-CN", "zh"),
        ("fr", "zh"),
        ("fr, en;q=0.5", "en"),
        ("zz,,;;", "zh"),
    ],
)
def test_the_browser_is_asked(anybody: Door, header: str, expected: str) -> None:
    shown = anybody.get("/session", headers={"Accept-Language": header}).json
    assert shown is not None
    assert shown["language"] == expected


def test_a_cookie_wins_over_the_browser(anybody: Door) -> None:
    anybody.client.set_cookie("language", "en")
    shown = anybody.get("/session", headers={"Accept-Language": "zh-CN"}).json
    assert shown is not None
    assert shown["language"] == "en"


def test_the_persons_setting_wins(as_: Callable[[str], Door], world: dict[str, Person]) -> None:
    with transaction() as session:
        session.merge(world["wang"]).locale = "en"
    refused = as_("wang").get("/outbox", headers={"Accept-Language": "zh-CN"})
    assert problem(refused, 403)["title"] == "Your role or department may not do this"


def test_a_faulty_field_is_told_in_the_language_of_the_request(as_: Callable[[str], Door]) -> None:
    door = as_("li")
    chinese = problem(door.post("/tokens", {}), 422)["problems"][0]
    assert (chinese["path"], chinese["message"]) == ("name", "此项必填")
    assert chinese["message_en"] == "Missing data for required field."


class _Everything(base.Schema):
    text = fields.String(validate=validate.Length(2, 3))
    short = fields.String(validate=validate.Length(max=3))
    long = fields.String(validate=validate.Length(min=3))
    exact = fields.Integer(validate=validate.Range(1, 3))
    low = fields.Integer(validate=validate.Range(min=1))
    high = fields.Float(validate=validate.Range(max=1))
    choice = fields.String(validate=validate.OneOf(["a", "b"]))
    flag = fields.Boolean()
    when = fields.AwareDateTime()
    unique = fields.UUID()
    many = fields.List(fields.Integer())
    some = fields.Dict()
    inner = fields.Nested(base.PageQuery)
    needed = fields.String(required=True)


def _faults() -> Iterator[dict[str, str]]:
    for data in (
        dict.fromkeys(_Everything().fields),
        {name: [[]] for name in _Everything().fields},
        dict.fromkeys(_Everything().fields, "nonsense"),
        {"text": "abcd", "short": "abcd", "long": "a", "exact": 9, "low": 0, "high": 2, "choice": "c", "extra": 1},
        {"many": [1, "x"], "inner": {"limit": 0}, "needed": "x"},
    ):
        try:
            _Everything().load(data)
        except ma.ValidationError as error:
            yield from of_messages({"json": error.messages}).problems


def test_every_built_in_fault_of_marshmallow_has_a_chinese_text() -> None:
    found = list(_faults())
    assert len(found) > 30
    assert [fault for fault in found if fault["code"] == "invalid"] == []


def test_paths_are_dotted() -> None:
    assert {"many.1", "inner.limit", "extra"} <= {fault["path"] for fault in _faults()}
