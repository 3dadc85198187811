"""Events: waiting, interrupting, throwing."""

import pytest

from engine.functions import BpmnError, Call, function
from engine.spiff.errors import Failure
from tests.builders import (
    boundary,
    call,
    catch,
    condition,
    each,
    element,
    end,
    error,
    escalation,
    event,
    flow,
    gateway,
    mapping,
    message,
    path,
    process,
    script,
    service,
    signal,
    start,
    subprocess,
    throw,
    timer,
    user,
)
from tests.engine.spiff.player import play


@function("test_fails_with_code", title_zh="失败", title_en="Fails")
def fails_with_code(call: Call) -> None:
    raise BpmnError("E1", variables={"why": call.headers.get("why", "")})


def with_boundary(definition: str, *, interrupting: bool, declared: str = "") -> str:
    return declared + process(
        "P", start(), user("A"), boundary("B", "A", definition, interrupting=interrupting), user("Late"), end(),
        end("E2"), *path("Start", "A", "End"), *path("B", "Late", "E2"),
    )  # fmt: skip


def test_an_interrupting_timer_takes_the_task_away() -> None:
    player = play(with_boundary(timer("PT1H"), interrupting=True))
    assert player.wait(minutes=59).open == ["A"]
    assert player.wait(minutes=1).open == ["Late"]
    assert player.facts == [("timer_fired", "B")]
    assert player.complete("Late").ended


def test_a_non_interrupting_timer_fires_once_beside_the_task() -> None:
    player = play(with_boundary(timer("PT1H"), interrupting=False)).wait(hours=5)
    assert player.open == ["A", "Late"]
    player.wait(hours=500)
    assert player.open == ["A", "Late"]
    assert player.complete("A").complete("Late").ended


def test_a_task_done_in_time_takes_its_timer_with_it() -> None:
    player = play(with_boundary(timer("PT1H"), interrupting=False)).complete("A")
    assert player.ended


@pytest.mark.parametrize("text", ["PT1H", '="PT1H"', '=duration("PT1H")', '=now() + duration("PT1H")'])
def test_a_duration_is_a_literal_or_feel(text: str) -> None:
    player = play(with_boundary(timer(text), interrupting=True))
    assert player.wait(minutes=59).open == ["A"]
    assert player.wait(minutes=2).open == ["Late"]


@pytest.mark.parametrize(
    "text", ["2026-03-02T10:00:00Z", '=date and time("2026-03-02T18:00:00+08:00")', '="2026-03-02T10:00:00+00:00"']
)
def test_a_date_is_a_literal_or_feel(text: str) -> None:
    player = play(with_boundary(timer(date=text), interrupting=True))
    assert player.wait(minutes=59).open == ["A"]
    assert player.wait(minutes=2).open == ["Late"]


@pytest.mark.parametrize("text", ["=nobody", "=1", "tomorrow", "=null", "P999999Y"])
def test_a_timer_which_means_nothing_fails_and_names_itself(text: str) -> None:
    with pytest.raises(Failure) as failed:
        play(with_boundary(timer(text), interrupting=True))
    assert (failed.value.element_id, failed.value.code) == ("B", "bad_time")


def test_a_cycle_beats_as_often_as_it_says_and_missed_beats_count_as_one() -> None:
    player = play(with_boundary(timer(cycle="R3/PT1H"), interrupting=False))
    assert player.wait(hours=1).open == ["A", "Late"]
    assert player.wait(hours=10).open == ["A", "Late", "Late"]
    assert player.wait(hours=1).open == ["A", "Late", "Late", "Late"]
    assert player.wait(hours=50).open == ["A", "Late", "Late", "Late"]


def test_a_cycle_without_end_and_without_pause_is_refused() -> None:
    with pytest.raises(Failure):
        play(with_boundary(timer(cycle="R1000000/PT0S"), interrupting=False))


def test_two_timers_of_one_event_gateway_have_their_own_due_dates() -> None:
    diagram = process(
        "P", start(), gateway("eventBased", "G"), catch("Long", timer("PT5H")), catch("Short", timer("PT1H")),
        user("A"), user("B"), end(), *path("Start", "G", "Long", "A", "End"), *path("G", "Short", "B", "End"),
    )  # fmt: skip
    player = play(diagram)
    assert player.standing == ["G", "Long", "Short"]
    assert player.wait(hours=1).open == ["B"]
    assert player.standing == ["B"]


