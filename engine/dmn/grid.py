"""The rules of a table as boxes of regions, and the geometry which the analysis needs: what is covered, what is common.

A column is a `engine.dmn.partition.Partition`; sets of regions and sets of rules are bit masks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.dmn.cells import ANYTHING, Cell, Kind, parse_cell
from engine.dmn.examples import value_in
from engine.dmn.model import Table
from engine.dmn.partition import Partition, bits, partition

_MAX_BOXES = 20_000
_MAX_BOXES_OF_TABLE = 100_000
_INTEGERS = frozenset({"integer", "int", "long", "short"})


@dataclass(slots=True)
class Grid:
    """The table as masks: boxes[rule][column] the regions a rule covers, covering[column][region] the rules that cover
    it, allowed[column] the regions whose values can occur, exact[rule] whether all its cells are simple."""

    partitions: list[Partition]
    allowed: list[int]
    boxes: list[list[int]]
    covering: list[list[int]]
    exact: list[bool]
    left: int = _MAX_BOXES_OF_TABLE


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
    boxes = [
        [_cover(part, cells[rule]) for part, cells in zip(partitions, columns, strict=True)]
        for rule in range(len(table.rules))
    ]
    covering = [[0] * part.size for part in partitions]
    for rule, box in enumerate(boxes):
        for place, mask in enumerate(box):
            for region in bits(mask):
                covering[place][region] |= 1 << rule
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
    budget = min(_MAX_BOXES, grid.left)

    def search(column: int, candidates: int, prefix: list[int]) -> bool:
        nonlocal budget
        if not candidates:
            holes.append([*prefix, *within[column:]])
            return len(holes) < limit
        if column == len(grid.partitions) or (column, candidates) in seen:
            return True
        seen.add((column, candidates))
        for group, remaining in _groups(grid, column, candidates, within[column]):
            budget -= 1
            grid.left -= 1
            if budget < 0 or not search(column + 1, remaining, [*prefix, group]):
                return False
        return True

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
    regions = bits(mask)
    for region in sorted(regions, key=lambda each: each % 2 == 0):
        value = value_in(part, region)
        if value is not None:
            return value
    return None
