"""The fields of one submission: every keyed component, once for each row of the lists it stands in.

The shape comes from the submitted data, else from the context, else from the schema's defaults; values are looked up by
the paths of the schema only, so that nothing else in a payload is ever touched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.feel import Meter
from engine.forms.clean import Fault, clean
from engine.forms.conditions import Formula
from engine.forms.problems import FieldProblem, problem
from engine.forms.rows import MISSING, known_value, look, recognised
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
    """The value of the context, or the default: what stays when the field is locked, and what others see of it while
    it is hidden."""

    @property
    def path(self) -> str:
        """`items[0].name`."""
        return path_text(self.steps)

    @property
    def computed(self) -> bool:
        """Whether its value is never taken from the data."""
        return self.component.kind is Kind.EXPRESSION

    @property
    def counts(self) -> Any:
        """The value it has unless it is hidden."""
        return self.known if self.locked and not self.computed else self.value


@dataclass(slots=True)
class Repeat:
    """A dynamic list: its rows, how many of them came, what may hide it."""

    component: Component
    steps: Steps
    rows: list[Row]
    came: int
    guards: tuple[tuple[Formula, Row], ...]
    hidden: bool = False


@dataclass(slots=True)
class Shape:
    """All instances in document order, the lists (outer ones first), and what was wrong with the lists."""

    instances: list[Instance] = field(default_factory=list)
    lists: list[Repeat] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)
    rows: int = 0

    @property
    def full(self) -> bool:
        """Whether there was more than a form may have."""
        return len(self.instances) + self.rows > MAX_INSTANCES


def path_text(steps: Steps) -> str:
    """Steps as people and scripts read them."""
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def shape_of(root: Component, data: Mapping[str, Any], context: Mapping[str, Any], meter: Meter) -> Shape:
    """The fields of a submission with their clean values, no more than one too many. Raises BudgetExceeded."""
    visit = _Visit(data, context, meter)
    visit.component(root, (), Row(), ())
    return visit.shape


class _Visit:
    """A walk over the components of a form, once for each row."""

    def __init__(self, data: Mapping[str, Any], context: Mapping[str, Any], meter: Meter) -> None:
        self.shape = Shape()
        self.data = data
        self.context = context
        self.meter = meter

    def component(self, component: Component, above: Steps, row: Row, guards: tuple[tuple[Formula, Row], ...]) -> None:
        if self.shape.full:
            return
        self.meter.step()
        if component.hide is not None:
            guards = (*guards, (component.hide, row))
        steps = (*above, *component.path)
        if component.keyed:
            self._field(component, steps, row, guards)
        elif component.repeats:
            self._list(component, steps, row, guards)
        else:
            for child in component.components:
                self.component(child, steps, row, guards)

    def _list(self, component: Component, steps: Steps, row: Row, guards: tuple[tuple[Formula, Row], ...]) -> None:
        known, submitted = row.known(steps, self.context), look(self.data, steps)
        count, rows = self._rows(component, steps, known, submitted)
        origins, sure = recognised(component, known, rows, count, self.meter)
        if not sure:
            self.shape.problems.append(problem(path_text(steps), component.label, "rows"))
        found = Repeat(component, steps, [], count if rows is None else len(submitted or ()), guards)
        self.shape.lists.append(found)
        for index, origin in enumerate(origins):
            self.shape.rows += 1
            if self.shape.full:
                return
            place = None if origin is None or row.origin is None else (*row.origin, *steps[len(row.steps) :], origin)
            inner = Row((*steps, index), (*row.numbers, index + 1), row, place)
            found.rows.append(inner)
            for child in component.components:
                self.component(child, inner.steps, inner, guards)

    def _rows(
        self, component: Component, steps: Steps, known: Any, submitted: Any
    ) -> tuple[int, Sequence[object] | None]:
        """How many rows a list has, and the rows as they came: none when those of the context stay."""
        before = min(len(known) if isinstance(known, (list, tuple)) else component.opening_rows, MAX_ROWS)
        if submitted is MISSING:
            return before, None
        if submitted is None:
            submitted = []
        if not isinstance(submitted, (list, tuple)):
            self._wrong(component, steps, "type", wanted="list")
            return 0, None
        if component.fixed and len(submitted) > before:
            self._wrong(component, steps, "fixed-items")
            return before, None
        if len(submitted) > MAX_ROWS:
            self._wrong(component, steps, "items", limit=MAX_ROWS)
            return 0, None
        for index, item in enumerate(submitted):
            if item is not None and not isinstance(item, Mapping):  # null: a row in which everything was hidden
                self._wrong(component, (*steps, index), "type", wanted="object")
        return (before if component.fixed else len(submitted)), submitted

    def _wrong(self, component: Component, steps: Steps, code: str, **facts: object) -> None:
        self.shape.problems.append(problem(path_text(steps), component.label, code, **facts))

    def _field(self, component: Component, steps: Steps, row: Row, guards: tuple[tuple[Formula, Row], ...]) -> None:
        found = Instance(component, steps, row, guards)
        found.known = known_value(component, row.known(steps, self.context))
        if not found.computed:
            submitted = look(self.data, steps)
            found.value, found.fault = clean(component, found.known if submitted is MISSING else submitted)
        self.shape.instances.append(found)
