"""What only the whole form can tell: whether two components claim one place, and how large the form opens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.forms.instances import MAX_INSTANCES
from engine.forms.schema import Component, Kind, Path

if TYPE_CHECKING:
    from engine.forms.read import Reader

_NUMERAL = re.compile(r"\d+(e\d+)?|0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|Infinity", re.ASCII)


@dataclass(slots=True)
class _Node:
    """A place in the data: what is below it (nothing can be below a value), and the list whose rows stand here."""

    below: dict[str, _Node] = field(default_factory=dict)
    closed: bool = False
    rows_of: Component | None = None


def check(root: Component, reader: Reader) -> None:
    """Note the findings."""
    _claim(root, (), (), _Node(), reader)
    if _opening(root) > MAX_INSTANCES:
        reader.add("", "opens-too-large", limit=str(MAX_INSTANCES))


def _claim(component: Component, above: Path, lists: tuple[Component, ...], places: _Node, reader: Reader) -> None:
    """Claims in document order, as form-js makes them when it imports a form (`PathRegistry.canClaimPath`)."""
    path = above + component.path
    if component.path:
        found = ".".join(component.path)
        if not _claimed(component, path, lists, places):
            reader.add(component.id, "duplicate-key", found=found)
        if any(_NUMERAL.fullmatch(step) for step in path[1:]):
            reader.add(component.id, "numeric-key", found=found)
    if component.kind is Kind.DYNAMICLIST:
        lists = (*lists, component)
    for child in component.components:
        _claim(child, path, lists, places, reader)


def _claimed(component: Component, path: Path, lists: tuple[Component, ...], places: _Node) -> bool:
    """Claim a path if it is free: not below a value, nor in a list the component does not stand in."""
    closed, rows = component.keyed, component.kind is Kind.DYNAMICLIST
    node, fresh = places, False
    for step in path:
        fresh = step not in node.below
        node = node.below.setdefault(step, _Node())
        if not fresh and (node.closed or (node.rows_of is not None and node.rows_of not in lists)):
            return False
    if not fresh and (closed or rows):
        return False
    node.closed = closed
    node.rows_of = component if rows else node.rows_of
    return True


def _opening(component: Component) -> int:
    """How many fields and rows the form opens with when nothing is known."""
    inside = sum(_opening(child) for child in component.components)
    if component.repeats:
        return 1 + component.opening_rows * (1 + inside)
    return int(component.keyed) + inside
