"""The shipped diagrams and the domain say the same: bands, the legal gate, deadlines, letters, departments."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import definitions, dmn
from engine.functions import registered
from engine.settings import ROOT
from engine.spiff.read import read
from tests.workflows.builders import a_case
from workflows import authority, classification, correspondence, deadlines, gates, people, risk, rules

BUNDLES = sorted(path for path in (ROOT / "diagrams").iterdir() if path.is_dir())


def _decide(name: str, **facts: Any) -> Any:
    path = ROOT / "diagrams" / "complaint" / f"{name}.dmn"
    decision_id = name.replace("-", "_")
    return dmn.load(path.read_bytes()).evaluate(decision_id, facts).value


def test_what_the_decision_asks_for_is_never_less_than_the_domain_wants(house: Session) -> None:
    for severity, amount in product(
        (1, 2, 3, 4), (0, 200, 201, 500, 5000, 5001, 10_000, 10_001, 20_000, 20_001, 90_000)
    ):
        asked = _decide("approval-levels", urgency="service", severity=severity, amount_offered=amount)
        wanted = authority.levels_for(house, severity, amount * 100)
        assert set(wanted) <= set(asked), (severity, amount)


@pytest.mark.parametrize("level", ["ordinary", "medium", "high"])
@pytest.mark.parametrize("remedy", ["refund", "compensate", "apology"])
@pytest.mark.parametrize("flags", [{}, {"litigation": True}, {"personal_data": True}, {"media": True}])
def test_the_decision_sends_to_legal_whatever_the_domain_holds_back(
    house: Session, level: str, remedy: str, flags: dict[str, bool]
) -> None:
    case = a_case(house, risk=level, flags=flags)
    facts = {"litigation": False, "personal_data": False, **flags}
    asked = _decide("legal-gate", needs_legal=False, risk=level, remedy=remedy, amount_offered=0, **facts)
    assert asked is True or not risk.needs_legal(case, remedy)


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda path: path.name)
def test_every_deadline_letter_department_and_function_a_diagram_names_exists(house: Session, bundle: Path) -> None:
    files = definitions.load_folder(bundle)
    text = "".join(content.decode() for path, content in files.items() if path.endswith(".bpmn"))
    steps = set(re.findall(r"deadline\((?:&#34;|&quot;|\")([\w ]+)", text))
    assert steps
    known = rules.current(house).limits
    assert steps <= set(known)
    case = a_case(house)
    for step in steps:
        deadlines.due(house, case, step)
    diagram, _ = read(files, "")
    for process, node in diagram.walk():
        assert not process.lanes or node.lane is None or people.department_of(house, node.lane), node.lane
        if node.function is not None:
            assert node.function in registered(), node.id
        if node.function == "notify_complainant":
            assert node.headers["template"] in correspondence.templates()
        if node.function == "escalate":
            assert node.headers["step"] in known
        role = node.properties.get("redress:role")
        assert role is None or role == "staff" or role in authority.ROLE_OF_DUTY, node.id
    assert gates.findings(files, diagram) == []


def test_the_form_of_classification_offers_the_tree_of_the_domain(house: Session) -> None:
    import json

    form = json.loads((ROOT / "diagrams" / "complaint" / "complaint-classify.form").read_text(encoding="utf-8"))
    groups = [part for part in form["components"] if part.get("components")]
    fields = {part.get("key"): part for group in groups for part in group["components"]}
    for level in ("nature", "issue"):
        offered = {option["value"] for option in fields[level]["values"]}
        assert offered == {one.code for one in classification.categories(house, level=level)}


def test_every_remedy_of_the_form_has_a_word_in_both_languages() -> None:
    import json

    form = json.loads((ROOT / "diagrams" / "complaint" / "complaint-plan.form").read_text(encoding="utf-8"))
    groups = [part for part in form["components"] if part.get("components")]
    fields = {part.get("key"): part for group in groups for part in group["components"]}
    for option in fields["remedy"]["values"]:
        assert correspondence.label("remedy", option["value"], "zh") != option["value"]
        assert correspondence.label("remedy", option["value"], "en") != option["value"]


def test_letters_come_in_both_languages_and_leave_no_gap() -> None:
    folder = ROOT / "workflows" / "letters"
    zh, en = ({path.name for path in (folder / locale).glob("*.txt")} for locale in ("zh", "en"))
    assert zh == en
    assert len(zh) >= 6
