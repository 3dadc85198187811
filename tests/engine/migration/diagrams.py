"""Random diagrams as trees of blocks, and random edits of them: what an owner may do between two versions."""

import copy
import random
from collections.abc import Iterator
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
LEAVES = ["user"] * 5 + ["script", "wait", "message", "many", "race"]
HOLDERS = ["sequence"] * 3 + ["parallel", "exclusive", "inclusive", "loop", "subprocess", "call", "each_call"]
EDITS = (
    "insert", "insert", "remove", "rename", "wrap", "unwrap", "swap", "add_branch", "drop_branch", "late", "punctual",
    "rekind", "retime", "recount",
)  # fmt: skip


@dataclass
class Block:
    """A part of a diagram with one way in and one way out. facts: what is drawn at its own elements."""

    kind: str
    name: str
    inside: list["Block"] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def walk(self) -> Iterator["Block"]:
        yield self
        for each_one in self.inside:
            yield from each_one.walk()

    def works(self) -> bool:
        """Whether a person is needed on every way through it."""
        if self.kind in ("exclusive", "inclusive"):
            return all(inner.works() for inner in self.inside)
        return self.kind == "user" or any(inner.works() for inner in self.inside if self.kind != "each_call")


class Maker:
    """Makes blocks with fresh names."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.count = 0
        self.variables: dict[str, Any] = {}

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind.title().replace('_', '')}{self.count}"

    def block(self, depth: int) -> Block:
        kind = self.dice.choice(LEAVES + (HOLDERS * 2 if depth > 0 else []))
        return self.of(kind, depth)

    def of(self, kind: str, depth: int, inside: Block | None = None) -> Block:
        made = Block(kind, self.name(kind))
        dice = self.dice
        if kind in ("sequence", "parallel", "exclusive", "inclusive"):
            made.inside = [self.block(depth - 1) for _ in range(dice.randint(2, 3))]
        elif kind in ("loop", "subprocess", "call", "each_call"):
            made.inside = [self.block(depth - 1)]
        if inside is not None:
            made.inside[dice.randrange(len(made.inside))] = inside
        if kind == "loop" and not made.inside[0].works():
            made.inside.append(self.of("user", 0))
        made.facts = {
            "late": dice.choice(["", "", "", "PT2H", "aside"]),
            "hours": dice.randint(1, 5),
            "count": dice.randint(1, 3),
            "sequential": dice.random() < 0.5,
            "chosen": dice.randrange(9),
            "known": dice.choice(["start", "start", "script", "safe", "never"]),
        }
        if made.facts["known"] == "start":
            self.variables[f"v_{made.name}"] = made.facts["chosen"]
        return made


@dataclass
class _Drawing:
    """Turns a tree into BPMN text."""

    processes: list[str] = field(default_factory=list)

    def draw(self, block: Block) -> tuple[Parts, str, str]:
        found: tuple[Parts, str, str] = getattr(self, f"_{block.kind}")(block)
        return found

    def _one(self, element: Element) -> tuple[Parts, str, str]:
        return [element], element.id, element.id

    def _user(self, block: Block) -> tuple[Parts, str, str]:
        parts: Parts = [user(block.name)]
        late = block.facts.get("late", "")
        if late:
            name = f"T_{block.name}"
            value = late if late != "aside" else "PT3H"
            parts += [
                boundary(name, block.name, timer(value), interrupting=False),
                script(f"S_{block.name}", "=1", "escalated"),
                end(f"E_{block.name}"),
                flow(name, f"S_{block.name}"),
                flow(f"S_{block.name}", f"E_{block.name}"),
            ]
        return parts, block.name, block.name

    def _script(self, block: Block) -> tuple[Parts, str, str]:
        return self._one(script(block.name, f"={block.facts['count']} * 2", f"r_{block.name}"))

    def _wait(self, block: Block) -> tuple[Parts, str, str]:
        return self._one(catch(block.name, timer(f"PT{block.facts['hours']}H")))

    def _message(self, block: Block) -> tuple[Parts, str, str]:
        return self._one(catch(block.name, event("message", "M")))

    def _many(self, block: Block) -> tuple[Parts, str, str]:
        items = list(range(block.facts["count"]))
        return self._one(user(block.name, body=each(f"={items}", sequential=block.facts["sequential"])))

    def _race(self, block: Block) -> tuple[Parts, str, str]:
        by, gate, join = block.name, f"G_{block.name}", f"J_{block.name}"
        parts: Parts = [
            gateway("eventBased", gate), catch(f"{by}a", timer(f"PT{block.facts['hours']}H")),
            catch(f"{by}b", event("message", "M")), gateway("exclusive", join),
        ]  # fmt: skip
        parts += [flow(gate, f"{by}a"), flow(gate, f"{by}b"), flow(f"{by}a", join), flow(f"{by}b", join)]
        return parts, gate, join

    def _sequence(self, block: Block) -> tuple[Parts, str, str]:
        parts, first, last = self.draw(block.inside[0])
        for inner in block.inside[1:]:
            more, head, tail = self.draw(inner)
            parts = [*parts, *more, flow(last, head)]
            last = tail
        return parts, first, last

    def _branches(self, block: Block, kind: str, conditions: list[str | None]) -> tuple[Parts, str, str]:
        split, join = f"S_{block.name}", f"J_{block.name}"
        parts: Parts = [gateway(kind, split), gateway(kind, join)]
        for inner, condition in zip(block.inside, conditions, strict=True):
            more, first, last = self.draw(inner)
            default = condition is None and kind != "parallel"
            parts += [*more, flow(split, first, condition, default=default), flow(last, join)]
        if block.facts["known"] != "script" or kind == "parallel":
            return parts, split, join
        setting = f"Set_{block.name}"
        parts += [script(setting, f"={block.facts['chosen']}", f"v_{block.name}"), flow(setting, split)]
        return parts, setting, join

    def _conditions(self, block: Block) -> list[str | None]:
        name = f"v_{block.name}"
        found: list[str | None] = []
        for number in range(len(block.inside) - 1):
            text = f"{name} >= {number * 3}"
            found.append(f"={text}" if block.facts["known"] != "safe" else f"=({text}) = true")
        return [*found, None]

    def _parallel(self, block: Block) -> tuple[Parts, str, str]:
        return self._branches(block, "parallel", [None] * len(block.inside))

    def _exclusive(self, block: Block) -> tuple[Parts, str, str]:
        return self._branches(block, "exclusive", self._conditions(block))

    def _inclusive(self, block: Block) -> tuple[Parts, str, str]:
        return self._branches(block, "inclusive", self._conditions(block))

    def _loop(self, block: Block) -> tuple[Parts, str, str]:
        by, counter = block.name, f"c_{block.name}"
        merge, split, reset, count, leave = (f"{kind}_{by}" for kind in ("Merge", "Again", "Reset", "Count", "Leave"))
        inner, first, last = self._sequence(block)
        return [
            *inner, gateway("exclusive", merge), gateway("exclusive", split), script(reset, "=0", counter),
            script(count, f"={counter} + 1", counter), script(leave, "=1", "left"), flow(reset, merge),
            flow(merge, first), flow(last, count), flow(count, split),
            flow(split, merge, f"={counter} < {block.facts['count']}"), flow(split, leave, default=True),
        ], reset, leave  # fmt: skip

    def _framed(self, block: Block) -> Parts:
        inner, first, last = self._sequence(block)
        head, tail = f"In_{block.name}", f"Out_{block.name}"
        return [start(head), *inner, end(tail), flow(head, first), flow(last, tail)]

    def _subprocess(self, block: Block) -> tuple[Parts, str, str]:
        return self._one(subprocess(block.name, self._framed(block)))

    def _call(self, block: Block) -> tuple[Parts, str, str]:
        self.processes.append(process(f"P_{block.name}", self._framed(block)))
        return self._one(call(block.name, f"P_{block.name}"))

    def _each_call(self, block: Block) -> tuple[Parts, str, str]:
        self.processes.append(process(f"P_{block.name}", self._framed(block)))
        body = each(f"={list(range(block.facts['count']))}", sequential=block.facts["sequential"])
        return self._one(call(block.name, f"P_{block.name}", body=body))


def drawn(tree: Block) -> dict[str, bytes]:
    """The bundle of a tree."""
    drawing = _Drawing()
    parts, first, last = drawing.draw(tree)
    main = process("P", start("Begin"), parts, end("Finish"), flow("Begin", first), flow(last, "Finish"))
    return bundle(message("M", "m", '="k"'), main, *drawing.processes)


def edited(tree: Block, maker: Maker, count: int) -> tuple[Block, dict[str, str]]:
    """A copy of the tree with some edits, and the mapping a careful owner would give for renamed elements."""
    made, mapping = copy.deepcopy(tree), dict[str, str]()
    for _ in range(count):
        _edit(made, maker, maker.dice.choice(EDITS), mapping)
    return made, mapping


def _edit(tree: Block, maker: Maker, edit: str, mapping: dict[str, str]) -> None:
    dice = maker.dice
    block = dice.choice(list(tree.walk()))
    holders = [each_one for each_one in tree.walk() if each_one.kind == "sequence"]
    branched = [each_one for each_one in tree.walk() if each_one.kind in ("parallel", "exclusive", "inclusive")]
    users = [each_one for each_one in tree.walk() if each_one.kind == "user"]
    match edit:
        case "insert" if holders:
            holder = dice.choice(holders)
            holder.inside.insert(dice.randint(0, len(holder.inside)), maker.block(dice.randint(0, 1)))
        case "remove" if holders and len(holder := dice.choice(holders).inside) > 1:
            holder.pop(dice.randrange(len(holder)))
        case "swap" if holders:
            dice.shuffle(dice.choice(holders).inside)
        case "wrap":
            inner = copy.copy(block)
            kind = dice.choice(["parallel", "exclusive", "loop", "subprocess", "sequence", "call"])
            outer = maker.of(kind, 1, inner)
            block.kind, block.name, block.inside, block.facts = outer.kind, outer.name, outer.inside, outer.facts
        case "unwrap" if block.inside:
            inner = dice.choice(block.inside)
            block.kind, block.name, block.inside, block.facts = inner.kind, inner.name, inner.inside, inner.facts
        case "add_branch" if branched:
            dice.choice(branched).inside.append(maker.block(0))
        case "drop_branch" if branched and len(holder := dice.choice(branched).inside) > 2:
            holder.pop(dice.randrange(len(holder)))
        case "rename" if users:
            block = dice.choice(users)
            fresh = maker.name("user")
            for old in [old for old, new in mapping.items() if new == block.name] or [block.name]:
                mapping[old] = fresh
            block.name = fresh
        case "late" | "punctual" if users:
            dice.choice(users).facts["late"] = "PT2H" if edit == "late" else ""
        case "rekind" if users:
            dice.choice(users).kind = dice.choice(["script", "wait", "message", "many"])
        case "retime":
            block.facts["hours"] = dice.randint(1, 9)
        case "recount":
            block.facts["count"] = dice.randint(1, 3)
            block.facts["sequential"] = dice.random() < 0.5
