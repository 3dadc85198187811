"""Markings of small scopes: each fault is found at its element, and sound diagrams are left alone."""

import random
from itertools import pairwise

import pytest

from engine.lint.graph import by_passes
from engine.lint.soundness import check_scope
from engine.lint.waiting import Waits
from engine.spiff.model import Event, Flow, Node, Scope

KINDS = {
    "s": "startEvent",
    "e": "endEvent",
    "u": "userTask",
    "w": "userTask",
    "a": "serviceTask",
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "o": "inclusiveGateway",
    "b": "boundaryEvent",
}


def scope(*ways: str, aside: dict[str, str] | None = None) -> Scope:
    """A scope from ways such as `s1 > u1 > e1`; a name starts with its kind, `aside` attaches boundary events."""
    made = Scope("Process")
    for way in ways:
        names = [name.strip() for name in way.split(">")]
        for name in names:
            made.nodes.setdefault(name, Node(name, KINDS[name[0]]))
        for source, target in pairwise(names):
            flow = Flow(f"{source}-{target}", source, target)
            if flow.id not in made.flows:
                made.flows[flow.id] = flow
                made.nodes[source].outgoing.append(flow.id)
                made.nodes[target].incoming.append(flow.id)
    for event, host in (aside or {}).items():
        node = made.nodes[event]
        node.attached_to, node.event, node.interrupting = host, Event("timer"), event.endswith("!")
    return made


def conditional(made: Scope, *flows: str) -> Scope:
    """The scope with conditions on these flows."""
    for flow in flows:
        made.flows[flow].condition = "=x"
    return made


def linked(made: Scope, thrown: str, caught: str) -> Scope:
    """The scope with a link from one of its nodes to another."""
    for name, kind in ((thrown, "intermediateThrowEvent"), (caught, "intermediateCatchEvent")):
        made.nodes[name].kind, made.nodes[name].event = kind, Event("link", "L")
    return made


def found(made: Scope) -> set[tuple[str, str]]:
    return {(finding.code, finding.element) for finding in check_scope(made)}


@pytest.mark.parametrize(
    "ways",
    [
        ("s1 > u1 > e1",),
        ("s1 > x1 > u1 > x2 > e1", "x1 > u2 > x2"),
        ("s1 > p1 > u1 > p2 > e1", "p1 > u2 > p2"),
        ("s1 > o1 > u1 > o2 > e1", "o1 > u2 > o2", "o1 > u3 > o2"),
        ("s1 > x1 > u1 > x2 > e1", "x2 > x1"),
        ("s1 > p1 > u1 > e1", "p1 > u2 > e1"),
    ],
    ids=["line", "choice", "parallel", "inclusive", "rework", "two ends"],
)
def test_a_sound_diagram_has_no_findings(ways: tuple[str, ...]) -> None:
    assert found(scope(*ways)) == set()


def test_a_parallel_join_behind_a_choice_is_a_deadlock() -> None:
    assert found(scope("s1 > x1 > u1 > p2 > e1", "x1 > u2 > p2")) == {("deadlock", "p2")}


def test_an_exclusive_merge_behind_a_parallel_split_opens_work_twice() -> None:
    assert found(scope("s1 > p1 > u1 > x2 > u3 > e1", "p1 > u2 > x2")) == {("opens_twice", "u3")}


def test_two_parallel_flows_into_one_task_open_it_twice() -> None:
    assert ("opens_twice", "u3") in found(scope("s1 > p1 > u1 > u3 > e1", "p1 > u2 > u3"))


def test_a_parallel_gateway_as_target_of_a_loop_is_a_deadlock() -> None:
    assert ("deadlock", "p1") in found(scope("s1 > p1 > u1 > x2 > e1", "x2 > p1"))


def test_a_loop_without_a_way_out_is_refused_at_each_of_its_nodes() -> None:
    assert {("no_way_out", "u1"), ("no_way_out", "x1")} <= found(scope("s1 > x1 > u1 > x1"))


def test_a_loop_of_automatic_work_never_waits() -> None:
    assert found(scope("s1 > x1 > a1 > x2 > e1", "x2 > x1")) == {("endless_loop", "a1")}


@pytest.mark.parametrize(
    "conditions", [("u1-u2", "u1-u3"), ("u1-u3",), ("u1-u2",)], ids=["both conditional", "second", "first"]
)
def test_conditional_flows_of_a_task_may_all_be_taken(conditions: tuple[str, ...]) -> None:
    ways = ("s1 > u1 > u2 > u4 > e1", "u1 > u3 > u4")
    assert ("opens_twice", "u4") in found(conditional(scope(*ways), *conditions))
    ways = ("s1 > u1 > u2 > p2 > e1", "u1 > u3 > p2")
    assert ("deadlock", "p2") in found(conditional(scope(*ways), *conditions))
    ways = ("s1 > u1 > u2 > o2 > e1", "u1 > u3 > o2")
    assert found(conditional(scope(*ways), *conditions)) == set()


