"""The shipped bundles: whole, bilingual, accepted by the gate, and deciding as the domain says at every edge."""

import json
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from engine import bundles, dmn, forms, lint
from engine.spiff.model import Node
from engine.spiff.read import read
from tests.diagrams.document import document
from workflows.domain import Complaints

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = sorted(path.parent for path in (ROOT / "diagrams").glob("*/bundle.json"))
FORMS = sorted((ROOT / "diagrams").glob("*/*.form"))
DECISIONS = sorted((ROOT / "diagrams").glob("*/*.dmn"))


@pytest.fixture(autouse=True)
def _functions() -> None:
    import_module("workflows.functions")  # registers what the diagrams call


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name)
def files(request: pytest.FixtureRequest) -> dict[str, bytes]:
    return bundles.load_folder(request.param)


def nodes(files: dict[str, bytes]) -> list[Node]:
    return [node for _, node in read(files)[0].walk()]


def decide(name: str, **facts: Any) -> Any:
    decisions = dmn.load((ROOT / "diagrams/complaint" / f"{name.replace('_', '-')}.dmn").read_bytes())
    result = decisions.evaluate(name, facts)
    assert not result.failed, result.diagnostics
    return result.plain()


def test_the_first_five_bundles_are_shipped() -> None:
    assert {"complaint", "investigation", "legal-review", "mediation", "recall"} <= {path.name for path in FOLDERS}


@pytest.mark.requirement("GOV-01")
def test_the_publish_gate_accepts_every_bundle(files: dict[str, bytes]) -> None:
    assert [finding for finding in lint.check(files, domain=Complaints()) if finding.severity == "error"] == []


def test_ids_are_unique_in_each_diagram(files: dict[str, bytes]) -> None:
    for path in files:
        if path.endswith(".bpmn"):
            ids = [element.get("id") for element in etree.fromstring(files[path]).iter() if element.get("id")]
            assert [one for one, count in Counter(ids).items() if count > 1] == []


def test_every_name_is_given_in_english_too(files: dict[str, bytes]) -> None:
    assert [node.id for node in nodes(files) if node.name_zh and "redress:name-en" not in node.properties] == []


