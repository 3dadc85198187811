"""A copy of a bundle: its own key, names and process id, and nothing else changed."""

from pathlib import Path

import pytest

from engine import bundles, copying
from engine.errors import Invalid
from engine.spiff.read import read
from engine.xml import parse

DIAGRAMS = Path(__file__).resolve().parents[2] / "diagrams"


@pytest.mark.parametrize("name", ["complaint", "legal-review"])
def test_a_copy_has_a_process_of_its_own_and_all_else_as_it_was(name: str) -> None:
    files = bundles.load_folder(DIAGRAMS / name)
    old = bundles.manifest(files).process
    made = copying.renamed(files, "returns-2", "退货", "Returns")
    facts = bundles.manifest(made)
    assert (facts.key, facts.name_zh, facts.name_en, facts.process) == ("returns-2", "退货", "Returns", "Returns2")
    assert {path for path in files if files[path] != made[path]} == {"bundle.json", f"{name}.bpmn"}
    before, after = read(files, old)[0], read(made, facts.process)[0]
    assert {node.id for _, node in before.walk()} == {node.id for _, node in after.walk()}
    assert old not in after.processes
    assert after.processes["Returns2"].lanes == before.processes[old].lanes
    root = parse(made[f"{name}.bpmn"])
    assert old not in {value for one in root.iter("*") for value in one.attrib.values()}


def test_a_name_which_is_taken_inside_is_not_taken_again() -> None:
    files = bundles.load_folder(DIAGRAMS / "legal-review")
    files["legal-review.bpmn"] = files["legal-review.bpmn"].replace(b"Service_RecordLegal", b"Copy")
    assert bundles.manifest(copying.renamed(files, "copy", "副本", "Copy")).process == "Copy_2"


def test_names_are_text_and_never_markup() -> None:
    files = bundles.load_folder(DIAGRAMS / "legal-review")
    made = copying.renamed(files, "copy", '"><script>alert(1)</script>', "<b>😀\u202e")
    diagram, _ = read(made, "Copy")
    assert diagram.processes["Copy"].name_zh == '"><script>alert(1)</script>'


def test_what_cannot_be_read_is_not_copied() -> None:
    files = bundles.load_folder(DIAGRAMS / "legal-review")
    with pytest.raises(Invalid):
        copying.renamed({**files, "legal-review.bpmn": b"<no"}, "copy", "副本", "Copy")


def test_a_manifest_may_begin_with_a_byte_order_mark() -> None:
    files = bundles.load_folder(DIAGRAMS / "legal-review")
    marked = {**files, "bundle.json": b"\xef\xbb\xbf" + files["bundle.json"]}
    assert bundles.manifest(marked) == bundles.manifest(files)
    assert bundles.manifest(copying.renamed(marked, "copy", "副本", "Copy")).key == "copy"
