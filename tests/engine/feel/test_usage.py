"""What the linter learns from an expression."""

import pytest

from engine.feel import compile_expression, compile_unary_tests


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("case.risk.level > limit", {"case", "case.risk", "case.risk.level", "limit"}),
        ("for x in items return x.price * rate", {"items", "rate"}),
        ("some x in a, y in x.b satisfies y = c", {"a", "c"}),
        ("{a: 1, b: a + z}", {"z"}),
        ("function(a) a + b", {"b"}),
        ("list[status = open].name", {"list"}),
        ("sum(items)", {"items"}),
        ("f(1) + g.h(2)", {"g", "g.h"}),
        ("1 in (a, > b)", {"a", "b"}),
    ],
)
def test_free_names_and_their_paths(text: str, names: set[str]) -> None:
    assert compile_expression(text).names == names


def test_names_in_a_filter_are_only_possible() -> None:
    assert compile_expression("items[status = wanted and item.x > 1]").possible_names == {"status", "wanted"}


def test_called_functions_are_known() -> None:
    text = "{own: function(a) a, r: own(1) + working days(3) + count([])}"
    assert compile_expression(text).calls == {"working days", "count"}


def test_the_input_of_unary_tests_is_no_variable() -> None:
    assert compile_unary_tests("? > limit, < other").names == {"limit", "other"}
