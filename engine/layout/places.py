"""Where the elements of a scope stand: columns by the longest way from the beginning, rows by their lanes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Final

from lxml import etree

from engine.spiff.xml import local

GAP: Final = 60
"""Between two columns; a third of it between a shape and what surrounds it."""
ROW: Final = 40
NODES: Final = ("Event", "Gateway", "Activity", "Task", "task", "subProcess", "SubProcess", "transaction")
_SIZES: Final = (("Event", (36, 36)), ("Gateway", (50, 50)), ("", (100, 80)))

Box = tuple[float, float, float, float]
"""x, y, width, height"""


@dataclass(slots=True)
class Part:
    """A node to be placed: its size, the nodes which follow it, column and row; inner: where its own nodes stand."""

    element: etree._Element
    width: float
    height: float
    lane: int = 0
    column: int = 0
    row: int = 0
    inner: "Placed | None" = None


@dataclass(slots=True)
class Placed:
    """A scope: boxes by element id, seen from its left upper corner; lanes: top and height of each;
    standing: the boxes which are on no border of another."""

    width: float
    height: float
    boxes: dict[str, Box] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    lanes: list[tuple[float, float]] = field(default_factory=list)
    standing: list[Box] = field(default_factory=list)


def is_node(element: etree._Element) -> bool:
    """Whether an element of a scope is something a token can reach."""
    return local(element).endswith(NODES)


def flows(scope: etree._Element) -> list[etree._Element]:
    """The sequence flows of a scope."""
    return [one for one in scope if local(one) == "sequenceFlow"]


def place(scope: etree._Element, lanes: Mapping[str, int], count: int) -> Placed:
    """Place the nodes of a scope. lanes: node id -> number of its lane; count: how many lanes there are."""
    parts = {str(one.get("id")): _part(one, lanes) for one in scope if is_node(one) and one.get("id")}
    hosts = {
        name: str(part.element.get("attachedToRef"))
        for name, part in parts.items()
        if part.element.get("attachedToRef") in parts
    }
    following: dict[str, list[str]] = {name: [] for name in parts}
    for flow in flows(scope):
        source, target = str(flow.get("sourceRef")), str(flow.get("targetRef"))
        if source in parts and target in parts:
            following[hosts.get(source, source)].append(hosts.get(target, target))
    standing = [name for name in parts if name not in hosts]
    _columns(parts, standing, following)
    ahead = {str(flow.get("targetRef")) for flow in flows(scope) if str(flow.get("sourceRef")) not in hosts}
    aside = {hosts.get(one, one) for many in following.values() for one in many} - ahead
    tops = _rows(parts, standing, following, max(count, 1), aside)
    return _boxes(parts, standing, hosts, tops)


def _part(element: etree._Element, lanes: Mapping[str, int]) -> Part:
    lane = lanes.get(str(element.get("id")), 0)
    if local(element) in {"subProcess", "transaction", "adHocSubProcess"} and any(is_node(one) for one in element):
        inner = place(element, {}, 1)
        return Part(element, inner.width + GAP, inner.height + GAP, lane, inner=inner)
    name = local(element)
    width, height = next(size for ending, size in _SIZES if name.endswith(ending))
    return Part(element, width, height, lane)


def _columns(parts: dict[str, Part], standing: Iterable[str], following: Mapping[str, list[str]]) -> None:
    """The longest way from a beginning; flows which lead back do not count. Without recursion: files can be deep."""
    order, state = list[str](), dict[str, int]()
    forward: dict[str, list[str]] = {name: [] for name in parts}
    targets = {one for many in following.values() for one in many}
    names = sorted(standing, key=lambda name: name in targets)  # beginnings first, else in the order of the file
    for first in names:
        stack = [(first, iter(following[first]))] if first not in state else []
        state.setdefault(first, 1)
        while stack:
            name, left = stack[-1]
            for target in left:
                if state.get(target) == 1:
                    continue  # leads back
                forward[name].append(target)
                if target not in state:
                    state[target] = 1
                    stack.append((target, iter(following[target])))
                    break
            else:
                state[name] = 2
                order.append(name)
                stack.pop()
    for name in reversed(order):
        for target in forward[name]:
            parts[target].column = max(parts[target].column, parts[name].column + 1)


def _rows(
    parts: dict[str, Part], standing: list[str], following: Mapping[str, list[str]], count: int, aside: set[str]
) -> list[int]:
    """Rows within lanes, near those who come before; the first row of each lane, and behind them the number of rows.

    aside: what only boundary events lead to; it stands below the way.
    """
    before: dict[str, list[str]] = {}
    for name, targets in following.items():
        for target in targets:
            before.setdefault(target, []).append(name)
    used: set[tuple[int, int, int]] = set()
    most = [1] * count
    for name in sorted(standing, key=lambda one: (parts[one].column, one in aside)):
        part = parts[name]
        near = [
            parts[one].row
            for one in before.get(name, ())
            if parts[one].column < part.column and parts[one].lane == part.lane
        ]
        row = min(near, default=0) + (name in aside)
        while (part.lane, part.column, row) in used:
            row += 1
        used.add((part.lane, part.column, row))
        part.row = row
        most[part.lane] = max(most[part.lane], row + 1)
    firsts = list(accumulate(most, initial=0))
    for name in standing:
        parts[name].row += firsts[parts[name].lane]
    return firsts


def _boxes(parts: dict[str, Part], standing: list[str], hosts: Mapping[str, str], firsts: list[int]) -> Placed:
    widths, heights = dict[int, float](), dict[int, float]()
    for name in standing:
        part = parts[name]
        widths[part.column] = max(widths.get(part.column, 0), part.width)
        heights[part.row] = max(heights.get(part.row, 0), part.height)
    lefts, tops = list[float](), list[float]()
    for number in range(max(widths, default=-1) + 1):
        lefts.append(lefts[-1] + widths.get(number - 1, 0) + GAP if number else GAP / 2)
    for number in range(firsts[-1]):
        tops.append(tops[-1] + heights.get(number - 1, 80) + ROW if number else ROW)
    bottom = tops[-1] + heights.get(len(tops) - 1, 80) + ROW
    made = Placed(lefts[-1] + widths[len(lefts) - 1] + GAP / 2 if lefts else GAP, bottom, parts=parts)
    for name in standing:
        part = parts[name]
        x = lefts[part.column] + (widths[part.column] - part.width) / 2
        y = tops[part.row] + (heights[part.row] - part.height) / 2
        made.boxes[name] = (x, y, part.width, part.height)
        made.standing.append(made.boxes[name])
    aboard: dict[str, int] = {}
    for name, host in hosts.items():
        x, y, width, height = made.boxes.get(host, (0, 0, 0, 0))
        number = aboard[host] = aboard.get(host, 0) + 1
        made.boxes[name] = (x + max(width - 18 - 44 * number, -18), y + height - 18, 36, 36)
    edges = [0.0, *(tops[first] - ROW / 2 for first in firsts[1:-1]), bottom]
    made.lanes = [(top, below - top) for top, below in pairwise(edges)]
    return made
