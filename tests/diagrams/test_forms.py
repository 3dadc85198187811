"""What the shipped forms do not let through: the duties of a step which a person may not leave out."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine import forms
from engine.forms import Form
from engine.forms.schema import Kind
from workflows.simulation.filling import fill

DIAGRAMS = Path(__file__).resolve().parents[2] / "diagrams"
ALL = sorted(DIAGRAMS.glob("*/*.form"))


def form(name: str) -> Form:
    return forms.load((DIAGRAMS / f"{name}.form").read_bytes())


def filled(name: str, **wanted: Any) -> dict[str, Any]:
    """A form filled in rightly, then with what is `wanted`; None takes a value out."""
    data = {**fill(form(name), {}, Random(3)), **wanted}
    return {key: value for key, value in data.items() if value is not None}


def refused(name: str, **wanted: Any) -> set[str]:
    """The fields the server complains about."""
    return {problem.path for problem in form(name).validate(filled(name, **wanted), context={}).problems}


@pytest.mark.requirement("INT-18")
def test_a_complaint_is_not_accepted_before_it_was_read_back() -> None:
    assert refused("complaint/complaint-accept", accept_outcome="accepted", read_back=True) == set()
    assert refused("complaint/complaint-accept", accept_outcome="accepted", read_back=False) == {"read_back"}
    assert refused("complaint/complaint-accept", accept_outcome="accepted", read_back=None) == {"read_back"}


@pytest.mark.requirement("CLS-09")
@pytest.mark.parametrize("field", ["severity", "impact", "affected"])
def test_nothing_is_classified_without_severity_and_scope(field: str) -> None:
    assert refused("complaint/complaint-classify", risk_floor="ordinary") == set()
    assert refused("complaint/complaint-classify", risk_floor="ordinary", **{field: None}) == {field}


@pytest.mark.parametrize("level", ["medium", "high"])
def test_raising_the_risk_by_hand_needs_a_reason(level: str) -> None:
    assert refused("complaint/complaint-classify", risk_floor=level, risk_reason=None) == {"risk_reason"}


DUTIES = {
    "complaint/complaint-accept": ["read_back"],
    "complaint/complaint-approve": ["conflict_free"],
    "complaint/complaint-pay": ["account_checked"],
    "investigation/investigation-verify": ["complainant_heard", "conflict_free", "staff_heard"],
    "recall/recall-plan": ["sale_stopped"],
}
"""What must be ticked before a step is done."""


def test_the_boxes_of_duty_are_those_we_know() -> None:
    found = {}
    for path in ALL:
        name = f"{path.parent.name}/{path.stem}"
        boxes = [one for one in form(name).fields if one.kind is Kind.CHECKBOX and one.rules.required]
        found[name] = sorted(one.path[-1] for one in boxes)
    assert {name: boxes for name, boxes in found.items() if boxes} == DUTIES


@pytest.mark.requirement("GOV-07")
@pytest.mark.parametrize(("name", "box"), [(name, box) for name, boxes in DUTIES.items() for box in boxes])
def test_an_unticked_box_of_duty_blocks_the_step(name: str, box: str) -> None:
    # the outcomes under which each of the boxes is shown
    shown = {"accept_outcome": "accepted", "execution_result": "done"} if name.startswith("complaint/") else {}
    keys = {one.path[-1] for one in form(name).fields}
    wanted = {key: value for key, value in shown.items() if key in keys}
    assert refused(name, **wanted, **{box: True}) == set()
    assert refused(name, **wanted, **{box: False}) == {box}


@pytest.mark.parametrize("cause", [None, "weather"])
def test_an_investigation_is_not_concluded_without_one_of_four_causes(cause: str | None) -> None:
    known = {"product", "process", "person", "external"}
    options = next(one for one in form("investigation/investigation-conclude").fields if one.path == ("cause",)).options
    assert options is not None
    assert {option.value for option in options} == known
    assert refused("investigation/investigation-conclude", cause=cause) == {"cause"}
    assert refused("investigation/investigation-conclude", cause_text="") == {"cause_text"}


@pytest.mark.requirement("SOL-05")
@pytest.mark.parametrize(
    ("upheld", "missing"), [("full", set()), ("partly", {"rejection_reason"}), ("none", {"rejection_reason"})]
)
def test_a_claim_which_is_not_wholly_upheld_needs_its_reason(upheld: str, missing: set[str]) -> None:
    assert refused("complaint/complaint-plan", upheld=upheld, rejection_reason=None) == missing


@pytest.mark.requirement("INV-05")
@pytest.mark.parametrize(("severity", "missing"), [(2, set()), (3, {"second_source"}), (4, {"second_source"})])
def test_a_complex_complaint_needs_a_second_source(severity: int, missing: set[str]) -> None:
    name = "investigation/investigation-verify"
    data = filled(name, second_source=None)
    found = form(name).validate(data, context={"severity": severity}).problems
    assert {problem.path for problem in found} == missing
    told = form(name).validate({**data, "second_source": "门店监控录像"}, context={"severity": severity}).problems
    assert told == []


@pytest.mark.parametrize(("answer", "missing"), [("basically", set()), ("unsatisfied", {"unsatisfied_reasons"})])
def test_an_unsatisfied_complainant_is_asked_why(answer: str, missing: set[str]) -> None:
    assert refused("complaint/complaint-revisit", satisfaction=answer, unsatisfied_reasons=None) == missing


@pytest.mark.parametrize(
    ("amount", "others", "needed"), [(None, False, True), (0, False, True), (100, True, True), (100, False, False)]
)
def test_a_plan_without_a_payment_needs_its_measures(amount: int | None, others: bool, needed: bool) -> None:
    found = refused("complaint/complaint-plan", amount_offered=amount, other_measures=others, measures=None)
    assert ("measures" in found) is needed
