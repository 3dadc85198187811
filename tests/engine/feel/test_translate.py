"""Conditions of other engines in our words, or a refusal with the place."""

import pytest

from engine.feel.translate import NotTranslatable, from_juel, from_python_condition
from tests.engine.feel.helpers import value


@pytest.mark.parametrize(
    ("juel", "feel"),
    [
        ("${a == 'x' && b}", 'a = "x" and b'),
        ("${a eq 'x' and (b or c)}", 'a = "x" and (b or c)'),
        ("#{amount ge 1000.5}", "amount >= 1000.5"),
        ("${!approved}", "approved != true"),
        ("${not (risk == 'high')}", 'risk != "high"'),
        ("${a ? b : c}", "if a then b else c"),
        ("${order.items[0].price * 2 > 5}", "order.items[1].price * 2 > 5"),
        ("${map['full name']}", "map.full name"),
        ("${map['a-b']}", 'get value(map, "a-b")'),
        ("${execution.getVariable('risk') == \"high\"}", 'risk = "high"'),
        ("${execution.hasVariable('risk')}", "risk != null"),
        ("${name.startsWith('A')}", 'starts with(name, "A")'),
        ("${status.equals('open')}", 'status = "open"'),
        ("plain text", '"plain text"'),
        ("Hello ${name}!", '"Hello " + string(name) + "!"'),
        ("${-a + 3 div 2}", "-a + 3 / 2"),
        ("${a == null || a == ''}", 'a = null or a = ""'),
        (" ${a} ", "a"),
    ],
)
def test_juel_becomes_feel(juel: str, feel: str) -> None:
    assert from_juel(juel) == feel


@pytest.mark.parametrize(
    ("juel", "position"),
    [
        ("${service.check(order)}", 10),
        ("${fn:size(a)}", 2),
        ("${a[b]}", 4),
        ("${in}", 2),
        ("${a +}", 5),
        ("${a", 3),
        ("${a == 'x}", 7),
        ("${a; b}", 3),
        ("${'5' == 5}", 6),
        ("${'2' < 10}", 6),
        ("${-10 ne '2'}", 6),
        ("${'5' + 5}", 6),
        ("${n + 1 + '1' - 5}", 8),
    ],
)
def test_juel_without_clear_meaning_is_refused_by_position(juel: str, position: int) -> None:
    with pytest.raises(NotTranslatable) as caught:
        from_juel(juel)
    assert caught.value.position == position
    assert caught.value.message_zh != caught.value.message


@pytest.mark.parametrize(
    ("python", "feel"),
    [
        ("approved and amount > 100", "approved and amount > 100"),
        ("not approved", "approved != true"),
        ("risk in ['high', 'severe']", 'risk in ["high", "severe"]'),
        ("risk not in ('low',)", 'not(risk in ["low"])'),
        ("0 < x <= 5", "0 < x and x <= 5"),
        ("a is None or b is not None", "a = null or b != null"),
        ("case['risk'].level == 3", "case.risk.level = 3"),
        ("items[0] + items[-1]", "items[1] + items[-1]"),
        ("x if y else z", "if y then x else z"),
        ("a // 2 % 3", "modulo(floor(a / 2), 3)"),
        ("2 ** 3 ** 2", "2 ** (3 ** 2)"),
        ("-x ** 2", "-(x ** 2)"),
        ("name.startswith('A')", 'starts with(name, "A")'),
        ("data.get('risk') == 'high'", 'data.risk = "high"'),
        ("timedelta(days=2)", 'duration("P2D")'),
        ("金额 > 3", "金额 > 3"),
        ("{'a': [1, None]}", "{a: [1, null]}"),
    ],
)
def test_python_becomes_feel(python: str, feel: str) -> None:
    assert from_python_condition(python) == feel


@pytest.mark.parametrize(
    ("python", "position"),
    [
        ("__import__('os').system('x')", 0),
        ("a.__class__", 0),
        ("x in y", 5),
        ("lambda: 1", 0),
        ("[i for i in a]", 0),
        ("f'{a}'", 0),
        ("a and check(b)", 6),
        ("x ==", 4),
        ("import os", 0),
        ("(金额 + then)", 6),
        ("items[n]", 6),
        ("s.startswith(('x', 'y'))", 0),
        ("a and s.endswith(['x'])", 6),
        ("x or 5", 5),
        ("x or 'd'", 5),
        ("a and -5", 6),
        ("a and (x or [])", 12),
        ("'a' * 3", 0),
        ("3 * [1]", 0),
    ],
)
def test_python_without_clear_meaning_is_refused_by_position(python: str, position: int) -> None:
    with pytest.raises(NotTranslatable) as caught:
        from_python_condition(python)
    assert caught.value.position == position


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_empty_of_juel_keeps_its_meaning(empty: object) -> None:
    assert value(from_juel("${empty x}"), x=empty) is True
    assert value(from_juel("${!empty x}"), x=empty) is False
    assert value(from_juel("${not empty x}"), x="text") is True
    assert value(from_juel("${empty x}"), x=5) is False


@pytest.mark.parametrize(("left", "right"), [(7, 3), (-7, 3), (7, -3), (-7, -3)])
def test_the_remainder_keeps_the_sign_of_its_language(left: int, right: int) -> None:
    truncated = abs(left) % abs(right) * (1 if left > 0 else -1)
    assert value(from_juel("${a % b}"), a=left, b=right) == truncated
    assert value(from_python_condition("a % b"), a=left, b=right) == left % right


@pytest.mark.parametrize("flag", [True, False, None])
def test_not_keeps_its_meaning_for_null(flag: bool | None) -> None:
    assert value(from_juel("${!flag}"), flag=flag) is (not flag)
    assert value(from_python_condition("not flag"), flag=flag) is (not flag)


@pytest.mark.parametrize(
    "text", ["${" + "(" * 500 + "a" + ")" * 500 + "}", "${" + "!" * 500 + "a}", "${" + "a+" * 900 + "a}"]
)
def test_a_monstrous_juel_is_refused(text: str) -> None:
    with pytest.raises(NotTranslatable):
        from_juel(text)


@pytest.mark.parametrize(
    "text", ["(" * 500 + "a" + ")" * 500, "not " * 500 + "a", "a+" * 900 + "a", "a" * 9000, "-" * 900 + "a"]
)
def test_a_monstrous_python_condition_is_refused(text: str) -> None:
    with pytest.raises(NotTranslatable):
        from_python_condition(text)