def test_a_message_reaches_the_token_with_its_key_only() -> None:
    diagram = process("P", start(), catch("C", event("message", "M")), user("A"), end())
    player = play(message("M", "answer", "=number"), diagram, variables={"number": "42"})
    assert not player.message("answer", "43")
    assert not player.message("other", "42")
    assert player.message("answer", "42", said="yes")
    assert player.open == ["A"]
    assert player.variables == {"number": "42", "said": "yes"}


def test_a_message_at_an_event_gateway_ends_the_waiting_for_the_others() -> None:
    diagram = process(
        "P", start(), gateway("eventBased", "G"), catch("C", event("message", "M")), catch("T", timer("PT1H")),
        user("A"), user("B"), end(), *path("Start", "G", "C", "A", "End"), *path("G", "T", "B", "End"),
    )  # fmt: skip
    player = play(message("M", "answer", '="k"'), diagram)
    assert player.message("answer", "k")
    assert player.wait(hours=2).open == ["A"]


def test_a_receive_task_waits_and_has_boundary_events() -> None:
    receive = element("receiveTask", "R", messageRef="M")
    diagram = process(
        "P", start(), receive, boundary("B", "R", timer("PT1H")), user("A"), user("L"), end(),
        *path("Start", "R", "A", "End"), *path("B", "L", "End"),
    )  # fmt: skip
    declared = message("M", "answer", '="k"')
    assert play(declared, diagram).wait(hours=1).open == ["L"]
    player = play(declared, diagram)
    assert player.message("answer", "k", x=1)
    assert (player.open, player.variables) == (["A"], {"x": 1})


def test_a_signal_reaches_every_token_which_waits_for_it() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), catch("C1", event("signal", "S1")), catch("C2", event("signal", "S1")),
        user("A"), user("B"), end(), *path("Start", "S", "C1", "A", "End"), *path("S", "C2", "B", "End"),
    )  # fmt: skip
    player = play(signal("S1", "stop sale"), diagram)
    assert player.signal("stop sale")
    assert player.open == ["A", "B"]


def test_a_signal_thrown_inside_is_caught_inside_and_promised_outside() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), catch("C", event("signal", "S1")), user("A"), user("T"),
        throw("Throw", event("signal", "S1")), end(), end("E2"),
        *path("Start", "S", "C", "A", "End"), *path("S", "T", "Throw", "E2"),
    )  # fmt: skip
    player = play(signal("S1", "alarm"), diagram).complete("T")
    assert player.open == ["A"]
    assert [(kind, data["name"]) for kind, data in player.effects] == [("signal", "alarm")]


def test_a_signal_end_event_throws_too() -> None:
    diagram = process("P", start(), end("End", event("signal", "S1")))
    player = play(signal("S1", "alarm"), diagram)
    assert player.ended
    assert [kind for kind, _ in player.effects] == ["signal"]


def test_a_message_end_event_runs_its_function() -> None:
    seen = []

    @function("test_message_end", title_zh="发送", title_en="Send")
    def send(call: Call) -> None:
        seen.append((call.element_id, call.headers["template"], call.variables["x"]))

    from tests.builders import zeebe

    taken = zeebe("taskDefinition", type="test_message_end")
    headers = zeebe("taskHeaders", zeebe("header", key="template", value="final"))
    diagram = process("P", start(), end("End", event("message", "M"), taken + headers))
    assert play(message("M", "letter"), diagram, variables={"x": 1}).ended
    assert seen == [("End", "final", 1)]


def test_a_message_throw_without_function_is_promised_to_whoever_waits() -> None:
    thrown = throw("T", event("message", "M"), extension=mapping(inputs={"a": "=x + 1"}))
    player = play(message("M", "answer", "=x"), process("P", start(), thrown, end()), variables={"x": 1})
    ((kind, data),) = player.effects
    assert kind == "message"
    assert (data["name"], data["correlation"], data["payload"]) == ("answer", "1", {"a": 2})


def test_a_link_jumps_to_its_partner() -> None:
    diagram = process(
        "P", start(), throw("To", event("link", "L")), catch("From", event("link", "L")), user("A"), end(),
        *path("Start", "To"), *path("From", "A", "End"),
    )  # fmt: skip
    assert play(diagram).open == ["A"]


