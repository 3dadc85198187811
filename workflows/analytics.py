"""The figures of a period: received and closed, how fast, how well, and what the complaints were about.

They count the complaints of outside people (`Source.EXTERNAL`). A period is [since, until). Nothing here walks the
cases: the numbers come from the sums `workflows.tallies` keeps, and are those of this moment.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from workflows import tallies
from workflows.tallies import SPANS, Count

_HOUR: Final = 3600 * 1_000_000
SHARED: Final = tallies.COLUMNS
"""What `shares` can count by."""
_FIGURES: Final = ("all", "microseconds", "target", "satisfaction")


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period. Shares are between 0 and 1; None where there is nothing to divide by.

    open: of all cases, at present. hours: average from receipt to closing; in_target: share of closed cases which were
    closed by the promised date; satisfied: share of satisfied and basically satisfied among those who answered.
    """

    received: int
    closed: int
    open: int
    hours: float | None
    in_target: float | None
    satisfied: float | None


@dataclass(frozen=True, slots=True)
class Period:
    """All that is counted of a period, read at once, so that its numbers agree with each other."""

    figures: Figures
    counts: list[Count]

    def shares(self, column: str, *, closed: bool = False) -> list[tuple[str | None, int]]:
        """How many cases have which value of `column` (of `SHARED`), most first.

        The cases are those received in the period, or those closed in it.
        """
        return _shares(self.counts, column, "closed" if closed else "received")

    @property
    def natures(self) -> list[tuple[str | None, str | None, int]]:
        """(nature, issue, number) of the cases received in the period, most first."""
        kinds = [one for one in self.counts if one.event == "received" and one.dimension == "kind"]
        ordered = sorted(kinds, key=lambda one: (-one.n, one.value or "~", one.detail or "~"))
        return [(one.value or None, one.detail or None, one.n) for one in ordered]

    @property
    def solving_times(self) -> list[int]:
        """How many of the cases closed in the period took how long: a number for each class of `SPANS`."""
        spans = Counter({one.value: one.n for one in self.counts if one.dimension == "span"})
        return [spans[str(number)] for number in range(len(SPANS))]

    @property
    def trend(self) -> list[tuple[date, int, int]]:
        """(Monday, received, closed) for each week of the period which saw either, where the enterprise is."""
        came, went = _weeks(self.counts, "received"), _weeks(self.counts, "closed")
        return [(week, came[week], went[week]) for week in sorted(came.keys() | went.keys())]


def figures(session: Session, since: datetime, until: datetime) -> Figures:
    """The figures of a period."""
    return _figures(tallies.read(session, since, until, _FIGURES))


def shares(
    session: Session, column: str, since: datetime, until: datetime, *, closed: bool = False
) -> list[tuple[str | None, int]]:
    """`Period.shares` of one column alone."""
    if column not in SHARED:
        raise ValueError(f"nothing is shared by {column}")
    return _shares(tallies.read(session, since, until, [column]), column, "closed" if closed else "received")


def period(session: Session, since: datetime, until: datetime, columns: Iterable[str] = SHARED) -> Period:
    """A period with the shares by `columns`."""
    counts = tallies.read(session, since, until, [*{*_FIGURES, *columns}, "kind", "span"])
    return Period(_figures(counts), counts)


def _figures(counts: list[Count]) -> Figures:
    found: Counter[tuple[str, str, str]] = Counter()
    for one in counts:
        found[one.event, one.dimension, one.value] += one.n
    closed = found["closed", "all", ""]
    in_target, late = found["closed", "target", "true"], found["closed", "target", "false"]
    answers = {
        one.value: one.n for one in counts if one.event == "closed" and one.dimension == "satisfaction" and one.value
    }
    answered = sum(answers.values())
    return Figures(
        received=found["received", "all", ""],
        closed=closed,
        open=found["open", "all", ""],
        hours=round(found["closed", "microseconds", ""] / closed / _HOUR, 1) if closed else None,
        in_target=_share(in_target, in_target + late),
        satisfied=_share(answered - answers.get("unsatisfied", 0), answered),
    )


def _shares(counts: list[Count], column: str, event: str) -> list[tuple[str | None, int]]:
    found = [one for one in counts if one.event == event and one.dimension == column]
    return [(one.value or None, one.n) for one in sorted(found, key=lambda one: (-one.n, one.value or "~"))]


def _weeks(counts: list[Count], event: str) -> Counter[date]:
    return Counter(
        {one.week: one.n for one in counts if one.event == event and one.dimension == "all" and one.week is not None}
    )


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
