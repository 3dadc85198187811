"""The reference diagrams of the BPMN Model Interchange Working Group: opened, kept and translated without any loss."""

import os
from collections import Counter
from pathlib import Path

import orjson
import pytest
from lxml import etree
from sqlalchemy.orm import Session

from engine import definitions, lint
from engine.foreign import Outcome, translate
from engine.models import Draft

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("REDRESS_SHARED") or ROOT.parent / "shared") / "conformance" / "miwg"
NAMES = sorted(path.name for path in FOLDER.glob("*.bpmn"))
DI = ("http://www.omg.org/spec/BPMN/20100524/DI", "http://www.omg.org/spec/DD/")
OURS = "http://camunda.org/schema/zeebe/1.0"

pytestmark = pytest.mark.skipif(not NAMES, reason=f"the reference diagrams are not on this machine ({FOLDER})")
each_diagram = pytest.mark.parametrize("name", NAMES)


def bundle_of(content: bytes, note: str = "") -> dict[str, bytes]:
    facts = {"key": "miwg", "name": {"zh": "参考图", "en": "Reference"}, "process": "P", "note": note}
    return {"bundle.json": orjson.dumps(facts), "main.bpmn": content}


def kept(session: Session) -> bytes:
    """The diagram as the database has it."""
    session.expire_all()
    draft = session.get_one(Draft, "miwg")
    return next(bytes(file.content) for file in draft.files if file.path == "main.bpmn")


def drawing(content: bytes) -> bytes:
    """All of the diagram interchange, canonically."""
    parts = [each for each in etree.fromstring(content).iter() if str(each.tag).startswith(tuple("{" + n for n in DI))]
    assert parts
    return b"".join(etree.tostring(part, method="c14n", exclusive=True) for part in parts)


Fact = tuple[str, str, str, str]


def facts(content: bytes) -> Counter[Fact]:
    """Every element, attribute and text outside of our own extensions: (owner's id, tag, attribute, value)."""
    found: Counter[Fact] = Counter()
    for each in etree.fromstring(content).iter(etree.Element):
        tag, holder = str(each.tag), each
        if tag.startswith("{" + OURS) or (tag.endswith("}extensionElements") and not foreign(each)):
            continue
        while holder is not None and holder.get("id") is None:
            holder = holder.getparent()
        owner = "" if holder is None else str(holder.get("id"))
        found[owner, tag, "", (each.text or "").strip()] += 1
        found.update((owner, tag, str(name), str(value)) for name, value in each.attrib.items())
    return found


def foreign(holder: etree._Element) -> bool:
    """Whether an extension element holds anything which is not ours."""
    return any(not str(each.tag).startswith("{" + OURS) for each in holder)


@each_diagram
def test_a_reference_diagram_is_kept_as_a_draft_byte_by_byte(name: str, session: Session) -> None:
    content = (FOLDER / name).read_bytes()
    definitions.create_draft(session, "miwg", bundle_of(content), author="anna")
    assert kept(session) == content
    opened = definitions.open_draft(session, "miwg", author="berta")
    files = {file.path: bytes(file.content) for file in opened.files}
    definitions.save_draft(session, "miwg", bundle_of(files["main.bpmn"], "again"), author="berta", if_rev=opened.rev)
    assert kept(session) == content


@each_diagram
def test_what_cannot_run_in_a_reference_diagram_is_said_with_its_element(name: str) -> None:
    found = lint.check(bundle_of((FOLDER / name).read_bytes()))
    assert any(finding.severity == "error" for finding in found)  # none of them was drawn for this engine
    assert all(finding.message_zh and finding.message_en for finding in found)


@each_diagram
def test_translation_changes_nothing_but_what_it_lists_as_translated(name: str) -> None:
    before = (FOLDER / name).read_bytes()
    after, notes = translate(before)
    translated = {(note.element, note.what.rpartition(":")[2]) for note in notes if note.outcome == Outcome.TRANSLATED}
    gone = facts(before) - facts(after)
    for owner, tag, attribute, _ in gone:
        word = etree.QName(attribute or tag).localname
        assert (owner, word) in translated, (owner, tag, attribute)
    new = facts(after) - facts(before)
    assert {(owner, tag) for owner, tag, attribute, _ in new} <= {(owner, tag) for owner, tag, _, _ in gone}
    assert drawing(after) == drawing(before)


@each_diagram
def test_translating_twice_is_translating_once(name: str) -> None:
    once, _ = translate((FOLDER / name).read_bytes())
    twice, notes = translate(once)
    assert twice == once
    assert all(note.outcome != Outcome.TRANSLATED for note in notes)


def test_what_stays_foreign_is_still_in_the_translated_file() -> None:
    before = b"".join((FOLDER / name).read_bytes() for name in NAMES)
    after = b"".join(translate((FOLDER / name).read_bytes())[0] for name in NAMES)
    for word in (b"signavio", b"camunda:diagramRelationId"):
        assert before.count(word) == after.count(word) > 0
