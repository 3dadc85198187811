"""Variable mappings of what has no work of its own: they are carried out wherever an element may have them."""

import pytest

from engine import lint
from tests import builders as b
from tests.engine.spiff.player import play

OUT = b.mapping(outputs={"y": "=x + 1"})
LINK = b.event("link", "L")


def between(node: b.Element) -> str:
    return b.process("P", b.start(), node, b.user("A"), b.end())


@pytest.mark.parametrize(
    "text",
    [
        between(b.element("task", "W", OUT)),
        between(b.element("manualTask", "W", OUT)),
        between(b.throw("W", "", extension=OUT)),
        between(b.throw("W", b.event("signal", "S"), extension=OUT)),
        between(b.throw("W", b.event("message", "M"), extension=OUT)),
        between(b.throw("W", b.event("escalation"), extension=OUT)),
        b.process("P", b.element("startEvent", "W", OUT), b.user("A"), b.end()),
        between(b.subprocess("S1", b.element("startEvent", "W", OUT), b.end("E1"))),
    ],
    ids=["task", "manual task", "throw", "signal", "message", "escalation", "start", "start of a subprocess"],
)
def test_outputs_are_set_wherever_a_token_goes_on(text: str) -> None:
    parts = (b.signal("S", "s"), b.message("M", "m", '="k"'), text)
    assert not lint.refused(lint.check(b.bundle(*parts)))
    assert play(*parts, variables={"x": 1}).variables == {"x": 1, "y": 2}


def test_inputs_of_a_task_without_work_are_seen_by_its_outputs_alone() -> None:
    both = b.mapping(inputs={"z": "=x + 1"}, outputs={"y": "=z"})
    assert play(between(b.element("task", "W", both)), variables={"x": 1}).variables == {"x": 1, "y": 2}


@pytest.mark.parametrize("body", ["", b.event("signal", "S")], ids=["none", "signal"])
def test_outputs_of_an_end_event_are_set(body: str) -> None:
    ends = b.process("P", b.start(), b.end("End", body, OUT))
    player = play(b.signal("S", "s"), ends, variables={"x": 1})
    assert (player.ended, player.variables["y"]) == (True, 2)


def test_a_message_start_maps_what_came_with_the_message() -> None:
    text = b.process("P", b.element("startEvent", "W", OUT, b.event("message", "M")), b.user("A"), b.end())
    assert play(b.message("M", "m"), text, variables={"x": 1}, entry="m").variables == {"x": 1, "y": 2}


def test_the_start_of_an_event_subprocess_maps_once() -> None:
    counted = b.mapping(outputs={"n": "=n + x"})
    begins = b.element("startEvent", "HS", counted, b.event("message", "M"), isInterrupting="false")
    handler = b.subprocess("H", begins, b.user("L"), b.end("HE"), triggeredByEvent="true")
    player = play(b.message("M", "m", '="k"'), b.process("P", b.start(), b.user("A"), b.end(), handler),
                  variables={"n": 1})  # fmt: skip
    player.message("m", "k", x=5)
    assert player.variables == {"n": 6}


def test_inputs_of_a_catch_event_are_its_own() -> None:
    maps = b.mapping(inputs={"key": "=x"}, outputs={"y": "=key"})
    parts = (b.message("M", "m", "=key"), between(b.catch("W", b.event("message", "M"), extension=maps)))
    player = play(*parts, variables={"x": "k"})
    assert player.message("m", "k")
    assert player.variables == {"x": "k", "y": "k"}


HOST = b.user("A")
REFUSED = {
    "link": b.process(
        "P", b.start(), b.throw("W", LINK, extension=OUT), b.catch("K", LINK), b.end(),
        *b.path("Start", "W"), *b.path("K", "End"),
    ),
    "error end": b.process("P", b.start(), b.end("W", b.event("error", "E"), OUT)),
    "terminate end": b.process("P", b.start(), b.end("W", b.event("terminate"), OUT)),
    "inputs of a start": b.process("P", b.element("startEvent", "W", b.mapping({"a": "=1"})), b.end()),
    "inputs of a boundary event": b.process(
        "P", b.start(), HOST, b.boundary("W", "A", b.timer("PT1H"), extension=b.mapping({"a": "=1"})), b.end(),
        *b.path("Start", "A", "End"), *b.path("W", "End"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", REFUSED)
def test_a_mapping_which_is_not_carried_out_is_refused(place: str) -> None:
    found = lint.check(b.bundle(b.error("E", "E1"), REFUSED[place]))
    assert ("W", "not_executed", "error") in {(each.element, each.code, each.severity) for each in found}


def test_two_outputs_into_one_variable_are_refused() -> None:
    line = b.zeebe("output", source="=1", target="a")
    found = lint.check(b.bundle(between(b.element("task", "W", b.zeebe("ioMapping", line * 2)))))
    assert ("W", "said_twice") in {(each.element, each.code) for each in found}
