"""The examples of the standard, expression by expression: each line of standard.txt evaluates to true."""

from pathlib import Path

import pytest

from engine.feel import compile_expression, format_expression


def _examples() -> list[str]:
    lines = (Path(__file__).parent / "standard.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("text", _examples())
def test_an_example_of_the_standard_is_true(text: str) -> None:
    assert compile_expression(text).evaluate({}) is True


@pytest.mark.parametrize("text", _examples())
def test_a_printed_example_means_the_same(text: str) -> None:
    expression = compile_expression(text)
    printed = format_expression(expression.tree)
    assert compile_expression(printed).tree == expression.tree
