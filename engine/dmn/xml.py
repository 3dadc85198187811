"""Reading XML that a stranger wrote: no DOCTYPE, no entities, no network, bounded size and depth.

The DMN namespace differs in each version (1.1 to 1.5), so the helpers here look at local names and only check that the
root is a DMN `definitions` element.
"""

import re
from collections.abc import Iterator

from lxml import etree

from engine.dmn.errors import DmnError

MAX_BYTES = 2_000_000
MAX_DEPTH = 100
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

_DOCTYPE = re.compile(rb"<\s*!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse(xml: bytes) -> etree._Element:
    """The root element of `xml`; raises DmnError for anything that is not plain, bounded, well-formed XML."""
    if len(xml) > MAX_BYTES:
        raise DmnError(f"the file is larger than {MAX_BYTES} bytes", zh=f"文件超过 {MAX_BYTES} 字节")
    if _DOCTYPE.search(xml.replace(b"\x00", b"")):  # zero bytes: UTF-16 and UTF-32 hide no declaration
        raise DmnError("a DOCTYPE or ENTITY declaration is not allowed", zh="不允许 DOCTYPE 或 ENTITY 声明")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DmnError(f"not well-formed XML: {error}", zh=f"不是格式正确的 XML：{error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise DmnError("a DOCTYPE declaration is not allowed", zh="不允许 DOCTYPE 声明")
    _check_shape(root)
    return root


def parse_definitions(xml: bytes) -> etree._Element:
    """The DMN `definitions` element of `xml`, any version from 1.1."""
    root = parse(xml)
    if local(root) != "definitions" or etree.QName(root).namespace not in NAMESPACES:
        raise DmnError("the root element is not DMN definitions", local(root), zh="根元素不是 DMN definitions")
    return root


def _check_shape(root: etree._Element) -> None:
    depth, count = 0, 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > MAX_DEPTH:
            raise DmnError(f"elements are nested deeper than {MAX_DEPTH}", zh=f"元素嵌套超过 {MAX_DEPTH} 层")
        if count > MAX_ELEMENTS:
            raise DmnError(f"the file has more than {MAX_ELEMENTS} elements", zh=f"元素超过 {MAX_ELEMENTS} 个")


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return etree.QName(element).localname


def children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    """Child elements in the DMN namespace of the parent, filtered by local name when names are given."""
    namespace = etree.QName(element).namespace
    for child in element:
        name = etree.QName(child)
        if name.namespace == namespace and (not names or name.localname in names):
            yield child


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
