"""FEEL texts inside a decision file, compiled once: constants and plain variables are short-cut, all else asks
`engine.feel`.

A text that is no FEEL does not stop the file from loading (a draft must open): it is listed in the file's problems,
and its evaluation is null with an error note.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.dmn.effort import Notes, spend
from engine.dmn.trace import Note
from engine.feel import Diagnostic, FeelError, compile_expression, compile_unary_tests
from engine.feel.run import Run as FeelRun
from engine.feel.run import Scope as FeelScope
from engine.feel.values import Range

if TYPE_CHECKING:
    from engine.dmn.run import Run

Scope = Mapping[str, object]
Code = Callable[["Run", Scope], object]
Tests = Callable[["Run", object, Scope], "bool | None"]

_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?\Z")
_STRING = re.compile(r'"[^"\\]*"\Z')
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w{0,60}\Z")
_CONSTANTS: dict[str, object] = {"true": True, "false": False, "null": None}
_FEEL = re.compile(r"(https?://www\.omg\.org/spec/(DMN|FEEL)/.*|feel|)\Z", re.IGNORECASE)


def constant(text: str) -> tuple[bool, object]:
    """Whether the text is a plain literal, and its value."""
    if text in _CONSTANTS:
        return True, _CONSTANTS[text]
    if _STRING.match(text):
        return True, text[1:-1]
    if _NUMBER.match(text):
        return True, Decimal(text)
    return False, None


def is_feel(language: str) -> bool:
    """Whether an expression language is FEEL; it is where none is named."""
    return _FEEL.match(language.strip()) is not None


def expression(text: str, names: frozenset[str], element: str, notes: Notes, language: str = "") -> Code:
    """The code of an expression; `names` are the names in scope that FEEL could not guess; notes collects problems.

    Raises TooMuch.
    """
    if not is_feel(language):
        return broken(
            Note(element, "language", f"不支持表达式语言 {language}", f"the language {language} is not FEEL"), notes
        )
    if not text:
        return broken(Note(element, "empty", "表达式为空", "the expression is empty"), notes)
    is_constant, value = constant(text)
    if is_constant:
        return lambda run, scope: value
    spend(notes.effort, text, names, element)
    try:
        compiled = compile_expression(text, names=names)
    except FeelError as error:
        return broken(_syntax(element, error), notes)
    notes.effort.compiled(text, names)

    value_in = compiled.value_in

    def evaluate(run: "Run", scope: Scope) -> object:
        said: list[Diagnostic] = []
        value: object = value_in(FeelScope(scope, FeelRun(run.meter, run.functions, said)))  # no frame more than needed
        if isinstance(value, (list, dict, Range)):
            run.weigh(value)
        if said:
            run.hear(element, said)
        return value

    if _PLAIN_NAME.match(text) is None:
        return evaluate

    def variable(run: "Run", scope: Scope) -> object:
        return scope[text] if text in scope else evaluate(run, scope)

    return variable


def unary_tests(text: str, names: frozenset[str], element: str, notes: Notes) -> Tests:
    """The code of unary tests: (run, input value, scope) -> true, false or null. Raises TooMuch."""
    if text in {"", "-"}:
        return _always
    spend(notes.effort, text, names, element)
    try:
        compiled = compile_unary_tests(text, names=names)
    except FeelError as error:
        note = _syntax(element, error)
        notes.append(note)

        def refuse(run: "Run", value: object, scope: Scope) -> bool | None:
            run.complain(note)
            return None

        return refuse

    notes.effort.compiled(text, names)
    return lambda run, value, scope: run.ask_tests(compiled, value, scope)


def simple_tests(text: str) -> Tests:
    """The code of a cell which the index answers nearly always: compiled only when it is asked after all."""
    if text in {"", "-"}:
        return _always
    return lambda run, value, scope: run.ask_tests(compile_unary_tests(text), value, scope)


def _always(run: "Run", value: object, scope: Scope) -> bool | None:
    return True


def nothing(run: "Run", scope: Scope) -> object:
    """The code of what was left out."""
    return None


def broken(note: Note, notes: list[Note]) -> Code:
    """Code for what cannot be evaluated: always null, with the note."""
    notes.append(note)

    def refuse(run: "Run", scope: Scope) -> object:
        run.complain(note)
        return None

    return refuse


def _syntax(element: str, error: FeelError) -> Note:
    return Note(element, "syntax", getattr(error, "message_zh", "") or str(error), str(error))
