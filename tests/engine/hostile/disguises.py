"""Names, namespaces and encodings which say something else than they seem to."""

from tests.builders import HEAD, diagram, element, end, message, process, start, user
from tests.engine.hostile.cases import Case
from tests.engine.hostile.encodings import PLAIN, TEXT, declared, with_doctype

_ASCII = TEXT.replace("投诉处理", "P")
_FAR = _ASCII.replace(' encoding="UTF-8"', " " * 400 + 'encoding="UTF-7"', 1)


def _seven(text: str) -> bytes:
    """In UTF-7, all markup behind the declaration hidden."""
    first, rest = text.split("\n", 1)
    return first.encode() + b"\n" + rest.replace("<", "\ue000").encode("utf-7").replace(b"+4AA-", b"+ADw-")


def _smuggled(text: str) -> bytes:
    """A DOCTYPE which only a reader of UTF-7 sees, whose declaration stands farther away than one looks."""
    first, rest = text.split("\n", 1)
    return f"{first}\n+ADwAIQ-DOCTYPE x [+ADwAIQ-ENTITY a 'b'+AD4-]+AD4-\n{rest}".encode()


def _rebound() -> bytes:
    """The task is in another namespace, although its prefix is the same."""
    return (
        TEXT.replace("<bpmn:userTask ", '<bpmn:userTask xmlns:bpmn="urn:evil" ', 1)
        .replace("</bpmn:userTask>", "</bpmn:userTask>", 1)
        .encode()
    )


def _no_default() -> bytes:
    plain = TEXT.replace("bpmn:", "").replace("xmlns:bpmn", "xmlns")
    return plain.replace("<userTask ", '<userTask xmlns="" ', 1).encode()


def _id(text: str) -> bytes:
    return TEXT.replace('id="A"', f'id="{text}"').replace('"A"', f'"{text}"').encode()


def _process_id(text: str) -> bytes:
    return TEXT.replace('id="P"', f'id="{text}"').encode()


def _shapes(count: int, bounds: str = 'x="1" y="1" width="1" height="1"') -> bytes:
    """A picture with so many shapes."""
    names = 'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
    shape = f'<bpmndi:BPMNShape bpmnElement="A"><dc:Bounds {bounds}/></bpmndi:BPMNShape>'
    drawn = f'<bpmndi:BPMNDiagram {names}><bpmndi:BPMNPlane bpmnElement="P">{shape * count}</bpmndi:BPMNPlane>'
    return TEXT.replace("</bpmn:definitions>", f"{drawn}</bpmndi:BPMNDiagram></bpmn:definitions>").encode()


def _documented(text: str) -> bytes:
    return TEXT.replace("</bpmn:process>", f"<bpmn:documentation>{text}</bpmn:documentation></bpmn:process>").encode()


def _same_letters() -> bytes:
    """Two ids which look alike: Latin and Cyrillic A."""
    return diagram(process("P", start(), user("A"), user("\u0410"), end()))


CASES = [
    Case("UTF-32 with mark", ".bpmn", lambda: declared("UTF-32").encode("utf-32"), "nul"),
    Case("UTF-32 without mark", ".bpmn", lambda: declared("UTF-32").encode("utf-32-le"), "encoding"),
    Case("UTF-16 of the other end", ".bpmn", lambda: b"\xfe\xff" + declared("UTF-16").encode("utf-16-be")),
    Case("UTF-7", ".bpmn", lambda: _seven(_ASCII.replace("UTF-8", "UTF-7", 1)), "encoding"),
    Case("UTF-7 by another name", ".bpmn", lambda: _seven(_ASCII.replace("UTF-8", "utf_7", 1)), "encoding"),
    Case("UTF-7 declared far away", ".bpmn", lambda: _smuggled(_FAR), "not_xml"),
    Case("GB18030 of four bytes", ".bpmn", lambda: declared("GB18030").replace("投诉", "𠮷㐀").encode("gb18030")),
    Case("two declarations", ".bpmn", lambda: b'<?xml version="1.0"?>' + PLAIN, "not_xml"),
    Case("XML 1.1", ".bpmn", lambda: TEXT.replace('version="1.0"', 'version="1.1"', 1).encode()),
    Case("doctype in small letters", ".bpmn", lambda: with_doctype("<!doctype x>"), "doctype"),
    Case("doctype behind 1 MB of blanks", ".bpmn", lambda: with_doctype(" " * 1_000_000 + "<!DOCTYPE x>"), "doctype"),
    Case("prefix bound anew", ".bpmn", _rebound, "dangling_flow"),
    Case("no default namespace", ".bpmn", _no_default, "dangling_flow"),
    Case("10k processing instructions", ".bpmn", lambda: TEXT.replace("\n", "\n" + "<?php x?>" * 10_000, 1).encode()),
    Case("40k comments", ".bpmn", lambda: TEXT.replace("\n", "\n" + "<!--x-->" * 40_000, 1).encode()),
    Case("CDATA of 1 MB", ".bpmn", lambda: _documented(f"<![CDATA[{'<x>' * 300_000}]]>")),
    Case("100k character references", ".bpmn", lambda: _documented("&#x4e2d;" * 100_000)),
    Case("id of 300 characters", ".bpmn", lambda: _id("A" * 300), "bad_id"),
    Case("id of 1 MB", ".bpmn", lambda: _id("A" * 200_000), "too_long"),
    Case("id in Chinese", ".bpmn", lambda: _id("受理")),
    Case("process id of 10k", ".bpmn", lambda: _process_id("P" * 10_000), "bad_id"),
    Case("ids which look alike", ".bpmn", _same_letters),
    Case(
        "message of 1 MB",
        ".bpmn",
        lambda: diagram(message("M", "m" * 1_000_000), process("P", start(), user("A"), end())),
        "too_long",
    ),
    Case("20k shapes", ".bpmn", lambda: _shapes(20_000)),
    Case("shapes nowhere", ".bpmn", lambda: _shapes(3, 'x="NaN" y="1e999" width="-1" height="Infinity"')),
    Case(
        "base elsewhere", ".bpmn", lambda: TEXT.replace('id="A"', 'id="A" xml:base="http://127.0.0.1:1/"', 1).encode()
    ),
    Case(
        "schema elsewhere",
        ".bpmn",
        lambda: TEXT.replace('id="A"', 'id="A" xsi:schemaLocation="urn:x http://127.0.0.1:1/x.xsd"', 1).encode(),
    ),
    Case(
        "import of a file",
        ".bpmn",
        lambda: TEXT.replace(
            "<bpmn:process", '<bpmn:import importType="x" location="file:///etc/passwd" namespace="x"/><bpmn:process', 1
        ).encode(),
    ),
    Case(
        "1000 subprocesses deep",
        ".bpmn",
        lambda: (
            HEAD
            + "<bpmn:process id='P'>"
            + "<bpmn:subProcess>" * 1_000
            + "</bpmn:subProcess>" * 1_000
            + "</bpmn:process></bpmn:definitions>"
        ).encode(),
        "not_xml",
    ),
    Case(
        "element of another tongue",
        ".bpmn",
        lambda: diagram(process("P", start(), element("用户任务", "A"), end())),
        "unsupported_element",
    ),
]
