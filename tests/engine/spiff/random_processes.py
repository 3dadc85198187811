"""Random processes out of blocks, and what each must do: an oracle which knows no tokens.

`make(seed)` gives a bundle, its variables and the user tasks which must be completed (with how often); the order among
parallel branches is free, everything else is fixed by the variables.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.builders import (
    Element,
    Flow,
    bundle,
    call,
    each,
    end,
    flow,
    gateway,
    process,
    script,
    start,
    subprocess,
    user,
)


@dataclass
class _Maker:
    dice: random.Random
    variables: dict[str, Any] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    count: int = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def block(self, depth: int, times: int) -> tuple[list[Element | Flow], str, str]:
        """Elements of a block, the first and the last of them; times: how often it is run."""
        kinds = ["user"] * 4 + ["script"]
        if depth > 0:
            kinds += ["sequence"] * 3 + ["parallel", "exclusive", "inclusive", "loop", "subprocess", "call", "rounds"]
        return getattr(self, f"_{self.dice.choice(kinds)}")(depth, times)

    def _user(self, depth: int, times: int) -> tuple[list[Element | Flow], str, str]:
        name = self.name("User")
        self.expected[name] += times
        return [user(name)], name, name

    def _script(self, depth: int, times: int) -> tuple[list[Element | Flow], str, str]:
        name = self.name("Script")
        return [script(name, f"={self.dice.randint(1, 9)} * 2", f"v{self.count}")], name, name

    def _sequence(self, depth: int, times: int) -> tuple[list[Element | Flow], str, str]:
        parts, first, last = self.block(depth - 1, times)
        for _ in range(self.dice.randint(1, 3)):
            more, head, tail = self.block(depth - 1, times)
            parts = [*parts, *more, flow(last, head)]
            last = tail
        return parts, first, last

    def _branches(self, kind: str, depth: int, runs: list[int], conditions: list[str | None]) -> Any:
        split, join = self.name("Split"), self.name("Join")
        parts: list[Element | Flow] = [gateway(kind, split), gateway(kind, join)]
        for often, condition in zip(runs, conditions, strict=True):
            inner, first, last = self.block(depth - 1, often)
            default = condition is None and kind == "exclusive"
            parts += [*inner, flow(split, first, condition, default=default), flow(last, join)]
        return parts, split, join

    def _parallel(self, depth: int, times: int) -> Any:
        width = self.dice.randint(2, 3)
        return self._branches("parallel", depth, [times] * width, [None] * width)

    def _exclusive(self, depth: int, times: int) -> Any:
        width, variable = self.dice.randint(2, 3), self.name("choice")
        chosen = self.dice.randrange(width)
        self.variables[variable] = chosen
        conditions = [f"={variable} = {number}" for number in range(width - 1)] + [None]
        return self._branches("exclusive", depth, [times * (n == chosen) for n in range(width)], conditions)

    def _inclusive(self, depth: int, times: int) -> Any:
        width = self.dice.randint(2, 3)
        taken = [self.dice.random() < 0.5 for _ in range(width)]
        taken[self.dice.randrange(width)] = True
        conditions: list[str | None] = []
        for wanted in taken:
            variable = self.name("flag")
            self.variables[variable] = wanted
            conditions.append(f"={variable}")
        return self._branches("inclusive", depth, [times * wanted for wanted in taken], conditions)

    def _loop(self, depth: int, times: int) -> Any:
        rounds = self.dice.randint(1, 3)
        merge, split, counter = self.name("Merge"), self.name("Again"), self.name("counter")
        reset, count = self.name("Reset"), self.name("Count")
        inner, first, last = self.block(depth - 1, times * rounds)
        return [
            *inner, gateway("exclusive", merge), gateway("exclusive", split), script(reset, "=0", counter),
            script(count, f"={counter} + 1", counter),
            flow(reset, merge), flow(merge, first), flow(last, count), flow(count, split),
            flow(split, merge, f"={counter} < {rounds}"), *self._exit(split),
        ], reset, self._last  # fmt: skip

    def _exit(self, split: str) -> list[Element | Flow]:
        self._last = self.name("Exit")
        return [script(self._last, "=1", "left"), flow(split, self._last, default=True)]

    def _inside(self, depth: int, times: int) -> list[Element | Flow]:
        inner, first, last = self.block(depth - 1, times)
        head, tail = self.name("In"), self.name("Out")
        return [start(head), *inner, end(tail), flow(head, first), flow(last, tail)]

    def _subprocess(self, depth: int, times: int) -> Any:
        name = self.name("Sub")
        return [subprocess(name, self._inside(depth, times))], name, name

    def _call(self, depth: int, times: int) -> Any:
        name, target = self.name("Call"), self.name("Process")
        self.called.append(process(target, self._inside(depth, times)))
        return [call(name, target)], name, name

    def _rounds(self, depth: int, times: int) -> Any:
        name, many = self.name("Many"), self.dice.randint(0, 3)
        body = each(f"={list(range(many))}", sequential=self.dice.random() < 0.5)
        target = self.name("Process")
        self.called.append(process(target, self._inside(depth, times * many)))
        return [call(name, target, body=body)], name, name


def make(seed: int, depth: int = 4) -> tuple[dict[str, bytes], dict[str, Any], Counter[str]]:
    """The bundle, the variables to start with, and the user tasks which will be completed."""
    maker = _Maker(random.Random(seed))
    inner, first, last = maker.block(depth, 1)
    main = process("P", start("Begin"), *inner, end("Finish"), flow("Begin", first), flow(last, "Finish"))
    return bundle(main, *maker.called), maker.variables, +maker.expected
