"""The data of a form as one object: what it opens with, what expressions see, what comes out in the end."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from itertools import pairwise
from typing import Any

from engine.feel import Meter, from_python
from engine.forms.instances import Shape, Steps, shape_of
from engine.forms.rows import look
from engine.forms.schema import Component

Facts = dict[str, Any]


class Hidden(Enum):
    """What stands in the place of a hidden field."""

    NOTHING = auto()
    NULL = auto()
    """Null beside what is visible; nothing for a whole hidden variable, so that what the form opened with shows."""
    KNOWN = auto()


def opening(root: Component, context: Mapping[str, Any], meter: Meter) -> Facts:
    """The FEEL context a form opens with (form-js `initialData`): the variables, and all fields as they are known.

    Raises BudgetExceeded, and FeelError for a variable which is no data.
    """
    variables = from_python(dict(context), "context")
    shape = shape_of(root, {}, context, meter)
    for each in shape.instances:
        each.hidden = True
    return merged(variables, _with_rows(from_python(laid(shape, Hidden.KNOWN)), shape, variables))


def seen(shape: Shape, opened: Facts, variables: Facts) -> Facts:
    """What expressions see: the form as it opened, with what is visible now (form-js `useFilteredFormData`)."""
    return merged(opened, _with_rows(from_python(laid(shape, Hidden.NULL)), shape, variables))


def rows(shape: Shape, variables: Facts) -> Facts:
    """Where `this` is looked up: form-js does not filter a row for itself, so a hidden field has its known value."""
    return _with_rows(from_python(laid(shape, Hidden.KNOWN)), shape, variables) if shape.lists else {}


def laid(shape: Shape, hidden: Hidden) -> Facts:
    """The fields at their places."""
    tree: Facts = {}
    shown = {each.steps[0] for each in shape.lists if not each.hidden}
    shown |= {each.steps[0] for each in shape.instances if not each.hidden and each.steps}
    for each in shape.lists:
        if not each.hidden or hidden is Hidden.KNOWN:
            _put(tree, each.steps, [{} for _ in each.rows])
        elif hidden is Hidden.NULL and len(each.steps) > 1 and each.steps[0] in shown:
            _put(tree, each.steps, None)
    for field in shape.instances:
        if not field.hidden:
            _put(tree, field.steps, field.counts)
        elif hidden is Hidden.KNOWN:
            _put(tree, field.steps, field.known)
        elif hidden is Hidden.NULL and len(field.steps) > 1 and field.steps[0] in shown:
            _put(tree, field.steps, None)
    return tree


def _with_rows(tree: Facts, shape: Shape, variables: Facts) -> Facts:
    """Rows with what the context has in them besides the fields; inner lists first."""
    for each in reversed(shape.lists):
        rows = look(tree, each.steps)
        for index, row in enumerate(each.rows if isinstance(rows, list) else ()):
            base = None if row.origin is None else look(variables, row.origin)
            if isinstance(base, dict):
                rows[index] = merged(base, rows[index])
    return tree


def _put(tree: Facts, steps: Steps, value: Any) -> None:
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


def merged(below: Facts, above: Facts) -> Facts:
    """Both contexts as one; where both have a context under a name, these are merged too."""
    whole = dict(below)
    for name, value in above.items():
        known = whole.get(name)
        whole[name] = merged(known, value) if isinstance(known, dict) and isinstance(value, dict) else value
    return whole
