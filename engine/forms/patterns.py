"""Regular expressions of a form's author, run against a stranger's text: bounded in size and in time.

Form-js tests `new RegExp(pattern).test(value)`; the `regex` package with ASCII classes means nearly the same.
"""

from functools import lru_cache

import regex

MAX_PATTERN = 1_000
COST = 2
"""What a character costs to compile, compared with one of FEEL."""
_TIMEOUT = 0.05
_HEAVY = regex.compile(r"\{\s*\d*\s*,?\s*\d{4,}")

EMAIL = r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-zA-Z0-9-]{1,63}(\.[a-zA-Z0-9-]{1,63})+$"
"""The WHATWG e-mail pattern with bounded parts, and at least one dot in the domain."""
PHONE = r"^(\+|00)[1-9][0-9]{5,18}$"
"""ITU-T E.164 with an international prefix, as form-js wants it."""


@lru_cache(maxsize=512)
def compiled(pattern: str) -> regex.Pattern[str] | None:
    """The compiled pattern, None when it is none, is too long, or repeats thousands of times."""
    if len(pattern) > MAX_PATTERN or _HEAVY.search(pattern):
        return None
    try:
        return regex.compile(pattern, regex.ASCII | regex.VERSION0)
    except (regex.error, OverflowError, RecursionError, MemoryError, ValueError, IndexError, KeyError):
        return None


def found_in(pattern: str, text: str) -> bool:
    """Whether the pattern matches somewhere in the text; False when it is broken or takes longer than 50 ms."""
    program = compiled(pattern)
    if program is None:
        return False
    try:
        return program.search(text, timeout=_TIMEOUT) is not None
    except (TimeoutError, MemoryError, RecursionError):
        return False
