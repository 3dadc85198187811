"""How much an evaluation may cost, and the meter which counts it.

The limits keep hostile or careless expressions (`9**9**9`, products of huge `for` loops, recursion) from eating the
machine: whatever runs out ends the evaluation with `BudgetExceeded`.
"""

from dataclasses import dataclass

from engine import processor
from engine.feel.errors import BudgetExceeded
from engine.feel.interval import Range


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one evaluation.

    steps: loop rounds, function calls and items touched by built-ins; depth: levels of the bodies of functions open at
    a time, each about a frame of Python, of which there may be a thousand; text: characters of all texts built; items:
    list items and context entries built; seconds: of processor time (`engine.processor`).
    """

    steps: int = 200_000
    depth: int = 600
    text: int = 1_000_000
    items: int = 100_000
    seconds: float = 0.06


DEFAULT = Budget()
MAX_NESTING = 60
"""Levels of lists and contexts in one value."""


class Meter:
    """What is left of a budget; several evaluations may share one (a decision graph passes it along)."""

    __slots__ = ("_deadline", "_next_look", "budget", "depth", "items", "steps", "text")

    def __init__(self, budget: Budget = DEFAULT) -> None:
        self.budget = budget
        self.steps = 0
        self.depth = 0
        self.text = 0
        self.items = 0
        self._next_look = 16
        self._deadline = 0.0

    def step(self, count: int = 1) -> None:
        """Count steps; looks at the clock now and then."""
        self.steps += count
        if self.steps >= self._next_look:
            self._look()

    def _look(self) -> None:
        if self.steps > self.budget.steps:
            raise BudgetExceeded("steps", self.budget.steps)
        now = processor.seconds()
        if not self._deadline:
            self._deadline = now + self.budget.seconds
        elif now > self._deadline:
            raise BudgetExceeded("seconds", self.budget.seconds)
        self._next_look = min(self.steps + 128, self.budget.steps + 1)

    def grow(self, count: int) -> None:
        """Count list items or context entries about to be built."""
        self.items += count
        self.step(count)
        if self.items > self.budget.items:
            raise BudgetExceeded("items", self.budget.items)

    def write(self, characters: int) -> None:
        """Count characters of a text about to be built."""
        self.text += characters
        if self.text > self.budget.text:
            raise BudgetExceeded("text", self.budget.text)

    def remaining(self) -> float:
        """Seconds of processor time left; raises BudgetExceeded when there are none."""
        self._look()
        return max(self._deadline - processor.seconds(), 0.001)

    def weigh(self, value: object) -> None:
        """Count every part of a value as it would be written out, before anybody writes it.

        Parts may be shared (`[x, x]` of `[y, y]` of ...), so that a small value has billions of parts.
        """
        stack: list[tuple[object, int]] = [(value, 0)]
        while stack:
            part, depth = stack.pop()
            if isinstance(part, str):
                self.write(len(part) + 2)
            elif isinstance(part, (list, dict)):
                if depth > MAX_NESTING:
                    raise BudgetExceeded("depth", MAX_NESTING)
                self.step(1 + len(part))
                self.write(4 * len(part))
                if isinstance(part, dict):
                    self.write(sum(map(len, part)))
                stack.extend((inner, depth + 1) for inner in (part.values() if isinstance(part, dict) else part))
            elif isinstance(part, Range):
                if depth > MAX_NESTING:
                    raise BudgetExceeded("depth", MAX_NESTING)
                self.step()
                self.write(2)
                stack += ((part.low, depth + 1), (part.high, depth + 1))

    def enter(self, levels: int) -> None:
        """Count levels of the tree opened by a call; `leave` closes them."""
        self.depth += levels
        if self.depth > self.budget.depth:
            raise BudgetExceeded("depth", self.budget.depth)

    def leave(self, levels: int) -> None:
        """Close levels opened by `enter`."""
        self.depth -= levels
