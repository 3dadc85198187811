"""The range of FEEL as a value, apart from the others: the meter must know it, and they need the meter."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an open-ended side has None and is not included (`< 5` is the range up to 5 without a start)."""

    low: Any
    high: Any
    low_included: bool
    high_included: bool
    single: bool = False
    """Written `=x`: has the ends of `[x..x]`, but does not equal it (DMN TCK 0068, range_010)."""
