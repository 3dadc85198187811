"""Where a page of a list ended, as an opaque signed text: nobody can make one up, and it holds for one list only."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from web.faults import invalid
from web.settings import settings

Item = TypeVar("Item")


def _serializer(name: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings().secret_key, salt=f"cursor:{name}")


def pack(name: str, position: tuple[Any, ...] | None) -> str | None:
    """The cursor of a position (times, ids, numbers, texts) in the list `name`; None at the end."""
    if position is None:
        return None
    text: str = _serializer(name).dumps([_out(value) for value in position])
    return text


def unpack(name: str, cursor: str | None) -> tuple[Any, ...] | None:
    """The position behind a cursor; Invalid where it is not one of this list's."""
    if cursor is None:
        return None
    try:
        return tuple(_in(kind, value) for kind, value in _serializer(name).loads(cursor))
    except (BadData, ValueError, TypeError) as error:
        raise invalid("?after", "cursor", "不是本列表的游标", "Not a cursor of this list") from error


def _out(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, UUID):
        return "u", str(value)
    return "v", value


def _in(kind: str, value: Any) -> Any:
    if kind == "t":
        return datetime.fromisoformat(value)
    if kind == "u":
        return UUID(value)
    return value


def page(name: str, found: Sequence[Item], limit: int, position: Callable[[Item], tuple[Any, ...]]) -> dict[str, Any]:
    """`{"items", "next"}` of `found`, which was asked for with one more than `limit`."""
    shown = found[:limit]
    end = position(shown[-1]) if len(found) > limit else None
    return {"items": shown, "next": pack(name, end)}
