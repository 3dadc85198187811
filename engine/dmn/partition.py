"""One column of a table cut into regions in which all its simple cells answer the same.

The ends of all spans are points p0 < p1 < ...; the regions are: below p0, p0 itself, between p0 and p1, p1, ... above
the last. Region 2i+1 is point i, region 2i the open stretch before it. A set of regions, and a set of rules, is an
integer used as a bit mask.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import xor
from typing import Any

from engine.dmn.cells import Cell, Kind, Span

Point = Any
"""A value with an order: Decimal, str, bool, date or a duration. All points of one partition are of one kind."""

_MOST = 50_000_000
"""Spans times points of a column: some hundredths of a second to cut it."""


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
        return ((1 << (last - first + 1)) - 1) << first if last >= first else 0


def partition(cells: Sequence[Cell | None]) -> Partition | None:
    """The partition which fits these cells, opaque ones (None) left out; None when they speak of different kinds, or
    of so many values that to cut the column would take longer than to ask its cells."""
    kinds = {cell.kind for cell in cells if cell is not None and cell.kind is not Kind.ANY}
    if len(kinds) > 1:
        return None
    if not kinds:
        return Partition(Kind.ANY, ())
    kind = kinds.pop()
    if kind is Kind.BOOLEAN:
        return Partition(kind, (False, True))
    spans = [span for cell in cells if cell is not None for span in cell.spans]
    points: list[Point] = sorted({end for span in spans for end in (span.low, span.high) if end is not None})
    return Partition(kind, tuple(points)) if len(spans) * len(points) <= _MOST else None


def bits(mask: int) -> Iterator[int]:
    """The positions of the set bits, lowest first. To look for a digit in a text is far quicker than to take bit after
    bit out of a number of thousands."""
    digits = bin(mask)[:1:-1]
    place = digits.find("1")
    while place >= 0:
        yield place
        place = digits.find("1", place + 1)


def spread(masks: Sequence[int], size: int) -> list[int]:
    """For each of `size` regions the mask of those masks which hold it. Costs the stretches, not the bits."""
    changes = [0] * (size + 1)
    for number, mask in enumerate(masks):
        for first, behind in _stretches(mask):
            changes[first] ^= 1 << number
            changes[behind] ^= 1 << number
    return list(accumulate(changes[:size], xor))


def _stretches(mask: int) -> Iterator[tuple[int, int]]:
    """The stretches of set bits, lowest first: (the first one, the first one behind)."""
    digits = bin(mask)[:1:-1]
    first = digits.find("1")
    while first >= 0:
        behind = digits.find("0", first)
        yield first, behind if behind >= 0 else len(digits)
        first = digits.find("1", behind) if behind >= 0 else -1
