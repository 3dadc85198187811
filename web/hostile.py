"""Checks on what comes in before anything reads it: NUL bytes, broken JSON, JSON that is too deep."""

import math
from typing import Any, Final

import orjson
from flask import Flask, request

from web.faults import invalid
from web.problems import BadRequest

MOST_DEPTH: Final = 32
MOST_QUERY: Final = 8_000


def register(app: Flask) -> None:
    """Look at the address of every request; bodies are looked at where they are read."""
    app.before_request(_check_address)


def _check_address() -> None:
    if len(request.query_string) > MOST_QUERY:
        raise BadRequest("The query is too long", message_zh="查询参数过长")
    texts = [request.path, *request.args.keys(), *(value for _, value in request.args.items(multi=True))]
    if any("\x00" in text for text in texts):
        raise BadRequest("The address contains a NUL character", message_zh="地址中含有 NUL 字符")
    if request.content_encoding:
        raise BadRequest("Compressed bodies are not accepted", message_zh="不接受压缩的请求体")


def check_parts() -> None:
    """Refuse a form with a part which has no name: neither Flask-WTF nor webargs expects one."""
    parts: list[tuple[str | None, object]] = [*request.form.items(multi=True), *request.files.items(multi=True)]
    if any(name is None for name, _ in parts):
        raise BadRequest("A part of the form has no name", message_zh="表单中有一部分没有名称")


def load_json(raw: bytes) -> Any:
    """The value of a JSON text (RFC 8259).

    Raises BadRequest where it is no JSON, Invalid where it is deeper than 32 levels, holds a NUL character (which
    PostgreSQL cannot store) or a number outside of what a double can hold.
    """
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(
            "The body is not valid JSON",
            message_zh="请求体不是有效的 JSON",
            line=error.lineno,
            column=error.colno,
        ) from error
    check_value(value)
    return value


def check_value(value: Any) -> None:
    """Refuse what no field may hold, naming the place; iterative, so depth costs no stack."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    while waiting:
        current, path, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise invalid("", "depth", f"嵌套超过 {MOST_DEPTH} 层", f"Nested deeper than {MOST_DEPTH} levels")
        if isinstance(current, str):
            check_text(current, path)
        elif isinstance(current, float) and not math.isfinite(current):
            raise invalid(path, "range", "数字过大", "The number is too large")
        elif isinstance(current, dict):
            for key, below in current.items():
                check_text(key, path)
                waiting.append((below, f"{path}.{key}" if path else str(key), depth + 1))
        elif isinstance(current, list):
            waiting.extend(
                (below, f"{path}.{index}" if path else str(index), depth + 1) for index, below in enumerate(current)
            )


def check_text(text: str, path: str) -> None:
    """Refuse text which PostgreSQL cannot store."""
    if "\x00" in text:
        raise invalid(path[:200].replace("\x00", ""), "nul", "不能含有 NUL 字符", "May not contain a NUL character")
