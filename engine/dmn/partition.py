"""One column of a table cut into regions in which all its simple cells answer the same.

The ends of all spans are points p0 < p1 < ...; the regions are: below p0, p0 itself, between p0 and p1, p1, ... above
the last. Region 2i+1 is point i, region 2i the open stretch before it. A set of regions, and a set of rules, is an
integer used as a bit mask.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.dmn.cells import Cell, Kind, Span

Point = Any
"""A value with an order: Decimal, str, bool, date or a duration. All points of one partition are of one kind."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The regions of a column; `kind` ANY has one region which holds every value."""

    kind: Kind
    points: tuple[Point, ...]

    @property
    def size(self) -> int:
        """How many regions there are."""
        return 2 * len(self.points) + 1

    @property
    def all(self) -> int:
        """The mask of all regions which can hold a value: for booleans only the two points."""
        if self.kind is Kind.BOOLEAN:
            return sum(1 << (2 * index + 1) for index in range(len(self.points)))
        return (1 << self.size) - 1

    def region(self, value: Point) -> int:
        """The region of a value of this partition's kind."""
        place = bisect_left(self.points, value)
        return 2 * place + (place < len(self.points) and self.points[place] == value)

    def cover(self, cell: Cell) -> int:
        """The regions a cell covers."""
        if cell.kind is Kind.ANY:
            return self.all
        mask = 0
        for span in cell.spans:
            mask |= self._span(span)
        return self.all & ~mask if cell.negated else self.all & mask

    def _span(self, span: Span) -> int:
        first = 0 if span.low is None else self.region(span.low) + (not span.low_closed)
        last = self.size - 1 if span.high is None else self.region(span.high) - (not span.high_closed)
        return ((1 << (last + 1)) - 1) & ~((1 << first) - 1) if last >= first else 0


def partition(cells: Sequence[Cell | None]) -> Partition | None:
    """The partition which fits these cells, opaque ones (None) left out; None when they speak of different kinds."""
    kinds = {cell.kind for cell in cells if cell is not None and cell.kind is not Kind.ANY}
    if len(kinds) > 1:
        return None
    if not kinds:
        return Partition(Kind.ANY, ())
    kind = kinds.pop()
    if kind is Kind.BOOLEAN:
        return Partition(kind, (False, True))
    points = {end for cell in cells if cell is not None for span in cell.spans for end in (span.low, span.high)}
    return Partition(kind, tuple(sorted(point for point in points if point is not None)))


def bits(mask: int) -> list[int]:
    """The positions of the set bits, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
