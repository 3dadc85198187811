"""Texts which are no FEEL, names of several words, comments."""

import pytest

from engine.feel import FeelSyntaxError, compile_expression, format_expression
from tests.engine.feel.helpers import value


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("1 +", 3),
        ("", 0),
        ("(1", 2),
        ("1 1", 2),
        ("if a then b", 11),
        ('"open', 0),
        ("/* open", 0),
        ("1 # 2", 2),
        ("for x in [1]", 12),
        ("{a: 1, a: 2}", 7),
        ("f(a: 1, 2)", 8),
        ('@"nonsense"', 0),
        ('"\\u12"', 1),
        ("a.", 2),
        ("[1, 2", 5),
        ("1.2e", 3),
    ],
)
def test_a_syntax_error_says_where(text: str, position: int) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression(text)
    assert caught.value.position == position
    assert caught.value.text == text
    assert caught.value.message != caught.value.message_zh


def test_line_and_column_count_from_one() -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        compile_expression("1 +\n  2 +\n  )")
    assert caught.value.line_and_column == (3, 3)


def test_words_side_by_side_are_one_name() -> None:
    compiled = compile_expression("full name = other name")
    assert compiled.names == {"full name", "other name"}


def test_declared_names_may_hold_operators_and_keywords() -> None:
    text = "profit and loss + a-b + e/f"
    names = ("profit and loss", "a-b", "e/f")
    assert compile_expression(text, names=names).names == set(names)
    assert compile_expression(text).names == {"profit", "loss", "a", "b", "e", "f"}


def test_the_longest_declared_name_wins() -> None:
    assert compile_expression("a-b-c", names=("a-b", "a-b-c")).names == {"a-b-c"}
    assert compile_expression("a-bc", names=("a-b",)).names == {"a", "bc"}


def test_a_variable_may_be_called_like_a_function() -> None:
    assert value('date("2026-01-01").year + date', date=1) == 2027
    assert value("count(count)", count=[1, 2]) == 2


def test_a_name_may_be_chinese() -> None:
    assert value('投诉.等级 = "重大" and 金额>=500', 投诉={"等级": "重大"}, 金额=500) is True


def test_printing_keeps_names_with_operators_apart() -> None:
    names = ("a-b",)
    for text in ("(a)-(b)", "a-b", "-(a) - b", "x.a-b", "(x.a)-(b)"):
        compiled = compile_expression(text, names=names)
        printed = format_expression(compiled.tree, names=names)
        assert compile_expression(printed, names=names).tree == compiled.tree


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("((1+2))*3", "(1 + 2) * 3"),
        ("1+(2*3)", "1 + 2 * 3"),
        ("(a or b) and c", "(a or b) and c"),
        ("]1..2[", "(1..2)"),
        ("-(-1)", "--1"),
        ("(x in (1))", "x in 1"),
        ('{"a b": 1, "c-d": 2}', '{a b: 1, "c-d": 2}'),
        ("if(a)then(b)else(c)", "if a then b else c"),
        ("function(a:list<number>)a", "function(a: list<number>) a"),
    ],
)
def test_printing_uses_no_needless_parentheses(text: str, printed: str) -> None:
    assert format_expression(compile_expression(text).tree) == printed


def test_a_compiled_expression_is_kept() -> None:
    assert compile_expression("1 + 41") is compile_expression("1 + 41")
