"""The rules of a table as boxes of regions, and the geometry which the analysis needs: what is covered, what is common.

A column is a `engine.dmn.partition.Partition`; sets of regions and sets of rules are bit masks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from engine.dmn.cells import ANYTHING, Cell, Kind, parse_cell
from engine.dmn.examples import value_in
from engine.dmn.model import Table
from engine.dmn.partition import Partition, bits, partition, spread

_MOST = 200_000
_MOST_OF_TABLE = 500_000
"""Regions looked at in one search, and in all of a table: about a fifth of a second of processor time."""
_NARROW = 8
"""Regions of a cell up to which the rules which share them are looked up."""
_INTEGERS = frozenset({"integer", "int", "long", "short"})


@dataclass(slots=True)
class Grid:
    """The table as masks: boxes[rule][column] the regions a rule covers, covering[column][region] the rules that cover
    it, allowed[column] the regions whose values can occur, exact[rule] whether all its cells are simple; left: regions
    which may still be looked at."""

    partitions: list[Partition]
    allowed: list[int]
    boxes: list[list[int]]
    covering: list[list[int]]
    exact: list[bool]
    left: int = _MOST_OF_TABLE


def grid_of(table: Table, allowed: Sequence[str]) -> Grid:
    """The masks of a table; allowed are unary tests for each column, empty for no limit."""
    partitions, limits, columns = [], [], []
    for position, column in enumerate(table.inputs):
        cells = [parse_cell(rule.tests[position]) for rule in table.rules]
        limit = parse_cell(allowed[position]) if position < len(allowed) else ANYTHING
        found = partition([*cells, limit])
        if found is None:
            found, cells, limit = Partition(Kind.ANY, ()), [_only_anything(cell) for cell in cells], ANYTHING
        partitions.append(found)
        mask = found.cover(limit) if limit is not None else found.all
        limits.append(_possible(found, mask, column.expression.type_ref in _INTEGERS))
        columns.append(cells)
    exact = [all(cells[rule] is not None for cells in columns) for rule in range(len(table.rules))]
    masks = [[_cover(part, cell) for cell in cells] for part, cells in zip(partitions, columns, strict=True)]
    boxes = [[column[rule] for column in masks] for rule in range(len(table.rules))]
    covering = [spread(column, part.size) for part, column in zip(partitions, masks, strict=True)]
    return Grid(partitions, limits, boxes, covering, exact)


def _only_anything(cell: Cell | None) -> Cell | None:
    return cell if cell is not None and cell.kind is Kind.ANY else None


def _cover(part: Partition, cell: Cell | None) -> int:
    return part.all if cell is None else part.cover(cell)


def _possible(part: Partition, mask: int, whole: bool) -> int:
    """Leaves out regions which hold no value: between two adjacent days, or without a whole number."""
    if part.kind is Kind.ANY:
        return mask
    for region in bits(mask):
        value = value_in(part, region)
        if value is None or (whole and part.kind is Kind.NUMBER and value != value.to_integral_value()):
            mask &= ~(1 << region)
    return mask


def uncovered(grid: Grid, rules: int, within: Sequence[int], limit: int) -> tuple[list[list[int]], bool]:
    """Boxes inside `within` which none of the `rules` touches, one mask a column; False when the bound was reached."""
    holes: list[list[int]] = []
    seen: set[tuple[int, int]] = set()
    budget = min(_MOST, grid.left)

    def search(column: int, candidates: int, prefix: list[int]) -> bool:
        nonlocal budget
        if not candidates:
            holes.append([*prefix, *within[column:]])
            return len(holes) < limit
        if column == len(grid.partitions) or (column, candidates) in seen:
            return True
        seen.add((column, candidates))
        looked = within[column].bit_count()
        budget -= looked
        grid.left -= looked
        return budget >= 0 and all(
            search(column + 1, remaining, [*prefix, group])
            for group, remaining in _groups(grid, column, candidates, within[column])
        )

    if all(within):
        return holes, search(0, rules, [])
    return holes, True


def _groups(grid: Grid, column: int, candidates: int, within: int) -> list[tuple[int, int]]:
    """The regions of a column, joined where the same candidates remain: (mask of regions, remaining candidates)."""
    covering = grid.covering[column]
    joined: dict[int, int] = {}
    for region in bits(within):
        remaining = candidates & covering[region]
        joined[remaining] = joined.get(remaining, 0) | 1 << region
    return [(group, remaining) for remaining, group in joined.items()]


def rivals(grid: Grid, rule: int) -> int:
    """The mask of the later rules which may have a box in common with this one: all but those which the columns where
    its own cell is narrow rule out."""
    found = (1 << len(grid.boxes)) - (1 << (rule + 1))
    for covering, mask, allowed in zip(grid.covering, grid.boxes[rule], grid.allowed, strict=True):
        mask &= allowed
        if mask.bit_count() <= _NARROW:
            touching = 0
            while mask:
                touching |= covering[(mask & -mask).bit_length() - 1]
                mask &= mask - 1
            found &= touching
        if not found:
            break
    return found


def common_box(grid: Grid, first: int, second: int) -> list[int] | None:
    """The box of regions in which both rules match for certain, None when there is none."""
    if not (grid.exact[first] and grid.exact[second]):
        return None
    common = []
    for left, right, allowed in zip(grid.boxes[first], grid.boxes[second], grid.allowed, strict=True):
        mask = left & right & allowed
        if not mask:
            return None
        common.append(mask)
    return common


def example_in(grid: Grid, box: Sequence[int]) -> tuple[object, ...]:
    """A value of each column inside a box; None stands for any value."""
    values: list[object] = []
    for part, mask in zip(grid.partitions, box, strict=True):
        values.append(_pick(part, mask))
    return tuple(values)


def _pick(part: Partition, mask: int) -> object:
    """A value inside the regions: a point of the table when there is one, else one between."""
    points = mask & int.from_bytes(b"\xaa" * (part.size // 8 + 1))
    for region in chain(bits(points), bits(mask & ~points)):
        value = value_in(part, region)
        if value is not None:
            return value
    return None
