"""Activities: mappings, scripts, functions, decisions, rounds, subprocesses and calls."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from engine.functions import Call, function
from engine.spiff.errors import Failure
from tests.builders import (
    boundary,
    bundle,
    call,
    decision,
    each,
    element,
    end,
    flow,
    gateway,
    mapping,
    message,
    path,
    process,
    script,
    service,
    start,
    subprocess,
    table,
    timer,
    user,
    zeebe,
)
from tests.engine.spiff.player import Player, play


@function("test_echo", title_zh="回声", title_en="Echo")
def echo(call: Call) -> dict[str, Any]:
    return {"seen": dict(call.variables), "headers": dict(call.headers)}


def test_a_function_gets_variables_and_headers_and_gives_variables() -> None:
    player = play(process("P", start(), service("S", "test_echo", to="legal"), end()), variables={"x": 1.5})
    assert player.variables == {"x": 1.5, "seen": {"x": 1.5}, "headers": {"to": "legal"}}


def test_a_send_task_promises_its_message_with_what_is_mapped_into_it() -> None:
    work = element(
        "sendTask", "W", mapping(inputs={"a": "=x + 1"}, outputs={"told": "=a"}), messageRef="M"
    )  # fmt: skip
    player = play(message("M", "answer", "=x"), process("P", start(), work, user("A"), end()), variables={"x": 1})
    [(kind, data)] = player.effects
    assert (kind, data["name"], data["correlation"], data["payload"]) == ("message", "answer", "1", {"a": 2})
    assert player.variables == {"x": 1, "told": 2}


def test_a_function_which_is_not_registered_fails_and_names_the_task() -> None:
    with pytest.raises(Failure) as failed:
        play(process("P", start(), service("S", "test_nobody"), end()))
    assert (failed.value.element_id, failed.value.code) == ("S", "unknown_function")


def test_input_mappings_are_seen_inside_only_and_output_mappings_choose_what_goes_out() -> None:
    maps = mapping(inputs={"local": "=x + 1", "deep.er": "=x"}, outputs={"y": "=seen.local", "z.a": "=seen.deep.er"})
    player = play(process("P", start(), service("S", "test_echo", extension=maps), end()), variables={"x": 1})
    assert player.variables == {"x": 1, "y": 2, "z": {"a": 1}}


def test_an_output_mapping_into_a_context_keeps_its_other_entries() -> None:
    maps = mapping(outputs={"z.b": "=2"})
    player = play(process("P", start(), service("S", "test_echo", extension=maps), end()), variables={"z": {"a": 1}})
    assert player.variables == {"z": {"a": 1, "b": 2}}


def test_values_of_a_form_prefilled_by_a_mapping_go_out() -> None:
    maps = mapping(inputs={"x": "=other"})
    player = play(process("P", start(), user("A", extension=maps), user("B"), end()), variables={"other": 1})
    assert player.sees("A") == {"other": 1, "x": 1}
    assert player.complete("A", x=2).variables == {"other": 1, "x": 2}


def test_a_decision_sets_its_variable() -> None:
    dmn = table("risk", ["amount"], "risk", [(["> 1000"], '"high"'), (["<= 1000"], '"low"')])
    player = play(
        process("P", start(), decision("D", "risk", "risk"), user("A"), end()),
        variables={"amount": 5000},
        files={"risk.dmn": dmn},
    )
    assert player.variables == {"amount": 5000, "risk": "high"}
    assert player.facts == [("decision_made", "D")]


def test_a_decision_whose_hit_policy_is_broken_fails_and_names_the_task() -> None:
    dmn = table("risk", ["amount"], "risk", [(["> 10"], '"high"'), (["> 1"], '"low"')])
    with pytest.raises(Failure) as failed:
        play(
            process("P", start(), decision("D", "risk", "risk"), end()),
            variables={"amount": 5000},
            files={"risk.dmn": dmn},
        )
    assert (failed.value.element_id, failed.value.code) == ("D", "decision_failed")


def test_the_view_of_the_case_is_seen_but_never_kept() -> None:
    diagram = process("P", start(), script("S", "=case.number", "number"), user("A"), end())
    player = play(diagram, view=lambda: {"number": "K-1"})
    assert player.variables == {"number": "K-1"}


def test_injected_functions_are_called_by_expressions() -> None:
    from engine.spiff.injected import injected

    def working_days(n: Decimal) -> dt.datetime:
        return dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC) + dt.timedelta(days=int(n))

    diagram = process(
        "P", start(), user("A"), boundary("B", "A", timer("=working days(2)")), user("L"), end(),
        *path("Start", "A", "End"), *path("B", "L", "End"),
    )  # fmt: skip
    player = play(diagram, functions=lambda: injected({"working days": working_days}))
    assert player.wait(hours=47).open == ["A"]
    assert player.wait(hours=1).open == ["L"]


@pytest.mark.parametrize("sequential", [False, True])
def test_rounds_over_a_collection_gather_their_results_in_order(sequential: bool) -> None:
    rounds = each("=people", "who", sequential=sequential, output=("answers", "=answer"))
    player = play(
        process("P", start(), user("A", body=rounds), user("B"), end()), variables={"people": ["x", "y", "z"]}
    )
    assert player.open == ["A"] * (1 if sequential else 3)
    assert player.sees("A")["who"] == "x"
    for number in range(3):
        player.complete("A", answer=number)
    assert player.open == ["B"]
    assert player.variables == {"people": ["x", "y", "z"], "answers": [0, 1, 2]}


def test_a_round_of_functions_sees_its_own_item() -> None:
    rounds = each("=[1, 2, 3]", "n", output=("out", "=seen.n * 10"))
    player = play(process("P", start(), service("S", "test_echo", body=rounds), user("A"), end()))
    assert player.variables["out"] == [10, 20, 30]


def test_a_completion_condition_ends_the_rounds_and_takes_back_the_open_tasks() -> None:
    rounds = each("=[1, 2, 3]", "n", output=("votes", "=vote"), until="=numberOfCompletedInstances >= 2")
    player = play(process("P", start(), user("A", body=rounds), user("B"), end()))
    player.complete("A", vote="yes").complete("A", vote="no")
    assert player.open == ["B"]
    assert player.variables == {"votes": ["yes", "no", None]}


@pytest.mark.parametrize("sequential", [False, True])
def test_an_item_which_is_null_is_an_item(sequential: bool) -> None:
    player = play(process("P", start(), user("A", body=each("=[null, 1]", sequential=sequential)), end()))
    assert player.complete("A").complete("A").ended


@pytest.mark.parametrize("sequential", [False, True])
def test_no_items_are_no_rounds(sequential: bool) -> None:
    rounds = each("=[]", sequential=sequential, output=("out", "=1"))
    player = play(process("P", start(), user("A", body=rounds), user("B"), end()))
    assert player.open == ["B"]
    assert player.variables == {"out": []}


@pytest.mark.parametrize("collection", ["=null", "=nobody", "=3", '="abc"'])
def test_a_collection_which_is_no_list_fails_and_names_the_activity(collection: str) -> None:
    with pytest.raises(Failure) as failed:
        play(process("P", start(), user("A", body=each(collection)), end()))
    assert (failed.value.element_id, failed.value.code) == ("A", "not_a_list")


def test_a_number_of_rounds_is_counted() -> None:
    player = play(process("P", start(), user("A", body=each("", cardinality="=n")), end()), variables={"n": 2})
    assert player.complete("A").complete("A").ended


@pytest.mark.parametrize("number", ["=1000000000", "=-1", "=1.5", "=null"])
def test_a_number_of_rounds_beyond_reason_fails(number: str) -> None:
    with pytest.raises(Failure):
        play(process("P", start(), user("A", body=each("", cardinality=number)), end()))


def test_a_standard_loop_goes_on_while_its_condition_holds() -> None:
    condition = "<bpmn:loopCondition>=again</bpmn:loopCondition>"
    loop = f"<bpmn:standardLoopCharacteristics>{condition}</bpmn:standardLoopCharacteristics>"
    player = play(process("P", start(), user("A", body=loop), end()))
    assert not player.complete("A", again=True).complete("A", again=True).ended
    assert player.complete("A", again=False).ended


def test_a_boundary_timer_ends_all_rounds_at_once() -> None:
    diagram = process(
        "P", start(), user("A", body=each("=[1, 2]")), boundary("B", "A", timer("PT1H")), user("L"), end(),
        *path("Start", "A", "End"), *path("B", "L", "End"),
    )  # fmt: skip
    assert play(diagram).wait(hours=1).open == ["L"]


def test_an_embedded_subprocess_works_on_the_variables_around_it() -> None:
    inner = [start("S1"), user("U"), script("T", "=x + 1", "y"), end("E1")]
    player = play(process("P", start(), subprocess("Sub", *inner), user("A"), end()))
    assert player.complete("U", x=1).open == ["A"]
    assert player.variables == {"x": 1, "y": 2}


def test_rounds_of_a_subprocess_keep_their_items_apart() -> None:
    inner = [start("S1"), user("U"), script("T", "=n * factor", "product"), end("E1")]
    maps = mapping(inputs={"product": "=null", "factor": "=null"})
    rounds = each("=[1, 2]", "n", output=("products", "=product"))
    sub = subprocess("Sub", *inner, body=rounds, extension=maps)
    player = play(process("P", start(), sub, user("A"), end()))
    assert player.open == ["U", "U"]
    player.complete("U", factor=10).complete("U", factor=100)
    assert player.variables == {"products": [10, 200]}


def test_a_called_process_sees_the_caller_and_gives_back_what_it_set() -> None:
    called = process("Q", start("QS"), user("U"), script("QT", "=x + 1", "y"), end("QE"))
    player = play(process("P", start(), call("C", "Q"), user("A"), end()), called, variables={"x": 1})
    assert player.sees("U") == {"x": 1}
    assert player.complete("U", own=True).variables == {"x": 1, "y": 2, "own": True}


def test_a_call_with_mappings_passes_and_returns_only_those() -> None:
    called = process("Q", start("QS"), script("QT", "=given + 1", "result"), end("QE"))
    maps = mapping(inputs={"given": "=x"}, outputs={"y": "=result"})
    arguments = {"propagateAllParentVariables": "false", "propagateAllChildVariables": "false"}
    diagram = process("P", start(), call("C", "Q", extension=maps, **arguments), user("A"), end())
    assert play(diagram, called, variables={"x": 1}).variables == {"x": 1, "y": 2}


def test_parallel_calls_do_not_write_back_what_they_only_read() -> None:
    called = process("Q", start("QS"), user("U"), end("QE"))
    diagram = process(
        "P", start(), gateway("parallel", "S"), call("C", "Q"), user("A"), gateway("parallel", "J"), user("Z"), end(),
        *path("Start", "S", "C", "J", "Z", "End"), *path("S", "A", "J"),
    )  # fmt: skip
    player = play(diagram, called, variables={"x": 1})
    player.complete("A", x=2).complete("U")
    assert player.variables == {"x": 2}


def test_fifty_called_processes_with_tasks_run_side_by_side() -> None:
    called = process("Q", start("QS"), user("U1"), user("U2"), end("QE"))
    rounds = each("=for i in 1..50 return i", "i", output=("out", "=answer"))
    player = play(process("P", start(), call("C", "Q", body=rounds), user("Z"), end()), called)
    assert player.open == ["U1"] * 50
    for _ in range(50):
        player.complete("U1")
    for number in range(50):
        player.complete("U2", answer=number)
    assert player.open == ["Z"]
    assert player.variables == {"out": list(range(50))}
    assert len(player.state) < 700


def test_a_process_calling_itself_for_ever_fails_and_names_the_call() -> None:
    with pytest.raises(Failure) as failed:
        play(process("P", start(), call("C", "P"), end()))
    assert (failed.value.element_id, failed.value.code) == ("C", "too_deep")


def test_a_task_without_type_passes() -> None:
    assert play(process("P", start(), element("task", "T"), element("manualTask", "M"), end())).ended


POISON: dict[str, Any] = {
    "typename": "x",
    "__class__": "y",
    "\0n": ["n", "1"],
    "\0": {"\0": ["D"]},
    "py/object": "os.system",
    "nested": {"typename": "set", "\0": 1, "data": [{"typename": "UUID"}]},
    "id": "1",
    "tasks": {},
    "": "empty",
    "with space": "ü 汉字 \U0001f600",
}


def test_no_key_of_the_data_can_spoil_the_state() -> None:
    player = play(process("P", start(), user("A"), user("B"), end()), variables=POISON)
    assert player.variables == POISON
    player.complete("A", again=POISON)
    assert player.variables == {**POISON, "again": POISON}


def test_numbers_and_dates_stay_what_they_are() -> None:
    given = {
        "price": Decimal("19.90"),
        "tiny": Decimal("1E-30"),
        "huge": 10**30,
        "float": 0.1,
        "day": dt.date(2026, 2, 28),
        "moment": dt.datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=dt.UTC),
        "time": dt.time(8, 30),
        "span": dt.timedelta(days=1, seconds=5),
    }
    claims = [
        'day + duration("P1D") = date("2026-03-01")',
        "price * 2 = 39.8",
        f"huge = {10**30}",
        f"tiny * {10**30} = 1",
        'span = duration("P1DT5S")',
        "float + 0.2 = 0.3",
        'moment > date and time("2026-03-01T00:00:00Z")',
        'time = time("08:30:00")',
    ]
    judge = script("S", f"=[{', '.join(claims)}]", "right")
    diagram = process("P", start(), user("A"), judge, user("B"), end())
    player = play(diagram, variables=given).complete("A")
    assert player.variables["right"] == [True] * len(claims)
    assert player.variables["day"] == "2026-02-28"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {1: 2}, b"x"])
def test_what_is_no_data_is_refused(value: object) -> None:
    with pytest.raises(Failure):
        Player(bundle(process("P", start(), user("A"), end())), {"x": value})


def test_a_feel_function_cannot_become_data() -> None:
    from engine.errors import Invalid

    with pytest.raises(Invalid) as refused:
        play(process("P", start(), script("S", "=function(x) x", "f"), user("A"), end()))
    assert refused.value.problems[0]["path"] == "f"


def test_lanes_of_the_caller_hold_for_a_called_process_without_lanes() -> None:
    from engine.spiff.opening import opening
    from engine.spiff.workflow import tokens

    called = process("Q", start("QS"), user("U"), end("QE"))
    diagram = process("P", start(), call("C", "Q"), end(), lanes={"法务": ["C"], "客服": ["Start", "End"]})
    top = play(diagram, called).load()
    (lane,) = [opening(token).lane for token in tokens(top) if token.task_spec.waits_for_person]
    assert lane == "法务"


def test_lanes_of_the_called_process_count_before_those_of_the_caller() -> None:
    from engine.spiff.opening import opening
    from engine.spiff.workflow import tokens

    called = process("Q", start("QS"), user("U"), end("QE"), lanes={"质量": ["U"]})
    diagram = process("P", start(), call("C", "Q"), end(), lanes={"法务": ["C"]})
    top = play(diagram, called).load()
    (lane,) = [opening(token).lane for token in tokens(top) if token.task_spec.waits_for_person]
    assert lane == "质量"


def test_who_and_when_are_evaluated_when_the_task_opens() -> None:
    from engine.spiff.opening import opening
    from engine.spiff.workflow import tokens

    facts = (
        zeebe("assignmentDefinition", assignee="=owner", candidateGroups='=["a", "b"]', candidateUsers="x, y")
        + zeebe("taskSchedule", dueDate='=now() + duration("P1D")', followUpDate="2026-03-03T09:00:00Z")
        + zeebe("priorityDefinition", priority="=70")
    )
    top = play(process("P", start(), user("A", extension=facts), end()), variables={"owner": "anna"}).load()
    (found,) = [opening(token) for token in tokens(top)]
    assert (found.assignee, found.groups, found.users, found.priority) == ("anna", ["a", "b"], ["x", "y"], 70)
    assert found.due_at == found.follow_up_at == dt.datetime(2026, 3, 3, 9, tzinfo=dt.UTC)


def test_flows_without_conditions_leaving_a_task_are_all_taken() -> None:
    diagram = process(
        "P",
        start(),
        user("A"),
        user("B"),
        user("C"),
        end(),
        *path("Start", "A", "B", "End"),
        flow("A", "C"),
        flow("C", "End"),
    )
    assert play(diagram).complete("A").open == ["B", "C"]
