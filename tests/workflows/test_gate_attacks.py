"""Ways around the release of a plan which somebody may draw or try: each is refused, or leads nowhere."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from engine import definitions
from engine.errors import Invalid
from engine.spiff.read import read
from tests import builders as b
from tests.builders import Element, Flow
from workflows import gates

Parts = list[Element | Flow | list[Element | Flow]]
PLAN = b.service("Plan", "record_plan")
RELEASE = b.service("Release", "release_plan")
DONE = b.service("Done", "record_execution")


def found(*parts: Element | Flow | list[Element | Flow], more: str = "", before: str = "") -> set[str]:
    files = b.bundle(before, b.process("P", *parts), more)
    diagram, _ = read(files, "P")
    return {one.element for one in gates.findings(files, diagram) if one.code == "gate_bypassed"}


def link(kind: str, node_id: str) -> Element:
    return b.element(f"intermediate{kind}Event", node_id, body='<bpmn:linkEventDefinition name="over" />')


def event_subprocess(start: str) -> Element:
    inside = (b.element("startEvent", "ES", body=start), DONE, b.end("EE"))
    return b.subprocess("Aside", *inside, triggeredByEvent="true")


def straight(*between: Element, done: Element = DONE) -> Parts:
    """Start, plan, what is between, done, end."""
    chain = [b.start(), PLAN, *between, done, b.end()]
    return [*chain, b.path(*[each.id for each in chain])]


LATER = straight(RELEASE, done=b.user("X"))
NO_ROUNDS = b.each("=[]")
LOOPED_RELEASE = b.service("Release", "release_plan", body=NO_ROUNDS)
LOOPED_SUB = b.subprocess("Sub", b.start("SS"), RELEASE, b.end("SE"), body=NO_ROUNDS)

ATTACKS: dict[str, Callable[[], set[str]]] = {
    "a link jumps over the release": lambda: found(
        b.start(), PLAN, b.gateway("exclusive", "G"), link("Throw", "Out"), RELEASE, link("Catch", "In"), DONE, b.end(),
        b.path("Start", "Plan", "G", "Release", "Done", "End"), b.flow("G", "Out", "=vip"), b.flow("In", "Done"),
    ),
    "the release has no rounds": lambda: found(*straight(LOOPED_RELEASE)),
    "the subprocess around the release has no rounds": lambda: found(*straight(LOOPED_SUB)),
    "the call of the release has no rounds": lambda: found(
        *straight(b.call("Call", "Q", body=NO_ROUNDS)),
        more=b.process("Q", b.start("QS"), b.service("QR", "release_plan"), b.end("QE")),
    ),
    "an event subprocess begins at a timer": lambda: found(*LATER, event_subprocess(b.timer("PT1H"))),
    "an event subprocess begins at a signal": lambda: found(
        *LATER, event_subprocess(b.event("signal", "S")), before=b.signal("S", "pay")
    ),
    "an event subprocess begins at a message": lambda: found(
        *LATER, event_subprocess(b.event("message", "M")), before=b.message("M", "pay", "=case_id")
    ),
    "an event subprocess catches an error before the release": lambda: found(
        *LATER, event_subprocess(b.event("error", "E")), before=b.error("E", "E")
    ),
    "a boundary event stands on the release": lambda: found(
        *straight(RELEASE), b.boundary("B", "Release", b.timer("PT1H")), b.path("B", "Done")
    ),
    "a boundary event leaves a subprocess before its release": lambda: found(
        *straight(b.subprocess("Sub", b.start("SS"), b.user("SU"), RELEASE, b.end("SE"))),
        b.boundary("B", "Sub", b.event("error", "E")), b.path("B", "Done"), before=b.error("E", "E"),
    ),
    "a second start goes straight to the money": lambda: found(
        *straight(RELEASE), b.start("S2", b.event("message", "M")), b.path("S2", "Done"),
        before=b.message("M", "pay", "=1"),
    ),
    "a parallel branch does not wait for the release": lambda: found(
        b.start(), PLAN, b.gateway("parallel", "S"), RELEASE, DONE, b.gateway("parallel", "J"), b.end(),
        b.path("Start", "Plan", "S", "Release", "J", "End"), b.path("S", "Done", "J"),
    ),
    "an inclusive choice leaves the release out": lambda: found(
        b.start(), PLAN, b.gateway("inclusive", "S"), RELEASE, DONE, b.end(),
        b.path("Start", "Plan", "S"), b.flow("S", "Release", "=a"), b.flow("S", "Done", "=b"),
        b.path("Release", "Done", "End"),
    ),
    "the default flow leads around": lambda: found(
        b.start(), PLAN, b.gateway("exclusive", "G"), RELEASE, DONE, b.end(), b.path("Start", "Plan", "G"),
        b.flow("G", "Release", "=vip"), b.flow("G", "Done", default=True), b.path("Release", "Done", "End"),
    ),
    "a called process pays before the release": lambda: found(
        *straight(b.call("Call", "Q"), RELEASE, done=b.user("X")),
        more=b.process("Q", b.start("QS"), DONE, b.end("QE")),
    ),
    "a subprocess ends at a terminate before its release": lambda: found(
        *straight(
            b.subprocess(
                "Sub", b.start("SS"), b.gateway("exclusive", "SG"), RELEASE, b.end("SE"),
                b.end("ST", b.event("terminate")), b.path("SS", "SG"), b.path("Release", "SE"),
                b.flow("SG", "Release", "=a"), b.flow("SG", "ST", default=True),
            )
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_way_around_the_release_is_found(attack: str) -> None:
    assert ATTACKS[attack]() == {"Done"}


def test_a_called_process_of_another_bundle_is_looked_into(house: Session) -> None:
    paying = b.bundle(
        b.process("Paying", b.start("QS"), b.service("Pay", "record_execution"), b.end("QE")),
        key="paying",
        main="Paying",
    )
    definitions.publish_files(house, "paying", paying, author="system")
    early = b.bundle(b.process("P", *straight(b.call("Call", "Paying"), RELEASE, done=b.service("Last", "escalate"))))
    with pytest.raises(Invalid) as refused:
        definitions.publish_files(house, "test", early, author="system")
    assert [(each["path"], each["code"]) for each in refused.value.problems] == [("Call", "gate_bypassed")]
    late = b.bundle(b.process("P", *straight(RELEASE, done=b.call("Call", "Paying"))))
    assert definitions.publish_files(house, "test", late, author="system").version == 1


def test_behind_a_release_in_a_subprocess_or_a_call_is_behind_it() -> None:
    sub = b.subprocess("Sub", b.start("SS"), RELEASE, b.user("SU"), b.end("SE"))
    diagram, _ = read(b.bundle(b.process("P", *straight(sub))), "P")
    assert {"SU", "SE", "Done", "End"} == gates.behind_release(diagram.processes["P"])
    calling = b.bundle(
        b.process("P", *straight(b.call("Call", "Q"))),
        b.process("Q", b.start("QS"), RELEASE, b.user("QU"), b.end("QE")),
    )
    diagram, _ = read(calling, "P")
    assert {"QU", "QE", "Done", "End"} == gates.behind_release(diagram.processes["P"], diagram.processes)
