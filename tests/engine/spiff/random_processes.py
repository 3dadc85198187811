"""Random processes out of blocks, and what each must do: an oracle which knows no tokens.

`make(seed)` gives a bundle, its variables, what the world outside will do, and the user tasks which must then be
completed (with how often). The order among parallel branches is free, everything else is fixed.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.builders import (
    Element,
    Flow,
    boundary,
    bundle,
    call,
    catch,
    each,
    end,
    event,
    flow,
    gateway,
    message,
    process,
    script,
    start,
    subprocess,
    timer,
    user,
)

Parts = list[Element | Flow]
Drawn = tuple[Parts, str, str]
"""Elements of a block, the first and the last of them."""
LEAVES = ["user"] * 4 + ["script", "wait", "message", "race", "many", "late", "late"]
HOLDERS = ["sequence"] * 2 + ["parallel", "exclusive", "inclusive", "loop", "subprocess", "call", "rounds"]
NEVER = "PT90000H"


@dataclass(frozen=True, slots=True)
class Late:
    """A boundary event which happens to its task: by a message so often, or by time (then `name` is empty)."""

    event: str
    interrupting: bool
    name: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Made:
    """A process and its future.

    expected: user tasks with how often they are completed; late: by user task; sent: message-catching elements -> the
    name which will come; fired: timer elements whose time will come (that of all others is ten years away).
    """

    seed: int
    files: dict[str, bytes]
    variables: dict[str, Any]
    expected: Counter[str]
    late: dict[str, Late]
    sent: dict[str, str]
    fired: set[str]


@dataclass
class _Maker:
    seed: int
    dice: random.Random
    variables: dict[str, Any] = field(default_factory=dict)
    called: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    late: dict[str, Late] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)
    fired: set[str] = field(default_factory=set)
    count: int = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def listens(self) -> tuple[str, str]:
        """A fresh message: its id in the diagram and its name."""
        ref = self.name("Message")
        name = f"{ref}_{self.seed}"
        self.declared.append(message(ref, name, '="k"'))
        return ref, name

    def block(self, depth: int, times: int) -> Drawn:
        """times: how often it is run."""
        return self.of(self.dice.choice(LEAVES + (HOLDERS * 2 if depth > 0 else [])), depth, times)

    def of(self, kind: str, depth: int, times: int) -> Drawn:
        found: Drawn = getattr(self, f"_{kind}")(depth, times)
        return found

    def _user(self, depth: int, times: int) -> Drawn:
        name = self.name("User")
        self.expected[name] += times
        return [user(name)], name, name

    def _many(self, depth: int, times: int) -> Drawn:
        name, many = self.name("Each"), self.dice.randint(1, 3)
        self.expected[name] += times * many
        return [user(name, body=each(f"={list(range(many))}", sequential=self.dice.random() < 0.5))], name, name

    def _script(self, depth: int, times: int) -> Drawn:
        name = self.name("Script")
        return [script(name, f"={self.dice.randint(1, 9)} * 2", f"v{self.count}")], name, name

    def _wait(self, depth: int, times: int) -> Drawn:
        name = self.name("Wait")
        self.fired.add(name)
        return [catch(name, timer(f"PT{self.dice.randint(1, 9)}H"))], name, name

    def _message(self, depth: int, times: int) -> Drawn:
        name, (ref, self.sent[name]) = self.name("Catch"), self.listens()
        return [catch(name, event("message", ref))], name, name

    def _race(self, depth: int, times: int) -> Drawn:
        """An event-based gateway: a message or a time, each with a task behind it."""
        gate, join, by_time, by_message = (self.name(kind) for kind in ("Race", "Join", "Time", "Word"))
        ref, name = self.listens()
        wins = self.dice.random() < 0.5
        if wins:
            self.sent[by_message] = name
        else:
            self.fired.add(by_time)
        late, _, after_time = self._user(depth, 0 if wins else times)
        told, _, after_word = self._user(depth, times if wins else 0)
        parts = [gateway("eventBased", gate), gateway("exclusive", join), *late, *told]
        parts += [catch(by_time, timer(NEVER if wins else "PT3H")), catch(by_message, event("message", ref))]
        parts += [flow(gate, by_time), flow(gate, by_message), flow(by_time, after_time), flow(by_message, after_word)]
        return [*parts, flow(after_time, join), flow(after_word, join)], gate, join

    def _late(self, depth: int, times: int) -> Drawn:
        """A task with a boundary event, and a task behind that."""
        name, beside, join = self.name("User"), self.name("Late"), self.name("Join")
        happens, interrupting = self.dice.random() < 0.7, self.dice.random() < 0.5
        by_message = self.dice.random() < 0.5
        often = self.dice.randint(1, 3) if by_message and not interrupting else 1
        body = timer("PT2H" if happens else NEVER)
        word = ""
        if by_message:
            ref, word = self.listens()
            body = event("message", ref)
        if happens:
            self.late[name] = Late(beside, interrupting, word, often)
            if not by_message:
                self.fired.add(beside)
        self.expected[name] += 0 if happens and interrupting else times
        handled, _, handler = self._user(depth, times * often if happens else 0)
        parts = [user(name), boundary(beside, name, body, interrupting=interrupting), *handled, flow(beside, handler)]
        if interrupting:
            return [*parts, gateway("exclusive", join), flow(name, join), flow(handler, join)], name, join
        return [*parts, end(join), flow(handler, join)], name, name

    def _sequence(self, depth: int, times: int) -> Drawn:
        parts, first, last = self.block(depth - 1, times)
        for _ in range(self.dice.randint(1, 3)):
            more, head, tail = self.block(depth - 1, times)
            parts = [*parts, *more, flow(last, head)]
            last = tail
        return parts, first, last

    def _branches(self, kind: str, depth: int, runs: list[int], conditions: list[str | None]) -> Drawn:
        split, join = self.name("Split"), self.name("Join")
        parts: Parts = [gateway(kind, split), gateway(kind, join)]
        for often, condition in zip(runs, conditions, strict=True):
            inner, first, last = self.block(depth - 1, often)
            default = condition is None and kind == "exclusive"
            parts += [*inner, flow(split, first, condition, default=default), flow(last, join)]
        return parts, split, join

    def _parallel(self, depth: int, times: int) -> Drawn:
        width = self.dice.randint(2, 3)
        return self._branches("parallel", depth, [times] * width, [None] * width)

    def _exclusive(self, depth: int, times: int) -> Drawn:
        width, variable = self.dice.randint(2, 3), self.name("choice")
        chosen = self.dice.randrange(width)
        self.variables[variable] = chosen
        conditions = [f"={variable} = {number}" for number in range(width - 1)] + [None]
        return self._branches("exclusive", depth, [times * (n == chosen) for n in range(width)], conditions)

    def _inclusive(self, depth: int, times: int) -> Drawn:
        width = self.dice.randint(2, 3)
        taken = [self.dice.random() < 0.5 for _ in range(width)]
        taken[self.dice.randrange(width)] = True
        conditions: list[str | None] = []
        for wanted in taken:
            variable = self.name("flag")
            self.variables[variable] = wanted
            conditions.append(f"={variable}")
        return self._branches("inclusive", depth, [times * wanted for wanted in taken], conditions)

    def _loop(self, depth: int, times: int) -> Drawn:
        rounds = self.dice.randint(1, 3)
        merge, split, counter = self.name("Merge"), self.name("Again"), self.name("counter")
        reset, count, leave = self.name("Reset"), self.name("Count"), self.name("Exit")
        inner, first, last = self.block(depth - 1, times * rounds)
        waits, _, again = self._user(depth, times * rounds)  # a loop which never waits is refused by the gate
        return [
            *inner, *waits, gateway("exclusive", merge), gateway("exclusive", split), script(reset, "=0", counter),
            script(count, f"={counter} + 1", counter), script(leave, "=1", "left"), flow(reset, merge),
            flow(merge, first), flow(last, again), flow(again, count), flow(count, split),
            flow(split, merge, f"={counter} < {rounds}"), flow(split, leave, default=True),
        ], reset, leave  # fmt: skip

    def _inside(self, depth: int, times: int) -> Parts:
        inner, first, last = self.block(depth - 1, times)
        head, tail = self.name("In"), self.name("Out")
        return [start(head), *inner, end(tail), flow(head, first), flow(last, tail)]

    def _subprocess(self, depth: int, times: int) -> Drawn:
        name = self.name("Sub")
        return [subprocess(name, self._inside(depth, times))], name, name

    def _call(self, depth: int, times: int) -> Drawn:
        name, target = self.name("Call"), self.name("Process")
        self.called.append(process(target, self._inside(depth, times)))
        return [call(name, target)], name, name

    def _rounds(self, depth: int, times: int) -> Drawn:
        name, many = self.name("Many"), self.dice.randint(0, 3)
        body = each(f"={list(range(many))}", sequential=self.dice.random() < 0.5)
        target = self.name("Process")
        self.called.append(process(target, self._inside(depth, times * many)))
        return [call(name, target, body=body)], name, name


def make(seed: int) -> Made:
    """The process of a seed, its blocks nested one to three deep."""
    maker = _Maker(seed, random.Random(seed))
    inner, first, last = maker.of("sequence", maker.dice.choice((1, 1, 2, 2, 3)), 1)
    main = process("P", start("Begin"), *inner, end("Finish"), flow("Begin", first), flow(last, "Finish"))
    files = bundle(*maker.declared, main, *maker.called)
    return Made(seed, files, maker.variables, +maker.expected, maker.late, maker.sent, maker.fired)
