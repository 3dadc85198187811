"""What judging one bundle may cost: processor time, and letters compared to guess which name was meant.

The gate is asked about files which anybody drew. Rules which may take long for a hostile one call `bundle.effort.spend`
as they go on: where the time is spent, the check ends with one finding instead of going on for minutes.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from difflib import get_close_matches
from math import inf

from engine import processor

SECONDS = 0.9
"""Of processor time for reading and all rules, the dry run apart; the complaint process takes a tenth of it."""
PAIRS = 2_000_000
"""Pairs of letters compared with each other for all suggestions together: a fifth of a second."""
LONGEST = 100
"""Characters of a name for which another one is suggested."""


class TooComplex(Exception):
    """The bundle is too complex to be checked"""


@dataclass(slots=True)
class Effort:
    """until: of this thread's processor time; pairs: letters which may still be compared."""

    until: float = inf
    pairs: int = PAIRS

    def spend(self) -> None:
        """Raises TooComplex where the time is spent."""
        if processor.seconds() > self.until:
            raise TooComplex


def effort(seconds: float) -> Effort:
    """An effort from now on."""
    return Effort(processor.seconds() + seconds)


@dataclass(slots=True)
class Names:
    """Names to find the one that was meant among; `found` remembers the answers."""

    all: Collection[str]
    like: float
    _lengths: dict[int, list[str]] = field(default_factory=dict)
    found: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in self.all:
            if len(name) <= LONGEST:
                self._lengths.setdefault(len(name), []).append(name)

    def nearest(self, name: str, effort: Effort) -> str | None:
        """The name most like this one; None where none is much like it, or enough was compared already."""
        if name not in self.found:
            self.found[name] = self._nearest(name, effort)
        return self.found[name]

    def _nearest(self, name: str, effort: Effort) -> str | None:
        size = len(name)
        if not 0 < size <= LONGEST:
            return None
        least, most = size * self.like / (2 - self.like), size * (2 - self.like) / self.like  # what the ratio can be
        sizes = range(int(least), int(most) + 1)
        cost = size * sum(each * len(self._lengths.get(each, ())) for each in sizes)
        if cost > effort.pairs:
            return None
        effort.pairs -= cost
        return closest(name, [other for each in sizes for other in self._lengths.get(each, ())], self.like)


def closest(name: str, names: Collection[str], like: float) -> str | None:
    """The one of some names which is most like this one, the first by alphabet of several; None where none is."""
    return next(iter(get_close_matches(name, sorted(names), 1, like)), None)
