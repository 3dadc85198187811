"""A boxed expression means what the same expression means as text: invocations, filters, `for`, `some` and `every`."""

import pytest

from engine.dmn import load
from engine.feel import Function, Functions, compile_expression, to_plain
from tests.engine.dmn.build import decision_xml, definitions, literal_xml

EACH = 'iteratorVariable="i"'


def _part(name: str, text: str) -> str:
    return f"<{name}>{literal_xml(text)}</{name}>"


def _value(expression: str, functions: Functions | None = None) -> object:
    return load(definitions(decision_xml(expression), version="1.4")).evaluate("D", {}, functions=functions).plain()


def _boxed(function: str, arguments: dict[str, str]) -> str:
    bindings = "".join(
        f'<binding><parameter name="{name}"/>{literal_xml(text)}</binding>' for name, text in arguments.items()
    )
    return f"<invocation>{literal_xml(function)}{bindings}</invocation>"


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        ("date", {"year": "2026", "month": "1", "day": "31"}),
        ("date", {"from": '"2026-01-31"'}),
        ("time", {"hour": "10", "minute": "11", "second": "12"}),
        ("date and time", {"date": '@"2026-01-31"', "time": '@"10:00:00"'}),
        ("substring", {"string": '"foobar"', "start position": "3"}),
        ("substring", {"string": '"foobar"', "start position": "3", "length": "2"}),
        ("floor", {"n": "1.5"}),
        ("floor", {"n": "1.56", "scale": "1"}),
        ("sublist", {"list": "[1,2,3]", "start position": "2"}),
        ("list replace", {"list": "[1,2]", "match": "function(a, b) a = 2", "newItem": "3"}),
        ("context put", {"context": "{a: {}}", "keys": '["a", "b"]', "value": "1"}),
        ("coincides", {"range1": "[1..2]", "range2": "[1..2]"}),
        ("before", {"range": "[1..2]", "point": "3"}),
        ("before", {"point": "3", "range": "[1..2]"}),
        ("floor", {"m": "1.5"}),
    ],
)
def test_an_invocation_of_a_built_in_is_its_named_call(function: str, arguments: dict[str, str]) -> None:
    text = f"{function}({', '.join(f'{name}: {value}' for name, value in arguments.items())})"
    expected = to_plain(compile_expression(text).evaluate({}))
    assert _value(_boxed(function, arguments)) == expected
    assert (expected is None) is ("m" in arguments)


def test_an_invocation_of_an_added_function_may_leave_its_optional_parameters_out() -> None:
    added = Functions({"twice": Function(lambda n, more: n * 2 + (more or 0), ("n", "more"), optional=1)})
    assert _value(_boxed("twice", {"n": "4"}), added) == 8
    assert _value(_boxed("twice", {"more": "1"}), added) is None


def test_a_parameter_left_unbound_makes_the_invocation_null() -> None:
    parameters = '<formalParameter name="a"/><formalParameter name="b"/>'
    model = (
        f'<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>{parameters}'
        f"{literal_xml('if b = null then a else b')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement><requiredKnowledge href="#f"/></knowledgeRequirement>'
    for expression, expected in (
        (_boxed("f", {"a": "1", "b": "null"}), 1),
        (_boxed("f", {"a": "1"}), None),
        (literal_xml("f(a: 1)"), None),
    ):
        assert load(definitions(model + decision_xml(expression, requires=needs))).evaluate("D", {}).plain() == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("[1..3]", [1, 2, 3]),
        ("(1..3]", [2, 3]),
        ('[@"2026-01-30"..@"2026-02-01")', ["2026-01-30", "2026-01-31"]),
        ("7", [7]),
        ("[]", []),
        ("null", None),
        ('["a".."c"]', None),
    ],
)
def test_for_runs_over_what_it_runs_over_in_text(source: str, expected: object) -> None:
    assert _value(f"<for {EACH}>{_part('in', source)}{_part('return', 'i')}</for>") == expected
    assert to_plain(compile_expression(f"for i in {source} return i").evaluate({})) == expected


@pytest.mark.parametrize("kind", ["some", "every"])
@pytest.mark.parametrize("source", ["[1..3]", "(1..3]", "[2..3]", "null", "[]", "[1, null]", "[2, null]", "[null]"])
def test_some_and_every_know_three_values_as_in_text(kind: str, source: str) -> None:
    boxed = _value(f"<{kind} {EACH}>{_part('in', source)}{_part('satisfies', 'i > 1')}</{kind}>")
    assert boxed is compile_expression(f"{kind} i in {source} satisfies i > 1").evaluate({})


def test_some_and_every_over_a_null_among_numbers() -> None:
    assert _value(f"<every {EACH}>{_part('in', '[1, null]')}{_part('satisfies', 'i > 1')}</every>") is False
    assert _value(f"<some {EACH}>{_part('in', '[2, null]')}{_part('satisfies', 'i > 1')}</some>") is True
    assert _value(f"<some {EACH}>{_part('in', '[1, null]')}{_part('satisfies', 'i > 1')}</some>") is None


@pytest.mark.parametrize("kind", ["some", "every"])
def test_a_condition_which_is_no_boolean_makes_the_whole_null(kind: str) -> None:
    assert _value(f"<{kind} {EACH}>{_part('in', '[1]')}{_part('satisfies', 'string(i)')}</{kind}>") is None


def test_a_filter_skips_what_it_cannot_say_but_not_what_is_no_boolean() -> None:
    assert _value(f"<filter>{_part('in', '[1, null, 3]')}{_part('match', 'item > 1')}</filter>") == [3]
    assert _value(f"<filter>{_part('in', '[1, 3]')}{_part('match', 'string(item)')}</filter>") is None
    assert _value(f"<filter>{_part('in', 'null')}{_part('match', 'item > 1')}</filter>") == []


def test_an_entry_named_item_is_nearer_to_a_filter_than_the_item_itself() -> None:
    rows = "[{item: 1}, {item: 2}, {other: 3}]"
    assert _value(f"<filter>{_part('in', rows)}{_part('match', 'item = 2')}</filter>") == [{"item": 2}]
    assert to_plain(compile_expression(f"{rows}[item = 2]").evaluate({})) == [{"item": 2}]
