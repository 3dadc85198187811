"""Which submitted row of a dynamic list is which row of the context.

A person may remove the second of three rows. What is locked in the rest must keep its own values, not those of the row
that stood at the same place: so rows are recognised by their locked values. A row that is not recognised is new.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.feel import FeelError, from_python, to_plain
from engine.forms.clean import clean, empty_of
from engine.forms.schema import Component, Kind, Path

MISSING = object()
"""Stands for what a path does not lead to."""


def look(data: object, steps: Sequence[str | int]) -> Any:
    """What stands at the steps, or MISSING."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(data, (list, tuple)) or step >= len(data):
                return MISSING
            data = data[step]
        elif isinstance(data, Mapping) and step in data:
            data = data[step]
        else:
            return MISSING
    return data


def known_value(component: Component, value: Any) -> Any:
    """A value of the context as JSON-able data; the default, else the empty value, where there is none."""
    if value is MISSING or value is None:
        return empty_of(component) if component.default is None else component.default
    try:
        return to_plain(from_python(value))
    except FeelError:
        return empty_of(component)


def origins(component: Component, known: object, submitted: Sequence[object] | None, count: int) -> list[int | None]:
    """For each of `count` rows the index of the row of the context it is, None for a new one.

    submitted: the rows as they came, None when the list was left out (then all rows are the context's).
    """
    rows = list(known) if isinstance(known, (list, tuple)) else []
    same_place = [index if index < len(rows) else None for index in range(count)]
    if submitted is None or component.fixed:
        return same_place
    locks = list(_locks(component.components, ()))
    if not locks:
        return same_place if len(rows) == count else [None] * count
    return _recognised(locks, rows, submitted)


def _locks(components: Sequence[Component], above: Path) -> Iterator[tuple[Path, Component]]:
    for component in components:
        path = above + component.path
        if component.keyed:
            if component.kind is not Kind.EXPRESSION and (component.readonly or component.disabled):
                yield path, component
        elif not component.repeats:
            yield from _locks(component.components, path)


def _recognised(
    locks: Sequence[tuple[Path, Component]], rows: Sequence[object], submitted: Sequence[object]
) -> list[int | None]:
    waiting: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        values = [clean(component, known_value(component, look(row, path)))[0] for path, component in locks]
        waiting.setdefault(repr(values), []).append(index)
    found: list[int | None] = []
    for row in submitted:
        values = []
        for path, component in locks:
            value = look(row, path)
            values.append(clean(component, known_value(component, MISSING) if value is MISSING else value)[0])
        same = waiting.get(repr(values))
        found.append(same.pop(0) if same else None)
    return found
