"""What the process library gets silently wrong: each construct is made right here, or refused with element and hint.

One entry a construct: either what must come out when it is played, or the finding which refuses it.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from engine import lint
from engine.feel import FeelError
from engine.functions import BpmnError, Call, function
from tests import builders as b
from tests.engine.spiff.player import Player

BY_LANE = b.process("P", b.start(), b.call("C", "Q"), b.end(), lanes={"legal": ["Start", "C", "End"]})
REFUSED = "engine-library-faults-fails"


@function(REFUSED, title_zh="失败", title_en="Fails")
def _fails(call: Call) -> dict[str, object]:
    raise BpmnError("REFUSED")


def play(*parts: str, files: dict[str, bytes] | None = None, **variables: Any) -> Player:
    whole = b.bundle(*parts, files=files or {})
    assert not lint.refused(lint.check(whole)), [each for each in lint.check(whole) if each.severity == "error"]
    return Player(whole, variables)


def decided(policy: str, rules: list[tuple[list[str], str]], **given: Any) -> Any:
    """What a table over `x` answers."""
    name = next(iter(given))
    parts = b.process("P", b.start(), b.decision("D", "t", "result"), b.user("Wait"), b.end())
    return play(parts, files={"t.dmn": b.table("t", [name], "o", rules, policy)}, **given).variables["result"]


def condition_on_a_task() -> None:
    parts = b.process(
        "P", b.start(), b.user("A"), b.user("Yes"), b.user("No"), b.end(), b.path("Start", "A"),
        b.flow("A", "Yes", "=ok"), b.flow("A", "No", default=True), b.path("Yes", "End"), b.path("No", "End"),
    )  # fmt: skip
    assert play(parts).complete("A", ok=True).open == ["Yes"]
    assert play(parts).complete("A", ok=False).open == ["No"]


def signal_end() -> None:
    player = play(b.signal("S", "done"), b.process("P", b.start(), b.end("E", b.event("signal", "S"))))
    assert player.ended
    assert [kind for kind, _ in player.effects] == ["signal"]


def links() -> None:
    out = b.throw("Out", '<bpmn:linkEventDefinition name="over"/>')
    into = b.catch("In", '<bpmn:linkEventDefinition name="over"/>')
    parts = (b.start(), out, into, b.user("A"), b.end(), b.path("Start", "Out"), b.path("In", "A", "End"))
    assert play(b.process("P", *parts)).open == ["A"]


def rounds_over_nothing() -> None:
    parts = b.process("P", b.start(), b.user("A", body=b.each("=[null, null]", sequential=True)), b.end())
    assert play(parts).complete("A").complete("A").ended


def aside(body: str, *, interrupting: bool) -> b.Element:
    start = b.element("startEvent", "ES", body=body, isInterrupting=str(interrupting).lower())
    return b.subprocess("Aside", start, b.user("H"), b.end("EE"), triggeredByEvent="true")


def event_subprocess_interrupts() -> None:
    player = play(
        b.message("M", "m", '="k"'),
        b.process("P", b.start(), b.user("A"), b.end(), aside(b.event("message", "M"), interrupting=True)),
    )
    assert player.message("m", "k")
    assert player.open == ["H"]


def event_subprocess_does_not_block() -> None:
    parts = (b.start(), b.user("A"), b.end(), aside(b.timer("PT1H"), interrupting=True))
    assert play(b.process("P", *parts)).complete("A").ended


def event_subprocess_waits_for_its_error() -> None:
    parts = (b.start(), b.user("A"), b.service("S", REFUSED), b.end(), aside(b.event("error", "E"), interrupting=True))
    player = play(b.error("E", "REFUSED"), b.process("P", *parts))
    assert player.open == ["A"]
    assert player.complete("A").open == ["H"]


def event_subprocess_leaves_the_next_instance_alone() -> None:
    files = b.bundle(
        b.message("M", "m", '="k"'),
        b.process("P", b.start(), b.user("A"), b.end(), aside(b.event("message", "M"), interrupting=False)),
    )
    first = Player(files)
    assert first.message("m", "k")
    second = Player(files)
    assert (sorted(first.open), second.open) == (["A", "H"], ["A"])


def event_gateway_of_two_timers() -> None:
    parts = (
        b.start(), b.gateway("eventBased", "G"), b.catch("Long", b.timer("PT2H")), b.catch("Short", b.timer("PT1H")),
        b.user("L"), b.user("S"), b.end(), b.path("Start", "G", "Long", "L", "End"), b.path("G", "Short", "S", "End"),
    )  # fmt: skip
    assert play(b.process("P", *parts)).wait(minutes=61).open == ["S"]


def condition_on_data() -> None:
    parts = (
        b.start(), b.gateway("parallel", "G"), b.user("A"), b.catch("C", b.condition("=x = 1")), b.user("B"), b.end(),
        b.end("E2"), b.path("Start", "G", "A", "End"), b.path("G", "C", "B", "E2"),
    )  # fmt: skip
    assert play(b.process("P", *parts), x=0).complete("A", x=1).open == ["B"]


def error_of_a_function() -> None:
    parts = (
        b.start(), b.service("S", REFUSED), b.end(), b.boundary("B", "S", b.event("error", "E")), b.user("H"),
        b.end("E2"), b.path("Start", "S", "End"), b.path("B", "H", "E2"),
    )  # fmt: skip
    assert play(b.error("E", "REFUSED"), b.process("P", *parts)).open == ["H"]


def hit_policies() -> None:
    several = [(["> 0"], '"low"'), (["> 10"], '"high"')]
    assert decided("RULE ORDER", several, x=20) == ["low", "high"]
    assert decided("COLLECT", several, x=20) == ["low", "high"]
    same = [(["> 0"], '"in"'), (["> 10"], '"in"')]
    assert decided("ANY", same, x=20) == "in"


def decision_cells() -> None:
    for cell, value in (('"a","b"', "b"), ("1,5,7", 5), ('not("a")', "b"), ("[1..5]", 3), ("true", True)):
        assert decided("FIRST", [([cell], '"yes"'), (["-"], '"no"')], x=value) == "yes"


def no_rule_matches() -> None:
    assert decided("FIRST", [(["> 100"], '"high"')], x=1) is None


def plain_timer_text() -> None:
    parts = (b.start(), b.catch("C", b.timer("PT1H")), b.user("A"), b.end())
    assert play(b.process("P", *parts)).wait(minutes=61).open == ["A"]


def lane_of_a_called_process() -> None:
    from engine.spiff.opening import opening
    from engine.spiff.watching import waits_of

    player = play(BY_LANE, b.process("Q", b.start("QS"), b.user("QA"), b.end("QE")))
    [token] = waits_of(player.load()).tasks.values()
    assert opening(token).lane == "legal"


def many_rounds_of_rework() -> None:
    parts = (
        b.start(), b.user("A"), b.gateway("exclusive", "G"), b.end(), b.path("Start", "A", "G"),
        b.flow("G", "A", "=again"), b.flow("G", "End", default=True),
    )  # fmt: skip
    player = play(b.process("P", *parts))
    size = len(player.state)
    for _ in range(500):
        player.complete("A", again=True)
    assert player.open == ["A"]
    assert len(player.state) <= size + 60
    assert player.complete("A", again=False).ended


def a_long_line() -> None:
    tasks = [b.script(f"S{number}", "=1", "x") for number in range(490)]
    assert play(b.process("P", b.start(), *tasks, b.end())).ended


RIGHT: dict[str, Callable[[], None]] = {
    "condition on a flow leaving a task": condition_on_a_task,
    "signal end event": signal_end,
    "link events": links,
    "sequential multi-instance over an item that is None": rounds_over_nothing,
    "event subprocess: interrupting": event_subprocess_interrupts,
    "event subprocess: unfired timer": event_subprocess_does_not_block,
    "event subprocess: error start": event_subprocess_waits_for_its_error,
    "event subprocess: message start": event_subprocess_leaves_the_next_instance_alone,
    "event gateway with two timers": event_gateway_of_two_timers,
    "conditional event on task data": condition_on_data,
    "error boundary on a failing service": error_of_a_function,
    "DMN hit policies": hit_policies,
    "DMN cells": decision_cells,
    "DMN with no matching rule": no_rule_matches,
    "timer text PT1H without quotes": plain_timer_text,
    "call activity in a lane": lane_of_a_called_process,
    "rework loop of 500 rounds": many_rounds_of_rework,
    "a linear process of 490 tasks": a_long_line,
}


@pytest.mark.parametrize("construct", RIGHT)
def test_a_construct_the_library_gets_wrong_is_made_right(construct: str) -> None:
    RIGHT[construct]()


def one(*parts: b.Part, before: str = "") -> tuple[str, ...]:
    return (before, b.process("P", *parts))


COMPENSATE = "<bpmn:compensateEventDefinition/>"
REFUSALS: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {
    "compensation throw": (one(b.start(), b.throw("T", COMPENSATE), b.end()), ("T", "unsupported_event")),
    "a link without its partner": (
        one(b.start(), b.throw("T", '<bpmn:linkEventDefinition name="x"/>'), b.end("E0"), b.path("Start", "T")),
        ("T", "link_partner"),
    ),
    "no end event": (one(b.start(), b.user("A")), ("P", "no_end")),
    "service task of another dialect": (
        one(b.start(), b.element("serviceTask", "S", xmlns_camunda="x"), b.end()), ("S", "no_work"),
    ),
    "cron as a timer": (one(b.start(), b.catch("C", b.timer("0 0 9 * * *")), b.end()), ("C", "bad_time")),
    "two parallel flows into one task": (
        one(
            b.start(), b.gateway("parallel", "G"), b.user("A"), b.user("B"), b.user("C"), b.end(),
            b.path("Start", "G", "A", "C", "End"), b.path("G", "B", "C"),
        ),
        ("C", "opens_twice"),
    ),
    "parallel gateway as a loop target": (
        one(
            b.start(), b.gateway("parallel", "J"), b.user("A"), b.gateway("exclusive", "G"), b.end(),
            b.path("Start", "J", "A", "G"), b.flow("G", "J", "=again"), b.flow("G", "End", default=True),
        ),
        ("J", "deadlock"),
    ),
    "potentialOwner": (
        one(b.start(), b.user("A", body="<bpmn:potentialOwner/>"), b.end()), ("A", "unheard_element")
    ),
    "duplicate ids": (one(b.start(), b.user("A"), b.end("A")), ("A", "duplicate_id")),
    "unreachable node": (
        one(b.start(), b.user("A"), b.end(), b.path("Start", "End"), b.path("A", "End")), ("A", "unreachable")
    ),
    "dangling flow": (
        one(b.start(), b.end(), b.path("Start", "End"), b.flow("Start", "No")), ("Start_No", "dangling_flow")
    ),
    "boundary event without a host": (
        one(b.start(), b.end(), b.boundary("B", "X", b.timer("PT1H")), b.path("Start", "End"), b.path("B", "End")),
        ("B", "boundary_without_host"),
    ),
    "P999999Y": (one(b.start(), b.catch("C", b.timer("P999999Y")), b.end()), ("C", "bad_time")),
    "R1000000/PT0S": (
        one(
            b.start(), b.user("A"), b.end(), b.boundary("B", "A", b.timer(cycle="R1000000/PT0S"), interrupting=False),
            b.end("E2"), b.path("Start", "A", "End"), b.path("B", "E2"),
        ),
        ("B", "bad_time"),
    ),
    "loopCardinality 1e9": (
        one(b.start(), b.user("A", body=b.each("", cardinality="1000000000")), b.end()), ("A", "too_many_rounds")
    ),
    "overlapping rules of a UNIQUE table": (
        one(b.start(), b.decision("D", "t", "r"), b.end()), ("t_r1", "decision_overlap")
    ),
}  # fmt: skip


@pytest.mark.parametrize("construct", REFUSALS)
def test_a_construct_which_would_go_wrong_is_refused_with_element_reason_and_hint(construct: str) -> None:
    parts, (element, code) = REFUSALS[construct]
    overlapping = b.table("t", ["x"], "o", [(["> 0"], '"a"'), (["> 1"], '"b"')])
    found = lint.check(b.bundle(*parts, files={"t.dmn": overlapping} if "UNIQUE" in construct else {}))
    [finding, *_] = [each for each in found if (each.element, each.code, each.severity) == (element, code, "error")]
    assert all((finding.message_zh, finding.message_en, finding.hint_zh, finding.hint_en)), finding


def test_hostile_times_cost_nothing() -> None:
    from engine.spiff import times

    for text in ("P999999Y", "PT1E9H", "R999999999/PT0S"):
        with pytest.raises((times.BadTime, FeelError, ValueError, OverflowError)):
            times.span(text).after(dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
