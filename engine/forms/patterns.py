"""Regular expressions of a form's author, run against a stranger's text: bounded in size and in time."""

from functools import lru_cache

import regex

from engine.feel import Meter
from engine.forms import js_pattern, utf16

MAX_PATTERN = 1_000
COST = 2
"""What a character costs to compile, compared with one of FEEL."""
SIZES = 80
"""How much size (`js_pattern.MAX_SIZE`) costs as much to compile as a text of FEEL without characters."""
_TIMEOUT = 0.05
_STEPS = 10
"""What a search costs the meter at least."""

_LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})+$"
"""The WHATWG e-mail pattern with bounded parts, and at least one dot in the domain."""
PHONE = r"^(\+|00)[1-9][0-9]{5,18}$"
"""ITU-T E.164 with an international prefix, as form-js wants it."""


def translated(pattern: str) -> js_pattern.Translated:
    """The pattern as it will be run; raises `js_pattern.Refused`."""
    if len(pattern) > MAX_PATTERN:
        raise js_pattern.Refused
    return js_pattern.translate(pattern)


@lru_cache(maxsize=256)
def compiled(pattern: str) -> regex.Pattern[str] | None:
    """The compiled pattern, None when it is none or may not be used."""
    try:
        return regex.compile(translated(pattern).text, regex.ASCII | regex.VERSION0, cache_pattern=False)
    except (js_pattern.Refused, regex.error, OverflowError, RecursionError, MemoryError, ValueError):
        return None


def found_in(pattern: str, text: str, meter: Meter | None = None) -> bool:
    """Whether the pattern matches somewhere in the text; False when it is broken or takes longer than 50 ms.

    meter: counts the time; raises BudgetExceeded when none is left.
    """
    program = compiled(pattern)
    if program is None:
        return False
    meter = meter or Meter()
    meter.step(_STEPS)
    try:
        return program.search(utf16.units(text), timeout=min(meter.remaining(), _TIMEOUT)) is not None
    except (TimeoutError, MemoryError, RecursionError):
        meter.remaining()
        return False
