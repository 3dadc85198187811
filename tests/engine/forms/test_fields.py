"""Each field type: what is accepted, what it becomes, and what is said about the rest."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine import clock
from tests.engine.forms.build import codes, field, form, submit

OPTIONS = [{"label": "甲", "value": "a"}, {"label": "乙", "value": "b"}, {"label": "一", "value": 1}]


@pytest.mark.parametrize(
    ("component", "value", "clean"),
    [
        (field("textfield"), "line\nbreak", "line break"),
        (field("textarea"), "line\nbreak", "line\nbreak"),
        (field("textfield"), None, ""),
        (field("textfield"), "   ", "   "),
        (field("textfield", validate={"minLength": 2}), "😀", "😀"),
        (field("number", validate={"min": "=nosuch"}), 1, 1),
        (field("select", valuesExpression="=[0.1 + 0.2]"), 0.1 + 0.2, 0.1 + 0.2),
        (field("filepicker", accept="*"), {"id": "1", "name": "a"}, {"id": "1", "name": "a"}),
        (field("filepicker", accept="*/*"), {"id": "1", "name": "a"}, {"id": "1", "name": "a"}),
        (field("number"), 12, 12),
        (field("number"), "12.50", 12.5),
        (field("number"), Decimal("0.1"), 0.1),
        (field("number", serializeToString=True), "12345678901234567890.12", "12345678901234567890.12"),
        (field("number"), "", None),
        (field("checkbox"), True, True),
        (field("checkbox"), None, False),
        (field("select", values=OPTIONS), "a", "a"),
        (field("radio", values=OPTIONS), 1, 1),
        (field("checklist", values=OPTIONS), ["b", 1], ["b", 1]),
        (field("taglist", values=OPTIONS), [], []),
        (field("datetime", subtype="date"), "2026-02-28", "2026-02-28"),
        (field("datetime", subtype="time"), "23:59", "23:59"),
        (field("datetime", subtype="time", timeSerializingFormat="utc_normalized"), "23:59Z", "23:59Z"),
        (
            field("datetime", subtype="datetime", timeSerializingFormat="utc_offset"),
            "2026-02-28T09:30+08:00",
            "2026-02-28T09:30+08:00",
        ),
        (field("filepicker"), "files::1", "files::1"),
        (field("filepicker"), {"id": "1", "name": "a.pdf", "evil": 1}, {"id": "1", "name": "a.pdf"}),
    ],
)
def test_a_good_value_is_kept_in_its_clean_form(component: dict[str, Any], value: object, clean: object) -> None:
    submission = submit(component, value)
    assert submission.ok, submission.messages
    assert submission.values == {"x": clean}
    assert type(submission.values["x"]) is type(clean)


@pytest.mark.parametrize(
    ("component", "value", "code"),
    [
        (field("textfield"), 5, "type"),
        (field("textfield"), ["a"], "type"),
        (field("textfield"), "a\x00b", "characters"),
        (field("textfield"), "\ud800", "characters"),
        (field("textfield"), "a" * 100_001, "max-length"),
        (field("textfield", validate={"minLength": 3}), " ab ", "min-length"),
        (field("textfield", validate={"maxLength": 3}), "abcd", "max-length"),
        (field("textfield", validate={"maxLength": 2}), "😀😀", "max-length"),
        (field("textfield", validate={"minLength": 2}), "   ", "min-length"),
        (field("textfield", validate={"minLength": 1}), "\ufeff", "min-length"),
        (field("textfield", validate={"pattern": "^[a-z]+$"}), "   ", "pattern"),
        (field("textfield", validate={"validationType": "email"}), " ", "email"),
        (field("textfield", validate={"validationType": "email", "pattern": "@corp\\.cn$"}), "a@evil.com", "pattern"),
        (field("textfield", validate={"maxLength": '="2"'}), "abc", "max-length"),
        (field("textfield", validate={"maxLength": "=-2"}), "a", "max-length"),
        (field("number", validate={"min": '="5"'}), 1, "min"),
        (field("number", validate={"min": '="abc"'}), 1, "limit"),
        (field("number", validate={"min": "=true"}), 1, "limit"),
        (field("select", values=OPTIONS), [], "option"),
        (field("select", values=[{"label": "o", "value": {"a": 1}}]), {"a": True}, "option"),
        (field("taglist", values=[{"label": "o", "value": {"b": [0]}}]), [{"b": [False]}], "option"),
        (field("textfield", validate={"pattern": "^[A-Z]+$"}), "abc", "pattern"),
        (field("textfield", validate={"pattern": r"^\d+$"}), "１２３", "pattern"),
        (field("textfield", validate={"validationType": "email"}), "a@b", "email"),
        (field("textfield", validate={"validationType": "phone"}), "12345", "phone"),
        (field("textfield", validate={"required": True}), "   ", "required"),
        (field("number"), True, "type"),
        (field("number"), "NaN", "type"),
        (field("number"), float("nan"), "type"),
        (field("number"), float("inf"), "type"),
        (field("number"), "1e999", "type"),
        (field("number"), "1,5", "type"),
        (field("number"), "١٢", "type"),
        (field("number"), 10**30, "precision"),
        (field("number", validate={"min": 5}), 4, "min"),
        (field("number", validate={"max": 5}), 6, "max"),
        (field("number", validate={"max": "=limit"}), 6, "max"),
        (field("number", decimalDigits=2), 1.234, "decimals"),
        (field("number", increment="0.05"), 0.12, "increment"),
        (field("number", validate={"required": True}), None, "required"),
        (field("checkbox"), "true", "type"),
        (field("checkbox", validate={"required": True}), False, "required"),
        (field("select", values=OPTIONS), "z", "option"),
        (field("radio", values=OPTIONS), "1", "option"),
        (field("radio", values=OPTIONS), True, "option"),
        (field("select", values=OPTIONS), {"a": 1}, "option"),
        (field("checklist", values=OPTIONS), "a", "type"),
        (field("checklist", values=OPTIONS), ["a", "z"], "option"),
        (field("checklist", values=OPTIONS), ["a", "a"], "duplicate"),
        (field("checklist", values=OPTIONS, validate={"required": True}), [], "required"),
        (field("taglist", values=OPTIONS), ["a"] * 1_001, "items"),
        (field("datetime", subtype="date"), "2026-02-30", "date"),
        (field("datetime", subtype="date"), "2026-02-28T10:00", "date"),
        (field("datetime", subtype="date"), 20260228, "date"),
        (field("datetime", subtype="time"), "24:00", "time"),
        (field("datetime", subtype="time"), "10:00+99:00", "time"),
        (field("datetime", subtype="datetime"), "2026-02-28", "datetime"),
        (field("datetime", subtype="time", timeSerializingFormat="utc_offset"), "10:00", "zone"),
        (field("datetime", subtype="time", timeSerializingFormat="no_timezone"), "10:00Z", "zone"),
        (field("filepicker"), {"name": "a.pdf"}, "file"),
        (field("filepicker"), {"id": "1", "size": -1}, "file"),
        (field("filepicker"), ["1", "2"], "file-count"),
        (
            field("filepicker", accept=".pdf,image/*"),
            {"id": "1", "name": "a.exe", "type": "application/x"},
            "file-type",
        ),
    ],
)
def test_a_bad_value_is_refused_with_its_reason(component: dict[str, Any], value: object, code: str) -> None:
    submission = submit(component, value, limit=5)
    assert codes(submission) == [code]
    (problem,) = submission.problems
    assert problem.path == "x"
    assert "字段 x" in problem.message_zh
    assert "字段 x" in problem.message_en


def test_a_problem_speaks_the_language_that_was_asked_for() -> None:
    component = field("textfield", validate={"required": True}, label="姓名")
    assert form(component).validate({}).messages == ["“姓名”为必填项"]
    assert form(component).validate({}, locale="en").messages == ["“姓名” is required"]


def test_the_authors_own_words_are_used_for_a_pattern() -> None:
    component = field("textfield", validate={"pattern": "^a$", "patternErrorMessage": "只能填 a"})
    assert submit(component, "b").messages == ["只能填 a"]


@pytest.mark.parametrize(("day", "refused"), [("2026-03-01", False), ("2026-02-28", True)])
def test_a_past_date_is_refused_by_the_calendar_of_the_house(day: str, refused: bool) -> None:
    component = field("datetime", subtype="date", disallowPassedDates=True)
    with clock.at(datetime(2026, 2, 28, 16, 30, tzinfo=UTC)):  # half past midnight on 1 March in Shanghai
        assert codes(submit(component, day)) == (["past"] if refused else [])


def test_options_come_from_the_context_never_from_the_submission() -> None:
    choice = field("select", valuesKey="departments")
    tested = form(choice)
    context = {"departments": [{"label": "法务", "value": "legal"}, "quality"]}
    assert tested.validate({"x": "quality"}, context=context).ok
    sneaky = {"x": "evil", "departments": ["evil"]}
    assert codes(tested.validate(sneaky, context=context)) == ["option"]
    assert codes(tested.validate(sneaky)) == ["option"]


def test_options_may_be_those_of_another_field_as_the_form_opened() -> None:
    tested = form(
        field("taglist", "chosen", values=OPTIONS, defaultValue=["a"]), field("select", "x", valuesKey="chosen")
    )
    assert tested.validate({"chosen": ["b"], "x": "a"}).ok
    assert codes(tested.validate({"chosen": ["b"], "x": "b"})) == ["option"]


def test_a_past_date_may_stay_when_it_was_there_before() -> None:
    component = field("datetime", subtype="date", disallowPassedDates=True)
    assert form(component).validate({"x": "2020-01-01"}, context={"x": "2020-01-01"}).ok


def test_options_may_be_computed_from_other_answers() -> None:
    tested = form(
        field("checkbox", "vip"),
        field("select", "x", valuesExpression='=if vip then ["gift", "refund"] else ["refund"]'),
    )
    assert tested.validate({"vip": True, "x": "gift"}).ok
    assert codes(tested.validate({"vip": False, "x": "gift"})) == ["option"]


def test_the_options_a_form_opens_with_can_be_asked() -> None:
    tested = form(field("select", valuesExpression="=for d in departments return {label: d.name, value: d.code}"))
    (option,) = tested.options("x", {"departments": [{"name": "法务", "code": "legal"}]})
    assert (option.label, option.value) == ("法务", "legal")
