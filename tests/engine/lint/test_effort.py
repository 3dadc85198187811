"""What judging costs is bounded: hostile files cost a second, not minutes; what is too much ends with one finding."""

import random
from time import thread_time

import pytest

from engine import lint
from engine.lint.effort import Effort, Names
from tests.builders import (
    HEAD,
    boundary,
    bundle,
    decision,
    end,
    flow,
    form,
    mapping,
    path,
    process,
    script,
    start,
    table,
    timer,
    user,
)

MOST = 2.5
"""Seconds of processor time, with room for a slow machine; before the bounds these took from 20 seconds to minutes."""
_RNG = random.Random(1)


def _name(length: int) -> str:
    return "var" + "".join(_RNG.choice("abcdefgh") for _ in range(length))


def _names(known: int, unknown: int, length: int) -> dict[str, bytes]:
    """Many variables which are set, and many others which are asked for."""
    outputs = {_name(length): "=1" for _ in range(known)}
    scripts = [script(f"S{n}", "=" + " + ".join(_name(length) for _ in range(100)), f"r{n}") for n in range(unknown)]
    field = form("f", {"type": "textfield", "key": "a", "id": "x", "label": "x"})
    parts = [start(), user("A", form="f", extension=mapping(outputs=outputs)), *scripts, end()]
    return bundle(process("P", *parts), files={"f.form": field})


def _raw(body: str, files: int) -> dict[str, bytes]:
    made = {f"q{n}.bpmn": f'{HEAD}<bpmn:process id="Q{n}">{body}</bpmn:process></bpmn:definitions>'.encode()
            for n in range(files)}  # fmt: skip
    return {**bundle(process("P", start(), end())), **made}


def _handlers(count: int) -> dict[str, bytes]:
    """Many non-interrupting events which all lead into one long way."""
    chain = [f"C{n}" for n in range(400)]
    events = [boundary(f"B{n}", "A", timer("PT1H"), interrupting=False) for n in range(count)]
    parts = [start(), user("A"), end(), end("E2"), *map(user, chain), *events, *path("Start", "A", "End")]
    return bundle(process("P", [*parts, *path(*chain, "E2"), *(flow(each.id, "C0") for each in events)]))


def _tables(count: int) -> dict[str, bytes]:
    rules = [([f"[{(n * 7 + i) % 50}..{(n * 7 + i) % 50 + 30}]" for i in range(5)], '"y"') for n in range(400)]
    made = {f"d{n}.dmn": table(f"d{n}", [f"a{i}" for i in range(5)], "x", rules) for n in range(count)}
    asked = [decision(f"D{n}", f"d{n}", "r") for n in range(count)]
    return {**bundle(process("P", start(), *asked, end())), **made}


def _expressions(count: int, terms: int) -> dict[str, bytes]:
    texts = ["=[" + ",".join(f"a{n}_{i}" for i in range(terms)) + "]" for n in range(count)]
    return bundle(process("P", start(), *(script(f"S{n}", text, f"r{n}") for n, text in enumerate(texts)), end()))


HOSTILE = {
    "names of 60 letters": lambda: _names(1000, 2, 60),
    "very many names": lambda: _names(10_000, 40, 8),
    "49k nodes in seven files": lambda: _raw("".join(f'<bpmn:task id="t{n}"/>' for n in range(49_000)), 7),
    "20k subprocesses": lambda: _raw("".join(f'<bpmn:subProcess id="s{n}"/>' for n in range(20_000)), 1),
    "400 ways into 400 tasks": lambda: _handlers(400),
    "tables of 80k cells": lambda: _tables(40),
    "expressions of 30 kB": lambda: _expressions(60, 3_000),
    "a thousand expressions": lambda: _expressions(900, 60),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_bundle_is_judged_in_a_second(name: str) -> None:
    files = HOSTILE[name]()
    began = thread_time()
    assert lint.check(files, dry_run=True)
    assert thread_time() - began < MOST


def test_what_is_too_complex_is_refused_with_one_clear_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lint, "SECONDS", 0.0)
    found = lint.check(_expressions(9, 60), dry_run=True)
    assert [each.code for each in found if each.severity == "error"] == ["too_complex_to_check"]
    told = next(each for each in found if each.code == "too_complex_to_check")
    assert told.message_zh
    assert told.hint_zh
    assert told.hint_en


def test_honest_work_is_far_from_the_bounds() -> None:
    parts = process("P", start(), *(script(f"S{n}", f"=a{n - 1} + 1", f"a{n}") for n in range(300)), end())
    assert "too_complex_to_check" not in {each.code for each in lint.check(bundle(parts))}


def test_names_are_compared_until_the_effort_is_spent() -> None:
    names = Names(["amount", "outcome"], 0.75)
    assert names.nearest("amuont", Effort()) == "amount"
    assert names.nearest("nothing like it", Effort()) is None
    assert Names(["amount"], 0.75).nearest("amuont", Effort(pairs=10)) is None
    assert names.nearest("amuont", Effort(pairs=0)) == "amount"
    assert Names(["x" * 1000], 0.75).nearest("x" * 999, Effort()) is None
