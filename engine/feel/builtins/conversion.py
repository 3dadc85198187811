"""Conversion between strings, numbers and others, and the boolean functions (DMN 1.5, 10.3.4.1, 10.3.4.2, 10.3.4.8)."""

import re
from typing import Any

from engine.feel.builtins.registry import Failed, builtin
from engine.feel.compare import identical
from engine.feel.values import Value, number, to_text

_NUMERAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)", re.ASCII)


@builtin("number", "from: string, grouping separator: string?, decimal separator: string?")
def number_(from_: str, grouping: str | None, point: str | None) -> Value:
    """The number a text means, with its separators: grouping one of space, comma, full stop.

    Decimal one of comma, full stop.
    """
    if grouping not in (None, " ", ",", ".") or point not in (None, ".", ",") or (grouping and grouping == point):
        raise Failed("the separators are not allowed")
    text = from_
    if grouping:
        text = text.replace(grouping, "")
    if point == ",":
        if "." in text:
            raise Failed("the text is no number")
        text = text.replace(",", ".")
    if len(text) > 10_000 or not _NUMERAL.fullmatch(text):
        raise Failed("the text is no number")
    result = number(text)
    if result is None:
        raise Failed("the number is too large")
    return result


@builtin("string", "from: any", run=True)
def string(run: Any, from_: Value) -> Value:
    """The text of a value, null of null."""
    if from_ is None:
        return None
    run.meter.weigh(from_)
    return to_text(from_)


@builtin("not", "negand: any")
def not_(negand: Value) -> Value:
    """The opposite of a boolean, else null."""
    return not negand if isinstance(negand, bool) else None


@builtin("is", "value1: any, value2: any", run=True)
def is_(run: Any, value1: Value, value2: Value) -> Value:
    """Whether both are the same element of the same domain."""
    return identical(value1, value2, run.meter)
