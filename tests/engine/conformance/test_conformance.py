"""Every construct of BPMN does what docs/bpmn.md says, and docs/bpmn.md says what it does."""

import pytest

from tests.builders import bundle, element, end, event, message, process, start, subprocess, user
from tests.engine.conformance.document import FILE, document, every_row
from tests.engine.conformance.row import Row
from tests.engine.conformance.traps import TRAPS
from tests.engine.spiff.player import Player

ROWS = {f"{row.en} {number}": row for number, row in enumerate(every_row())}


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if not row.code])
def test_what_executes_passes_the_gate_and_goes_as_its_story_says(name: str) -> None:
    assert ROWS[name].errors() == []
    ROWS[name].play()


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.code])
def test_what_is_refused_names_an_element_and_a_reason_in_both_languages(name: str) -> None:
    reason = ROWS[name].refusal()
    assert reason.element
    assert reason.message_zh
    assert reason.message_en


@pytest.mark.parametrize("story", ["[B]", "[A] end", "[A] A! [A]", "A! told:signal", "lane:A:X", "A! +1h [B]"])
def test_a_story_which_is_not_true_fails(story: str) -> None:
    with pytest.raises(AssertionError):
        Row("", "", (process("P", start(), user("A"), end()),), story).play()


def test_a_message_start_of_an_event_subprocess_leaves_the_definition_as_it_was() -> None:
    handler = subprocess(
        "H", element("startEvent", "HS", body=event("message", "M")), user("L"), end("HE"), triggeredByEvent="true"
    )
    files = bundle(message("M", "m", '="k"'), process("P", start(), user("A"), end(), handler))
    first = Player(files)
    assert first.message("m", "k")
    second = Player(files)
    second.compiled = first.compiled
    assert second.open == ["A"]
    assert second.complete("A").ended


def test_the_document_is_what_the_rows_say() -> None:
    assert FILE.read_text(encoding="utf-8") == document(), "python -m tests.engine.conformance.document"


def test_every_trap_of_the_library_has_an_outcome() -> None:
    assert len(TRAPS) == 20
    assert all(trap.rows for trap in TRAPS)
