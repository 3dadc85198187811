"""Shapes and lines of diagram interchange (BPMN 2.0 chapter 12)."""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from engine.layout.places import Box

BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"

Point = tuple[float, float]


def plane_of(root: etree._Element, element: str) -> etree._Element:
    """A new plane for a process or a collaboration."""
    diagram = etree.SubElement(
        root,
        f"{{{BPMNDI}}}BPMNDiagram",
        {"id": f"Diagram_{element}"},
        nsmap={"bpmndi": BPMNDI, "dc": DC, "di": DI},
    )
    return etree.SubElement(
        diagram, f"{{{BPMNDI}}}BPMNPlane", {"id": f"Diagram_{element}_plane", "bpmnElement": element}
    )


def known(plane: etree._Element) -> Iterator[tuple[str, Box]]:
    """What has a shape on a plane."""
    for shape in plane.iter(f"{{{BPMNDI}}}BPMNShape"):
        bounds = shape[0]
        x, y, width, height = (float(bounds.get(one, "0")) for one in ("x", "y", "width", "height"))
        yield str(shape.get("bpmnElement")), (x, y, width, height)


def add_shape(plane: etree._Element, element: str, box: Box, **more: str) -> None:
    """Put a shape on a plane."""
    shape = etree.SubElement(
        plane, f"{{{BPMNDI}}}BPMNShape", {"id": f"{element}_shape", "bpmnElement": element, **more}
    )
    sides = dict(zip(("x", "y", "width", "height"), (f"{one:g}" for one in box), strict=True))
    etree.SubElement(shape, f"{{{DC}}}Bounds", sides)


def add_edge(plane: etree._Element, element: str, points: list[Point]) -> None:
    """Put a line on a plane."""
    edge = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge", {"id": f"{element}_line", "bpmnElement": element})
    for x, y in points:
        etree.SubElement(edge, f"{{{DI}}}waypoint", {"x": f"{x:g}", "y": f"{y:g}"})
