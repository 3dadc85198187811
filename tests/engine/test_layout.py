"""A file without a drawing gets one: every node has its place, and no two lie over each other."""

from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from engine import layout
from engine.spiff.read import read

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(ROOT.glob("diagrams/*/*.bpmn"))
Box = tuple[float, float, float, float]


def undrawn(content: bytes) -> bytes:
    root = etree.fromstring(content)
    for one in root.findall("{*}BPMNDiagram"):
        root.remove(one)
    return etree.tostring(root)


def boxes(content: bytes) -> dict[str, Box]:
    found = {}
    for shape in etree.fromstring(content).iter("{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        assert bounds is not None
        x, y, width, height = (float(bounds.get(one, "")) for one in ("x", "y", "width", "height"))
        found[str(shape.get("bpmnElement"))] = (x, y, width, height)
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_diagram_can_be_laid_out_anew(path: Path) -> None:
    content = undrawn(path.read_bytes())
    made = layout.drawn(content)
    assert layout.drawn(made) == made
    placed = boxes(made)
    process = next(one for one in read({path.name: content})[0].processes.values())
    nodes = {node.id for scope in process.scopes() for node in scope.nodes.values()}
    assert set(nodes) <= set(placed)
    for scope in process.scopes():
        standing = [one for one in scope.nodes.values() if one.attached_to is None]
        for one, other in combinations(standing, 2):
            (x, y, w, h), (ax, ay, aw, ah) = placed[one.id], placed[other.id]
            assert x + w <= ax or ax + aw <= x or y + h <= ay or ay + ah <= y, (one.id, other.id)
    edges = {str(one.get("bpmnElement")) for one in etree.fromstring(made).iter("{*}BPMNEdge")}
    assert {flow for scope in process.scopes() for flow in scope.flows} <= edges


def test_what_is_drawn_already_stays_as_it_is() -> None:
    content = SHIPPED[0].read_bytes()
    assert layout.drawn(content) is content


def test_a_ring_and_lonely_nodes_have_places_too() -> None:
    made = layout.drawn(
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><process id="P"><task id="A"/><task id="B"/>'
        b'<task id="C"/><sequenceFlow id="F" sourceRef="A" targetRef="B"/><!-- and back -->'
        b'<sequenceFlow id="G" sourceRef="B" targetRef="A"/></process></definitions>'
    )
    assert set(boxes(made)) == {"A", "B", "C"}


NOTED = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:z="urn:z">
  {head}
  <process id="P"><task id="A"><dataOutputAssociation id="out"><targetRef>D</targetRef></dataOutputAssociation></task>
    <subProcess id="S"><task id="B"><dataInputAssociation id="in"><sourceRef>D</sourceRef></dataInputAssociation></task>
      <textAnnotation id="N2"><text>{long}</text></textAnnotation>
      <association id="a2" sourceRef="B" targetRef="N2"/></subProcess>
    <sequenceFlow id="F" sourceRef="A" targetRef="S"/>
    <dataObject id="object"/><dataObjectReference id="D" dataObjectRef="object"/>
    <dataStoreReference id="Store"/><textAnnotation id="N1"><text>受理</text></textAnnotation><textAnnotation/>
    <association id="a1" sourceRef="N1" targetRef="A"/><association id="lost" sourceRef="N1" targetRef="nobody"/>
  </process></definitions>"""
POOL = """<collaboration id="C"><participant id="pool" processRef="P"/><textAnnotation id="N3"/>
  <association id="a3" sourceRef="N3" targetRef="B"/></collaboration>"""


@pytest.mark.parametrize(("head", "more"), [("", set()), (POOL, {"N3", "pool"})])
def test_data_and_notes_stand_in_a_row_below_the_work_tied_to_it(head: str, more: set[str]) -> None:
    made = layout.drawn(NOTED.format(head=head, long="很长的说明 🎧 " * 40).encode())
    placed = boxes(made)
    row = {"D", "Store", "N1", "N2"} | more - {"pool"}
    assert set(placed) == {"A", "B", "S"} | row | more
    floor = max(y + height for name, (_, y, _, height) in placed.items() if name not in row)
    assert all(placed[name][1] > floor for name in row)
    for one, other in combinations(sorted(row), 2):
        (x, _, width, _), (other_x, _, other_width, _) = placed[one], placed[other]
        assert x + width <= other_x or other_x + other_width <= x, (one, other)
    lines = {str(one.get("bpmnElement")) for one in etree.fromstring(made).iter("{*}BPMNEdge")}
    assert lines == {"F", "in", "out", "a1", "a2"} | ({"a3"} if head else set())
