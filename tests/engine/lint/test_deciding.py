"""Values which make a rule of a decision table the one which decides, and goals which lie behind decisions."""

import pytest

from engine.dmn import load
from engine.lint import dryrun, examine
from engine.lint.deciding import decided, rules
from tests.builders import bundle, decision, end, flow, gateway, path, process, script, start, table, user

INPUTS = ["confidence", "severity", "safety", "media", "litigation"]
CELLS = [
    (["< 0.8", "-", "-", "-", "-"], "true"),
    (["-", ">= 3", "-", "-", "-"], "true"),
    (["-", "-", "true", "-", "-"], "true"),
    (["-", "-", "-", "true", "-"], "true"),
    (["-", "-", "-", "-", "true"], "true"),
    (["-", "-", "-", "-", "-"], "false"),
]


def gate(policy: str = "FIRST") -> bytes:
    return table("gate", INPUTS, "needed", CELLS, policy)


def drawn() -> dict[str, bytes]:
    """The flow Quiet is taken where no rule but the last one matches: one draw in a hundred."""
    body = process(
        "P", start(), user("A"), decision("D", "gate", "needed"), gateway("exclusive", "G"), script("Quiet", "1", "q"),
        end(), *path("Start", "A", "D", "G"), flow("G", "Quiet", "=needed = false"), flow("G", "End", default=True),
        flow("Quiet", "End"),
    )  # fmt: skip
    return bundle(body, files={"gate.dmn": gate()})


def test_a_rule_of_a_first_table_comes_with_what_keeps_the_earlier_ones_out() -> None:
    found = load(gate()).decisions[0]
    assert found.table is not None
    *_, (last, wish) = rules(found.table)
    assert last.index == len(CELLS)
    assert set(wish) == set(INPUTS)
    assert wish["confidence"] >= 0.8
    assert wish["severity"] < 3
    assert not any(wish[name] for name in ("safety", "media", "litigation"))


@pytest.mark.parametrize("policy", ["UNIQUE", "COLLECT"])
def test_elsewhere_only_what_the_rule_asks_for_matters(policy: str) -> None:
    found = load(gate(policy)).decisions[0]
    assert found.table is not None
    assert [list(wish) for _, wish in rules(found.table)] == [[name] for name in INPUTS]


def test_a_rule_which_never_decides_is_left_out() -> None:
    hidden = table("gate", ["a"], "x", [(["> 1"], "1"), (["> 2"], "2"), (["-"], "3")], "FIRST")
    found = load(hidden).decisions[0]
    assert found.table is not None
    assert [rule.index for rule, _ in rules(found.table)] == [1, 3]


def test_the_dry_run_opens_what_lies_behind_a_decision_at_once() -> None:
    taken, _ = examine(drawn(), None, None, None)
    assert [value for value, _ in decided(taken)["needed"]] == [True] * 5 + [False]
    search = dryrun.explore(taken, moves=60)
    assert "Quiet" in search.passed
