"""Checking a submission: what is visible, what is computed, what may be changed, and what the values then are.

Conditions depend on values and values on conditions. They are evaluated in rounds until nothing changes: a hidden field
has no value, a locked (disabled or read-only) one has the value of the context, an expression has its result.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from engine.feel import Functions, Meter, from_python, to_plain
from engine.forms.conditions import Formula
from engine.forms.instances import Instance, Repeat, Row, Steps, shape_of
from engine.forms.rows import look
from engine.forms.schema import Component, Kind

_ROUNDS = 12


class Checking:
    """One submission being checked: make it, `settle` it, then read `values` and ask for formulas."""

    def __init__(
        self,
        root: Component,
        data: Mapping[str, Any],
        context: Mapping[str, Any],
        functions: Functions | None,
        meter: Meter,
    ) -> None:
        self.shape = shape_of(root, data, context)
        self.context: dict[str, Any] = from_python(dict(context), "context")
        self.functions = functions
        self.meter = meter
        self.facts: dict[str, Any] = {}
        self._scopes: dict[Steps, dict[str, Any]] = {}

    def settle(self) -> None:
        """Evaluate conditions and expressions until they agree, at most twelve rounds. Raises BudgetExceeded."""
        for _ in range(_ROUNDS):
            self._refresh()
            hidden = [self._hide(each) for each in self.shape.lists]
            settled = [self._settle(each) for each in self.shape.instances]
            if not any(hidden) and not any(settled):
                return
        self._refresh()

    def _refresh(self) -> None:
        self._scopes = {}
        self.facts = _merged(self.context, from_python(self._tree(show_hidden=True)))

    def _hide(self, each: Instance | Repeat) -> bool:
        before = each.hidden
        each.hidden = any(self.holds(hide, row) for hide, row in each.guards)
        return each.hidden != before

    def _settle(self, each: Instance) -> bool:
        component = each.component
        changed = self._hide(each)
        locked = self._flag(component.readonly, each) or self._flag(component.disabled, each)
        value = each.value
        if component.kind is Kind.EXPRESSION and component.formula is not None:
            value = to_plain(self.value(component.formula, each.row))
        changed |= locked != each.locked or value != each.value
        each.locked, each.value = locked, value
        return changed

    def _flag(self, flag: bool | Formula, each: Instance) -> bool:
        return self.holds(flag, each.row) if isinstance(flag, Formula) else flag

    def holds(self, formula: Formula, row: Row) -> bool:
        """Whether a condition is true where it stands."""
        return formula.holds(self._scope(row), self.functions, self.meter)

    def value(self, formula: Formula, row: Row) -> Any:
        """The FEEL value of a formula where it stands."""
        return formula.value(self._scope(row), self.functions, self.meter)

    def _scope(self, row: Row) -> dict[str, Any]:
        """The names an expression sees in a row (form-js `buildExpressionContext`)."""
        known = self._scopes.get(row.steps)
        if known is None:
            this = look(self.facts, row.steps)
            special = {
                "this": this if isinstance(this, dict) else {},
                "parent": None if row.parent is None else self._scope(row.parent)["_this_"],
                "i": from_python(list(row.numbers)),
            }
            known = {**special, **self.facts, **{f"_{name}_": value for name, value in special.items()}}
            self._scopes[row.steps] = known
        return known

    def values(self) -> dict[str, Any]:
        """The clean data: visible fields only, locked ones as the context has them."""
        return self._tree(show_hidden=False)

    def _tree(self, show_hidden: bool) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for each in self.shape.lists:
            if not each.hidden:
                _put(tree, each.steps, [{} for _ in range(each.count)])
            elif show_hidden:
                _put(tree, each.steps, None)
        for field in self.shape.instances:
            if not field.hidden:
                _put(
                    tree, field.steps, field.known if field.locked and field.component.formula is None else field.value
                )
            elif show_hidden:
                _put(tree, field.steps, None)
        return tree


def _put(tree: dict[str, Any], steps: Steps, value: Any) -> None:
    """Set a value at its steps, making contexts on the way; nothing happens below a hidden list."""
    place: Any = tree
    for step, following in pairwise(steps):
        if isinstance(step, int):
            if not isinstance(place, list) or step >= len(place):
                return
            place = place[step]
        else:
            if not isinstance(place, dict):
                return
            if not isinstance(following, int) and place.get(step) is None:
                place[step] = {}
            place = place.get(step)
    if isinstance(place, dict) and steps:
        place[str(steps[-1])] = value


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Both contexts as one; where both have a context under a name, these are merged too."""
    merged = dict(below)
    for name, value in above.items():
        known = merged.get(name)
        merged[name] = _merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return merged
