"""Lint: every fault of a form is found before anybody fills it in, with the component named."""

import json
from typing import Any

import pytest

from engine.forms import FormError, lint, load
from tests.engine.forms.build import field, schema

GOOD = [{"label": "甲", "value": "a"}]


def _list(path: str, *components: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return {"type": "dynamiclist", "id": "f_x", "path": path, "label": path, "components": [*components], **settings}


def _group(path: str, *components: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "id": "g", "path": path, "label": "g", "components": [*components]}


@pytest.mark.parametrize(
    ("component", "code", "severity"),
    [
        ({"type": "hologram", "id": "f_x"}, "unknown-component", "error"),
        ({"type": "columns", "id": "f_x", "components": []}, "layout-component", "warning"),
        ({"type": "textfield", "id": "f_x", "label": "x"}, "no-key", "error"),
        (field("textfield", "a b") | {"id": "f_x"}, "bad-key", "error"),
        (field("textfield", "__proto__") | {"id": "f_x"}, "bad-key", "error"),
        (field("textfield", conditional={"hide": "=(("}), "bad-feel", "error"),
        (field("textfield", conditional={"hide": "x > 1"}), "not-feel", "error"),
        (field("textfield", readonly="=1 +"), "bad-feel", "error"),
        (field("number", validate={"max": "=("}), "bad-feel", "error"),
        (field("number", validate={"min": 5, "max": 1}), "limits", "error"),
        (field("number", validate={"min": "five"}), "bad-limit", "error"),
        (field("textfield", validate={"minLength": -1}), "bad-limit", "error"),
        (field("textfield", validate={"pattern": "("}), "bad-pattern", "error"),
        (field("textfield", validate={"pattern": "a{1,99999}"}), "heavy-pattern", "error"),
        (field("expression"), "no-expression", "error"),
        (field("select"), "no-options", "error"),
        (field("select", values=[{"label": "甲"}]), "option-without-value", "error"),
        (field("select", values=GOOD * 2), "duplicate-option", "error"),
        (field("select", values=GOOD, valuesKey="other"), "two-option-sources", "warning"),
        (field("select", valuesExpression="=("), "bad-feel", "error"),
        (field("select", values=GOOD, defaultValue="z"), "default-not-offered", "error"),
        (field("checkbox", defaultValue="yes"), "bad-default", "error"),
        (field("number", defaultValue="many"), "bad-default", "error"),
        (field("textfield", label=""), "no-label", "warning"),
        (field("datetime", subtype="century"), "bad-property", "error"),
        (field("number", decimalDigits=-1), "bad-property", "error"),
        ({"type": "dynamiclist", "id": "f_x", "label": "x", "components": []}, "no-path", "error"),
        ({"type": "group", "id": "f_x", "path": "a..b", "components": []}, "bad-path", "error"),
        (
            field("textfield", conditional={"hide": "=true"}, validate={"required": True}),
            "hidden-required",
            "warning",
        ),
        (field("textfield", conditional={"hide": True}), "not-feel", "error"),
        (field("textfield", validate=None), "bad-property", "error"),
        (field("textfield", validate={"required": "yes"}), "bad-property", "error"),
        (field("textfield", validate={"required": "=true"}), "bad-property", "error"),
        (field("textfield", validate={"required": 1}), "bad-property", "error"),
        (field("number", validate={"pattern": "^5"}), "misplaced-rule", "error"),
        (field("number", validate={"minLength": 0}), "misplaced-rule", "error"),
        (field("select", values=GOOD, validate={"pattern": "^b"}), "misplaced-rule", "error"),
        (field("textfield", validate={"min": 3}), "misplaced-rule", "error"),
        (field("datetime", validate={"min": "=today()"}), "misplaced-rule", "error"),
        (field("number", validate={"min": ""}), "bad-limit", "error"),
        (field("number", decimalDigits=None), "bad-property", "error"),
        (field("datetime", subtype=[]), "bad-property", "error"),
        (field("datetime", subtype={}), "bad-property", "error"),
        (field("datetime", subtype="time", timeSerializingFormat="weird"), "bad-property", "error"),
        (field("datetime", defaultValue="2026-02-30"), "bad-default", "error"),
        (field("textfield", defaultValue="a\x00"), "bad-default", "error"),
        (field("textfield", validate={"validationType": []}), "bad-property", "error"),
        (field("select", valuesKey=["a"]), "bad-property", "error"),
        (field("textfield", "2.3") | {"id": "f_x"}, "numeric-key", "error"),
        (_list("a", defaultRepetitions=-1), "bad-property", "error"),
        (_list("a", defaultRepetitions=2.5), "bad-property", "error"),
        (_list("a", defaultRepetitions="3"), "bad-property", "error"),
        (_list("a", defaultRepetitions=501), "bad-property", "error"),
    ],
)
def test_a_fault_is_found_with_its_component(component: dict[str, Any], code: str, severity: str) -> None:
    findings = [finding for finding in lint(schema(component)) if finding.code == code]
    assert [(finding.element, finding.severity) for finding in findings] == [("f_x", severity)]
    assert findings[0].message_zh
    assert findings[0].message_en


def test_a_form_with_a_fault_does_not_load_and_the_component_is_named() -> None:
    with pytest.raises(FormError) as refused:
        load(schema(field("textfield", "a"), field("select", "b")))
    assert refused.value.component == "f_b"
    assert refused.value.message_zh == "没有选项来源"
    assert refused.value.problems[0]["code"] == "no-options"


def test_warnings_do_not_keep_a_form_from_loading() -> None:
    assert len(load(schema({"type": "tabs", "id": "t", "components": [field("textfield")]})).fields) == 1


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        (field("textfield", "a"), field("number", "a"), True),
        (field("textfield", "a"), field("textfield", "a.b"), True),
        (field("textfield", "a.b"), field("textfield", "a.c"), False),
        (
            field("textfield", "a"),
            {"type": "group", "id": "g", "path": "p", "components": [field("number", "a")]},
            False,
        ),
        (field("textfield", "a"), {"type": "group", "id": "g", "components": [field("number", "a")]}, True),
        (field("textfield", "a"), {"type": "dynamiclist", "id": "l", "path": "a", "components": []}, True),
        (
            field("textfield", "a"),
            {"type": "dynamiclist", "id": "l", "path": "r", "components": [field("number", "a")]},
            False,
        ),
        (_list("a", field("textfield", "x")), field("textfield", "a.x"), True),
        (field("textfield", "a.x"), _list("a"), True),
        (_list("a", field("textfield", "x")), _list("a", field("textfield", "y")), True),
        (_list("a", field("textfield", "x")), _group("a", field("textfield", "y")), True),
        (_list("a", field("textfield", "x"), isRepeating=False), field("textfield", "a.y"), True),
        (_list("a"), _list("a.b"), True),
        (field("textfield", "a"), _group("a"), True),
        (_group("a", field("textfield", "x")), _group("a", field("textfield", "y")), False),
        (_group("a.b", field("textfield", "x")), _group("a", field("textfield", "c")), False),
    ],
)
def test_two_fields_may_not_share_a_place(first: dict[str, Any], second: dict[str, Any], clash: bool) -> None:
    for each, number in ((first, 1), (second, 2)):
        each["id"] = f"id{number}"
        for inner in each.get("components", []):
            inner["id"] = f"inner{number}"
    assert ("duplicate-key" in [finding.code for finding in lint(schema(first, second))]) is clash


