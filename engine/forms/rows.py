"""Which submitted row of a dynamic list is which row of the context.

A person may remove the second of three rows. What is locked in the rest must keep its own values, not those of the row
that stood at the same place: so rows are recognised by their read-only values. What a browser left out of a row (it
does not send disabled and hidden fields) says nothing about it. A row that is not recognised is new.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from engine.feel import FeelError, Meter, from_python, to_plain
from engine.forms.clean import clean, empty_of, number, plain_number, sanitized
from engine.forms.read_rules import identity
from engine.forms.schema import CHOICES, TEXTS, Component, Kind, Path

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
        value = component.default
    if value is None:
        return empty_of(component)
    try:
        value = to_plain(from_python(value))
    except FeelError:
        return empty_of(component)
    if component.kind in TEXTS and isinstance(value, (bool, int, float)):
        return "true" if value is True else "false" if value is False else str(plain_number(Decimal(str(value))))
    return value


class Recognised(NamedTuple):
    """For each submitted row the index of the row of the context it is, None for a new one; whether that is sure."""

    origins: list[int | None]
    sure: bool = True


def recognised(
    component: Component, known: object, submitted: Sequence[object] | None, count: int, meter: Meter
) -> Recognised:
    """The origins of `count` rows. Raises BudgetExceeded.

    submitted: the rows as they came, None when the list was left out (then all rows are the context's).
    """
    rows = list(known) if isinstance(known, (list, tuple)) else []
    same_place = Recognised([index if index < len(rows) else None for index in range(count)])
    if submitted is None or component.fixed or not rows:
        return same_place
    if not _holds_locks(component):
        return same_place if len(rows) == count else Recognised([None] * count)
    meter.step(len(submitted))
    if len(rows) <= count and all(map(_fits, [component] * len(rows), submitted, rows)):
        return Recognised(same_place.origins, all(_is_new(component, row) for row in submitted[len(rows) :]))
    meter.step(len(rows) * len(submitted))
    return _matched(component, rows, submitted)


def _columns(components: Sequence[Component], above: Path = ()) -> Iterator[tuple[Path, Component]]:
    """The fields and lists of a row, with their paths in it."""
    for component in components:
        path = above + component.path
        if component.repeats or (component.keyed and component.kind is not Kind.EXPRESSION):
            yield path, component
        else:
            yield from _columns(component.components, path)


def _holds_locks(component: Component) -> bool:
    return any(bool(one.readonly or one.disabled) for one in component.walk() if one.keyed)


def _matched(component: Component, rows: Sequence[object], submitted: Sequence[object]) -> Recognised:
    """Rows with the fewest candidates choose first."""
    candidates = [[index for index, row in enumerate(rows) if _fits(component, came, row)] for came in submitted]
    found: list[int | None] = [None] * len(submitted)
    taken: set[int] = set()
    sure = True
    for place in sorted(range(len(submitted)), key=lambda place: len(candidates[place])):
        free = [index for index in candidates[place] if index not in taken]
        chosen = _closest(component, submitted[place], rows, free)
        if chosen is not None:
            found[place] = chosen
            taken.add(chosen)
        else:
            sure = sure and not free and _is_new(component, submitted[place])
    return Recognised(found, sure)


def _closest(component: Component, came: object, rows: Sequence[object], free: Sequence[int]) -> int | None:
    """The row which has most in common with the submitted one; None when two with different locked values have."""
    if not free:
        return None
    columns = list(_columns(component.components))
    common = {index: sum(_same(column, look(came, path), look(rows[index], path)) for path, column in columns
                         if not column.repeats and look(came, path) is not MISSING) for index in free}  # fmt: skip
    best = [index for index in free if common[index] == max(common.values())]
    locked = {
        repr(
            [
                look(rows[index], path)
                for path, column in columns
                if column.repeats or column.readonly or column.disabled
            ]
        )
        for index in best
    }
    return best[0] if len(locked) == 1 else None


def _fits(component: Component, came: object, known: object) -> bool:
    """Whether a submitted row may be this row of the context."""
    for path, column in _columns(component.components):
        value = look(came, path)
        if value is MISSING:
            continue
        if column.repeats:
            inner = look(known, path)
            others = inner if isinstance(inner, (list, tuple)) else ()
            rows = value if isinstance(value, (list, tuple)) else ()
            if not all(_is_new(column, row) or any(_fits(column, row, other) for other in others) for row in rows):
                return False
        elif column.readonly is True and not _same(column, value, look(known, path)):
            return False
    return True


def _is_new(component: Component, came: object) -> bool:
    """Whether a row has nothing in its read-only columns which could only be known from the context."""
    return all(
        column.repeats or column.readonly is not True or look(came, path) in (MISSING, known_value(column, MISSING))
        for path, column in _columns(component.components)
    )


def _same(component: Component, came: Any, known: Any) -> bool:
    """Whether a browser which was given the known value sends this one."""
    known = known_value(component, known)
    if _mark(component, came) == _mark(component, known):
        return True
    empty = _mark(component, came) == _mark(component, empty_of(component))
    return empty and (component.kind in CHOICES or clean(component, known)[1] is not None)


def _mark(component: Component, value: Any) -> object:
    """What is equal for values which a browser sends for the same known one."""
    if component.kind is Kind.NUMBER:
        found = number(value)
        return identity(value) if found is None else found
    if component.kind in TEXTS and isinstance(value, str):
        return sanitized(component, value)
    return identity(value)
