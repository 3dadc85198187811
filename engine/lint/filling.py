"""Filling a form in the dry run: with values which open paths, mended where the form does not accept them."""

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from random import Random
from typing import Any

from engine.feel import to_plain
from engine.feel.functions import Functions
from engine.forms import Component, FieldProblem, Form, Kind, patterns
from engine.forms.rows import look
from engine.forms.schema import CHOICES, MANY, TEXTS
from engine.lint.choosing import Chooser, put

TRIES = 3
_SAMPLES = (
    "x", "1", "12", "123456", "A1", "AB123456", "13800001234", "+8613800001234", "2030-01-01", "a@b.example",
    "110101199003071234", "12345678901234567890",
)  # fmt: skip
_MOMENTS = {"date": "2030-01-01", "time": "09:00"}
_ROW = re.compile(r"\[\d+\]")


def filled(
    form: Form, chooser: Chooser, context: Mapping[str, Any], functions: Functions
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """What somebody may send: the values the form lets through, and what it still objects to after some tries."""
    given = _given(form.root, chooser)
    submission = form.validate(given, context=context, functions=functions)
    for _ in range(TRIES):
        if not submission.problems:
            return submission.values, []
        wrong = {_ROW.sub("", each.path) for each in submission.problems}
        _mend(form.root, given, chooser.rng, "", wrong)
        submission = form.validate(given, context=context, functions=functions)
    return (given if submission.problems else submission.values), submission.problems


def _given(holder: Component, chooser: Chooser) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for component in holder.components:
        if component.repeats and component.path:
            put(found, list(component.path), [_given(component, chooser)])
        elif component.keyed and component.path:
            put(found, list(component.path), _picked(component, chooser))
        else:
            _merge(found, _given(component, chooser))
    return found


def _picked(component: Component, chooser: Chooser) -> Any:
    """What the bundle gives a field's name, or one of the field's own options."""
    name = ".".join(component.path)
    value = chooser.pick(name)
    if component.kind in CHOICES - MANY and component.options:
        offered = [option.value for option in component.options]
        return value if value in offered else offered[chooser.index(name, len(offered))]
    return value


def _mend(holder: Component, data: dict[str, Any], rng: Random, before: str, wrong: Collection[str]) -> None:
    """Put a fitting value where a field was wrong."""
    for component in holder.components:
        path = before + ".".join(component.path)
        if component.repeats and component.path:
            rows = look(data, component.path)
            for row in rows if isinstance(rows, list) else ():
                _mend(component, row, rng, f"{path}.", wrong)
        elif component.keyed and path in wrong:
            put(data, list(component.path), fitting(component, rng))
        else:
            _mend(component, data, rng, before, wrong)


def fitting(component: Component, rng: Random) -> Any:
    """A value which the rules of a field allow, as far as they are plain."""
    rules, settings = component.rules, component.settings
    if component.kind in CHOICES and component.options:
        value = rng.choice(component.options).value
        return [value] if component.kind in MANY else value
    if component.kind is Kind.CHECKBOX:
        return True
    if component.kind is Kind.NUMBER:
        limits = [limit for limit in (rules.min, rules.max) if isinstance(limit, int | float | Decimal)]
        return to_plain(rng.choice(limits or [1]))
    if component.kind is Kind.DATETIME:
        subtype = str(settings.get("subtype") or "date")
        return _MOMENTS.get(subtype, "2030-01-01T09:00")
    return _text(component) if component.kind in TEXTS else None


def _text(component: Component) -> str:
    rules = component.rules
    least = rules.min_length if isinstance(rules.min_length, int) else 1
    most = rules.max_length if isinstance(rules.max_length, int) else 10_000
    wanted = {"email": patterns.EMAIL, "phone": patterns.PHONE}.get(rules.validation_type, rules.pattern)
    samples = [each for each in _SAMPLES if not wanted or patterns.found_in(wanted, each)]
    fits = (each for each in samples if least <= len(each) <= most)
    return next(fits, ("x" * max(least, 1))[:most])


def _merge(data: dict[str, Any], other: Mapping[str, Any]) -> None:
    for name, value in other.items():
        if isinstance(value, dict) and isinstance(data.get(name), dict):
            _merge(data[name], value)
        else:
            data[name] = value
