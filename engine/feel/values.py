"""What FEEL computes with, written as Python values, and the ways in and out.

| FEEL                        | Python                                             |
|-----------------------------|----------------------------------------------------|
| null, boolean, string       | `None`, `bool`, `str`                              |
| number                      | `decimal.Decimal`, 34 digits (IEEE 754 decimal128) |
| date                        | `datetime.date`, `FarDate` outside years 1..9999   |
| time, date and time         | `Time`, `DateTime`                                 |
| days and time duration      | `DayTimeDuration`                                  |
| years and months duration   | `YearMonthDuration`                                |
| list, context               | `list`, `dict` with text keys                      |
| range, function             | `Range`, `FeelFunction`                            |
"""

import datetime as dt
import decimal
import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from engine.feel.budget import MAX_NESTING
from engine.feel.errors import FeelError
from engine.feel.interval import Range as Range
from engine.feel.messages import MESSAGES
from engine.feel.temporal import (
    NANOS,
    DateTime,
    DayTimeDuration,
    FarDate,
    Time,
    YearMonthDuration,
)

Value: TypeAlias = Any
"""One of the types above. A recursive union would make every list and dict invariant, hence unusable for callers."""

NUMBERS = decimal.Context(prec=34, rounding=decimal.ROUND_HALF_EVEN, Emin=-6143, Emax=6144, traps=[])
"""Arithmetic of decimal128 (DMN 1.5, 10.3.2.3.1); nothing raises, what is not finite becomes null."""

_EXACT_INT = Decimal(10) ** 34


class FeelFunction:
    """A function as a value: built-in, injected, or written in FEEL (then it remembers where it was written)."""

    __slots__ = ("call", "call_loosely", "name", "parameter_types", "parameters", "result_type")

    def __init__(
        self,
        name: str,
        parameters: Sequence[str],
        call: Callable[[Any, list[Value]], Value],
        parameter_types: Sequence[Any] = (),
        result_type: Any = None,
        call_loosely: Callable[[Any, list[Value], Sequence[str] | None, int], Value] | None = None,
    ) -> None:
        """call(run, arguments) -> value, where run is the running evaluation (meter, diagnostics, functions).

        call_loosely(run, arguments, names, at): of a function which has optional parameters or several signatures.
        """
        self.name = name
        self.parameters = tuple(parameters)
        self.call = call
        self.call_loosely = call_loosely
        self.parameter_types = tuple(parameter_types)
        self.result_type = result_type

    def __repr__(self) -> str:
        return f"function({', '.join(self.parameters)})"


TYPE_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    dt.date: "date",
    FarDate: "date",
    Time: "time",
    DateTime: "date and time",
    DayTimeDuration: "days and time duration",
    YearMonthDuration: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    FeelFunction: "function",
}


def type_name(value: Value) -> str:
    """The FEEL type of a value, in FEEL's words."""
    return TYPE_NAMES.get(type(value), "unknown")


def finite(number: Decimal) -> Decimal | None:
    """The number, or None when arithmetic ran out of decimal128 (infinite or not a number)."""
    return number if number.is_finite() else None


def number(value: int | float | str | Decimal) -> Decimal | None:
    """A Python number or numeral rounded to 34 digits; None when it is not finite."""
    if isinstance(value, float):
        value = repr(value)
    return finite(NUMBERS.create_decimal(value))


def from_python(value: object, path: str = "value") -> Value:
    """The FEEL value of plain Python data; idempotent.

    Takes None, bool, int, float, Decimal, str, date, time, datetime (with IANA zone or offset), timedelta,
    sequences, mappings with text keys, and FEEL values. Raises FeelError, naming the path, for anything else, for
    infinities and for data nested deeper than 60.
    """
    return _from_python(value, path, 0)


