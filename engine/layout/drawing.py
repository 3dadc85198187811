"""The drawing itself (BPMN 2.0 chapter 12, diagram interchange): shapes and lines for what `places` has placed."""

from typing import Final

from lxml import etree

from engine.errors import Invalid
from engine.layout.notes import add_notes
from engine.layout.places import Placed, flows, is_node, place
from engine.layout.shapes import Point, add_edge, add_shape, known, plane_of
from engine.spiff.xml import local
from engine.xml import parse

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MOST: Final = 5_000
"""Nodes and flows which are laid out: more than a process may have which is published."""
_HEAD: Final = 30
"""Width of the head of a pool, and of a lane."""
_LEFT: Final = 160
_TOP: Final = 80


def drawn(content: bytes) -> bytes:
    """The file with a drawing of all its processes; one which has a drawing already comes back as it is.

    Data and notes stand in a row below the work; groups are left undrawn, and stay in the file. Raises Invalid.
    """
    if b"BPMNShape" in content:
        return content
    root = parse(content)
    processes = [one for one in root if local(one) == "process" and any(is_node(node) for node in one)]
    if not processes:
        return content
    if sum(is_node(one) or local(one) == "sequenceFlow" for one in root.iter(f"{{{BPMN}}}*")) > MOST:
        raise _too_large()
    for old in [one for one in root if str(one.tag).endswith("}BPMNDiagram")]:
        root.remove(old)
    pools = {
        str(one.get("processRef")): one
        for holder in root
        if local(holder) == "collaboration"
        for one in holder
        if local(one) == "participant" and one.get("id")
    }
    if any(str(one.get("id")) in pools for one in processes):
        holder = next(one for one in root if local(one) == "collaboration")
        plane, top = plane_of(root, str(holder.get("id"))), float(_TOP)
        for one in processes:
            top += _process(plane, one, pools.get(str(one.get("id"))), top) + 40
        _messages(plane, holder)
        add_notes(plane, [holder, *processes])
    else:
        for one in sorted(processes, key=lambda one: one.get("isExecutable") != "true"):
            plane = plane_of(root, str(one.get("id")))
            _process(plane, one, None, _TOP)
            add_notes(plane, [one])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _too_large() -> Invalid:
    zh = f"流程图共有超过 {MOST} 个元素和连线，无法自动排布"
    en = f"The diagram has more than {MOST} elements and flows: it cannot be laid out"
    problem = {"path": "", "code": "too_large", "message_zh": zh, "message_en": en}
    return Invalid(en, problems=[problem], code="too_large")


def _process(plane: etree._Element, process: etree._Element, pool: etree._Element | None, top: float) -> float:
    """Draw a process with its pool and lanes; its height."""
    lanes = [one for one in process.iter("{*}lane") if one.find("{*}childLaneSet") is None and one.get("id")]
    numbers = {
        (ref.text or "").strip(): number for number, one in enumerate(lanes) for ref in one.iter("{*}flowNodeRef")
    }
    made = place(process, numbers, len(lanes))
    left = float(_LEFT)
    if pool is not None:
        add_shape(plane, str(pool.get("id")), (left, top, made.width + 2 * _HEAD, made.height), isHorizontal="true")
        left += _HEAD
    if lanes:
        for lane, (below, height) in zip(lanes, made.lanes, strict=False):
            add_shape(plane, str(lane.get("id")), (left, top + below, made.width + _HEAD, height), isHorizontal="true")
    left += _HEAD if pool is not None or lanes else 0
    _scope(plane, process, made, (left, top))
    return made.height


def _scope(plane: etree._Element, scope: etree._Element, made: Placed, corner: Point) -> None:
    for name, (x, y, width, height) in made.boxes.items():
        inner = made.parts[name].inner
        more = {"isExpanded": "true"} if inner is not None else {}
        if local(made.parts[name].element) == "exclusiveGateway":
            more["isMarkerVisible"] = "true"
        add_shape(plane, name, (corner[0] + x, corner[1] + y, width, height), **more)
        if inner is not None:
            _scope(plane, made.parts[name].element, inner, (corner[0] + x + 30, corner[1] + y + 30))
    below = made.height - 12
    for flow in flows(scope):
        source, target = str(flow.get("sourceRef")), str(flow.get("targetRef"))
        if source in made.boxes and target in made.boxes and flow.get("id"):
            points = _line(made, source, target, below)
            add_edge(plane, str(flow.get("id")), [(corner[0] + x, corner[1] + y) for x, y in points])


def _line(made: Placed, source: str, target: str, below: float) -> list[Point]:
    """Straight where both are on one height, else with one step in a free gap, else along the bottom."""
    x, y, width, height = made.boxes[source]
    to_x, to_y, to_width, to_height = made.boxes[target]
    middle, to_middle = y + height / 2, to_y + to_height / 2
    if made.parts[source].element.get("attachedToRef"):
        if to_x > x + width:
            return [(x + width / 2, y + height), (x + width / 2, to_middle), (to_x, to_middle)]
    elif to_x > x + width:
        if abs(middle - to_middle) < 1 and _free(made, x + width, to_x, middle):
            return [(x + width, middle), (to_x, middle)]
        for step, height_between in ((to_x - 20, middle), (x + width + 20, to_middle)):
            if _free(made, x + width, to_x, height_between):
                return [(x + width, middle), (step, middle), (step, to_middle), (to_x, to_middle)]
    return [
        (x + width / 2, y + height),
        (x + width / 2, below),
        (to_x + to_width / 2, below),
        (to_x + to_width / 2, to_y + to_height),
    ]


def _free(made: Placed, left: float, right: float, height: float) -> bool:
    """Whether no shape stands between left and right at this height."""
    return not any(x < right and x + width > left and y < height < y + tall for x, y, width, tall in made.standing)


def _messages(plane: etree._Element, holder: etree._Element) -> None:
    boxes = dict(known(plane))
    for flow in holder:
        source, target = str(flow.get("sourceRef")), str(flow.get("targetRef"))
        if local(flow) != "messageFlow" or source not in boxes or target not in boxes or not flow.get("id"):
            continue
        (x, y, width, height), (to_x, to_y, to_width, to_height) = boxes[source], boxes[target]
        down = to_y > y
        start, end = (
            (x + width / 2, y + height if down else y),
            (to_x + to_width / 2, to_y + (0 if down else to_height)),
        )
        half = (start[1] + end[1]) / 2
        add_edge(plane, str(flow.get("id")), [start, (start[0], half), (end[0], half), end])
