"""Values as JSON for people's eyes (history, problems, pages): one way, never read back into a process."""

import datetime as dt
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from engine.errors import Invalid
from engine.feel.budget import MAX_NESTING

_SAFE_INTEGER = 2**53
MAX_GIVEN = 1024 * 1024
"""Bytes of text in what a person or another program hands over at once: documents belong into the case file."""


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


def require_keepable(value: Any, path: str = "", most: int = MAX_GIVEN) -> None:
    """Raise Invalid, naming the place, for data which is nested too deeply or has more than `most` bytes.

    It walks without recursion: depth costs no stack.
    """
    waiting: list[tuple[Any, str, int]] = [(value, path, 0)]
    size = 0
    while waiting:
        current, here, depth = waiting.pop()
        if depth > MAX_NESTING:
            zh, en = f"嵌套超过 {MAX_NESTING} 层", f"Nested deeper than {MAX_NESTING} levels"
            raise _not_keepable(here, "too_deep", zh, en)
        if isinstance(current, Mapping):
            waiting += [(item, f"{here}.{key}" if here else str(key), depth + 1) for key, item in current.items()]
            size += sum(len(str(key)) for key in current)
        elif isinstance(current, list | tuple | set | frozenset):
            waiting += [(item, f"{here}[{index}]", depth + 1) for index, item in enumerate(current)]
        elif isinstance(current, str | bytes):
            size += len(current.encode("utf-8", "replace")) if isinstance(current, str) else len(current)
        size += 1
        if size > most:
            zh, en = f"数据超过 {most // 1024} KB", f"More than {most // 1024} KB of data"
            raise _not_keepable(here, "too_much_data", zh, en)


def _not_keepable(path: str, code: str, zh: str, en: str) -> Invalid:
    return Invalid(en, problems=[{"path": path[:200], "code": code, "message_zh": zh, "message_en": en}])


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
