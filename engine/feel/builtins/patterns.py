"""`matches`, `replace` and `split`, run by the `regex` package under a time limit, so that no pattern can explode.

The language of the patterns is XPath's (DMN 1.5, 10.3.4.3, table 74), see `xpath`; where XPath has an error FEEL has
null.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeVar

import regex

from engine.feel.budget import Meter
from engine.feel.builtins import xpath
from engine.feel.builtins.registry import Failed
from engine.feel.errors import BudgetExceeded

MAX_PATTERN = 1_000
TIMEOUT = 0.05
_FLAGS = {"s": 0, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": 0, "q": 0}
_Result = TypeVar("_Result")


def matches(meter: Meter, text: str, pattern: str, flags: str) -> bool:
    """Whether the pattern matches somewhere in the text."""
    compiled = _compiled(pattern, flags)
    return _guarded(meter, text, lambda timeout: compiled.search(text, timeout=timeout) is not None)


def replace(meter: Meter, text: str, pattern: str, replacement: str, flags: str) -> str:
    """The text with each match replaced; raises Failed for a pattern which matches the empty text (XPath FORX0003)."""
    compiled = _compiled(pattern, flags)
    template = [replacement] if "q" in flags else _template(replacement, compiled.groups)

    def expand(match: Any) -> str:
        out = "".join(part if isinstance(part, str) else match[part] or "" for part in template)
        meter.write(len(out) + 1)
        return out

    if compiled.search("", timeout=TIMEOUT) is not None:
        raise Failed("the pattern matches the empty text")
    return _guarded(meter, text, lambda timeout: str(compiled.sub(expand, text, timeout=timeout)))


def split(meter: Meter, text: str, pattern: str) -> list[str]:
    """The parts between the matches; groups in the pattern add no parts, matches of nothing split nothing."""
    compiled = _compiled(pattern, "")

    def parts(timeout: float) -> list[str]:
        found, begin = [], 0
        for match in compiled.finditer(text, timeout=timeout):
            if match.end() > match.start():
                found.append(text[begin : match.start()])
                begin = match.end()
                meter.grow(1)
        return [*found, text[begin:]]

    return _guarded(meter, text, parts)


def _guarded(meter: Meter, text: str, work: Callable[[float], _Result]) -> _Result:
    meter.step(10)
    meter.write(len(text))
    try:
        return work(min(TIMEOUT, meter.remaining()))
    except TimeoutError:
        raise BudgetExceeded("seconds", meter.budget.seconds) from None


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: str) -> Any:
    if len(pattern) > MAX_PATTERN:
        raise Failed("the pattern is too long")
    options = regex.VERSION1
    for flag in flags:
        if flag not in _FLAGS:
            raise Failed(f"there is no flag {flag!r}")
        options |= _FLAGS[flag]
    translated = xpath.translate(pattern, flags)
    try:
        return regex.compile(translated, options)
    except (regex.error, OverflowError, RecursionError, ValueError):
        raise Failed("the pattern is no regular expression") from None


def _template(replacement: str, groups: int) -> list[str | int]:
    parts: list[str | int] = []
    index = 0
    while index < len(replacement):
        char, following = replacement[index], replacement[index + 1 : index + 2]
        if char == "\\" and following in ("\\", "$") and following:
            parts.append(following)
            index += 2
        elif char == "$" and _is_digit(following):
            end = index + 2
            while _is_digit(replacement[end : end + 1]) and int(replacement[index + 1 : end + 1]) <= groups:
                end += 1
            group = int(replacement[index + 1 : end])
            parts.append(group if group <= groups else "")
            index = end
        elif char in "$\\":
            raise Failed("the replacement has a lonely $ or \\")
        else:
            parts.append(char)
            index += 1
    return parts


def _is_digit(char: str) -> bool:
    return char.isascii() and char.isdigit()
