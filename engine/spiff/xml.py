"""Finding one's way in a BPMN file: its own elements, and the `zeebe:` extensions they carry."""

from lxml import etree

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"


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
    """The stripped text of an element; None where there is no element or no text."""
    if element is None or element.text is None:
        return None
    return element.text.strip() or None
