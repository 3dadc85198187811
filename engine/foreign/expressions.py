"""Expressions of other engines -> FEEL as our dialect writes it (`=...`); None where the meaning is not clear."""

import re

from engine.feel.translate import NotTranslatable, from_juel, from_python_condition

_SINGLE = re.compile(r"^\s*[$#]\{(.*)\}\s*$", re.DOTALL)


def juel(text: str) -> str | None:
    """A text with or without `${...}`: a plain text stays as it is; an expression becomes `=FEEL`."""
    if "${" not in text and "#{" not in text:
        return text
    inside = _SINGLE.match(text)
    if inside is None or "${" in inside.group(1):
        return None
    try:
        return f"={from_juel(text)}"
    except NotTranslatable:
        return None


def condition(text: str) -> str | None:
    """A condition in JUEL."""
    translated = juel(text)
    return translated if translated is not None and translated.startswith("=") else None


_ROUNDS = re.compile(r'"(?:[^"\\]|\\.)*"|\bnrOf((?:Completed|Active)?Instances)\b')


def completion(text: str) -> str | None:
    """A completion condition in JUEL: what counts the rounds of a multi-instance has our names (`numberOf...`)."""
    translated = condition(text)
    if translated is None:
        return None
    return _ROUNDS.sub(lambda found: f"numberOf{found.group(1)}" if found.group(1) else found.group(), translated)


def python(text: str) -> str | None:
    """An expression in Python, as SpiffWorkflow writes it."""
    try:
        return f"={from_python_condition(text)}"
    except NotTranslatable:
        return None


def python_timer(text: str) -> str | None:
    """A timer in Python: a quoted ISO 8601 text is a literal, a plain one too."""
    bare = text.strip()
    quoted = re.fullmatch(r"([\"'])([^\"'\\]*)\1", bare)
    if quoted:
        return quoted.group(2)
    if re.fullmatch(r"[PR][0-9A-Z./:-]*|\d{4}-\d\d-\d\d.*", bare):
        return bare
    return python(bare)
