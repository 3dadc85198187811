"""A concrete value inside a region of a partition, to show people instead of an interval."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from engine.dmn.cells import Kind
from engine.dmn.model import Input
from engine.dmn.partition import Partition, Point
from engine.feel.temporal import DayTimeDuration, YearMonthDuration


def value_in(part: Partition, region: int) -> Point | None:
    """A value of the region; None when it holds none (between two adjacent days) or the kind is ANY."""
    if region % 2:
        return part.points[region // 2]
    below = part.points[region // 2 - 1] if region else None
    above = part.points[region // 2] if region < part.size - 1 else None
    return _BETWEEN[part.kind](below, above)


def _number(below: Decimal | None, above: Decimal | None) -> Decimal | None:
    if below is None and above is None:
        return Decimal(0)
    if above is None:
        return None if below is None else below.to_integral_value(rounding="ROUND_FLOOR") + 1
    if below is None:
        return above.to_integral_value(rounding="ROUND_CEILING") - 1
    whole = below.to_integral_value(rounding="ROUND_FLOOR") + 1
    return whole if whole < above else (below + above) / 2


def _string(below: str | None, above: str | None) -> str | None:
    for candidate in ("other", "其他", "" if below is None else below + " ", "" if below is None else below + "\x01"):
        if (below is None or candidate > below) and (above is None or candidate < above):
            return candidate
    return None


def _date(below: dt.date | None, above: dt.date | None) -> dt.date | None:
    day = dt.timedelta(days=1)
    if below is not None:
        following = below + day if below < dt.date.max else None
        return following if following is not None and (above is None or following < above) else None
    if above is None:
        return dt.date(2000, 1, 1)
    return above - day if above > dt.date.min else None


def _days(below: DayTimeDuration | None, above: DayTimeDuration | None) -> DayTimeDuration | None:
    number = _whole(None if below is None else below.nanos, None if above is None else above.nanos)
    return None if number is None else DayTimeDuration(number)


def _months(below: YearMonthDuration | None, above: YearMonthDuration | None) -> YearMonthDuration | None:
    number = _whole(None if below is None else below.months, None if above is None else above.months)
    return None if number is None else YearMonthDuration(number)


def _whole(below: int | None, above: int | None) -> int | None:
    if below is not None:
        return below + 1 if above is None or below + 1 < above else None
    return 0 if above is None else above - 1


_BETWEEN: dict[Kind, Any] = {
    Kind.NUMBER: _number,
    Kind.STRING: _string,
    Kind.DATE: _date,
    Kind.DAYS: _days,
    Kind.MONTHS: _months,
    Kind.BOOLEAN: lambda below, above: None,
    Kind.ANY: lambda below, above: None,
}


def sentence(inputs: Sequence[Input], example: Sequence[object]) -> str:
    """`label = value` of each input, `-` for any value."""
    parts = []
    for column, value in zip(inputs, example, strict=True):
        parts.append(f"{column.label} = {'-' if value is None else _text(value)}")
    return ", ".join(parts)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    written = getattr(value, "isoformat", None)
    return str(written()) if callable(written) else format(value, "f") if isinstance(value, Decimal) else str(value)
