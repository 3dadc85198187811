"""Hostile payloads and schemas: the answer is always a Submission, a FormError or a list of findings."""

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import EngineError
from engine.forms import FormError, Submission, lint, load
from tests.engine.forms.build import codes, field, form, schema

EVERYTHING_AS_DRAWN = schema(
    field(
        "textfield", "text", validate={"required": True, "minLength": 2, "maxLength": "=limit", "pattern": "^[a-z]*$"}
    ),
    field("textarea", "area"),
    field("number", "number", decimalDigits=2, increment=0.5, validate={"min": -10, "max": 10}),
    field("checkbox", "check"),
    field("select", "one", values=[{"label": "a", "value": "a"}, {"label": "1", "value": 1}]),
    field("taglist", "many", valuesExpression="=options"),
    field("datetime", "day", subtype="date", disallowPassedDates=True),
    field("datetime", "moment", subtype="datetime", timeSerializingFormat="utc_offset"),
    field("filepicker", "file", accept=".pdf", multiple=True),
    field("expression", "sum", expression="=number + count(many)", defaultValue=[1]),
    field("textfield", "deep.er.path", conditional={"hide": "=check"}),
    {
        "type": "dynamiclist",
        "id": "rows",
        "path": "rows",
        "label": "rows",
        "components": [field("textfield", "cell", readonly='=this.lock = "x"'), field("textfield", "lock")],
    },
)
EVERYTHING = load(EVERYTHING_AS_DRAWN)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)
NAMES = ["text", "area", "number", "check", "one", "many", "day", "moment", "file", "sum", "deep", "rows", "__proto__"]
PAYLOADS = st.one_of(JSON, st.dictionaries(st.sampled_from(NAMES), JSON, max_size=len(NAMES)))


@settings(deadline=None, max_examples=400)
@given(PAYLOADS)
def test_any_payload_gives_clean_values_or_problems_in_both_languages(payload: object) -> None:
    submission = EVERYTHING.validate(payload, context={"limit": 5, "options": ["p", "q"]})
    assert isinstance(submission, Submission)
    json.dumps(submission.values, allow_nan=False).encode()
    for problem in submission.problems:
        assert problem.code
        assert problem.message_zh
        assert problem.message_en
    assert set(submission.values) <= set(NAMES) - {"__proto__"}
    assert "sum" not in submission.values or submission.values["sum"] is None or submission.values["number"] is not None


@settings(deadline=None, max_examples=200)
@given(PAYLOADS)
def test_checking_clean_values_again_changes_nothing(payload: object) -> None:
    context = {"limit": 5, "options": ["p", "q"]}
    first = EVERYTHING.validate(payload, context=context)
    if first.ok:
        second = EVERYTHING.validate(first.values, context=context)
        assert second.ok
        assert second.values == first.values


COMPONENTS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["textfield", "number", "select", "group", "dynamiclist", "expression", "datetime", "zzz"]
        )
    },
    optional={
        "key": st.one_of(st.sampled_from(["a", "b", "a.b", "", "a b", "__proto__", "x" * 300]), JSON),
        "id": JSON,
        "label": JSON,
        "path": JSON,
        "values": JSON,
        "valuesExpression": st.sampled_from(["=a", "=(", "a", ""]),
        "expression": st.sampled_from(["=1", "=(((", "=a + b"]),
        "validate": st.one_of(JSON, st.dictionaries(st.sampled_from(["min", "max", "pattern", "required"]), JSON)),
        "conditional": st.one_of(JSON, st.fixed_dictionaries({"hide": st.one_of(JSON, st.just("=a > 1"))})),
        "readonly": JSON,
        "disabled": JSON,
        "defaultValue": JSON,
        "components": JSON,
        "decimalDigits": JSON,
        "increment": JSON,
        "defaultRepetitions": JSON,
    },
)


@settings(deadline=None, max_examples=400)
@given(st.lists(st.one_of(COMPONENTS, JSON), max_size=5), PAYLOADS)
def test_any_schema_is_linted_and_loads_or_is_refused(components: list[Any], payload: object) -> None:
    whole = {"type": "default", "components": components}
    findings = lint(whole)
    try:
        loaded = load(whole)
    except FormError:
        assert any(finding.severity == "error" for finding in findings)
        return
    assert all(finding.severity != "error" for finding in findings)
    json.dumps(loaded.validate(payload).values, allow_nan=False)
    loaded.defaults({"a": 1})


