"""One submitted value -> one clean value, by component type, without looking at any other value.

Every function takes the raw value as it came (anything at all) and gives `(value, fault)`; the fault is a code of
`messages.MESSAGES` with its facts, and the value is then the type's empty value.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from engine.forms import utf16
from engine.forms.schema import MANY, Component, Kind

Fault = tuple[str, dict[str, object]] | None
Cleaned = tuple[Any, Fault]

MAX_TEXT = 100_000
_MAX_CHOICES = 1_000
_MAX_FILES = 100
_NUMERAL = re.compile(r"[-+]?(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][-+]?\d{1,2})?\Z", re.ASCII)
_BAD_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_TIME = re.compile(r"(\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(Z|[-+]\d\d:\d\d)?\Z", re.ASCII)


def empty_of(component: Component) -> Any:
    """What form-js submits for a field left alone."""
    if component.kind in MANY:
        return []
    if component.kind in {Kind.TEXTFIELD, Kind.TEXTAREA}:
        return ""
    return False if component.kind is Kind.CHECKBOX else None


def clean(component: Component, raw: object) -> Cleaned:
    """The clean value of a keyed component (not of an expression, whose value is never taken from the data)."""
    if raw is None or (isinstance(raw, str) and not raw):
        return empty_of(component), None
    value, fault = _CLEANERS[component.kind](component, raw)
    return (empty_of(component), fault) if fault is not None else (value, None)


def _wrong(wanted: str) -> Cleaned:
    return None, ("type", {"wanted": wanted})


def _text(component: Component, raw: object) -> Cleaned:
    if not isinstance(raw, str):
        return _wrong("text")
    if utf16.length(raw) > MAX_TEXT:
        return None, ("max-length", {"limit": MAX_TEXT})
    if _BAD_CHARACTERS.search(raw):
        return None, ("characters", {})
    return sanitized(component, raw), None


def sanitized(component: Component, text: str) -> str:
    """A text as the field can hold it: a text field has one line."""
    return re.sub(r"[\r\n\t]", " ", text) if component.kind is Kind.TEXTFIELD else str(text)


def _number(component: Component, raw: object) -> Cleaned:
    found = number(raw)
    if found is None:
        return _wrong("number")
    if component.settings.get("serializeToString") is True:
        return format(found, "f"), None
    plain = plain_number(found)
    return (None, ("precision", {})) if plain is None else (plain, None)


def number(raw: object) -> Decimal | None:
    """A finite number of at most 40 digits; booleans and anything which only looks like a number are none."""
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw) if abs(raw) < 10**40 else None
    if isinstance(raw, float):
        return Decimal(repr(raw)) if math.isfinite(raw) and abs(raw) < 1e40 else None
    if isinstance(raw, Decimal):
        return raw if raw.is_finite() and -40 < raw.adjusted() < 40 and len(raw.as_tuple().digits) <= 40 else None
    if isinstance(raw, str) and len(raw) <= 90 and _NUMERAL.match(raw.strip()):
        try:
            found = Decimal(raw.strip())
        except InvalidOperation:
            return None
        return found if not found or -40 < found.adjusted() < 40 else None
    return None


def plain_number(value: Decimal) -> int | float | None:
    """A JSON number which reads back as the same value; None when there is none."""
    if value == value.to_integral_value():
        whole = int(value)
        return whole if abs(whole) <= 2**53 else None
    real = float(value)
    return real if Decimal(repr(real)) == value else None


def _checkbox(_: Component, raw: object) -> Cleaned:
    return (raw, None) if isinstance(raw, bool) else _wrong("boolean")


def _choice(_: Component, raw: object) -> Cleaned:
    return (raw, None) if _simple(raw, 4) else _wrong("choice")


def _choices(_: Component, raw: object) -> Cleaned:
    if not isinstance(raw, (list, tuple)):
        return _wrong("list")
    if len(raw) > _MAX_CHOICES:
        return None, ("items", {"limit": _MAX_CHOICES})
    return (list(raw), None) if all(_simple(value, 4) for value in raw) else _wrong("choice")


def _simple(value: object, depth: int) -> bool:
    """Whether a value could be that of an option: JSON data, shallow and small."""
    if isinstance(value, str):
        return len(value) <= 10_000 and not _BAD_CHARACTERS.search(value)
    if isinstance(value, (bool, int, float, Decimal)):
        return isinstance(value, bool) or number(value) is not None
    if depth and isinstance(value, Mapping) and len(value) <= 50:
        return all(isinstance(key, str) and _simple(part, depth - 1) for key, part in value.items())
    if depth and isinstance(value, (list, tuple)) and len(value) <= 50:
        return all(_simple(part, depth - 1) for part in value)
    return value is None


def _moment(component: Component, raw: object) -> Cleaned:
    subtype = component.settings.get("subtype") or "date"
    fault: tuple[str, dict[str, object]] = (str(subtype), {})
    if not isinstance(raw, str) or len(raw) > 40:
        return None, fault
    text = raw.strip()
    if subtype == "date":
        return (text, None) if _is_date(text) else (None, fault)
    if subtype == "time":
        return _clock(component, text, "", fault)
    day, separator, clock = text.partition("T")
    if not separator or not _is_date(day):
        return None, fault
    return _clock(component, clock, f"{day}T", fault)


def _is_date(text: str) -> bool:
    if not _DATE.match(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _clock(component: Component, text: str, before: str, fault: tuple[str, dict[str, object]]) -> Cleaned:
    match = _TIME.match(text)
    if match is None:
        return None, fault
    zone = match.group(2)
    try:
        dt.time.fromisoformat(match.group(1) + ("+00:00" if zone in {None, "Z"} else str(zone)))
    except ValueError:
        return None, fault
    wanted = component.settings.get("timeSerializingFormat")
    if (
        (wanted == "utc_offset" and zone is None)
        or (wanted == "utc_normalized" and zone not in {"Z", "+00:00"})
        or (wanted == "no_timezone" and zone is not None)
    ):
        return None, ("zone", {})
    return before + text, None


_FILE_KEYS = {"id": str, "name": str, "type": str, "size": int}


def _files(_: Component, raw: object) -> Cleaned:
    """A reference (text), a description with `id` and perhaps `name`, `type`, `size`, or a list of these."""
    wanted = list(raw) if isinstance(raw, (list, tuple)) else [raw]
    if len(wanted) > _MAX_FILES:
        return None, ("items", {"limit": _MAX_FILES})
    found = [_file(one) for one in wanted]
    if any(one is None for one in found):
        return None, ("file", {})
    return (found if isinstance(raw, (list, tuple)) else found[0]), None


def _file(raw: object) -> Any:
    if isinstance(raw, str):
        return raw if 0 < len(raw) <= 500 and not _BAD_CHARACTERS.search(raw) else None
    if not isinstance(raw, Mapping) or not raw.get("id"):
        return None
    kept = {name: raw[name] for name in _FILE_KEYS if raw.get(name) is not None}
    for name, value in kept.items():
        if not isinstance(value, _FILE_KEYS[name]) or isinstance(value, bool):
            return None
        if isinstance(value, str) and (len(value) > 500 or _BAD_CHARACTERS.search(value)):
            return None
        if isinstance(value, int) and not 0 <= value <= 2**53:
            return None
    return kept


_CLEANERS: dict[Kind, Callable[[Component, object], Cleaned]] = {
    Kind.TEXTFIELD: _text,
    Kind.TEXTAREA: _text,
    Kind.NUMBER: _number,
    Kind.CHECKBOX: _checkbox,
    Kind.RADIO: _choice,
    Kind.SELECT: _choice,
    Kind.CHECKLIST: _choices,
    Kind.TAGLIST: _choices,
    Kind.DATETIME: _moment,
    Kind.FILEPICKER: _files,
}
