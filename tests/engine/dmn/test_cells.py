"""Cells of a table: the index must say exactly what FEEL says about each cell."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dmn.cells import Kind, parse_cell, parse_values
from engine.dmn.partition import bits, partition
from engine.feel import compile_unary_tests, from_python
from tests.engine.dmn.build import table


@pytest.mark.parametrize(
    ("cell", "value", "matches"),
    [
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ("1,5,7", 5, True),
        ('not("a")', "b", True),
        ('not("a")', "a", False),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5[", 1, False),
        ("true", True, True),
        ("true", False, False),
        ("null", None, True),
        ("-", None, True),
        ("", "anything", True),
        ("> 5", None, False),
        ("< 5, > 10", 11, True),
        ('date("2026-01-01")', dt.date(2026, 1, 1), True),
        ('>= date("2026-01-01")', dt.date(2025, 12, 31), False),
        ("? > 5 and ? < 10", 7, True),
        ("limit", 3, True),
        ("[limit..10]", 2, False),
        ('starts with(?, "ab")', "abc", True),
        ("5", "5", False),
        ("1", True, False),
        ('"true"', True, False),
    ],
)
def test_a_cell_matches_as_feel_says(cell: str, value: object, matches: bool) -> None:
    result = table(["x"], ["o"], [(cell, '"hit"')]).evaluate("D", {"x": value, "limit": 3})
    assert (result.value == "hit") is matches


NUMBERS = st.integers(-3, 6)
INTERVALS = st.tuples(st.sampled_from("[("), NUMBERS, NUMBERS, st.sampled_from("])")).map(
    lambda parts: f"{parts[0]}{min(parts[1:3])}..{max(parts[1:3])}{parts[3]}"
)
COMPARISONS = st.tuples(st.sampled_from(["<", "<=", ">", ">=", ""]), NUMBERS).map(
    lambda parts: f"{parts[0]} {parts[1]}"
)
LISTS = st.lists(st.one_of(INTERVALS, COMPARISONS), min_size=1, max_size=3).map(", ".join)
SIMPLE = st.one_of(LISTS, LISTS.map(lambda text: f"not({text})"), st.just("-"))
OPAQUE = st.sampled_from(["[5..1]", "? > limit", "limit", "[limit..5]", "null", "? = null"])
TEXTS = st.lists(st.sampled_from(['"a"', '"b"', '"c"']), min_size=1, max_size=2).map(", ".join)
VALUES = st.one_of(NUMBERS, st.sampled_from([None, "a", "b", "zz", True, [1], 0.5]))


@given(st.lists(st.one_of(SIMPLE, OPAQUE, TEXTS), min_size=1, max_size=8), VALUES)
def test_the_index_finds_the_rules_that_feel_finds(cells: list[str], value: object) -> None:
    rules = [(cell, str(number)) for number, cell in enumerate(cells)]
    decisions = table(["x"], ["o"], rules, policy="COLLECT")
    found = decisions.evaluate("D", {"x": value, "limit": 2}).plain() or []
    facts = {"x": from_python(value), "limit": from_python(2)}
    expected = [
        number for number, cell in enumerate(cells) if compile_unary_tests(cell).evaluate(facts["x"], facts) is True
    ]
    assert found == expected


@given(st.lists(SIMPLE, min_size=1, max_size=5), NUMBERS)
def test_the_region_of_a_value_is_covered_exactly_by_the_cells_that_match_it(texts: list[str], value: int) -> None:
    cells = [parse_cell(text) for text in texts]
    cut = partition(cells)
    assert cut is not None
    number = from_python(value)
    for text, cell in zip(texts, cells, strict=True):
        assert cell is not None
        covered = cut.region(number) in bits(cut.cover(cell)) if cut.kind is not Kind.ANY else True
        assert covered is (compile_unary_tests(text).evaluate(number, {}) is True)


PIECES = st.one_of(
    st.sampled_from(["-", "not(", ")", "(", "[", "]", "..", ",", "<", ">=", "=", "1", "-2", ".5", "1.", "+3", "true"]),
    st.sampled_from(["null", '"a"', '"\\n"', '"\\/"', '"\\q"', 'date("2026-01-31")', 'date("2026-02-31")', "x"]),
    st.sampled_from(['@"P1D"', 'duration("P1M")']),
)


@given(st.one_of(st.text(max_size=40), st.lists(PIECES, max_size=7).map(" ".join)))
def test_whatever_is_read_as_a_simple_cell_is_feel_and_all_else_is_left_to_feel(text: str) -> None:
    cell = parse_cell(text)
    if cell is None:
        assert parse_values(text) is None
        return
    compile_unary_tests(text)
    assert all(span.low is not None or span.high is not None for span in cell.spans)
