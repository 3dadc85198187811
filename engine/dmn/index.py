"""Finding the rules of a table that match, without asking every cell.

Each column keeps, for every region of its values, the mask of the rules whose simple cell covers it: one binary
search and one AND a column. Opaque cells are asked only for rules which are still candidates. A value of another kind
than the column's simple cells (null included) asks all cells of that column, so the answer is always FEEL's own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.dmn.cells import Cell, Kind, kind_of
from engine.dmn.partition import Partition, bits, partition, spread

Ask = Callable[[Any, object, Mapping[str, object]], bool | None]
"""Does this cell match (run, value, scope)? Null is no."""


@dataclass(frozen=True, slots=True)
class Column:
    """The index of one column. partition: None when nothing is indexed; by_region: the rules whose simple cell covers
    a region; anything: the rules whose cell is `-`; opaque: the rules to ask; asks: the code of each cell."""

    partition: Partition | None
    by_region: tuple[int, ...]
    anything: int
    opaque: int
    asks: tuple[Ask, ...]

    def candidates(self, rules: int, value: object) -> tuple[int, int]:
        """Of the candidate `rules`, those which may still match, and among these the ones which must be asked."""
        known = self.partition
        if known is not None and known.kind is not Kind.ANY and kind_of(value) is known.kind:
            opaque = rules & self.opaque
            return (rules & self.by_region[known.region(value)]) | opaque, opaque
        return rules, rules & ~self.anything


def column(cells: Sequence[Cell | None], asks: Sequence[Ask]) -> Column:
    """The index of one column: its cells in rule order (None: not simple), and their code for where it cannot tell."""
    anything = sum(1 << index for index, cell in enumerate(cells) if cell is not None and cell.kind is Kind.ANY)
    everything = (1 << len(cells)) - 1
    found = partition(cells)
    if found is None:
        return Column(None, (), anything, everything & ~anything, tuple(asks))
    opaque = sum(1 << index for index, cell in enumerate(cells) if cell is None)
    by_region = spread([0 if cell is None else found.cover(cell) for cell in cells], found.size)
    return Column(found, tuple(by_region), anything, opaque, tuple(asks))


def matching(
    columns: Sequence[Column],
    rules: int,
    values: Sequence[object],
    run: object,
    scope: Mapping[str, object],
    first_only: bool,
) -> list[int]:
    """The positions of the matching rules, in order; rules: the mask to choose from; run: handed to the cells."""
    waiting: list[tuple[Column, int, object]] = []
    for each, value in zip(columns, values, strict=True):
        rules, unsure = each.candidates(rules, value)
        if not rules:
            return []
        if unsure:
            waiting.append((each, unsure, value))
    if not waiting:
        return list(bits(rules & -rules if first_only else rules))
    found = []
    for rule in bits(rules):
        bit = 1 << rule
        if all(each.asks[rule](run, value, scope) is True for each, unsure, value in waiting if unsure & bit):
            found.append(rule)
            if first_only:
                break
    return found
