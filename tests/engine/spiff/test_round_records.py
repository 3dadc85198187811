"""What a round of a multi-instance leaves in the output collection: its own results, and nothing of another round's."""

from typing import Any

import pytest

from tests.builders import (
    Element,
    each,
    end,
    mapping,
    message,
    process,
    script,
    start,
    subprocess,
    user,
)
from tests.engine.spiff.player import play

both_ways = pytest.mark.parametrize("sequential", [False, True], ids=["parallel", "sequential"])
BOTH = ("all", "={who: item, ok: ok}")


def rounds_of(work: Element, answers: list[dict[str, Any]], **given: Any) -> dict[str, Any]:
    """The variables after the task A of each round was completed, in order, with these answers."""
    player = play(
        message("M", "m", '="k"'),
        process("P", start(), work, user("Z"), end()),
        variables={"people": ["x", "y"], **given},
    )
    for answer in answers:
        player.complete("A", **answer)
    assert player.open == ["Z"]
    return player.variables


@both_ways
def test_a_round_which_says_nothing_is_not_on_record_with_what_another_said(sequential: bool) -> None:
    found = rounds_of(user("A", body=each("=people", sequential=sequential, output=BOTH)), [{"ok": True}, {}])
    assert found["all"] == [{"who": "x", "ok": True}, {"who": "y", "ok": None}]
    assert found["ok"] is True  # outside, as Zeebe has it


@both_ways
def test_a_round_is_on_record_with_what_was_there_before_the_rounds(sequential: bool) -> None:
    work = user("A", body=each("=people", sequential=sequential, output=BOTH))
    found = rounds_of(work, [{"ok": True}, {}], ok="unknown")
    assert [each["ok"] for each in found["all"]] == [True, "unknown"]


@both_ways
def test_an_output_mapping_brings_nothing_of_another_round_into_the_record(sequential: bool) -> None:
    work = user("A", extension=mapping(outputs={"ok": "=ok"}), body=each("=people", sequential=sequential, output=BOTH))
    found = rounds_of(work, [{"ok": True}, {}])
    assert [each["ok"] for each in found["all"]] == [True, None]


@both_ways
def test_rounds_of_a_subprocess_record_what_was_set_inside_of_each(sequential: bool) -> None:
    inner = [start("S1"), user("A"), script("T", "=if said = null then null else said + 1", "ok"), end("E1")]
    work = subprocess("Sub", *inner, body=each("=people", sequential=sequential, output=BOTH))
    found = rounds_of(work, [{"said": 1}, {"said": 5}])
    assert [each["ok"] for each in found["all"]] == [2, 6]
    if not sequential:
        assert found["said"] == 5


@both_ways
def test_rounds_may_count_on_a_variable_around_them(sequential: bool) -> None:
    counted = mapping(outputs={"n": "=n + 1", "ok": "=ok"})
    work = user("A", extension=counted, body=each("=people", sequential=sequential, output=BOTH, until="=n >= 2"))
    assert rounds_of(work, [{"ok": True}, {"ok": False}], n=0)["n"] == 2
    assert rounds_of(work, [{"ok": True}], n=1)["all"] == [{"who": "x", "ok": True}, None]


@both_ways
def test_an_entry_inside_of_a_variable_is_recorded_by_itself_and_kept_together_around(sequential: bool) -> None:
    maps = mapping(outputs={"said.a": "=a", "said.b": "=b"})
    work = user("A", extension=maps, body=each("=people", sequential=sequential, output=("all", "={said: said}")))
    found = rounds_of(work, [{"a": 1, "b": 2}, {"a": 3}], said={"c": 0})
    assert [each["said"] for each in found["all"]] == [{"c": 0, "a": 1, "b": 2}, {"c": 0, "a": 3, "b": None}]
    assert found["said"] == {"c": 0, "a": 3, "b": None}


@both_ways
def test_an_entry_inside_of_a_round_s_own_variable_is_in_its_record(sequential: bool) -> None:
    maps = mapping(outputs={"said.a": "=a", "said.b": "=b"})
    work = user("A", extension=maps, body=each("=people", sequential=sequential, output=("all", "=said")))
    found = rounds_of(work, [{"a": 1, "b": 2}, {"a": 3}], said={"c": 0})
    assert (found["all"], found["said"]) == ([{"a": 1, "b": 2}, {"a": 3, "b": None}], {"c": 0})


@both_ways
def test_rounds_inside_of_rounds_record_their_own(sequential: bool) -> None:
    inner = user("A", body=each("=[1, 2]", "n", sequential=sequential, output=("each", "={n: n, ok: ok}")))
    work = subprocess(
        "Sub", start("S1"), inner, end("E1"), body=each("=people", sequential=True, output=("all", "={got: each}"))
    )
    found = rounds_of(work, [{"ok": 1}, {}, {}, {"ok": 4}])
    assert [[each["ok"] for each in one["got"]] for one in found["all"]] == [[1, None], [None, 4]]
