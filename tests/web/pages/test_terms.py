"""Process data reads in the reader's words, as the forms and tables of the shipped bundles call it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from engine import definitions
from engine.db import transaction
from web.pages.elements import element_names
from web.pages.story import step_event
from web.pages.terms import Terms, terms
from workflows import demo
from workflows.models import Person

ROOT = Path(__file__).parents[3]


@pytest.fixture
def shipped(world: dict[str, Person]) -> UUID:
    with transaction() as session:
        demo.publish(session, ROOT / "diagrams")
        return definitions.latest(session, "complaint").id


@pytest.fixture(params=["zh", "en"])
def reader(app: Flask, shipped: UUID, request: pytest.FixtureRequest) -> Iterator[tuple[str, Session]]:
    with app.test_request_context(headers={"Cookie": f"language={request.param}"}), transaction() as session:
        yield request.param, session


WORDS = {
    ("approval_levels", "zh"): "部门负责人、管理层",
    ("approval_levels", "en"): "Head of department, Management",
}


def test_decisions_tell_names_and_values_in_words(reader: tuple[str, Session], shipped: UUID) -> None:
    language, session = reader
    words = terms(session, shipped)
    names = element_names(session, shipped)
    data = {
        "element_id": "Rule_Routing",
        "decision": "routing",
        "variable": "routing",
        "result": {"lead_department": "customer_service", "departments": ["quality"]},
    }
    event = step_event("decision_made", datetime(2026, 3, 1, tzinfo=UTC), "system", data, {}, names, words)
    assert event is not None
    assert "lead_department" not in event.text
    assert "customer_service" not in event.text
    assert "quality" not in event.text
    assert "Rule_Routing" not in event.title
    assert words.text("approval_levels", ["head", "management"]) == WORDS["approval_levels", language]


def test_fields_of_forms_name_their_values(reader: tuple[str, Session], shipped: UUID) -> None:
    language, session = reader
    words = terms(session, shipped)
    assert words.name("upheld") != "upheld"
    assert words.text("upheld", "full") != "full"
    assert words.text("accept_outcome", "accepted") != "accepted"
    assert words.decided("needs_legal", True) == {"zh": "须法务审核：是", "en": "Legal review needed: Yes"}[language]


def test_what_nobody_names_stands_for_itself(app: Flask) -> None:
    with app.test_request_context():
        words = Terms()
        assert words.name("own_value") == "own_value"
        assert words.text("own_value", {"a": [1, True]}) == "a：1、是"
        assert words.text("amount_offered", 1200) == "¥1,200.00"


def test_every_event_of_the_history_is_told_in_words(app: Flask) -> None:
    written = {
        kind
        for path in (ROOT / "engine").rglob("*.py")
        for kind in re.findall(r'\bstep\.note\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
    }
    assert {"migrated", "migration_undone", "variables_edited"} <= written
    with app.test_request_context():
        for kind in written - {"moved"}:
            event = step_event(kind, datetime(2026, 3, 1, tzinfo=UTC), "system", {}, {})
            assert event is not None
            assert any("\u4e00" <= sign <= "\u9fff" for sign in event.title), kind
