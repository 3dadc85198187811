"""The type lattice: whether a value is of a type, and the implicit conversions (DMN 1.5, 10.3.2.9)."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from engine.feel.temporal import NANOS, DateTime, DayTimeDuration, Time, YearMonthDuration
from engine.feel.tree import TypeNode
from engine.feel.values import TYPE_NAMES, FeelFunction, Range, Value, type_name

NamedTypes = Mapping[str, Callable[[Value], bool]]
"""Types of the caller's own (item definitions), by name: a test each."""

_NO_TYPES: NamedTypes = {}
BASIC: Final = frozenset({*TYPE_NAMES.values()} - {"null"})
NEEDS_PARAMETERS: Final = frozenset({"list", "context", "range", "function"})


class _NoValue:
    """The sign that a value cannot become another type."""

    __slots__ = ()

    def __bool__(self) -> bool:
        return False


NO_VALUE: Final = _NoValue()


def conforms(value: Value, kind: TypeNode, named: NamedTypes = _NO_TYPES) -> bool | None:
    """Whether a value (not null) is an instance of a type; None when nobody knows the type.

    null is an instance of Any and Null only.
    """
    name = kind.name
    if name in ("Any", "any"):
        return True
    if name in ("Null", "null"):
        return value is None
    if name in named and not kind.arguments:
        return named[name](value)
    if name not in BASIC:
        return None
    if value is None or type_name(value) != name:
        return False
    if name == "function":
        return _function_conforms(value, kind)
    if not kind.arguments:
        return True
    if name == "list":
        return all(_item_conforms(item, kind.arguments[0], named) for item in value)
    if name == "context":
        return all(
            field in value and _item_conforms(value[field], item, named)
            for field, item in zip(kind.fields, kind.arguments, strict=True)
        )
    ends = [end for end in (value.low, value.high) if end is not None]
    return all(_item_conforms(end, kind.arguments[0], named) for end in ends)


def _item_conforms(value: Value, kind: TypeNode, named: NamedTypes) -> bool:
    return value is None or conforms(value, kind, named) is True


def _function_conforms(value: FeelFunction, kind: TypeNode) -> bool:
    if kind.result is None:
        return True
    if len(kind.arguments) != len(value.parameters):
        return False
    own = value.parameter_types or (None,) * len(value.parameters)
    takes = all(mine is None or subtype(wanted, mine) for mine, wanted in zip(own, kind.arguments, strict=True))
    return takes and (value.result_type is None or subtype(value.result_type, kind.result))


def subtype(narrow: TypeNode, wide: TypeNode) -> bool:
    """Whether every instance of the one type is an instance of the other (DMN 1.5, 10.3.2.9.2)."""
    if wide.name in ("Any", "any") or narrow.name in ("Null", "null"):
        return True
    if narrow.name != wide.name:
        return False
    if narrow.name == "context":
        inner = dict(zip(narrow.fields, narrow.arguments, strict=True))
        fields = zip(wide.fields, wide.arguments, strict=True)
        return all(name in inner and subtype(inner[name], kind) for name, kind in fields)
    if narrow.name == "function" and narrow.result is not None and wide.result is not None:
        same_arity = len(narrow.arguments) == len(wide.arguments)
        return (
            same_arity and subtype(narrow.result, wide.result) and all(map(subtype, wide.arguments, narrow.arguments))
        )
    return len(narrow.arguments) == len(wide.arguments) and all(map(subtype, narrow.arguments, wide.arguments))


def coerce(value: Value, kind: TypeNode, named: NamedTypes = _NO_TYPES) -> Any:
    """The value as the type, by the implicit conversions; NO_VALUE when it cannot be. null is of every type."""
    if value is None:
        return None
    verdict = conforms(value, kind, named)
    if verdict is not False:
        return value
    if kind.name == "list" and not isinstance(value, list):
        return [value] if conforms([value], kind, named) else NO_VALUE
    if isinstance(value, list) and len(value) == 1 and kind.name != "list":
        return value[0] if conforms(value[0], kind, named) else NO_VALUE
    if kind.name == "date and time" and type_name(value) == "date":
        return DateTime(value, Time(0, 0, 0, 0, 0))
    return NO_VALUE


def property_of(value: Value, name: str) -> Any:
    """A property of a date, time, duration or range (DMN 1.5, table 65); NO_VALUE when it has no such property."""
    kind = type(value)
    if kind is Range:
        found: Any = {
            "start": value.low,
            "end": value.high,
            "start included": value.low_included,
            "end included": value.high_included,
        }.get(name, NO_VALUE)
        return found
    if kind is DateTime:
        return _date_property(value.date, name) if name in _DATE_PROPERTIES else _time_property(value.time, name, value)
    if kind is Time:
        return _time_property(value, name, None)
    if kind is DayTimeDuration:
        return _day_time_property(value, name)
    if kind is YearMonthDuration:
        return _year_month_property(value, name)
    if type_name(value) == "date":
        return _date_property(value, name)
    return NO_VALUE


_DATE_PROPERTIES = ("year", "month", "day", "weekday")


def _date_property(date: Any, name: str) -> Any:
    if name == "weekday":
        return Decimal(date.isoweekday())
    return Decimal(getattr(date, name)) if name in _DATE_PROPERTIES else NO_VALUE


def _time_property(time: Time, name: str, whole: DateTime | None) -> Any:
    if name == "hour":
        return Decimal(time.hour)
    if name == "minute":
        return Decimal(time.minute)
    if name == "second":
        return _seconds(time.second * NANOS + time.nanosecond)
    if name == "time offset":
        offset = time.utc_offset(whole.date if whole else None)
        return None if offset is None else DayTimeDuration(offset * NANOS)
    return time.zone if name == "timezone" else NO_VALUE


def _day_time_property(value: DayTimeDuration, name: str) -> Any:
    seconds = abs(value.nanos) // NANOS
    parts = {
        "days": Decimal(seconds // 86_400),
        "hours": Decimal(seconds // 3600 % 24),
        "minutes": Decimal(seconds // 60 % 60),
        "seconds": _seconds(abs(value.nanos) % (60 * NANOS)),
    }
    if name not in parts:
        return NO_VALUE
    return -parts[name] if value.nanos < 0 else parts[name]


def _seconds(nanos: int) -> Decimal:
    return Decimal(nanos) / NANOS


def _year_month_property(value: YearMonthDuration, name: str) -> Any:
    years, months = divmod(abs(value.months), 12)
    parts = {"years": years, "months": months}
    if name not in parts:
        return NO_VALUE
    return Decimal(-parts[name] if value.months < 0 else parts[name])