def test_a_business_error_of_a_function_goes_to_its_boundary_event() -> None:
    diagram = process(
        "P", start(), service("W", "test_fails_with_code", why="cold"), boundary("B", "W", event("error", "X1")),
        user("Help"), end(), *path("Start", "W", "End"), *path("B", "Help", "End"),
    )  # fmt: skip
    player = play(error("X1", "E1"), diagram)
    assert player.open == ["Help"]
    assert player.variables == {"why": "cold"}


def test_an_error_which_nothing_catches_fails_and_names_its_source() -> None:
    with pytest.raises(Failure) as failed:
        play(process("P", start(), service("W", "test_fails_with_code"), end()))
    assert (failed.value.element_id, failed.value.code) == ("W", "uncaught_error")


def test_an_error_end_event_leaves_the_subprocess_by_its_boundary() -> None:
    inner = [start("S1"), gateway("parallel", "G"), user("U"), user("V"), end("E1", event("error", "X1")), end("E2")]
    flows = [*path("S1", "G", "U", "E1"), *path("G", "V", "E2")]
    diagram = process(
        "P", start(), subprocess("Sub", *inner, flows), boundary("B", "Sub", event("error", "X1")), user("Help"),
        end(), *path("Start", "Sub", "End"), *path("B", "Help", "End"),
    )  # fmt: skip
    player = play(error("X1", "E1"), diagram)
    assert player.open == ["U", "V"]
    assert player.complete("U").open == ["Help"]


def test_an_error_crosses_a_call_activity() -> None:
    called = process("Q", start("QS"), end("QE", event("error", "X1")))
    diagram = process(
        "P", start(), call("C", "Q"), boundary("B", "C", event("error")), user("Help"), end(),
        *path("Start", "C", "End"), *path("B", "Help", "End"),
    )  # fmt: skip
    assert play(error("X1", "E9"), diagram, called).open == ["Help"]


def test_an_escalation_is_told_without_stopping_the_work() -> None:
    inner = [start("S1"), throw("T", event("escalation", "X1")), user("U"), end("E1")]
    diagram = process(
        "P", start(), subprocess("Sub", *inner),
        boundary("B", "Sub", event("escalation", "X1"), interrupting=False), user("Boss"), end(),
        *path("Start", "Sub", "End"), *path("B", "Boss", "End"),
    )  # fmt: skip
    player = play(escalation("X1", "late"), diagram)
    assert sorted(player.open) == ["Boss", "U"]
    assert player.complete("U").complete("Boss").ended


def test_an_escalation_which_nobody_catches_is_only_recorded() -> None:
    player = play(escalation("X1", "late"), process("P", start(), throw("T", event("escalation", "X1")), end()))
    assert player.ended
    assert player.facts == [("escalated", "T")]


def test_a_terminate_end_event_ends_its_scope_at_once() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), user("A"), user("B"), end("T", event("terminate")), end(),
        *path("Start", "S", "A", "T"), *path("S", "B", "End"),
    )  # fmt: skip
    assert play(diagram).complete("A").ended


def test_a_terminate_end_event_inside_a_subprocess_ends_only_that() -> None:
    inner = [start("S1"), gateway("parallel", "G"), user("U"), user("V"), end("E1", event("terminate")), end("E2")]
    flows = [*path("S1", "G", "U", "E1"), *path("G", "V", "E2")]
    diagram = process("P", start(), subprocess("Sub", *inner, flows), user("Next"), end())
    assert play(diagram).complete("U").open == ["Next"]


def test_a_cancel_end_event_leaves_its_transaction_by_the_cancel_boundary() -> None:
    inner = [start("S1"), user("U"), end("E1", event("cancel"))]
    diagram = process(
        "P", start(), subprocess("Sub", *inner, tag="transaction"), boundary("B", "Sub", event("cancel")),
        user("Undo"), end(), *path("Start", "Sub", "End"), *path("B", "Undo", "End"),
    )  # fmt: skip
    assert play(diagram).complete("U").open == ["Undo"]


def test_a_conditional_event_waits_until_the_data_says_so() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), catch("C", condition("=level > 3")), user("A"), user("B"), end(),
        *path("Start", "S", "C", "A", "End"), *path("S", "B", "End"),
    )  # fmt: skip
    player = play(diagram, variables={"level": 1})
    assert player.open == ["B"]
    assert player.complete("B", level=4).open == ["A"]


