"""What lets a rule of a decision table be the one which decides: values for the inputs it depends on."""

from collections.abc import Iterator
from typing import Any

from engine.dmn.grid import Grid, example_in, grid_of, uncovered
from engine.dmn.model import HitPolicy, Rule, Table
from engine.feel import FeelError, FeelSyntaxError, compile_expression, to_plain
from engine.feel.walk import path_of
from engine.lint.bundle import Bundle

MOST_RULES = 200
_EFFORT = 5_000
Wish = dict[str, Any]


def rules(table: Table) -> Iterator[tuple[Rule, Wish]]:
    """Rules whose cells are plain, each with a value for every input it depends on; of a table FIRST also with those
    which keep the rules before it from matching."""
    grid = grid_of(table, [column.allowed for column in table.inputs])
    grid.left = _EFFORT
    names = [asked(column.expression.text) for column in table.inputs]
    for number, rule in enumerate(table.rules[:MOST_RULES]):
        region = _region(grid, number, first=table.hit_policy is HitPolicy.FIRST)
        if region is None:
            continue
        columns = zip(names, region, grid.allowed, example_in(grid, region), strict=True)
        wish = {name: to_plain(value) for name, mask, allowed, value in columns if name and mask != allowed}
        if wish:
            yield rule, wish


def _region(grid: Grid, rule: int, *, first: bool) -> list[int] | None:
    """Where a rule decides, one mask of regions a column; None where nowhere, or not plainly."""
    region = [mask & allowed for mask, allowed in zip(grid.boxes[rule], grid.allowed, strict=True)]
    if not grid.exact[rule] or not all(region):
        return None
    if not first:
        return region
    holes, _ = uncovered(grid, (1 << rule) - 1, region, 1)
    return holes[0] if holes else None


def asked(text: str) -> str | None:
    """The variable or path which an input expression is; None where it is more than that."""
    try:
        return path_of(compile_expression(text).tree)
    except FeelSyntaxError:
        return None


def decided(bundle: Bundle) -> dict[str, list[tuple[Any, Wish]]]:
    """Variable which a decision of the bundle sets -> its values, each with inputs which lead to it."""
    found: dict[str, list[tuple[Any, Wish]]] = {}
    for _, node in bundle.diagram.walk():
        name = node.result
        decider = bundle.decisions.get(node.decision or "")
        if not name or decider is None or name in found:
            continue
        for decision in decider.decisions.decisions:
            if decision.id == node.decision and decision.table is not None and len(decision.table.outputs) == 1:
                found[name] = [(_value(rule), wish) for rule, wish in rules(decision.table)]
    return found


def _value(rule: Rule) -> Any:
    try:
        return to_plain(compile_expression(rule.outputs[0].text).evaluate({}))
    except FeelError:
        return None