def _from_python(value: object, path: str, depth: int) -> Value:
    if depth > MAX_NESTING:
        raise _refused(path, "nested deeper than 60 levels")
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if isinstance(value, bool):
        return bool(value)
    if isinstance(value, (int, float, Decimal)):
        result = value if isinstance(value, Decimal) and _fits(value) else number(value)
        if result is None:
            raise _refused(path, "number which is not finite")
        return result
    if isinstance(value, dt.datetime):
        return DateTime(value.date(), _time(value.timetz(), value.utcoffset()))
    if isinstance(value, Mapping):
        out = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise _refused(path, f"mapping with the key {key!r}")
            out[str(key)] = _from_python(item, f"{path}.{key}", depth + 1)
        return out
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_from_python(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value, 1)]
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dt.time):
        return _time(value, value.utcoffset())
    if isinstance(value, dt.timedelta):
        return DayTimeDuration(((value.days * 86_400) + value.seconds) * NANOS + value.microseconds * 1000)
    if kind in TYPE_NAMES:
        return value
    raise _refused(path, kind.__name__)


def _fits(value: Decimal) -> bool:
    """Whether a Decimal is a decimal128 already."""
    return value.is_finite() and len(value.as_tuple().digits) <= NUMBERS.prec and abs(value.adjusted()) <= NUMBERS.Emax


def _time(value: dt.time, offset: dt.timedelta | None) -> Time:
    zone = getattr(value.tzinfo, "key", None)
    seconds = None if offset is None or isinstance(zone, str) else int(offset.total_seconds())
    if zone == "UTC":
        zone, seconds = None, 0
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, seconds, zone)


def _refused(path: str, found: str) -> FeelError:
    return FeelError(MESSAGES["not_a_value"][0].format(path=path, found=found), field=path)


def to_plain(value: Value) -> Any:
    """JSON-able data of a value.

    Whole numbers of up to 34 digits become int, all others the nearest float (a number stays a number, at the price of
    its 17th digit), those beyond the floats their text. Temporals become ISO 8601 text, ranges the FEEL text, functions
    their signature.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, list):
        return [to_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: to_plain(item) for key, item in value.items()}
    if isinstance(value, dt.date):
        return value.isoformat()
    return to_text(value)


def _plain_number(value: Decimal) -> int | float | str:
    if abs(value) < _EXACT_INT and value == value.to_integral_value():
        return int(value)
    nearest = float(value)
    return nearest if math.isfinite(nearest) else number_text(value)


def number_text(value: Decimal) -> str:
    """The shortest plain numeral, without exponent while that is readable: `1.50` is written 1.5, `1E+2` is 100."""
    if value == 0:
        return "0"
    normal = NUMBERS.normalize(value)
    exponent = normal.as_tuple().exponent
    if isinstance(exponent, int) and -100 <= exponent <= 100:
        return f"{normal:f}"
    return str(normal)


def to_text(value: Value, *, nested: bool = False) -> str:
    """What `string(value)` gives; texts inside lists and contexts are quoted (DMN 1.5, 10.3.4.1)."""
    if isinstance(value, str):
        return quote(value) if nested else value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, list):
        return f"[{', '.join(to_text(item, nested=True) for item in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key_text(key)}: {to_text(item, nested=True)}' for key, item in value.items())}}}"
    if isinstance(value, Range):
        return _range_text(value)
    if isinstance(value, FeelFunction):
        return repr(value)
    return str(value.isoformat())


def _range_text(value: Range) -> str:
    low, high = to_text(value.low, nested=True), to_text(value.high, nested=True)
    if value.low is None:
        return f"{'<=' if value.high_included else '<'} {high}"
    if value.high is None:
        return f"{'>=' if value.low_included else '>'} {low}"
    return f"{'[' if value.low_included else '('}{low}..{high}{']' if value.high_included else ')'}"


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def quote(text: str) -> str:
    """The FEEL string literal of a text."""
    return '"' + "".join(_ESCAPES.get(char) or (char if char >= " " else f"\\u{ord(char):04x}") for char in text) + '"'


def key_text(key: str) -> str:
    """A context key as `string()` prints it: bare when it is one plain word, else quoted."""
    return key if key.isidentifier() else quote(key)
