"""Finding one's way in a BPMN file: its own elements, and the `zeebe:` extensions they carry."""

from collections.abc import Collection

from lxml import etree

from engine import xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
XSI = "http://www.w3.org/2001/XMLSchema-instance"


def local(element: etree._Element) -> str:
    """The tag of a BPMN element without its namespace; "" for anything else."""
    tag = element.tag
    return tag.removeprefix(_PREFIX) if isinstance(tag, str) and tag.startswith(_PREFIX) else ""


_PREFIX = f"{{{BPMN}}}"


def children(element: etree._Element, name: str, namespace: str = BPMN) -> list[etree._Element]:
    """Direct children with that tag."""
    return element.findall(f"{{{namespace}}}{name}")


def child(element: etree._Element, name: str, namespace: str = BPMN) -> etree._Element | None:
    """The first direct child with that tag."""
    return element.find(f"{{{namespace}}}{name}")


def extension(element: etree._Element, name: str) -> etree._Element | None:
    """The first `zeebe:` extension of that name."""
    holder = child(element, "extensionElements")
    return None if holder is None else child(holder, name, ZEEBE)


def text_of(element: etree._Element | None) -> str | None:
    """The stripped text of an element, whatever comments are in it; None where there is no element or no text."""
    return None if element is None else xml.text_of(element) or None


def nested(element: etree._Element) -> bool:
    """Whether there are elements inside."""
    return any(isinstance(each.tag, str) for each in element)


BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
"""How a truth value is written (XML Schema, xs:boolean)."""


def flag(element: etree._Element, name: str, default: bool = False) -> bool:
    """An attribute which is a truth value; `default` where it is missing, or is none."""
    return BOOLEANS.get(element.get(name, "").strip(), default)


def nearest_id(element: etree._Element, kinds: Collection[str] = ()) -> str:
    """The id of the nearest element around, itself included, which has one and is of those kinds (none = of any)."""
    around: etree._Element | None = element
    while around is not None:
        given = around.get("id")
        if given and (not kinds or local(around) in kinds):
            return given
        around = around.getparent()
    return nearest_id(element) if kinds else ""
