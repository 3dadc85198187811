"""Where tokens part and meet."""

import pytest

from engine.spiff.errors import Failure
from tests.builders import boundary, end, flow, gateway, path, process, script, start, timer, user
from tests.engine.spiff.player import play


def test_an_exclusive_gateway_takes_the_first_flow_that_holds() -> None:
    parts = [start(), gateway("exclusive", "G"), user("A"), user("B"), user("C"), end()]
    flows = [
        *path("Start", "G"),
        flow("G", "A", "=x > 5"),
        flow("G", "B", "=x > 1"),
        flow("G", "C", default=True),
        *[flow(each, "End") for each in "ABC"],
    ]
    diagram = process("P", *parts, *flows)
    assert play(diagram, variables={"x": 9}).open == ["A"]
    assert play(diagram, variables={"x": 3}).open == ["B"]
    assert play(diagram, variables={"x": 0}).open == ["C"]


def test_a_condition_that_is_neither_true_nor_false_fails_and_names_its_flow() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "G"), end(), end("E2"), *path("Start", "G"),
        flow("G", "End", "=x > 5"), flow("G", "E2", default=True),
    )  # fmt: skip
    with pytest.raises(Failure) as failed:
        play(diagram)
    assert (failed.value.element_id, failed.value.code) == ("G_End", "condition_not_boolean")


def test_no_flow_to_take_fails_and_names_the_gateway() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "G"), end(), end("E2"), *path("Start", "G"),
        flow("G", "End", "=false"), flow("G", "E2", "=false"),
    )  # fmt: skip
    with pytest.raises(Failure) as failed:
        play(diagram)
    assert (failed.value.element_id, failed.value.code) == ("G", "no_flow")


def test_a_condition_on_a_flow_leaving_a_task_is_honoured() -> None:
    diagram = process(
        "P", start(), user("A"), user("B"), user("C"), end(), *path("Start", "A"),
        flow("A", "B", "=go"), flow("A", "C", default=True), *path("B", "End"), *path("C", "End"),
    )  # fmt: skip
    assert play(diagram, variables={"go": False}).complete("A").open == ["C"]
    assert play(diagram, variables={"go": True}).complete("A").open == ["B"]


def test_a_parallel_join_waits_for_every_branch() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), user("A"), user("B"), gateway("parallel", "J"), user("C"), end(),
        *path("Start", "S", "A", "J", "C", "End"), *path("S", "B", "J"),
    )  # fmt: skip
    player = play(diagram)
    assert player.open == ["A", "B"]
    assert player.complete("A").open == ["B"]
    assert player.complete("B").open == ["C"]
    assert player.complete("C").ended


def test_branches_share_the_variables_so_nothing_written_in_one_is_lost() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), user("A"), user("B"), gateway("parallel", "J"), end(),
        *path("Start", "S", "A", "J", "End"), *path("S", "B", "J"),
    )  # fmt: skip
    player = play(diagram, variables={"x": ["x", "y", "z"], "gone": 1})
    player.complete("A", x=["z"], a=1).complete("B", b=2)
    assert player.variables == {"x": ["z"], "gone": 1, "a": 1, "b": 2}


def test_a_join_in_a_loop_works_in_every_round() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "M"), gateway("parallel", "S"), user("A"), user("B"),
        gateway("parallel", "J"), gateway("exclusive", "X"), end(),
        *path("Start", "M", "S", "A", "J", "X"), *path("S", "B", "J"),
        flow("X", "M", "=again"), flow("X", "End", default=True),
    )  # fmt: skip
    player = play(diagram)
    for _ in range(5):
        player.complete("A", again=True)
        assert player.complete("B").open == ["A", "B"]
    assert player.complete("A", again=False).complete("B").ended


def test_a_join_whose_partner_can_never_come_fails_instead_of_hanging() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "X"), script("A", "=1", "a"), script("B", "=1", "b"),
        gateway("parallel", "J"), end(),
        *path("Start", "X"), flow("X", "A", "=true"), flow("X", "B", default=True), *path("A", "J", "End"),
        *path("B", "J"),
    )  # fmt: skip
    with pytest.raises(Failure) as failed:
        play(diagram)
    assert (failed.value.element_id, failed.value.code) == ("J", "deadlock")


def inclusive(*conditions: str) -> str:
    names = "ABC"[: len(conditions)]
    return process(
        "P", start(), gateway("inclusive", "S"), *[user(each) for each in names], gateway("inclusive", "J"),
        user("Z"), end(), *path("Start", "S"), *path("J", "Z", "End"),
        *[flow("S", each, condition) for each, condition in zip(names, conditions, strict=True)],
        *[flow(each, "J") for each in names],
    )  # fmt: skip


def test_an_inclusive_join_waits_for_the_branches_that_were_taken_and_no_others() -> None:
    player = play(inclusive("=true", "=false", "=true"))
    assert player.open == ["A", "C"]
    assert player.complete("C").open == ["A"]
    assert player.complete("A").open == ["Z"]