def test_an_interrupting_event_subprocess_takes_over() -> None:
    handler = subprocess(
        "H", element("startEvent", "HS", body=event("message", "M"), isInterrupting="true"), user("Handle"),
        end("HE"), triggeredByEvent="true",
    )  # fmt: skip
    diagram = process("P", start(), user("A"), end(), handler)
    player = play(message("M", "withdrawn", '="k"'), diagram)
    assert player.message("withdrawn", "k")
    assert player.open == ["Handle"]
    assert player.complete("Handle").ended


def test_a_non_interrupting_event_subprocess_runs_beside_and_does_not_keep_the_process() -> None:
    handler = subprocess(
        "H", element("startEvent", "HS", body=event("message", "M"), isInterrupting="false"), user("Handle"),
        end("HE"), triggeredByEvent="true",
    )  # fmt: skip
    diagram = process("P", start(), user("A"), end(), handler)
    player = play(message("M", "asked", '="k"'), diagram)
    assert player.message("asked", "k")
    assert player.message("asked", "k")
    assert player.open == ["A", "Handle", "Handle"]
    player.complete("Handle").complete("A")
    assert not player.ended
    assert player.complete("Handle").ended
    assert play(message("M", "asked", '="k"'), diagram).complete("A").ended


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_an_event_subprocess_does_not_catch_what_it_throws_itself(kind: str) -> None:
    thrown, declared = event(kind, "X1"), (error if kind == "error" else escalation)("X1", "E1")
    handler = subprocess(
        "H", element("startEvent", "HS", body=thrown), user("Handle"), end("HE", thrown), triggeredByEvent="true"
    )
    inner = [start("S1"), user("U"), end("E1", thrown), handler, *path("S1", "U", "E1")]
    diagram = process(
        "P", start(), subprocess("Sub", *inner), boundary("B", "Sub", thrown), user("Help"), end(), end("E2"),
        *path("Start", "Sub", "End"), *path("B", "Help", "E2"),
    )  # fmt: skip
    player = play(declared, diagram)
    player.complete("U")
    assert player.open == ["Handle"]
    player.complete("Handle")
    assert player.open == ["Help"]


def test_an_error_of_an_event_subprocess_which_nothing_around_it_catches_fails() -> None:
    handler = subprocess(
        "H", element("startEvent", "HS", body=event("error", "X1")), user("Handle"),
        end("HE", event("error", "X1")), triggeredByEvent="true",
    )  # fmt: skip
    parts = [start(), user("U"), end("E1", event("error", "X1")), handler, *path("Start", "U", "E1")]
    player = play(error("X1", "E1"), process("P", *parts))
    player.complete("U")
    with pytest.raises(Failure) as failed:
        player.complete("Handle")
    assert (failed.value.element_id, failed.value.code) == ("HE", "uncaught_error")


def test_an_error_event_subprocess_catches_inside() -> None:
    handler = subprocess(
        "H", element("startEvent", "HS", body=event("error", "X1")), user("Handle"), end("HE"), triggeredByEvent="true"
    )
    diagram = process("P", start(), script("A", "=1", "a"), service("W", "test_fails_with_code"), end(), handler)
    assert play(error("X1", "E1"), diagram).open == ["Handle"]


def test_a_timer_in_a_subprocess_of_a_loop_round_belongs_to_that_round() -> None:
    diagram = process(
        "P", start(), user("A"), boundary("B", "A", timer("PT1H")), gateway("exclusive", "X"), end(),
        *path("Start", "A", "X"), flow("X", "A", "=again"), flow("X", "End", default=True), *path("B", "End"),
    )  # fmt: skip
    player = play(diagram).wait(minutes=50).complete("A", again=True).wait(minutes=50)
    assert player.open == ["A"]
    assert player.wait(minutes=11).ended


def test_an_error_in_one_round_leaves_by_the_boundary_of_all_rounds() -> None:
    inner = [start("S1"), user("U"), end("E1", event("error", "X1"))]
    diagram = process(
        "P", start(), subprocess("Sub", *inner, body=each("=[1, 2, 3]")), boundary("B", "Sub", event("error", "X1")),
        user("Help"), end(), *path("Start", "Sub", "End"), *path("B", "Help", "End"),
    )  # fmt: skip
    assert play(error("X1", "E1"), diagram).complete("U").open == ["Help"]
