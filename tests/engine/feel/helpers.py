"""Short ways to evaluate in tests."""

from typing import Any

from engine.feel import Diagnostic, Functions, compile_expression, compile_unary_tests, from_python, to_plain


def value(text: str, functions: Functions | None = None, **context: object) -> Any:
    """The plain value of an expression in a context of Python data."""
    return to_plain(compile_expression(text).evaluate(from_python(context), functions=functions))


def notes(text: str, **context: object) -> list[str]:
    """The codes of the diagnostics an evaluation leaves."""
    found: list[Diagnostic] = []
    compile_expression(text).evaluate(from_python(context), diagnostics=found)
    return [note.code for note in found]


def passes(tests: str, input_value: object, **context: object) -> bool | None:
    """Whether an input passes the unary tests of a cell."""
    return compile_unary_tests(tests).evaluate(from_python(input_value), from_python(context))