def test_a_list_may_stand_in_a_list_under_the_same_path() -> None:
    inner = _list("a", field("textfield", "b")) | {"id": "inner"}
    assert lint(schema(_list("a", inner))) == []


def test_a_list_says_whether_it_repeats_as_a_browser_understands_it() -> None:
    for value in (None, 0, False):
        tested = load(schema(_list("a", field("textfield", "b"), isRepeating=value)))
        assert tested.validate({"a": {"b": "1"}}).values == {"a": {"b": "1"}}


def test_a_form_which_opens_with_too_many_rows_is_refused() -> None:
    nested = field("textfield", "b")
    for number in range(3):
        nested = _list("p", nested, defaultRepetitions=300) | {"id": f"l{number}"}
    assert [finding.code for finding in lint(schema(nested))] == ["opens-too-large"]


def _hide(condition: str) -> dict[str, Any]:
    return {"conditional": {"hide": condition}}


@pytest.mark.parametrize(
    ("components", "found"),
    [
        ([field("number", "a", **_hide("=b != null")), field("number", "b", **_hide("=a != null"))], ["f_a"]),
        ([field("number", "a", **_hide("=b != null")), field("number", "b")], []),
        ([field("number", "a", **_hide("=a = 5"))], ["f_a"]),
        ([field("number", "a", readonly="=a != null")], []),
        ([field("number", "a", readonly="=b = 1"), field("number", "b", readonly="=a = 1")], ["f_a"]),
        ([field("expression", "a", expression="=b + 1"), field("expression", "b", expression="=a + 1")], ["f_a"]),
        ([field("expression", "a", expression="=b + 1"), field("expression", "b", expression="=c + 1")], []),
        ([_group("p", field("number", "a", **_hide("=p.a = 1")))], ["f_a"]),
        ([_list("r", field("number", "a"), field("expression", "b", expression="=this.a / sum(r.a)"))], []),
        ([_list("r", field("expression", "b", expression="=this.b + 1"))], ["f_b"]),
        ([_list("r", field("expression", "b", expression="=count(r)"))], []),
    ],
)
def test_conditions_which_depend_on_each_other_are_pointed_out(
    components: list[dict[str, Any]], found: list[str]
) -> None:
    findings = lint(schema(*components))
    assert [(each.code, each.severity, each.element) for each in findings] == [
        ("condition-cycle", "warning", element) for element in found
    ]


def test_an_id_used_twice_is_found() -> None:
    twice = [field("textfield", "a"), field("textfield", "b") | {"id": "f_a"}]
    assert [finding.code for finding in lint(schema(*twice))] == ["duplicate-id"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b'{"components": 5}',
        b'{"type": "bpmn", "components": []}',
        b'{"type": [], "components": []}',
        b'{"type": {}, "components": []}',
        b"\xff\xfe",
        b'{"components": [NaN]}',
    ],
)
def test_what_is_no_form_is_said_to_be_none(text: bytes) -> None:
    assert {finding.code for finding in lint(text)} <= {"not-json", "not-a-form"}
    with pytest.raises(FormError):
        load(text)


def test_a_good_form_has_no_findings_and_is_read_from_bytes_text_and_mapping() -> None:
    good = schema(field("textfield"), {"type": "text", "text": "# hello", "id": "t"}, {"type": "button", "id": "b"})
    for given in (good, json.dumps(good), json.dumps(good).encode()):
        assert lint(given) == []
        assert [component.path for component in load(given).fields] == [("x",)]


def test_components_which_only_show_something_hold_no_data() -> None:
    shown = [{"type": kind, "id": kind} for kind in ("text", "html", "image", "separator", "spacer", "iframe", "table")]
    assert load(schema(*shown)).validate({kind["id"]: 1 for kind in shown}).values == {}
