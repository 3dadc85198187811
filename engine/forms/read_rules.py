"""The parts of a component which limit its value: the `validate` block, options, and whether they fit each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from engine.forms import js_pattern, patterns
from engine.forms.clean import clean
from engine.forms.conditions import Formula, is_expression
from engine.forms.schema import CHOICES, KEYED, MANY, TEXTS, Component, Kind, Option, Rules

if TYPE_CHECKING:
    from engine.forms.read import Reader

SETTINGS = (
    "subtype",
    "timeSerializingFormat",
    "disallowPassedDates",
    "increment",
    "decimalDigits",
    "serializeToString",
    "accept",
    "multiple",
)
_LIMITS = frozenset({"min", "max", "minLength", "maxLength"})
_TEXT_RULES = frozenset({"required", "minLength", "maxLength", "pattern", "validationType"})
_RULES = _LIMITS | _TEXT_RULES
_FITTING: dict[Kind, frozenset[str]] = {
    **dict.fromkeys(KEYED - {Kind.EXPRESSION}, frozenset({"required"})),
    **dict.fromkeys(TEXTS, _TEXT_RULES),
    Kind.NUMBER: frozenset({"required", "min", "max"}),
}
"""The rules a kind of component can have; form-js would check the others too, against a text made of the value."""
_MAX_LIMIT = 1_000_000
_DEEP = 20


def rules(raw: Mapping[str, Any], kind: Kind, reader: Reader, element: str) -> Rules:
    """The `validate` block of a component."""
    block = raw.get("validate", {})
    if not isinstance(block, Mapping):
        reader.add(element, "bad-property", found="validate")
        return Rules()
    for name in sorted(_RULES - _FITTING.get(kind, frozenset())):
        if truthy(block.get(name)) or (name in _LIMITS and block.get(name) is not None):
            reader.add(element, "misplaced-rule", found=name)
    if not isinstance(block.get("required") or False, bool):
        reader.add(element, "bad-property", found="required")
    pattern = _pattern(block.get("pattern") or "", reader, element)
    message = block.get("patternErrorMessage")
    validation_type = block.get("validationType")
    if validation_type not in (None, "", "custom", "email", "phone"):
        reader.add(element, "bad-property", found="validationType")
    return Rules(
        required=block.get("required") is True,
        min_length=_length(block, "minLength", reader, element),
        max_length=_length(block, "maxLength", reader, element),
        min=_number(block, "min", reader, element),
        max=_number(block, "max", reader, element),
        pattern=pattern,
        pattern_message=message[:500] if isinstance(message, str) else "",
        validation_type=validation_type if isinstance(validation_type, str) else "",
    )


def _pattern(text: object, reader: Reader, element: str) -> str:
    """A pattern which may be run; the weight of its repeats is known before it is compiled."""
    if not isinstance(text, str):
        reader.add(element, "bad-pattern")
        return ""
    if not text or reader.too_much(text, patterns.COST):
        return ""
    try:
        size = patterns.translated(text).size
    except js_pattern.Refused as refused:
        code = "heavy-pattern" if refused.heavy else "foreign-pattern" if refused.found else "bad-pattern"
        reader.add(element, code, found=refused.found, limit=str(js_pattern.MAX_SIZE))
        return ""
    if reader.too_much("", size // patterns.SIZES):
        return ""
    if patterns.compiled(text) is None:
        reader.add(element, "bad-pattern")
        return ""
    return text


def _length(block: Mapping[str, Any], name: str, reader: Reader, element: str) -> int | Formula | None:
    found = _number(block, name, reader, element)
    if isinstance(found, Decimal):
        if found != found.to_integral_value() or not 0 <= found <= _MAX_LIMIT:
            reader.add(element, "bad-limit", found=name)
            return None
        return int(found)
    return found


def _number(block: Mapping[str, Any], name: str, reader: Reader, element: str) -> Decimal | Formula | None:
    value = block.get(name)
    if value is None or (value == "" and name not in ("min", "max")):
        return None
    if is_expression(value):
        return reader.formula(element, name, value)
    found = decimal(value)
    if found is None:
        reader.add(element, "bad-limit", found=name)
    return found


def decimal(value: object) -> Decimal | None:
    """A finite number of a schema: JSON number or numeral."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        found = Decimal(str(value)[:50])
    except (InvalidOperation, ValueError):  # also a whole number of thousands of digits
        return None
    return found if found.is_finite() and abs(found.adjusted()) < 40 else None