def test_every_user_task_has_department_form_deadline_and_escalation(files: dict[str, bytes]) -> None:
    everything = nodes(files)
    for task in (node for node in everything if node.kind == "userTask"):
        assert task.lane, task.id
        assert f"{task.work.form_id}.form" in files, task.id
        timers = [node for node in everything if node.attached_to == task.id and not node.interrupting]
        assert len(timers) == 1, task.id
        assert timers[0].event is not None
        assert timers[0].event.value.startswith("=deadline("), task.id


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_is_clean_and_bilingual(path: Path) -> None:
    assert forms.lint(path.read_bytes()) == []

    def untranslated(holder: dict[str, Any]) -> list[str]:
        found = []
        for one in holder.get("components", []):
            texts = one.get("properties", {})
            for part in ("label", "dateLabel", "text", "description"):
                if one.get(part) and not texts.get(f"{part}-en"):
                    found.append(f"{one['id']}.{part}")
            found += [f"{one['id']}:{each['value']}" for each in one.get("values", []) if not each.get("label-en")]
            found += untranslated(one)
        return found

    assert untranslated(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_no_decision_has_a_gap(path: Path) -> None:
    decisions = dmn.load(path.read_bytes())
    assert decisions.problems == ()
    assert [found for each in decisions.decisions for found in decisions.analyse(each.id)] == []


CALM: dict[str, Any] = {
    "risk_floor": "ordinary",
    "safety": False,
    "severity": 1,
    "amount_claimed": 100,
    "impact": 1,
    "intensity": 1,
    "media": False,
    "litigation": False,
    "personal_data": False,
    "regulated": False,
}


@pytest.mark.requirement("CLS-11")
@pytest.mark.parametrize(
    ("fact", "risk"),
    [
        ({}, "ordinary"),
        ({"safety": True}, "high"),
        ({"severity": 3}, "medium"),
        ({"severity": 4}, "high"),
        ({"amount_claimed": 4999.99}, "ordinary"),
        ({"amount_claimed": 5000}, "medium"),
        ({"amount_claimed": 49999.99}, "medium"),
        ({"amount_claimed": 50000}, "high"),
        ({"impact": 2}, "medium"),
        ({"impact": 3}, "high"),
        ({"intensity": 3}, "ordinary"),
        ({"intensity": 4}, "medium"),
        ({"media": True}, "high"),
        ({"litigation": True}, "high"),
        ({"personal_data": True}, "high"),
        ({"regulated": True}, "medium"),
        ({"risk_floor": "medium"}, "medium"),
        ({"risk_floor": "high"}, "high"),
    ],
)
def test_each_risk_factor_alone_moves_the_level(fact: dict[str, Any], risk: str) -> None:
    assert decide("risk_level", **CALM | fact) == risk


@pytest.mark.requirement("APR-01")
@pytest.mark.parametrize(
    ("severity", "amount", "urgency", "levels"),
    [
        (1, 20000, "service", ["head"]),
        (1, 20000.01, "service", ["head", "management"]),
        (2, 10000, "service", ["head"]),
        (2, 10000.01, "service", ["head", "management"]),
        (3, 5000, "quality", ["head"]),
        (3, 5000.01, "quality", ["head", "management"]),
        (4, 0, "quality", ["head", "management"]),
        (1, 0, "major", ["head", "management"]),
    ],
)
def test_the_levels_of_approval_change_at_the_edge_of_each_band(
    severity: int, amount: float, urgency: str, levels: list[str]
) -> None:
    assert decide("approval_levels", severity=severity, amount_offered=amount, urgency=urgency) == levels


@pytest.mark.parametrize(
    "fact",
    [{"risk": "medium"}, {"severity": 2}, {"impact": 2}, {"amount_claimed": 500.01}, {"nature": "product"}],
    ids=str,
)
def test_the_fast_path_is_closed_by_each_of_its_limits(fact: dict[str, Any]) -> None:
    easy = {"risk": "ordinary", "severity": 1, "impact": 1, "amount_claimed": 500, "nature": "price"}
    assert decide("fast_path", **easy) is True
    assert decide("fast_path", **easy | fact) is False


@pytest.mark.parametrize(
    "fact",
    [
        {"needs_legal": True},
        {"risk": "high"},
        {"remedy": "compensate"},
        {"litigation": True},
        {"personal_data": True},
        {"amount_offered": 20000},
    ],
    ids=str,
)
def test_each_reason_alone_leads_to_legal_review(fact: dict[str, Any]) -> None:
    plain = {
        "needs_legal": False,
        "risk": "medium",
        "remedy": "refund",
        "litigation": False,
        "personal_data": False,
        "amount_offered": 19999.99,
    }
    assert decide("legal_gate", **plain) is False
    assert decide("legal_gate", **plain | fact) is True


@pytest.mark.parametrize(
    ("issue", "nature", "lead"),
    [
        ("function_defect", "product", "quality"),
        ("late_delivery", "service", "logistics"),
        ("attitude", "service", "customer_service"),
        ("overcharge", "price", "sales"),
        ("personal_data", "rights", "information_security"),
        ("facilities", "management", "stores"),
        (None, None, "customer_service"),
    ],
)
def test_a_type_leads_to_its_department(issue: str | None, nature: str | None, lead: str) -> None:
    routing = decide("routing", issue=issue, nature=nature)
    assert routing["lead_department"] == lead
    assert lead in routing["departments"]


def test_a_proposal_is_taken_only_where_it_is_sure_and_harmless() -> None:
    sure = {"confidence": 0.8, "severity": 1, "impact": 1} | dict.fromkeys(
        ("safety", "litigation", "media", "personal_data"), False
    )
    assert decide("confirmation_needed", **sure) is False
    assert decide("confirmation_needed", **sure | {"confidence": 0.79}) is True
    assert decide("confirmation_needed", **sure | {"confidence": None}) is True
    assert decide("confirmation_needed", **sure | {"severity": 3}) is True


@pytest.mark.parametrize(("language", "name"), [("zh", "processes.zh-CN.md"), ("en", "processes.en.md")])
def test_the_document_of_the_processes_is_true(language: str, name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == document(language), "python -m tests.diagrams.document"