def test_a_default_flow_is_the_other_way_of_a_task() -> None:
    made = conditional(scope("s1 > u1 > u2 > u4 > e1", "u1 > u3 > u4"), "u1-u2")
    made.nodes["u1"].default = "u1-u3"
    assert found(made) == set()


def test_a_loop_by_a_link_never_waits() -> None:
    made = linked(scope("s1 > a1 > x1 > a3", "a4 > a1", "x1 > e1"), "a3", "a4")
    assert found(made) == {("endless_loop", "a1")}
    assert found(linked(scope("s1 > u1 > x1 > a3", "a4 > u1", "x1 > e1"), "a3", "a4")) == set()


def test_a_branch_which_comes_by_a_link_is_joined() -> None:
    made = linked(scope("s1 > p1 > u1 > p2 > e1", "p1 > a3", "a4 > u2 > p2"), "a3", "a4")
    assert found(made) == set()


@pytest.mark.parametrize("kind", ["manualTask", "callActivity", "subProcess"])
def test_a_loop_of_what_may_be_passed_at_once_never_waits(kind: str) -> None:
    inside = scope("s1 > x1 > u1 > e1", "x1 > a1 > e1")
    made = scope("s1 > x1 > a1 > x2 > e1", "x2 > x1")
    made.nodes["a1"].kind, made.nodes["a1"].called = kind, "Q"
    made.nodes["a1"].inner = inside if kind == "subProcess" else None
    assert {each.code for each in check_scope(made, "", Waits({"Q": inside}))} == {"endless_loop"}


def test_a_loop_waits_where_all_ways_of_the_called_process_do() -> None:
    made = scope("s1 > x1 > a1 > x2 > e1", "x2 > x1")
    made.nodes["a1"].kind, made.nodes["a1"].called = "callActivity", "Q"
    waiting = Waits({"Q": scope("s1 > x1 > u1 > e1", "x1 > u2 > e1")})
    assert list(check_scope(made, "", waiting)) == []
    assert list(check_scope(made)) == []  # nobody knows what the called process does


def test_an_interrupting_boundary_event_is_an_alternative() -> None:
    made = scope("s1 > u1 > x2 > e1", "b1! > u2 > x2", aside={"b1!": "u1"})
    assert found(made) == set()


def test_an_escalation_beside_the_task_disturbs_nothing() -> None:
    assert found(scope("s1 > u1 > e1", "b1 > a1 > e2", aside={"b1": "u1"})) == set()


def test_work_which_an_event_beside_the_task_comes_to_as_well_is_doubted() -> None:
    made = scope("s1 > u1 > x1 > u2 > e1", "b1 > w1 > x1", aside={"b1": "u1"})
    assert [(each.code, each.element, each.severity) for each in check_scope(made)] == [
        ("opens_again", "u2", "warning")
    ]


def test_an_inclusive_join_makes_one_of_an_event_which_comes_once_and_not_of_one_which_comes_again() -> None:
    made = scope("s1 > u1 > o1 > u2 > e1", "b1 > w1 > o1", aside={"b1": "u1"})
    assert found(made) == set()
    made.nodes["b1"].event = Event("timer", timer="cycle")
    assert found(made) == {("opens_again", "u2")}


def test_an_event_beside_the_task_may_lead_to_the_same_end() -> None:
    assert found(scope("s1 > u1 > x1 > e1", "b1 > w1 > x1", aside={"b1": "u1"})) == set()


def test_forty_parallel_ways_end_in_a_warning_not_in_hours() -> None:
    ways = [f"s1 > p1 > u{i} > a{i} > w{i} > p2 > e1" for i in range(40)]
    assert {code for code, _ in found(scope(*ways))} == {"too_complex"}


def test_a_way_round_a_gate_is_shown_node_by_node() -> None:
    made = scope("s1 > x1 > u1 > u2 > e1", "x1 > u2")
    assert by_passes(made, {"u1"}, {"u2"}) == ["s1", "x1", "u2"]
    assert by_passes(scope("s1 > u1 > u2 > e1"), {"u1"}, {"u2"}) is None


def test_a_boundary_event_can_lead_round_a_gate() -> None:
    made = scope("s1 > u0 > u1 > u2 > e1", "b1! > u2", aside={"b1!": "u0"})
    assert by_passes(made, {"u1"}, {"u2"}) == ["s1", "u0", "b1!", "u2"]


@pytest.mark.parametrize("seed", range(60))
def test_any_graph_is_analysed_without_an_exception(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"{chance.choice('uaxpo')}{i}" for i in range(chance.randint(1, 12))]
    ways = [f"s1 > {chance.choice(names)}", f"{chance.choice(names)} > e1"]
    ways += [f"{chance.choice(names)} > {chance.choice(names)}" for _ in range(chance.randint(0, 20))]
    assert all(finding.message_zh and finding.message_en for finding in check_scope(scope(*ways)))