def _places(part: Any) -> list[tuple[Any, Any]]:
    """Everything which can be replaced in a schema: what holds it, and its name or index there."""
    names = list(part) if isinstance(part, dict) else list(range(len(part))) if isinstance(part, list) else []
    return [(part, name) for name in names] + [place for name in names for place in _places(part[name])]


ODD = st.one_of(
    JSON,
    st.sampled_from(["=", "=a", "=null", "textfield", "dynamiclist", "a.b", "__proto__", 0, -1, 1.5, 10**400, 1e400]),
    st.builds(lambda: EVERYTHING_AS_DRAWN["components"]),
)


@settings(deadline=None, max_examples=500)
@given(st.lists(st.tuples(st.integers(0, 10_000), ODD), min_size=1, max_size=3), PAYLOADS)
def test_a_schema_with_anything_anywhere_is_linted_and_loads_or_is_refused(changes: Any, payload: object) -> None:
    whole = copy.deepcopy(EVERYTHING_AS_DRAWN)
    for number, value in changes:
        places = _places(whole)
        holder, name = places[number % len(places)]
        holder[name] = copy.deepcopy(value)
    fine = all(finding.severity != "error" for finding in lint(whole))
    try:
        loaded = load(whole)
    except FormError:
        assert not fine
        return
    assert fine
    json.dumps(loaded.validate(payload).values, allow_nan=False)
    loaded.defaults({"a": 1})


@given(st.binary(max_size=200))
def test_any_bytes_are_no_form_but_no_crash(text: bytes) -> None:
    with pytest.raises(EngineError):
        load(text)


@pytest.mark.parametrize(
    "payload",
    [
        {"text": "ab", "rows": [{"cell": "x"}] * 501},
        {"text": "ab", "many": ["p"] * 100_000},
        {"text": "a" * 3_000_000},
        {"text": "ab", "number": "9" * 100_000},
        {"text": "ab", "number": 10**5_000},
        {"text": "ab", "file": [{"id": "a" * 10_000}]},
    ],
)
def test_huge_values_are_refused(payload: dict[str, Any]) -> None:
    assert not EVERYTHING.validate(payload, context={"limit": 5, "options": ["p", "q"]}).ok


def test_a_payload_nested_a_hundred_thousand_deep_is_no_crash() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    for name in ("text", "one", "many", "rows", "deep", "file", "unknown"):
        assert isinstance(EVERYTHING.validate({"text": "ab", name: deep}), Submission)


def test_rows_times_fields_are_bounded() -> None:
    tested = form(
        {
            "type": "dynamiclist",
            "id": "l",
            "path": "rows",
            "label": "rows",
            "components": [field("textfield", f"f{number}") for number in range(20)],
        }
    )
    assert codes(tested.validate({"rows": [{}] * 400})) == ["too-large"]


def test_rows_within_rows_are_bounded_without_any_fields() -> None:
    nested: dict[str, Any] = {"type": "dynamiclist", "id": "c", "path": "c", "components": []}
    for name in "ba":
        nested = {"type": "dynamiclist", "id": name, "path": name, "components": [nested]}
    before = time.thread_time()
    assert codes(form(nested).validate({"a": [{"b": [{}] * 500}] * 500})) == ["too-large"]
    assert time.thread_time() - before < 0.5


def test_formulas_which_ask_too_much_end_in_a_problem() -> None:
    tested = form(field("expression", expression="=sum(for a in 1..99999, b in 1..99999 return a * b)"))
    assert codes(tested.validate({})) == ["too-complex"]


def test_what_is_not_an_object_is_refused() -> None:
    payloads: list[object] = [None, [], "text", 5, float("nan")]
    for payload in payloads:
        assert codes(EVERYTHING.validate(payload)) == ["not-an-object"]


def test_a_schema_nested_too_deeply_is_refused() -> None:
    nested: dict[str, Any] = field("textfield")
    for number in range(30):
        nested = {"type": "group", "id": f"g{number}", "components": [nested]}
    with pytest.raises(FormError, match="too deep"):
        load(schema(nested))
    with pytest.raises(FormError):
        load('{"type":"default","components":' + "[" * 100_000)
