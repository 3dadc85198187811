"""Process data: which values a variable may hold (FEEL's), and how they are written into the state bytes and read back.

Every JSON value is written as itself; FEEL's others as an object with the one key NUL. User keys which begin with NUL
get another NUL in front, so no key of theirs (`typename`, `__class__`, ...) can be taken for ours.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel.temporal import DateTime, DayTimeDuration, FarDate, Time, YearMonthDuration
from engine.feel.values import FeelFunction, Range, from_python

Value = Any

_MARK = "\0"
_WHOLE = 2**53


def stored(value: object, path: str) -> Value:
    """`value` as process data: FEEL's form of it. Raises FeelError, naming the path, for what cannot be kept."""
    return from_python(value, path)


def encode(value: Value) -> Any:
    """A value as JSON-able data; raises TypeError for functions, which cannot be kept."""
    kind = type(value)
    if value is None or kind is str or kind is bool or kind is int:
        return value
    if kind is Decimal:
        return int(value) if value == value.to_integral_value() and abs(value) < _WHOLE else {_MARK: ["n", str(value)]}
    if kind is dict:
        return {_MARK + key if key.startswith(_MARK) else key: encode(item) for key, item in value.items()}
    if kind is list:
        return [encode(item) for item in value]
    if kind is FeelFunction or kind not in _WRITE:
        raise TypeError(f"a {kind.__name__} cannot be kept as process data")
    mark, write = _WRITE[kind]
    return {_MARK: [mark, *write(value)]}


def decode(data: Any) -> Value:
    """The value which `encode` wrote."""
    kind = type(data)
    if kind is int:
        return Decimal(data)
    if kind is dict:
        if _MARK in data:
            mark, *facts = data[_MARK]
            return _READ[mark](*facts)
        return {key[1:] if key.startswith(_MARK) else key: decode(item) for key, item in data.items()}
    if kind is list:
        return [decode(item) for item in data]
    return data


def _write_time(value: Time) -> tuple[Any, ...]:
    return (value.hour, value.minute, value.second, value.nanosecond, value.offset, value.zone)


def _write_range(value: Range) -> tuple[Any, ...]:
    return (encode(value.low), encode(value.high), value.low_included, value.high_included)


_WRITE: Mapping[type, tuple[str, Callable[[Any], tuple[Any, ...]]]] = {
    dt.date: ("d", lambda value: (value.toordinal(),)),
    FarDate: ("f", lambda value: (value.year, value.month, value.day)),
    Time: ("t", _write_time),
    DateTime: ("D", lambda value: (encode(value.date), *_write_time(value.time))),
    DayTimeDuration: ("s", lambda value: (str(value.nanos),)),
    YearMonthDuration: ("y", lambda value: (value.months,)),
    Range: ("r", _write_range),
}

_READ: Mapping[str, Callable[..., Value]] = {
    "n": Decimal,
    "d": dt.date.fromordinal,
    "f": FarDate,
    "t": Time,
    "D": lambda date, *time: DateTime(decode(date), Time(*time)),
    "s": lambda nanos: DayTimeDuration(int(nanos)),
    "y": YearMonthDuration,
    "r": lambda low, high, first, last: Range(decode(low), decode(high), first, last),
}
