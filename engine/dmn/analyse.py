"""What a decision table forgets and where its rules collide: gaps, overlaps and rules that never fire, with examples.

Each input is cut into regions (`engine.dmn.partition`); a rule covers a box of regions. The answers are exact for the
cells that `engine.dmn.cells` understands. A rule with any other cell counts as covering everything when gaps are
sought and nothing when overlaps are sought, so that a finding is never a false alarm; it is listed as `not-analysed`.
Null inputs are not considered. The work is bounded: `truncated` says that there may be more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from engine.dmn.examples import sentence
from engine.dmn.grid import Grid, common_box, example_in, grid_of, rivals, uncovered
from engine.dmn.model import HitPolicy, Table
from engine.dmn.partition import bits

_MAX_FINDINGS = 50
_MAX_PAIRS = 500_000


class Code(StrEnum):
    """The kind of a finding."""

    GAP = "gap"
    OVERLAP = "overlap"
    UNREACHABLE = "unreachable"
    NOT_ANALYSED = "not-analysed"
    TRUNCATED = "truncated"


@dataclass(frozen=True, slots=True)
class TableFinding:
    """One finding. rules: numbers from 1; example: a value for each input column (None: any), empty where there is no
    case to show; severity: `error`, `warning` or `info`."""

    code: Code
    severity: str
    rules: tuple[int, ...]
    example: tuple[object, ...]
    message_zh: str
    message_en: str
    element: str = ""


def analyse(table: Table, allowed: Sequence[str] = (), share: float = 1.0) -> list[TableFinding]:
    """The findings of a table, gravest first, at most fifty of each kind.

    allowed: for each input the unary tests which limit its values (default: the column's own `inputValues`); they keep
    values which cannot occur from being reported as gaps. share: of the work which one file may cost.
    """
    grid = grid_of(table, list(allowed) or [column.allowed for column in table.inputs])
    grid.left = int(grid.left * share)
    findings = [
        *_overlaps(table, grid, int(_MAX_PAIRS * share)),
        *_gaps(table, grid),
        *_unreachable(table, grid),
        *_opaque(table, grid),
    ]
    order = ("error", "warning", "info")
    return sorted(dict.fromkeys(findings), key=lambda finding: order.index(finding.severity))


def _gaps(table: Table, grid: Grid) -> list[TableFinding]:
    if any(output.default is not None for output in table.outputs):
        return []
    rules = (1 << len(table.rules)) - 1
    holes, complete = uncovered(grid, rules, grid.allowed, _MAX_FINDINGS)
    findings = []
    for hole in holes:
        example = example_in(grid, hole)
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


def _overlaps(table: Table, grid: Grid, most: int) -> list[TableFinding]:
    if table.hit_policy not in {HitPolicy.UNIQUE, HitPolicy.ANY}:
        return []
    findings: list[TableFinding] = []
    pairs = 0
    for first in range(len(table.rules)):
        for second in bits(rivals(grid, first)):
            pairs += 1
            if pairs > most or len(findings) >= _MAX_FINDINGS:
                return [*findings, _truncated(table)]
            common = common_box(grid, first, second)
            if common is None or (table.hit_policy is HitPolicy.ANY and _same_outputs(table, first, second)):
                continue
            findings.append(_overlap(table, first, second, example_in(grid, common)))
    return findings


def _overlap(table: Table, first: int, second: int, example: tuple[object, ...]) -> TableFinding:
    one, two, shown = table.rules[first].index, table.rules[second].index, sentence(table.inputs, example)
    asked = [column.expression.text.strip() for column in table.inputs]
    certain = table.hit_policy is HitPolicy.UNIQUE and len(set(asked)) == len(asked)  # else it may never come about
    return TableFinding(
        Code.OVERLAP,
        "error" if certain else "warning",
        (one, two),
        example,
        f"规则 {one} 与规则 {two} 同时匹配：{shown}",
        f"Rules {one} and {two} both match: {shown}",
        table.rules[second].id or table.id,
    )


def _same_outputs(table: Table, first: int, second: int) -> bool:
    texts = [[cell.text for cell in table.rules[rule].outputs] for rule in (first, second)]
    return texts[0] == texts[1]


def _unreachable(table: Table, grid: Grid) -> list[TableFinding]:
    findings: list[TableFinding] = []
    earlier = 0
    for rule, box in enumerate(grid.boxes):
        within = [mask & allowed for mask, allowed in zip(box, grid.allowed, strict=True)]
        never = not all(within)
        if not never and table.hit_policy is HitPolicy.FIRST and earlier:
            holes, complete = uncovered(grid, earlier, within, 1)
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


def _opaque(table: Table, grid: Grid) -> list[TableFinding]:
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
