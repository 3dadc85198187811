"""Whether a clean value keeps the rules of its field: required, lengths, limits, pattern, choices, dates, files."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from engine.clock import now
from engine.feel import to_plain
from engine.forms import patterns, utf16
from engine.forms.clean import Fault, number
from engine.forms.conditions import Formula
from engine.forms.instances import Instance
from engine.forms.problems import FieldProblem, problem
from engine.forms.read_rules import identity, option
from engine.forms.rows import look
from engine.forms.schema import CHOICES, MANY, TEXTS, Kind, Option
from engine.forms.validate import Checking

_MAX_OPTIONS = 20_000
Faults = Iterator[tuple[str, dict[str, object]]]


def check(each: Instance, checking: Checking, zone: str) -> list[FieldProblem]:
    """What is wrong with a field; nothing when it is hidden, locked or computed. zone: IANA name, for `today`."""
    if each.hidden or each.locked or each.component.kind is Kind.EXPRESSION:
        return []
    if each.fault is not None:
        return [_problem(each, each.fault)]
    if _is_empty(each):
        if each.component.rules.required:
            return [_problem(each, ("required", {}))]
        if not each.value:
            return []
    return [_problem(each, fault) for fault in _faults(each, checking, zone)]


def _problem(each: Instance, fault: Fault) -> FieldProblem:
    code, facts = fault if fault is not None else ("required", {})
    found = problem(each.path, each.component.label, code, **facts)
    own = each.component.rules.pattern_message
    if code == "pattern" and own:
        return FieldProblem(found.path, found.label, code, own, own)
    return found


def _is_empty(each: Instance) -> bool:
    """Whether a field is not filled in: stricter than form-js, for which white space is something."""
    value = each.value
    if isinstance(value, str):
        return not utf16.trim(value)
    return (
        value is None
        or (value is False and each.component.kind is Kind.CHECKBOX)
        or (value == [] and _takes_many(each))
    )


def _takes_many(each: Instance) -> bool:
    return each.component.kind in MANY or each.component.kind is Kind.FILEPICKER


def _faults(each: Instance, checking: Checking, zone: str) -> Faults:
    kind = each.component.kind
    if kind in TEXTS:
        yield from _text(each, checking)
    elif kind is Kind.NUMBER:
        yield from _number(each, checking)
    elif kind in CHOICES:
        yield from _choice(each, checking)
    elif kind is Kind.DATETIME:
        yield from _moment(each, zone)
    elif kind is Kind.FILEPICKER:
        yield from _files(each, checking)


def _text(each: Instance, checking: Checking) -> Faults:
    rules, text = each.component.rules, str(each.value)
    length = Decimal(utf16.length(utf16.trim(text)))
    yield from _between(length, {"min-length": rules.min_length, "max-length": rules.max_length}, each, checking)
    if rules.pattern and not patterns.found_in(rules.pattern, text, checking.meter):
        yield "pattern", {}
    if rules.validation_type == "email" and not patterns.found_in(patterns.EMAIL, text, checking.meter):
        yield "email", {}
    if rules.validation_type == "phone" and not patterns.found_in(patterns.PHONE, text, checking.meter):
        yield "phone", {}


def _between(size: Decimal, limits: dict[str, Any], each: Instance, checking: Checking) -> Faults:
    """A size against its limits, by code. A formula may give a number as a text, and null for no limit (form-js)."""
    for code, limit in limits.items():
        found = to_plain(checking.value(limit, each.row)) if isinstance(limit, Formula) else limit
        if found is None:
            continue
        bound = number(found)
        if bound is None:
            yield "limit", {}
        elif size < bound if code.startswith("min") else size > bound:
            yield code, {"limit": format(bound, "f")}


def _number(each: Instance, checking: Checking) -> Faults:
    component, value = each.component, number(each.value) or Decimal(0)
    digits = component.settings.get("decimalDigits")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(digits, int) and isinstance(exponent, int) and -exponent > digits:
        yield "decimals", {"limit": digits}
    step = number(component.settings.get("increment"))
    if step and value % step:
        yield "increment", {"limit": format(step, "f")}
    yield from _between(value, {"min": component.rules.min, "max": component.rules.max}, each, checking)


def options(each: Instance, checking: Checking) -> list[Option]:
    """The choices a field offers: of the schema, of the context (never of the submission), or computed."""
    component = each.component
    if component.options is not None:
        return list(component.options)
    if component.options_formula is not None:
        found = checking.value(component.options_formula, each.row)
    else:
        found = look(checking.opening, (component.options_key,))
    if not isinstance(found, list):
        return []
    made = (option(to_plain(raw)) for raw in found[:_MAX_OPTIONS])
    return [one for one in made if one is not None]


def _choice(each: Instance, checking: Checking) -> Faults:
    chosen = each.value if each.component.kind in MANY else [each.value]
    offered = [one.value for one in options(each, checking)]
    if not {identity(value) for value in chosen} <= {identity(one) for one in offered}:
        yield "option", {}
    elif len({identity(value) for value in chosen}) < len(chosen):
        yield "duplicate", {}


def _moment(each: Instance, zone: str) -> Faults:
    settings, text = each.component.settings, str(each.value)
    if settings.get("disallowPassedDates") is True and settings.get("subtype") != "time" and text != each.known:
        today = now().astimezone(zoneinfo.ZoneInfo(zone)).date()
        if dt.date.fromisoformat(text[:10]) < today:
            yield "past", {}


def _files(each: Instance, checking: Checking) -> Faults:
    settings = each.component.settings
    files = each.value if isinstance(each.value, list) else [each.value]
    multiple = settings.get("multiple", False)
    if isinstance(multiple, str):
        multiple = multiple == "true"
    if len(files) > 1 and multiple is not True:
        yield "file-count", {}
    accept = settings.get("accept")
    if isinstance(accept, str) and accept.strip() and not accept.startswith("="):
        wanted = [part.strip().lower() for part in accept.split(",") if part.strip()]
        if not all(_accepted(one, wanted) for one in files):
            yield "file-type", {}


def _accepted(file: Any, wanted: list[str]) -> bool:
    """HTML `accept`: `.pdf`, `image/png` or `image/*`; a bare reference cannot be judged here."""
    if not isinstance(file, dict) or not ("name" in file or "type" in file):
        return True
    name, kind = str(file.get("name", "")).lower(), str(file.get("type", "")).lower()
    for one in wanted:
        if one in {"*", "*/*"}:
            return True
        if one.startswith(".") and name.endswith(one):
            return True
        if "/" in one and (kind == one or (one.endswith("/*") and kind.startswith(one[:-1]))):
            return True
    return False
