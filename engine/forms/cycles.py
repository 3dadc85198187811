"""Fields whose conditions depend on each other in a circle: what people fill in may never settle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.forms.conditions import Formula
from engine.forms.schema import Component, Path

if TYPE_CHECKING:
    from engine.forms.read import Reader

_AROUND = frozenset({"this", "_this_", "parent", "_parent_"})
_TOP = 0


@dataclass(slots=True, eq=False)
class _Field:
    """A field which depends on others.

    places: its path in the data and in the rows of each list around it, by the list's identity; deciding: what hides or
    computes it; locks: what makes it read-only.
    """

    component: Component
    places: dict[int, Path]
    deciding: tuple[Formula, ...]
    locks: tuple[Formula, ...]
    needs: list[_Field] = field(default_factory=list)


def check(root: Component, reader: Reader) -> None:
    """Note a warning for each circle, at its first field."""
    fields = list(_fields(root, {_TOP: ()}, ()))
    at: dict[tuple[int, Path], list[_Field]] = {}
    for each in fields:
        for place in each.places.items():
            at.setdefault(place, []).append(each)
    for each in fields:
        each.needs = [other for place in _named(each.deciding, each) for other in at.get(place, ())]
        # a field which locks itself is settled: see `validate`
        each.needs += [other for place in _named(each.locks, each) for other in at.get(place, ()) if other is not each]
    for circle in _circles(fields):
        keys = ", ".join(".".join(each.component.path) for each in circle[:10])
        reader.add(circle[0].component.id, "condition-cycle", "warning", found=keys)


def _fields(component: Component, places: dict[int, Path], guards: tuple[Formula, ...]) -> Iterator[_Field]:
    """The fields which have a condition or a formula."""
    if component.hide is not None:
        guards = (*guards, component.hide)
    places = {each: path + component.path for each, path in places.items()}
    if component.keyed:
        deciding = guards if component.formula is None else (*guards, component.formula)
        locks = tuple(flag for flag in (component.readonly, component.disabled) if isinstance(flag, Formula))
        if deciding or locks:
            yield _Field(component, places, deciding, locks)
    if component.repeats:
        places = {**places, id(component): ()}
    for child in component.components:
        yield from _fields(child, places, guards)


def _named(formulas: Iterable[Formula], where: _Field) -> Iterator[tuple[int, Path]]:
    """The places which formulas name: those in the data, and after `this` or `parent` those in the rows around."""
    for formula in formulas:
        for name in formula.compiled.names:
            path = tuple(name.split("."))
            around = path[0] in _AROUND
            while path and path[0] in _AROUND:
                path = path[1:]
            for end in range(1, len(path) + 1):
                yield from ((each, path[:end]) for each in where.places if around or each == _TOP)


def _circles(fields: list[_Field]) -> Iterator[list[_Field]]:
    """The strongly connected parts of more than one field, and the fields which need themselves (Tarjan, 1972)."""
    order: dict[_Field, int] = {}
    lowest: dict[_Field, int] = {}
    open_: list[_Field] = []
    for start in fields:
        if start in order:
            continue
        work = [(start, iter(start.needs))]
        order[start] = lowest[start] = len(order)
        open_.append(start)
        while work:
            each, needs = work[-1]
            other = next(needs, None)
            if other is None:
                work.pop()
                if work:
                    lowest[work[-1][0]] = min(lowest[work[-1][0]], lowest[each])
                if lowest[each] == order[each]:
                    place = open_.index(each)
                    circle, open_ = open_[place:], open_[:place]
                    if len(circle) > 1 or each in each.needs:
                        yield circle
            elif other not in order:
                order[other] = lowest[other] = len(order)
                open_.append(other)
                work.append((other, iter(other.needs)))
            elif other in open_:
                lowest[each] = min(lowest[each], order[other])