def test_an_inclusive_join_waits_for_a_branch_with_more_tasks() -> None:
    diagram = process(
        "P", start(), gateway("inclusive", "S"), user("A"), user("B"), user("B2"), gateway("inclusive", "J"),
        user("Z"), end(),
        *path("Start", "S"), flow("S", "A", "=true"), flow("S", "B", "=true"),
        *path("A", "J", "Z", "End"), *path("B", "B2", "J"),
    )  # fmt: skip
    player = play(diagram).complete("A").complete("B")
    assert player.open == ["B2"]
    assert player.complete("B2").open == ["Z"]


def test_an_inclusive_join_in_a_loop_does_not_wait_for_itself() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "M"), gateway("inclusive", "S"), user("A"), user("B"),
        gateway("inclusive", "J"), gateway("exclusive", "X"), end(),
        *path("Start", "M", "S"), flow("S", "A", "=true"), flow("S", "B", "=both"), *path("A", "J", "X"),
        *path("B", "J"), flow("X", "M", "=again"), flow("X", "End", default=True),
    )  # fmt: skip
    player = play(diagram, variables={"both": True, "again": True})
    assert player.complete("A").open == ["B"]
    assert player.complete("B").open == ["A", "B"]
    player.complete("A", both=False).complete("B")
    assert player.open == ["A"]
    assert player.complete("A", again=False).ended


def test_an_inclusive_join_waits_for_the_task_beside_whose_event_it_was_reached() -> None:
    diagram = process(
        "P", start(), user("A"), boundary("B", "A", timer("PT1H"), interrupting=False), user("L"),
        gateway("inclusive", "J"), script("Pay", "=if paid = null then 1 else paid + 1", "paid"), user("Z"), end(),
        *path("Start", "A", "J", "Pay", "Z", "End"), *path("B", "L", "J"),
    )  # fmt: skip
    player = play(diagram).wait(hours=1, minutes=1)
    assert player.complete("L").open == ["A"]
    assert player.complete("A").open == ["Z"]
    assert player.variables["paid"] == 1
    assert player.complete("Z").ended


def test_an_inclusive_join_waits_where_an_event_may_still_lead_to_it() -> None:
    diagram = process(
        "P", start(), gateway("parallel", "S"), user("A"), user("C"), boundary("B", "A", timer("PT1H")), user("L"),
        gateway("inclusive", "J"), user("Z"), end(), end("E2"),
        *path("Start", "S", "A", "E2"), *path("S", "C", "J", "Z", "End"), *path("B", "L", "J"),
    )  # fmt: skip
    player = play(diagram).complete("C")
    assert player.open == ["A"]
    assert player.complete("A").open == ["Z"]


def test_no_prediction_makes_tasks_in_blocks_after_blocks() -> None:
    blocks = []
    chain = []
    for number in range(10):
        split, join = f"S{number}", f"J{number}"
        blocks += [gateway("parallel", split), gateway("parallel", join)]
        for branch in "abc":
            blocks.append(user(f"{branch}{number}"))
            chain += path(split, f"{branch}{number}", join)
        if number:
            chain += path(f"J{number - 1}", split)
    diagram = process("P", start(), *blocks, end(), *path("Start", "S0"), *path("J9", "End"), *chain)
    player = play(diagram)
    assert player.open == ["a0", "b0", "c0"]
    assert len(player.state) < 400
    for number in range(10):
        for branch in "abc":
            player.complete(f"{branch}{number}")
    assert player.ended


def test_a_chain_of_a_thousand_automatic_tasks_runs_in_one_step() -> None:
    chain = [script(f"T{number}", "=1", "x") for number in range(1000)]
    assert play(process("P", start(), *chain, end())).ended


def test_a_loop_which_waits_for_nothing_ends_in_a_failure_that_names_it() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "M"), script("A", "=1", "x"), end(), *path("Start", "M", "A"),
        flow("A", "M", "=true"), flow("A", "End", default=True),
    )  # fmt: skip
    with pytest.raises(Failure) as failed:
        play(diagram)
    assert failed.value.code == "too_many_moves"
    assert failed.value.element_id in {"M", "A"}


def test_five_hundred_rounds_of_rework_neither_grow_nor_end_falsely() -> None:
    diagram = process(
        "P", start(), gateway("exclusive", "M"), user("A"), user("B"), gateway("exclusive", "X"), end(),
        *path("Start", "M", "A", "B", "X"), flow("X", "M", "=again"), flow("X", "End", default=True),
    )  # fmt: skip
    player = play(diagram, variables={"again": True})
    size = len(player.complete("A").complete("B").state)
    for _ in range(500):
        player.complete("A").complete("B")
        assert not player.ended
    assert abs(len(player.state) - size) < 20
    assert player.complete("A").complete("B", again=False).ended
