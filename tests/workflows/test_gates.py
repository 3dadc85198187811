"""The publish gate's domain rules: no way round the release of a plan, however it is drawn."""

from engine.spiff.read import read
from tests import builders as b
from tests.builders import Element, Flow
from workflows import gates


def _findings(*parts: Element | Flow | list[Element | Flow]) -> set[tuple[str, str]]:
    files = b.bundle(b.process("P", *parts))
    diagram, _ = read(files, "P")
    return {(one.element, one.code) for one in gates.findings(files, diagram)}


PLAN = b.service("Plan", "record_plan")
RELEASE = b.service("Release", "release_plan")
OFFER = b.service("Offer", "notify_complainant", template="offer")
DONE = b.service("Done", "record_execution")


def test_a_straight_way_through_the_release_is_clean() -> None:
    assert _findings(b.start(), PLAN, RELEASE, OFFER, DONE, b.end()) == set()


def test_without_the_release_everything_behind_it_is_found() -> None:
    found = _findings(b.start(), PLAN, OFFER, DONE, b.end())
    assert found == {("Offer", "gate_bypassed"), ("Done", "gate_bypassed")}


def test_a_boundary_event_which_leads_round_the_release_is_found() -> None:
    found = _findings(
        b.start(),
        PLAN,
        b.user("Wait"),
        RELEASE,
        DONE,
        b.end(),
        b.path("Start", "Plan", "Wait", "Release", "Done", "End"),
        b.boundary("Late", "Wait", b.timer("PT1H")),
        b.flow("Late", "Done"),
    )
    assert found == {("Done", "gate_bypassed")}


def test_what_is_hidden_in_a_subprocess_is_found() -> None:
    inner = b.subprocess("Sub", b.start("InnerStart"), DONE, b.end("InnerEnd"))
    assert _findings(b.start(), PLAN, inner, RELEASE, b.end()) == {("Done", "gate_bypassed")}
    assert _findings(b.start(), PLAN, RELEASE, inner, b.end()) == set()


def test_a_loop_back_to_the_plan_needs_no_new_way() -> None:
    found = _findings(
        b.start(),
        b.gateway("exclusive", "Again"),
        PLAN,
        RELEASE,
        OFFER,
        b.gateway("exclusive", "Answer"),
        DONE,
        b.end(),
        b.path("Start", "Again", "Plan", "Release", "Offer", "Answer"),
        b.flow("Answer", "Again", "=no"),
        b.flow("Answer", "Done", default=True),
        b.path("Done", "End"),
    )
    assert found == set()


def test_an_unknown_letter_is_named() -> None:
    letter = b.service("Tell", "notify_complainant", template="poem")
    assert _findings(b.start(), letter, b.end()) == {("Tell", "unknown_letter")}


def test_elements_behind_the_release_are_those_no_way_reaches_without_it() -> None:
    diagram, _ = read(b.bundle(b.process("P", b.start(), PLAN, RELEASE, OFFER, b.end())), "P")
    assert gates.behind_release(diagram.processes["P"]) == {"Offer", "End"}
    diagram, _ = read(b.bundle(b.process("P", b.start(), OFFER, b.end())), "P")
    assert gates.behind_release(diagram.processes["P"]) == set()
