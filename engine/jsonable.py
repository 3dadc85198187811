"""Values as JSON for people's eyes (history, problems, pages): one way, never read back into a process."""

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

_SAFE_INTEGER = 2**53


def jsonable(value: Any) -> Any:
    """`value` as what PostgreSQL's JSONB gives back unchanged: text without NUL, small numbers, lists, objects."""
    match value:
        case None | bool():
            return value
        case str():
            return _text(value)
        case int():
            return _integer(value)
        case Decimal() | float():
            return _number(value)
        case Mapping():
            return {_text(str(key)): jsonable(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [jsonable(item) for item in value]
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case UUID():
            return str(value)
        case bytes():
            return value.hex()
    text = getattr(value, "isoformat", None)
    return _text(text() if callable(text) else str(value))


def _text(value: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL does not store."""
    return value.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _integer(value: int) -> int | str:
    return int(value) if -_SAFE_INTEGER <= value <= _SAFE_INTEGER else str(value)


def _number(value: Decimal | float) -> int | float | str | None:
    if not math.isfinite(value):
        return None
    if value == int(value):
        return _integer(int(value))
    return float(value) if Decimal(repr(float(value))) == Decimal(str(value)) else str(value)
