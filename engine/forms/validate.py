"""Checking a submission: what is visible, what is computed, what may be changed, and what the values then are.

Conditions depend on values and values on conditions. They are evaluated in rounds until nothing changes: others see of
a hidden field the value the form opened with (form-js `useFilteredFormData`), of a locked (disabled or read-only) one
that of the context, of an expression its result. Every field with a condition for being read-only begins as locked, so
that no submission opens it by what it says about the field itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.feel import Functions, Meter, from_python, to_plain
from engine.forms.conditions import Formula
from engine.forms.facts import Facts, Hidden, laid, opening, rows, seen
from engine.forms.instances import Instance, Repeat, Row, Steps, shape_of
from engine.forms.rows import look
from engine.forms.schema import Component


class Checking:
    """One submission being checked: make it, `settle` it, then read `values` and ask for formulas.

    Raises BudgetExceeded when there is too much to check.
    """

    def __init__(
        self,
        root: Component,
        data: Mapping[str, Any],
        context: Mapping[str, Any],
        functions: Functions | None,
        meter: Meter,
    ) -> None:
        self.meter = meter
        self.shape = shape_of(root, data, context, meter)
        self.opening = opening(root, context, meter)
        self.functions = functions
        self._variables = from_python(dict(context), "context")
        self._facts: Facts = {}
        self._rows: Facts = {}
        self._scopes: dict[Steps, Facts] = {}
        self._parents: dict[Steps, Facts] = {}

    def settle(self) -> bool:
        """Evaluate conditions and expressions until they agree; whether they do."""
        for each in self.shape.instances:
            each.locked = bool(each.component.readonly or each.component.disabled)
        seen: set[int] = set()
        while True:
            self._refresh()
            hidden = [self._hide(each) for each in self.shape.lists]
            settled = [self._settle(each) for each in self.shape.instances]
            if not any(hidden) and not any(settled):
                return True
            state = hash(tuple(self._state()))
            if state in seen or len(seen) > len(self.shape.instances) + len(self.shape.lists):
                self._refresh()
                return False
            seen.add(state)

    def _state(self) -> Iterator[object]:
        for each in self.shape.lists:
            yield each.hidden
        for field in self.shape.instances:
            yield field.hidden
            yield field.locked
            if field.computed:
                yield repr(field.value)

    def _refresh(self) -> None:
        """Read the facts anew: what the last round found is what the next one sees."""
        self._scopes, self._parents = {}, {}
        self.meter.step(len(self.shape.instances))
        self._facts = seen(self.shape, self.opening, self._variables)
        self._rows = rows(self.shape, self._variables)

    def _hide(self, each: Instance | Repeat) -> bool:
        before = each.hidden
        each.hidden = any(self.holds(hide, row) for hide, row in each.guards)
        return each.hidden != before

    def _settle(self, each: Instance) -> bool:
        component = each.component
        changed = self._hide(each)
        locked = self._flag(component.readonly, each) or self._flag(component.disabled, each)
        value = each.value
        if component.formula is not None:
            value = to_plain(self.value(component.formula, each.row))
        changed |= locked != each.locked or value != each.value
        each.locked, each.value = locked, value
        return changed

    def _flag(self, flag: bool | Formula, each: Instance) -> bool:
        """A field which locks itself does so by what was known: once it was open, what is typed does not lock it."""
        if not isinstance(flag, Formula):
            return flag
        itself = any(name.rpartition(".")[2] == each.component.path[-1] for name in flag.compiled.names)
        return not (itself and not each.locked) and self.holds(flag, each.row)

    def holds(self, formula: Formula, row: Row) -> bool:
        """Whether a condition is met where it stands."""
        return formula.holds(self._scope(row), self.functions, self.meter)

    def value(self, formula: Formula, row: Row) -> Any:
        """The FEEL value of a formula where it stands."""
        return formula.value(self._scope(row), self.functions, self.meter)

    def _scope(self, row: Row) -> Facts:
        """The names an expression sees in a row (form-js `buildExpressionContext`)."""
        known = self._scopes.get(row.steps)
        if known is None:
            known = self._scopes[row.steps] = _context(self._special(row), self._facts)
        return known

    def _special(self, row: Row) -> Facts:
        this = look(self._rows, row.steps) if row.steps else self._facts
        return {
            "this": this if isinstance(this, dict) else {},
            "parent": None if row.parent is None else self._parent(row.parent),
            "i": from_python(list(row.numbers)),
        }

    def _parent(self, row: Row) -> Facts:
        """What the rows in a row see as `parent`: it has `this`, `parent` and `i` itself (`RepetitionScaffold`)."""
        known = self._parents.get(row.steps)
        if known is None:
            special = self._special(row)
            known = self._parents[row.steps] = _context(special, special["this"])
        return known

    def values(self) -> Facts:
        """The clean data: visible fields only, locked ones as the context has them."""
        return laid(self.shape, Hidden.NOTHING)

    def shortened(self) -> Iterator[Repeat]:
        """Fixed lists of which fewer rows came, although there is something to see in the rest (form-js leaves out
        the last rows when everything in them is hidden)."""
        for each in self.shape.lists:
            start, depth = each.came, len(each.steps)
            if start < len(each.rows) and any(
                not field.hidden
                and field.component.disabled is not True
                and field.steps[:depth] == each.steps
                and int(field.steps[depth]) >= start
                for field in self.shape.instances
            ):
                yield each


def _context(special: Mapping[str, Any], data: Mapping[str, Any]) -> Facts:
    return {**special, **data, **{f"_{name}_": value for name, value in special.items()}}
