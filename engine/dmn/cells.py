"""What a simple cell of a decision table covers: intervals over one ordered kind of value.

Two uses: the index which finds matching rules without asking every cell (`engine.dmn.index`), and the analysis of gaps
and overlaps (`engine.dmn.analyse`). A cell that is not simple (a function call, a variable, `?`) yields None: the index
asks FEEL for it, the analysis says that it was not analysed. Grammar: DMN 1.5 10.3.1.2, rules 14 to 17 with literals.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from engine.feel import FeelError, compile_expression
from engine.feel.literals import parse_date
from engine.feel.temporal import DayTimeDuration, YearMonthDuration


class Kind(StrEnum):
    """The ordered sort of value a cell speaks of."""

    NUMBER = "number"
    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    DAYS = "days and time duration"
    MONTHS = "years and months duration"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Span:
    """From `low` to `high`; None is no limit. A single value is a closed span with both ends equal."""

    low: object
    high: object
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """The union of spans, or everything else of the same kind when negated; kind ANY covers all values."""

    kind: Kind
    spans: tuple[Span, ...] = ()
    negated: bool = False


_STRING = r'"(?:[^"\\]|\\["\\/nrtbf\'])*"'
_ENDPOINT = (
    r"(?P<{0}number>-?(?:\d+(?:\.\d+)?|\.\d+))"
    r"|(?P<{0}string>" + _STRING + r")"
    r"|(?P<{0}boolean>true\b|false\b)"
    r"|(?P<{0}temporal>(?:date\s+and\s+time|date|time|duration)\s*\(\s*" + _STRING + r"\s*\)|@" + _STRING + r")"
)
_ITEM = re.compile(
    r"\s*(?:(?P<open>[\[\](])\s*(?:" + _ENDPOINT.format("l") + r")\s*\.\.\s*(?:" + _ENDPOINT.format("h") + r")\s*"
    r"(?P<close>[\])\[])|(?P<op><=|>=|<|>|=)?\s*(?:" + _ENDPOINT.format("p") + r"))\s*(?P<end>,|$)"
)
_NOT = re.compile(r"\s*not\s*\((?P<inner>.*)\)\s*\Z", re.DOTALL)
_NO_SPACE = re.compile("[\x1c-\x1f]")
"""White space for Python, but not for FEEL (rule 62)."""
_MAX_TEXT = 4_000
_SHORT = 32
_DATE = re.compile(r'date\("(\d{4}-\d\d-\d\d)"\)\Z')
_PLAIN_NUMBER = re.compile(r"-?[0-9.]{1,34}\Z")

ANYTHING = Cell(Kind.ANY)


def parse_cell(text: str) -> Cell | None:
    """What the unary tests `text` cover, or None when they are not a list of literals, comparisons and intervals."""
    return (_short if len(text) <= _SHORT else _long)(text)


def _parsed(text: str) -> Cell | None:
    if _NO_SPACE.search(text):
        return None
    stripped = text.strip()
    if stripped in {"", "-"}:
        return ANYTHING
    if len(stripped) > _MAX_TEXT:
        return None
    negation = _NOT.match(stripped)
    inner = negation.group("inner") if negation else stripped
    kinds: set[Kind] = set()
    spans: list[Span] = []
    for kind, span in _items(inner):
        if kind is None or span is None:
            return None
        kinds.add(kind)
        spans.append(span)
    if len(kinds) != 1:
        return None
    return Cell(kinds.pop(), tuple(spans), negation is not None)


_short = lru_cache(maxsize=20_000)(_parsed)
_long = lru_cache(maxsize=1_000)(_parsed)
"""A table repeats itself, and is asked twice: when it is compiled and when it is judged."""


def parse_values(text: str) -> list[object] | None:
    """The values of a list of literals such as `"low", "high"`, in their order; None when the text is anything else."""
    cell = parse_cell(text)
    if cell is None or cell.negated or cell.kind is Kind.ANY:
        return None
    if any(span.low is None or span.low != span.high for span in cell.spans):
        return None
    return [span.low for span in cell.spans]


def _items(text: str) -> Iterator[tuple[Kind | None, Span | None]]:
    position = 0
    while True:
        match = _ITEM.match(text, position)
        if match is None:
            yield None, None
            return
        yield _item(match)
        position = match.end()
        if match.group("end") != ",":
            return
        if position >= len(text):
            yield None, None
            return


def _item(match: re.Match[str]) -> tuple[Kind | None, Span | None]:
    if match.group("open"):
        low_kind, low = _endpoint(match, "l")
        high_kind, high = _endpoint(match, "h")
        if low_kind is None or low_kind is not high_kind or low_kind is Kind.BOOLEAN:
            return None, None
        if low > high:  # no range at all, which FEEL answers with null
            return None, None
        return low_kind, Span(low, high, match.group("open") == "[", match.group("close") == "]")
    kind, value = _endpoint(match, "p")
    operator = match.group("op")
    if kind is None or (operator not in {None, "="} and kind is Kind.BOOLEAN):
        return None, None
    if operator in {None, "="}:
        return kind, Span(value, value)
    if operator in {"<", "<="}:
        return kind, Span(None, value, False, operator == "<=")
    return kind, Span(value, None, operator == ">=", False)


def _endpoint(match: re.Match[str], side: str) -> tuple[Kind | None, Any]:
    number = match.group(side + "number")
    if number is not None:
        return (Kind.NUMBER, Decimal(number)) if _PLAIN_NUMBER.match(number) else (None, None)
    string = match.group(side + "string")
    if string is not None:
        text = literal(string)
        return (None, None) if text is None else (Kind.STRING, text)
    boolean = match.group(side + "boolean")
    if boolean is not None:
        return Kind.BOOLEAN, boolean == "true"
    value = literal(match.group(side + "temporal"))
    return kind_of(value), value


def literal(text: str) -> Any:
    """The value of a FEEL literal; None when FEEL refuses it."""
    if text.startswith('"') and "\\" not in text:
        return text[1:-1]
    plain = _DATE.match(text)
    if plain is not None:
        return parse_date(plain[1])
    try:
        return compile_expression(text).evaluate({})
    except FeelError:
        return None


def kind_of(value: object) -> Kind | None:
    """The kind of a FEEL value; None for null, lists, contexts, functions and whatever has no simple order."""
    return _KINDS.get(type(value))


_KINDS: dict[type, Kind] = {
    Decimal: Kind.NUMBER,
    str: Kind.STRING,
    bool: Kind.BOOLEAN,
    dt.date: Kind.DATE,
    DayTimeDuration: Kind.DAYS,
    YearMonthDuration: Kind.MONTHS,
}
