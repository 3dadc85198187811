"""The fields of one submission: every keyed component, once for each row of the lists it stands in.

The shape comes from the submitted data, else from the context, else from the schema's defaults; values are looked up by
the paths of the schema only, so that nothing else in a payload is ever touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.forms.clean import Fault, clean
from engine.forms.conditions import Formula
from engine.forms.problems import FieldProblem, problem
from engine.forms.rows import MISSING, known_value, look, origins
from engine.forms.schema import Component, Kind

MAX_ROWS = 500
MAX_INSTANCES = 5_000

Steps = tuple[str | int, ...]


@dataclass(slots=True)
class Row:
    """Where an expression stands: the steps to the current row of a list (empty at the top), and the rows around it.

    origin: where the same row stands in the context; None when it is a new one.
    """

    steps: Steps = ()
    numbers: tuple[int, ...] = ()
    parent: Row | None = None
    origin: Steps | None = ()

    def known(self, steps: Steps, context: Mapping[str, Any]) -> Any:
        """What the context has for something inside the row, or MISSING."""
        return MISSING if self.origin is None else look(context, (*self.origin, *steps[len(self.steps) :]))


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
        known, submitted = row.known(steps, context), look(data, steps)
        count = _rows(component, steps, shape, known, submitted)
        shape.lists.append(Repeat(steps, count, guards))
        came = submitted if isinstance(submitted, (list, tuple)) and len(submitted) == count else None
        for index, origin in enumerate(origins(component, known, came, count)):
            place = None if origin is None or row.origin is None else (*row.origin, *steps[len(row.steps) :], origin)
            inner = Row((*steps, index), (*row.numbers, index + 1), row, place)
            for child in component.components:
                _visit(child, inner.steps, inner, guards, shape, data, context)
    else:
        for child in component.components:
            _visit(child, steps, row, guards, shape, data, context)


def _rows(component: Component, steps: Steps, shape: Shape, known: Any, submitted: Any) -> int:
    before = len(known) if isinstance(known, (list, tuple)) else component.opening_rows
    if submitted is MISSING:
        return min(before, MAX_ROWS)
    if submitted is None:
        submitted = []
    where = path_text(steps)
    if not isinstance(submitted, (list, tuple)):
        shape.problems.append(problem(where, component.label, "type", wanted="list"))
        return 0
    if component.fixed and len(submitted) != before:
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
        found.known = known_value(component, row.known(steps, context))
        submitted = look(data, steps)
        if submitted is MISSING:
            submitted = found.known
        found.value, found.fault = clean(component, submitted)
    shape.instances.append(found)
