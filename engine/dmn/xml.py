"""Finding one's way in a DMN file.

The DMN namespace differs in each version (1.1 to 1.5), so the helpers here look at local names and only check that the
root is a DMN `definitions` element.
"""

from collections.abc import Iterator

from lxml import etree

from engine.dmn.errors import DmnError
from engine.errors import Invalid
from engine.xml import LONGEST, overlong
from engine.xml import parse as parse_xml

MAX_ELEMENTS = 200_000

NAMESPACES = frozenset(
    {
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",  # 1.1
        "http://www.omg.org/spec/DMN/20151101/dmn11.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",  # 1.2
        "https://www.omg.org/spec/DMN/20191111/MODEL/",  # 1.3
        "https://www.omg.org/spec/DMN/20211108/MODEL/",  # 1.4
        "https://www.omg.org/spec/DMN/20230324/MODEL/",  # 1.5
        "https://www.omg.org/spec/DMN/20240513/MODEL/",  # 1.6
    }
)


def parse(xml: bytes) -> etree._Element:
    """The root element of `xml`; raises DmnError for anything that is not plain, bounded, well-formed XML."""
    try:
        root = parse_xml(xml, comments=False, most=MAX_ELEMENTS)
    except Invalid as error:
        raise DmnError(error.problems[0]["message_en"], zh=error.problems[0]["message_zh"]) from error
    if (element := overlong(root)) is not None:
        name = local(element)
        en = f"an attribute of {name} is longer than {LONGEST} characters"
        raise DmnError(en, (element.get("id") or "")[:100], zh=f"{name} 有一个属性超过 {LONGEST} 个字符")
    return root


def parse_definitions(xml: bytes) -> etree._Element:
    """The DMN `definitions` element of `xml`, any version from 1.1."""
    root = parse(xml)
    if local(root) != "definitions" or etree.QName(root).namespace not in NAMESPACES:
        raise DmnError("the root element is not DMN definitions", local(root), zh="根元素不是 DMN definitions")
    return root


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Child elements in the DMN namespace of the parent, filtered by local name when names are given."""
    namespace = etree.QName(element).namespace or ""
    return element.iterchildren(*[f"{{{namespace}}}{name}" for name in names or "*"])


def child(element: etree._Element, *names: str) -> etree._Element | None:
    """The first such child, or None."""
    return next(children(element, *names), None)


def text_of(element: etree._Element | None) -> str:
    """The stripped text of the element's `text` child (or of itself when it has none); empty for None."""
    if element is None:
        return ""
    inner = child(element, "text")
    return ("".join(map(str, (inner if inner is not None else element).itertext()))).strip()


def attribute(element: etree._Element, name: str) -> str:
    """An attribute without namespace, stripped; empty when absent."""
    return (element.get(name) or "").strip()
