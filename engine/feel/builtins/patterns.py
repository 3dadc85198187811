"""Regular expressions of XPath 3.1 (DMN 1.5, 10.3.4.3), run by the `regex` package under a time limit, so that none can explode.

Translated: flags `s m i x q`, class subtraction `[a-z-[aeiou]]`, `\\i \\c` names, `\\p{IsBlock}`, `$` and `^` and `.` as XPath means them. Refused:
what XPath does not know (look-around, named groups, inline flags, possessive quantifiers), with null as the result.
"""

from functools import lru_cache
from typing import Any

import regex

from engine.feel.budget import Meter
from engine.feel.builtins.registry import Failed
from engine.feel.errors import BudgetExceeded

MAX_PATTERN = 1_000
TIMEOUT = 0.05
_FLAGS = {"s": regex.DOTALL, "m": regex.MULTILINE, "i": regex.IGNORECASE, "x": regex.VERBOSE}


def matches(meter: Meter, text: str, pattern: str, flags: str) -> bool:
    """Whether the pattern matches somewhere in the text."""
    return _guarded(meter, lambda: _compiled(pattern, flags).search(text, timeout=TIMEOUT) is not None)


def replace(meter: Meter, text: str, pattern: str, replacement: str, flags: str) -> str:
    """The text with each match replaced; raises Failed for a pattern which matches the empty text (XPath FORX0003)."""
    compiled = _compiled(pattern, flags)
    template = [replacement] if "q" in flags else _template(replacement, compiled.groups)

    def expand(match: Any) -> str:
        out = "".join(part if isinstance(part, str) else match[part] or "" for part in template)
        meter.write(len(out))
        return out

    meter.write(len(text))
    return str(_guarded(meter, lambda: compiled.sub(expand, text, timeout=TIMEOUT)))


def split(meter: Meter, text: str, pattern: str) -> list[str]:
    """The parts between the matches; groups in the pattern add no parts."""
    compiled = _compiled(pattern, "")

    def parts() -> list[str]:
        found, begin = [], 0
        for match in compiled.finditer(text, timeout=TIMEOUT):
            if match.end() == match.start():
                continue
            found.append(text[begin : match.start()])
            begin = match.end()
            meter.grow(1)
        return [*found, text[begin:]]

    meter.write(len(text))
    result: list[str] = _guarded(meter, parts)
    return result


def _guarded(meter: Meter, work: Any) -> Any:
    meter.step(10)
    try:
        return work()
    except TimeoutError:
        raise BudgetExceeded("seconds", TIMEOUT) from None
    except (regex.error, OverflowError, MemoryError, RecursionError):
        raise Failed("the pattern is no regular expression") from None


@lru_cache(maxsize=256)
def _compiled(pattern: str, flags: str) -> Any:
    if len(pattern) > MAX_PATTERN:
        raise Failed("the pattern is too long")
    options = 0
    for flag in flags:
        if flag == "q":
            pattern = regex.escape(pattern)
        elif flag in _FLAGS:
            options |= _FLAGS[flag]
        else:
            raise Failed(f"there is no flag {flag!r}")
    try:
        return regex.compile(pattern, options | regex.VERSION0)
    except (regex.error, OverflowError, RecursionError, MemoryError, ValueError, IndexError, KeyError):
        raise Failed("the pattern is no regular expression") from None


def _template(replacement: str, groups: int) -> list[str | int]:
    parts: list[str | int] = []
    index = 0
    while index < len(replacement):
        char, following = replacement[index], replacement[index + 1 : index + 2]
        if char == "\\" and following in ("\\", "$") and following:
            parts.append(following)
            index += 2
        elif char == "$" and following.isascii() and following.isdigit():
            end = index + 2
            while (
                end < len(replacement)
                and replacement[end].isascii()
                and replacement[end].isdigit()
                and int(replacement[index + 1 : end + 1]) <= groups
            ):
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
