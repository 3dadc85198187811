"""Cells of decision tables."""

import pytest

from engine.feel import compile_unary_tests, from_python, input_scope, open_scope
from tests.engine.feel.helpers import passes


@pytest.mark.parametrize(
    ("tests", "given", "verdict"),
    [
        ("-", "anything", True),
        ("", None, True),
        ('"a"', "a", True),
        ('"a","b"', "b", True),
        ('"a", "b"', "c", False),
        ('not("a")', "a", False),
        ('not("a", "b")', "c", True),
        ("1,5,7", 5, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("[-5..-1]", -3, True),
        ("< 5", 4, True),
        (">= 5, < 0", 5, True),
        ("= 5", 5, True),
        ("!= 5", 5, False),
        ("true", True, True),
        ("true", False, False),
        ("null", None, True),
        ("null", 1, False),
        ("5", None, False),
        ("[1..5]", None, None),
        ("< 5", "a", None),
        ("? > 3 and ? < 5", 4, True),
        ("? * 2 = 8", 4, True),
        ('starts with(?, "a")', "abc", True),
        ("limit", 9, True),
        ("< limit", 8, True),
        ("[low..limit]", 8, True),
        ("list", "x", True),
        ("list", "z", False),
        ('date("2026-01-01")', "2026-01-01", None),
        ('@"2026-01-01".year', 2026, True),
        ("not(< 3)", 5, True),
        ('["a", "b"]', "b", True),
        ("not(true)", True, False),
        ("(not(true))", False, True),
        ("some x in list satisfies x = ?", "y", True),
        ("-1", -1, True),
        ("- 1, - 2", -2, True),
    ],
)
def test_an_input_passes_a_cell_or_not(tests: str, given: object, verdict: bool | None) -> None:
    assert passes(tests, given, limit=9, low=3, list=["x", "y"]) is verdict


def test_one_scope_serves_a_whole_column() -> None:
    scope = open_scope(from_python({"limit": 3}))
    value = from_python(2)
    column = input_scope(value, scope)
    cells = [compile_unary_tests(text) for text in ("> 3", "< limit", "-")]
    assert [cell.test(value, column) for cell in cells] == [False, True, True]
