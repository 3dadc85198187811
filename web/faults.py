"""What marshmallow finds wrong with a request, as `engine.errors.Invalid`: one entry a field, in both languages."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from engine.errors import Invalid

# marshmallow's English text (a pattern) -> code, Chinese text
_WORDS: Final[tuple[tuple[str, str, str], ...]] = (
    (r"Missing data for required field\.", "required", "此项必填"),
    (r"Field may not be null\.", "required", "此项不能为空"),
    (r"Unknown field\.", "unknown", "没有这一项"),
    (r"Invalid input type\.", "type", "类型不对：应为一个对象"),
    (r"Not a valid string\.", "type", "应为文本"),
    (r"Not a valid integer\.", "type", "应为整数"),
    (r"Not a valid number\.", "type", "应为数字"),
    (r"Not a valid boolean\.", "type", "应为 true 或 false"),
    (r"Not a valid list\.", "type", "应为列表"),
    (r"Not a valid mapping type\.", "type", "应为对象"),
    (r"Not a valid UUID\.", "format", "应为 UUID"),
    (r"Not a valid (aware )?datetime\.", "format", "应为带时区的日期时间（ISO 8601）"),
    (r"Not a valid date\.", "format", "应为日期（YYYY-MM-DD）"),
    (r"Not a valid email address\.", "format", "应为邮箱地址"),
    (r"Not a valid URL\.", "format", "应为网址"),
    (r"Shorter than minimum length (\d+)\.", "length", "至少 {0} 个字符"),
    (r"Longer than maximum length (\d+)\.", "length", "至多 {0} 个字符"),
    (r"Length must be between (\d+) and (\d+)\.", "length", "长度应在 {0} 到 {1} 之间"),
    (r"Must be one of: (.*)\.", "choice", "应为其中之一：{0}"),
    (r"Must be greater than or equal to (.*)\.", "range", "不得小于 {0}"),
    (r"Must be less than or equal to (.*)\.", "range", "不得大于 {0}"),
    (
        r"Must be greater than or equal to (.*) and less than or equal to (.*)\.",
        "range",
        "应在 {0} 到 {1} 之间",
    ),
    (r"Number too large\.", "range", "数字过大"),
    (r"String does not match expected pattern\.", "format", "格式不对"),
)
_PATTERNS: Final = [(re.compile(pattern), code, zh) for pattern, code, zh in reversed(_WORDS)]


def fault(path: str, code: str, zh: str, en: str) -> dict[str, str]:
    """One entry of `Invalid.problems`."""
    return {"path": path, "code": code, "message_zh": zh, "message_en": en}


def invalid(path: str, code: str, zh: str, en: str) -> Invalid:
    """An `Invalid` with one fault."""
    return Invalid(problems=[fault(path, code, zh, en)])


def of_messages(messages: Mapping[str, Any]) -> Invalid:
    """`Invalid` of webargs' messages (location -> field -> texts); paths are dotted, of query parameters with `?`."""
    problems = [
        _fault(f"{'?' if location == 'query' else ''}{path}", text)
        for location, below in messages.items()
        for path, text in _flat(below, "")
    ]
    return Invalid(problems=problems)


def _flat(messages: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(messages, dict):
        for key, below in messages.items():
            here = "" if key == "_schema" else str(key)
            yield from _flat(below, f"{path}.{here}" if path and here else path or here)
    elif isinstance(messages, list | tuple):
        for below in messages:
            yield from _flat(below, path)
    else:
        yield path, str(messages)


def _fault(path: str, text: str) -> dict[str, str]:
    for pattern, code, zh in _PATTERNS:
        found = pattern.fullmatch(text)
        if found:
            return fault(path, code, zh.format(*found.groups()), text)
    return fault(path, "invalid", "无效", text)
