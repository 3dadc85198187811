"""The fields of one submission: every keyed component, once for each row of the lists it stands in.

The shape comes from the submitted data, else from the context, else from the schema's defaults; values are looked up by
the paths of the schema only, so that nothing else in a payload is ever touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel import FeelError, from_python, to_plain
from engine.forms.clean import Fault, clean, empty_of
from engine.forms.conditions import Formula
from engine.forms.problems import FieldProblem, problem
from engine.forms.schema import Component, Kind

MAX_ROWS = 500
MAX_INSTANCES = 5_000

Steps = tuple[str | int, ...]
_MISSING = object()


@dataclass(slots=True)
class Row:
    """Where an expression stands: the steps to the current row of a list (empty at the top), and the rows around it."""

    steps: Steps = ()
    numbers: tuple[int, ...] = ()
    parent: Row | None = None


@dataclass(slots=True)
class Instance:
    """A field: its component, where its value stands, what may hide it, and its clean value."""

    component: Component
    steps: Steps
    row: Row
    guards: tuple[tuple[Formula, Row], ...]
    value: Any = None
    fault: Fault = None
    hidden: bool = False
    locked: bool = False
    known: Any = None
    """The value of the context, or the default: what stays when the field is locked."""

    @property
    def path(self) -> str:
        """`items[0].name`."""
        return path_text(self.steps)


@dataclass(slots=True)
class Repeat:
    """A dynamic list: where it stands, how many rows it has, what may hide it."""

    steps: Steps
    count: int
    guards: tuple[tuple[Formula, Row], ...]
    hidden: bool = False


@dataclass(slots=True)
class Shape:
    """All instances in document order, the lists (outer ones first), and what was wrong with the lists."""

    instances: list[Instance] = field(default_factory=list)
    lists: list[Repeat] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)
    full: bool = False


def path_text(steps: Steps) -> str:
    """Steps as people and scripts read them."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def look(data: object, steps: Steps) -> Any:
    """What stands at the steps, or a sign that nothing does (`is_missing`)."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(data, (list, tuple)) or step >= len(data):
                return _MISSING
            data = data[step]
        elif isinstance(data, Mapping) and step in data:
            data = data[step]
        else:
            return _MISSING
    return data


def is_missing(value: object) -> bool:
    """Whether `look` found nothing."""
    return value is _MISSING


def shape_of(root: Component, data: Mapping[str, Any], context: Mapping[str, Any]) -> Shape:
    """The fields of a submission with their clean values."""
    shape = Shape()
    _visit(root, (), Row(), (), shape, data, context)
    return shape


def _visit(
    component: Component,
    above: Steps,
    row: Row,
    guards: tuple[tuple[Formula, Row], ...],
    shape: Shape,
    data: Mapping[str, Any],
    context: Mapping[str, Any],
) -> None:
    if component.hide is not None:
        guards = (*guards, (component.hide, row))
    steps = (*above, *component.path)
    if component.keyed:
        _add(component, steps, row, guards, shape, data, context)
    elif component.repeats:
        count = _rows(component, steps, shape, data, context)
        shape.lists.append(Repeat(steps, count, guards))
        for index in range(count):
            inner = Row((*steps, index), (*row.numbers, index + 1), row)
            for child in component.components:
                _visit(child, inner.steps, inner, guards, shape, data, context)
    else:
        for child in component.components:
            _visit(child, steps, row, guards, shape, data, context)


def _rows(component: Component, steps: Steps, shape: Shape, data: Mapping[str, Any], context: Mapping[str, Any]) -> int:
    known = look(context, steps)
    default = component.settings.get("defaultRepetitions", 1)
    usual = default if isinstance(default, int) and not isinstance(default, bool) and 0 <= default <= MAX_ROWS else 1
    before = len(known) if isinstance(known, (list, tuple)) else usual
    submitted = look(data, steps)
    if is_missing(submitted):
        return min(before, MAX_ROWS)
    if submitted is None:
        submitted = []
    where = path_text(steps)
    if not isinstance(submitted, (list, tuple)):
        shape.problems.append(problem(where, component.label, "type", wanted="list"))
        return 0
    if component.settings.get("allowAddRemove") is False and len(submitted) != before:
        shape.problems.append(problem(where, component.label, "fixed-items"))
        return min(before, MAX_ROWS)
    if len(submitted) > MAX_ROWS:
        shape.problems.append(problem(where, component.label, "items", limit=MAX_ROWS))
        return 0
    for index, item in enumerate(submitted):
        if not isinstance(item, Mapping):
            shape.problems.append(problem(path_text((*steps, index)), component.label, "type", wanted="object"))
    return len(submitted)


def _add(
    component: Component,
    steps: Steps,
    row: Row,
    guards: tuple[tuple[Formula, Row], ...],
    shape: Shape,
    data: Mapping[str, Any],
    context: Mapping[str, Any],
) -> None:
    if len(shape.instances) >= MAX_INSTANCES:
        shape.full = True
        return
    found = Instance(component, steps, row, guards)
    if component.kind is not Kind.EXPRESSION:
        found.known = _known(component, look(context, steps))
        submitted = look(data, steps)
        if is_missing(submitted):
            submitted = found.known
        found.value, found.fault = clean(component, submitted)
    shape.instances.append(found)


def _known(component: Component, value: Any) -> Any:
    if is_missing(value) or value is None:
        default = component.default
        return empty_of(component) if default is None else default
    try:
        return to_plain(from_python(value))
    except FeelError:
        return empty_of(component)
