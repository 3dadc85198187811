"""Differences of bundles: each kind of change is named once, and equal bundles differ in nothing."""

import json
import re
from pathlib import Path

import pytest

from engine.bundles import load_folder
from engine.differ import Change, diff

DIAGRAMS = Path(__file__).resolve().parents[2] / "diagrams"
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="D"'
    ' xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
)


def bpmn(*, name: str = "调查", due: str = "P5D", extra: str = "", x: int = 100) -> bytes:
    return f"""{HEAD}<process id="P" isExecutable="true"><startEvent id="S"/><userTask id="T" name="{name}"/>
    <boundaryEvent id="B" attachedToRef="T" cancelActivity="false"><timerEventDefinition>
    <timeDuration>{due}</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="E"/>{extra}
    <sequenceFlow id="f1" sourceRef="S" targetRef="T"/><sequenceFlow id="f2" sourceRef="T" targetRef="E"/></process>
    <di:BPMNDiagram><di:BPMNPlane><di:BPMNShape bpmnElement="T"><dc:Bounds x="{x}" y="10" width="1" height="1"/>
    </di:BPMNShape></di:BPMNPlane></di:BPMNDiagram></definitions>""".encode()


def form(*components: dict[str, object]) -> bytes:
    return json.dumps({"type": "default", "components": components}).encode()


def only(changes: list[Change]) -> Change:
    assert len(changes) == 1, changes
    return changes[0]


def test_a_bundle_does_not_differ_from_itself() -> None:
    files = {path.name: path.read_bytes() for path in (DIAGRAMS / "complaint").iterdir() if path.is_file()}
    assert diff(files, files) == []


def test_a_changed_time_limit_is_told_with_both_values() -> None:
    change = only(diff({"a.bpmn": bpmn()}, {"a.bpmn": bpmn(due="P3D")}))
    assert (change.element, change.field, change.old, change.new) == ("B", "event.value", "P5D", "P3D")
    assert "P5D → P3D" in change.zh
    assert "time limit P5D → P3D" in change.en


def test_a_renamed_task_is_changed_and_its_flows_are_not() -> None:
    change = only(diff({"a.bpmn": bpmn()}, {"a.bpmn": bpmn(name="核查")}))
    assert (change.kind, change.element, change.field) == ("changed", "T", "name_zh")


def test_a_shape_that_only_moved_is_moved() -> None:
    assert only(diff({"a.bpmn": bpmn()}, {"a.bpmn": bpmn(x=300)})).kind == "moved"


def test_what_only_went_along_with_its_lane_has_not_moved() -> None:
    files = load_folder(DIAGRAMS / "legal-review")

    def lower(text: str, *elements: str) -> str:
        for element in elements:
            shape = re.search(rf'bpmnElement="{element}".*?<dc:Bounds x="[^"]*" y="([^"]*)"', text, re.DOTALL)
            assert shape is not None
            start, end = shape.span(1)
            text = f"{text[:start]}{float(shape[1]) + 120:g}{text[end:]}"
        return text

    text = files["legal-review.bpmn"].decode()
    every = [one.removesuffix("_di") for one in re.findall(r'BPMNShape id="([^"]*)"', text)]
    along = {**files, "legal-review.bpmn": lower(text, *every).encode()}
    assert diff(files, along) == []
    alone = {**files, "legal-review.bpmn": lower(text, "Task_LegalReview").encode()}
    assert [(one.kind, one.element) for one in diff(files, alone)] == [("moved", "Task_LegalReview")]


def test_an_added_and_a_removed_element_are_named() -> None:
    more = {"a.bpmn": bpmn(extra='<userTask id="T2" name="复核"/>')}
    assert only(diff({"a.bpmn": bpmn()}, more)).zh == "新增节点「复核」"
    assert only(diff(more, {"a.bpmn": bpmn()})).kind == "removed"


def test_a_form_field_made_required_is_told_by_its_label_in_both_languages() -> None:
    plain: dict[str, object] = {
        "type": "number",
        "key": "amount",
        "label": "金额",
        "properties": {"label-en": "Amount"},
    }
    change = only(diff({"f.form": form(plain)}, {"f.form": form(plain | {"validate": {"required": True}})}))
    assert change.zh == "「金额」的必填：空 → true"
    assert change.en == "“Amount”: required empty → true"


def test_a_decision_row_tells_the_cell_which_changed() -> None:
    old = (DIAGRAMS / "complaint/fast-path.dmn").read_bytes()
    cell = b"<text>true</text>"
    changes = diff({"d.dmn": old}, {"d.dmn": old.replace(cell, b"<text>false</text>", 1)})
    assert only(changes).sort == "rule"


@pytest.mark.parametrize("broken", [b"", b"<x", b"\xff\xfe\x00", b"[]", b'{"components": 5}', b"null"])
def test_files_that_cannot_be_read_still_compare(broken: bytes) -> None:
    old = {"a.bpmn": bpmn(), "d.dmn": broken, "f.form": broken}
    assert diff(old, old) == []
    assert diff(old, {"a.bpmn": broken}) != []
