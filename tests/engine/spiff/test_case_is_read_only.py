"""`case` is what the domain says, whatever a form, a message, a mapping or an instance's own data call so."""

from typing import Any

import pytest

from tests.builders import bundle, end, flow, gateway, mapping, path, process, script, start, table, user
from tests.builders import decision as asks
from tests.engine.spiff.player import Player

FORGED = {"case": {"risk": "low"}}


def view() -> dict[str, Any]:
    return {"risk": "high"}


def drawn(task: str) -> str:
    return process(
        "P", start(), task, gateway("exclusive", "G"), user("Low"), user("High"), end(),
        *path("Start", "A", "G"), flow("G", "Low", '=case.risk = "low"'), flow("G", "High", default=True),
        flow("Low", "End"), flow("High", "End"),
    )  # fmt: skip


@pytest.mark.parametrize("outputs", [{}, {"case": "=case_"}, {"case.risk": "=risk_"}])
def test_nobody_forges_the_case(outputs: dict[str, str]) -> None:
    task = user("A", extension=mapping(outputs=outputs)) if outputs else user("A")
    player = Player(bundle(drawn(task)), dict(FORGED), view=view)
    player.complete("A", **FORGED, case_={"risk": "low"}, risk_="low")
    assert player.open == ["High"]


def test_a_script_does_not_either() -> None:
    assert Player(bundle(drawn(script("A", '{risk: "low"}', "case"))), {}, view=view).open == ["High"]


def test_decisions_are_asked_with_the_real_one() -> None:
    files = {"d.dmn": table("d", ["case.risk"], "found", [(['"low"'], '"forged"'), (["-"], '"real"')], "FIRST")}
    body = process("P", start(), user("A"), asks("D", "d", "found"), user("B"), end())
    player = Player(bundle(body, files=files), {}, view=view)
    player.complete("A", **FORGED)
    assert player.variables["found"] == "real"
