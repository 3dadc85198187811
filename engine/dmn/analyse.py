"""What a decision table forgets and where its rules collide: gaps, overlaps and rules that never fire, with examples.

Each input is cut into regions (`engine.dmn.partition`); a rule covers a box of regions. The answers are exact for the
cells that `engine.dmn.cells` understands. A rule with any other cell counts as covering everything when gaps are
sought and nothing when overlaps are sought, so that a finding is never a false alarm; it is listed as `not-analysed`.
Null inputs are not considered. The work is bounded: `truncated` says that there may be more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.dmn.cells import ANYTHING, Cell, Kind, parse_cell
from engine.dmn.examples import sentence, value_in
from engine.dmn.model import HitPolicy, Table
from engine.dmn.partition import Partition, bits, partition

_MAX_FINDINGS = 50
_MAX_BOXES = 20_000
_MAX_PAIRS = 500_000
_INTEGERS = frozenset({"integer", "int", "long", "short"})


class Code(StrEnum):
    """The kind of a finding."""

    GAP = "gap"
    OVERLAP = "overlap"
    UNREACHABLE = "unreachable"
    NOT_ANALYSED = "not-analysed"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class TableFinding:
    """One finding: rules are numbers from 1; `example` has a value for each input, in column order; severity
    error/warning/info."""

    code: Code
    severity: str
    rules: tuple[int, ...]
    example: tuple[object, ...]
    message_zh: str
    message_en: str
    element: str = ""


@dataclass(slots=True)
class _Grid:
    """The table as masks: boxes[rule][column] is the regions a rule covers; exact[rule] whether all its cells are
    simple."""

    partitions: list[Partition]
    allowed: list[int]
    boxes: list[list[int]]
    exact: list[bool]


def analyse(table: Table, allowed: Sequence[str] = ()) -> list[TableFinding]:
    """The findings of a table, gravest first, at most fifty of each kind.

    allowed: for each input the unary tests which limit its values (default: the column's own `inputValues`); they keep
    values which cannot occur from being reported as gaps.
    """
    grid = _grid(table, list(allowed) or [column.allowed for column in table.inputs])
    findings = [*_overlaps(table, grid), *_gaps(table, grid), *_unreachable(table, grid), *_opaque(table, grid)]
    order = ("error", "warning", "info")
    return sorted(dict.fromkeys(findings), key=lambda finding: order.index(finding.severity))


def _grid(table: Table, allowed: list[str]) -> _Grid:
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
    return _Grid(partitions, limits, boxes, exact)


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


def _gaps(table: Table, grid: _Grid) -> list[TableFinding]:
    if any(output.default is not None for output in table.outputs):
        return []
    rules = (1 << len(table.rules)) - 1
    holes, complete = _uncovered(grid, rules, grid.allowed, _MAX_FINDINGS)
    findings = []
    for hole in holes:
        example = _example(grid, hole)
        shown = sentence(table.inputs, example)
        findings.append(
            TableFinding(
                Code.GAP,
                "warning",
                (),
                example,
                f"没有规则匹配：{shown}",
                f"No rule matches: {shown}",
                table.id,
            )
        )
    if not complete:
        findings.append(_truncated(table))
    return findings


def _uncovered(grid: _Grid, rules: int, within: Sequence[int], limit: int) -> tuple[list[list[int]], bool]:
    """Boxes inside `within` which none of the `rules` touches, one mask a column; False when the bound was reached."""
    holes: list[list[int]] = []
    seen: set[tuple[int, int]] = set()
    budget = _MAX_BOXES

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
            if budget < 0 or not search(column + 1, remaining, [*prefix, group]):
                return False
        return True

    if all(within):
        return holes, search(0, rules, [])
    return holes, True


def _groups(grid: _Grid, column: int, candidates: int, within: int) -> list[tuple[int, int]]:
    """The regions of a column, joined where the same candidates remain: (mask of regions, remaining candidates)."""
    by_region: dict[int, int] = dict.fromkeys(bits(within), 0)
    for rule in bits(candidates):
        for region in bits(grid.boxes[rule][column] & within):
            by_region[region] |= 1 << rule
    joined: dict[int, int] = {}
    for region, remaining in by_region.items():
        joined[remaining] = joined.get(remaining, 0) | 1 << region
    return [(group, remaining) for remaining, group in joined.items()]


def _overlaps(table: Table, grid: _Grid) -> list[TableFinding]:
    if table.hit_policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return []
    findings: list[TableFinding] = []
    pairs = 0
    for first in range(len(table.rules)):
        for second in range(first + 1, len(table.rules)):
            pairs += 1
            if pairs > _MAX_PAIRS or len(findings) >= _MAX_FINDINGS:
                return [*findings, _truncated(table)]
            common = _common(grid, first, second)
            if common is None or (table.hit_policy is HitPolicy.ANY and _same_outputs(table, first, second)):
                continue
            findings.append(_overlap(table, first, second, _example(grid, common)))
    return findings


def _common(grid: _Grid, first: int, second: int) -> list[int] | None:
    if not (grid.exact[first] and grid.exact[second]):
        return None
    common = []
    for left, right, allowed in zip(grid.boxes[first], grid.boxes[second], grid.allowed, strict=True):
        mask = left & right & allowed
        if not mask:
            return None
        common.append(mask)
    return common


def _overlap(table: Table, first: int, second: int, example: tuple[object, ...]) -> TableFinding:
    one, two, shown = table.rules[first].index, table.rules[second].index, sentence(table.inputs, example)
    return TableFinding(
        Code.OVERLAP,
        "error",
        (one, two),
        example,
        f"规则 {one} 与规则 {two} 同时匹配：{shown}",
        f"Rules {one} and {two} both match: {shown}",
        table.rules[second].id or table.id,
    )


def _same_outputs(table: Table, first: int, second: int) -> bool:
    texts = [[cell.text for cell in table.rules[rule].outputs] for rule in (first, second)]
    return texts[0] == texts[1]


def _unreachable(table: Table, grid: _Grid) -> list[TableFinding]:
    findings: list[TableFinding] = []
    earlier = 0
    for rule, box in enumerate(grid.boxes):
        within = [mask & allowed for mask, allowed in zip(box, grid.allowed, strict=True)]
        never = not all(within)
        if not never and table.hit_policy is HitPolicy.FIRST and earlier:
            holes, complete = _uncovered(grid, earlier, within, 1)
            never = complete and not holes
        if never and grid.exact[rule] and len(findings) < _MAX_FINDINGS:
            findings.append(_never(table, rule))
        if grid.exact[rule]:
            earlier |= 1 << rule
    return findings


def _never(table: Table, rule: int) -> TableFinding:
    number = table.rules[rule].index
    return TableFinding(
        Code.UNREACHABLE,
        "warning",
        (number,),
        (),
        f"规则 {number} 永远不会生效",
        f"Rule {number} can never take effect",
        table.rules[rule].id or table.id,
    )


def _opaque(table: Table, grid: _Grid) -> list[TableFinding]:
    rules = tuple(table.rules[rule].index for rule, exact in enumerate(grid.exact) if not exact)
    if not rules:
        return []
    named = ", ".join(map(str, rules[:20]))
    return [
        TableFinding(
            Code.NOT_ANALYSED,
            "info",
            rules,
            (),
            f"未分析含表达式的规则：{named}",
            f"Rules with expressions were not analysed: {named}",
            table.id,
        )
    ]


def _truncated(table: Table) -> TableFinding:
    return TableFinding(
        Code.TRUNCATED,
        "info",
        (),
        (),
        "表过大，仅列出部分问题",
        "The table is large: there may be more findings than listed",
        table.id,
    )


def _example(grid: _Grid, box: Sequence[int]) -> tuple[object, ...]:
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