def static_options(values: Sequence[Any], reader: Reader, element: str) -> tuple[Option, ...]:
    """The options of the schema itself; a nameless or doubled value is a finding."""
    found: list[Option] = []
    known: set[object] = set()
    for raw in values:
        made = option(raw)
        if made is None:
            label = raw.get("label") if isinstance(raw, Mapping) else raw
            reader.add(element, "option-without-value", found=label[:100] if isinstance(label, str) else "")
        elif identity(made.value) in known:
            reader.add(element, "duplicate-option", found=made.label[:100])
        else:
            found.append(made)
            known.add(identity(made.value))
    return tuple(found)


def option(raw: Any) -> Option | None:
    """An option as form-js normalises it: a primitive, or an object with `value` and perhaps `label`; else None."""
    if _primitive(raw):
        return Option(str(raw), raw)
    if not isinstance(raw, Mapping):
        return None
    label, value = raw.get("label"), raw.get("value")
    if isinstance(label, str) and label and (_primitive(value) or (isinstance(value, Mapping) and value)):
        return Option(label, value)
    return Option(str(value), value) if _primitive(value) else None


def _primitive(value: Any) -> bool:
    return isinstance(value, (bool, int, float, Decimal)) or (isinstance(value, str) and value != "")


def identity(value: Any) -> object:
    """What is equal for values which are equal as JSON: true is not 1. What lies very deep in them does not count.

    Fractions are compared as JavaScript shows them, to 15 digits: 0.1 + 0.2 is 0.3.
    """
    return _frozen(value, 0)


def _frozen(value: Any, depth: int) -> object:
    if isinstance(value, (bool, str)) or value is None:
        return type(value), value
    if isinstance(value, (int, float, Decimal)):
        exact = isinstance(value, int) or (value == round(value) if math.isfinite(value) else False)
        return value if exact else f"{float(value):.15g}"
    if depth == _DEEP:
        return None
    if isinstance(value, Mapping):
        return frozenset((name, _frozen(inner, depth + 1)) for name, inner in value.items())
    return tuple(_frozen(inner, depth + 1) for inner in value)


def truthy(value: object) -> bool:
    """Whether JavaScript takes a value of JSON for true."""
    return value not in (None, False, 0, "")


_WORDS = {
    "subtype": (None, "date", "time", "datetime"),
    "timeSerializingFormat": (None, "", "utc_offset", "utc_normalized", "no_timezone"),
}


def check(component: Component, reader: Reader) -> None:
    """Whether the parts fit each other."""
    element, found = component.id, component.rules
    for low, high in ((found.min, found.max), (found.min_length, found.max_length)):
        if isinstance(low, (int, Decimal)) and isinstance(high, (int, Decimal)) and low > high:
            reader.add(element, "limits")
    if component.keyed and component.kind is not Kind.EXPRESSION and component.label in {"", ".".join(component.path)}:
        reader.add(element, "no-label", "warning")
    if component.hide is not None and component.hide.text == "true" and found.required:
        reader.add(element, "hidden-required", "warning")
    if component.default is not None and component.default != "":
        _check_default(component, reader)
    digits = component.settings.get("decimalDigits", 0)
    if isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= 30:
        reader.add(element, "bad-property", found="decimalDigits")
    increment = component.settings.get("increment")
    if increment not in (None, "") and not (decimal(increment) or 0) > 0:
        reader.add(element, "bad-property", found="increment")
    for name, known in _WORDS.items():
        if component.settings.get(name) not in known:
            reader.add(element, "bad-property", found=name)


_DEFAULTS: dict[Kind, tuple[type, ...]] = {
    Kind.CHECKBOX: (bool,),
    Kind.TEXTFIELD: (str,),
    Kind.TEXTAREA: (str,),
    Kind.DATETIME: (str,),
    Kind.NUMBER: (int, float, str),
    Kind.CHECKLIST: (list, tuple),
    Kind.TAGLIST: (list, tuple),
}


def _check_default(component: Component, reader: Reader) -> None:
    kinds = _DEFAULTS.get(component.kind)
    default = component.default
    numeric = component.kind is not Kind.NUMBER or decimal(default) is not None
    if (kinds is not None and (not isinstance(default, kinds) or not numeric)) or (
        component.keyed and component.kind is not Kind.EXPRESSION and clean(component, default)[1] is not None
    ):
        reader.add(component.id, "bad-default")
        return
    if component.kind in CHOICES and component.options is not None:
        wanted = list(default) if component.kind in MANY else [default]
        if not {identity(value) for value in wanted} <= {identity(one.value) for one in component.options}:
            reader.add(component.id, "default-not-offered")
