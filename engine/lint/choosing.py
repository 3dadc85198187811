"""Choosing among the values a dry run may try: what was tried least, by chance, or what lets a rule match."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from engine.lint.candidates import Candidates

ANOTHER_WISH = 0.2
WISHING = 0.8
"""How often another rule of a decision is wished for, and how often a wish is followed."""


@dataclass(slots=True)
class Chooser:
    """Chooses among candidates: half of the time what was tried least, else by chance; the same way every time.

    goal: values to keep to on this walk; wish: values to keep to for some moves; strict: both are kept to in this move
    (else a value is by chance another one).
    """

    candidates: Candidates
    rng: Random = field(default_factory=lambda: Random(0))  # noqa: S311 (which values are tried is no secret)
    tried: Counter[tuple[str, int]] = field(default_factory=Counter)
    mood: str = ""
    wish: Mapping[str, Any] = field(default_factory=dict)
    goal: Mapping[str, Any] = field(default_factory=dict)
    strict: bool = True

    def turn(self) -> None:
        """Another move: it may lean to low numbers and `false`, or to high ones and `true`, which opens rare paths; and
        to values which let the same rule of a decision match."""
        self.mood = self.rng.choice(("", "low", "high"))
        self.strict = self.rng.random() < WISHING
        if self.rng.random() < ANOTHER_WISH:
            rules = self.candidates.together
            self.wish = rules[self.index("rule", len(rules))] if rules and self.rng.random() < WISHING else {}

    def pick(self, name: str) -> Any:
        """A value for a variable or path."""
        for held in (self.goal, self.wish):
            if name in held and (self.strict or self.rng.random() < WISHING):
                return held[name]
        values = self.candidates.of(name)
        numbers = [value for value in values if isinstance(value, int | float)]
        if self.mood and len(numbers) == len(values) > 1 and self.rng.random() < 0.9:
            half = sorted(numbers)
            values = half[: (len(half) + 1) // 2] if self.mood == "low" else half[len(half) // 2 :]
            return self.rng.choice(values)
        return values[self.index(name, len(values))]

    def index(self, what: str, count: int) -> int:
        """A number below `count`, for the choice named `what`."""
        number = self.rng.randrange(count)
        if self.rng.random() < 0.5:
            number = min(range(count), key=lambda each: (self.tried[what, each], (each - number) % count))
        self.tried[what, number] += 1
        return number

    def answer(self, names: Iterable[str]) -> dict[str, Any]:
        """A value for each name; dots make contexts."""
        found: dict[str, Any] = {}
        for name in sorted(names):
            put(found, name.split("."), self.pick(name))
        return found


def put(data: dict[str, Any], path: list[str], value: Any) -> None:
    """Set a value at a path, making contexts on the way."""
    for name in path[:-1]:
        inner = data.get(name)
        if not isinstance(inner, dict):
            inner = data[name] = {}
        data = inner
    data[path[-1]] = value
