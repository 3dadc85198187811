"""Bytes which are no diagram, or hide one: truncated, wrong encodings, NUL, DOCTYPE and entities in every dress."""

from tests.builders import HEAD, diagram, end, process, start, user
from tests.engine.hostile.cases import Case

TEXT = diagram(process("P", start(), user("A"), end(), name="投诉处理")).decode()
PLAIN = TEXT.encode()
LATIN = TEXT.replace("投诉处理", "Complaint")
UNDECLARED = TEXT.partition("\n")[2]


def declared(encoding: str) -> str:
    """The diagram which says it is in that encoding."""
    return TEXT.replace("UTF-8", encoding, 1)


def with_doctype(doctype: str, inside: str = "") -> bytes:
    """The diagram behind a DOCTYPE; `inside` goes into the process."""
    text = TEXT.replace("\n", f"\n{doctype}\n", 1)
    return text.replace("</bpmn:process>", f"{inside}</bpmn:process>").encode()


def _laughs() -> bytes:
    lines = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_doctype(f'<!DOCTYPE x [<!ENTITY l0 "ha">{lines}]>', "<bpmn:documentation>&l9;</bpmn:documentation>")


def _quadratic() -> bytes:
    inside = f"<bpmn:documentation>{'&a;' * 50_000}</bpmn:documentation>"
    return with_doctype(f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>', inside)


def _included() -> bytes:
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    return (
        TEXT.replace("</bpmn:process>", f"</bpmn:process>{include}")
        .replace("\n", f"\n<!-- {include} -->\n", 1)
        .encode()
    )


CASES = [
    Case("empty", ".bpmn", lambda: b"", "not_xml"),
    Case("blank", ".bpmn", lambda: b" \n" * 5000, "not_xml"),
    Case("only NUL", ".bpmn", lambda: b"\0" * 5000, "nul"),
    Case("noise", ".bpmn", lambda: bytes(range(256)) * 200, "encoding"),
    Case("a picture", ".bpmn", lambda: b"\x89PNG\r\n\x1a\n" + bytes(4000), "encoding"),
    Case("a zip called bpmn", ".bpmn", lambda: b"PK\x03\x04" + bytes(4000), "nul"),
    Case("a web page", ".bpmn", lambda: b"<!doctype html><html><body>no</body></html>", "doctype"),
    Case("a drawing", ".bpmn", lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not_bpmn"),
    Case("cut in half", ".bpmn", lambda: PLAIN[: len(PLAIN) // 2], "not_xml"),
    Case("cut in a tag", ".bpmn", lambda: PLAIN[:-10], "not_xml"),
    Case("cut in a character", ".bpmn", lambda: PLAIN[: PLAIN.index("投".encode()) + 1], "encoding"),
    Case("two roots", ".bpmn", lambda: PLAIN + b"<x/>", "not_xml"),
    Case("text behind the root", ".bpmn", lambda: PLAIN + b"rm -rf /", "not_xml"),
    Case("doctype", ".bpmn", lambda: with_doctype("<!DOCTYPE definitions>"), "doctype"),
    Case(
        "external entity",
        ".bpmn",
        lambda: with_doctype('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"),
        "doctype",
    ),
    Case(
        "parameter entity",
        ".bpmn",
        lambda: with_doctype('<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:1/x.dtd"> %p;]>'),
        "doctype",
    ),
    Case("billion laughs", ".bpmn", _laughs, "doctype"),
    Case("quadratic entities", ".bpmn", _quadratic, "doctype"),
    Case(
        "doctype in UTF-16",
        ".bpmn",
        lambda: with_doctype('<!DOCTYPE x [<!ENTITY a "b">]>').decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        "doctype",
    ),
    Case(
        "doctype in UTF-7",
        ".bpmn",
        lambda: declared("UTF-7").replace("\n", "\n+ADwAIQ-DOCTYPE x>", 1).encode(),
        "encoding",
    ),
    Case("unknown entity", ".bpmn", lambda: PLAIN.replace(b"</bpmn:process>", b"&who;</bpmn:process>"), "not_xml"),
    Case("XInclude", ".bpmn", _included),
    Case(
        "stylesheet",
        ".bpmn",
        lambda: TEXT.replace("\n", '\n<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>\n', 1).encode(),
    ),
    Case("GB18030", ".bpmn", lambda: declared("GB18030").encode("gb18030")),
    Case("GBK", ".bpmn", lambda: declared("GBK").encode("gbk")),
    Case("Big5", ".bpmn", lambda: declared("Big5").replace("投诉处理", "投訴處理").encode("big5")),
    Case("UTF-16 with mark", ".bpmn", lambda: declared("UTF-16").encode("utf-16")),
    Case("UTF-8 with mark", ".bpmn", lambda: b"\xef\xbb\xbf" + PLAIN),
    Case("UTF-16 without mark", ".bpmn", lambda: declared("UTF-16").encode("utf-16-le"), "encoding"),
    Case("UTF-16 without mark, all Latin", ".bpmn", lambda: LATIN.encode("utf-16-le"), "encoding"),
    Case("UTF-16BE without mark, all Latin", ".bpmn", lambda: LATIN.encode("utf-16-be"), "encoding"),
    Case("GB18030 with mark", ".bpmn", lambda: f"\ufeff{TEXT}".encode("gb18030")),
    Case("GB18030 with mark and without declaration", ".bpmn", lambda: f"\ufeff{UNDECLARED}".encode("gb18030")),
    Case("GBK which says UTF-8", ".bpmn", lambda: TEXT.encode("gbk"), "encoding"),
    Case("UTF-8 which says UTF-16", ".bpmn", lambda: declared("UTF-16").encode(), "encoding"),
    Case("EBCDIC", ".bpmn", lambda: declared("EBCDIC-CP-US").encode(), "encoding"),
    Case("an encoding which is code", ".bpmn", lambda: declared("unicode_escape").encode(), "encoding"),
    Case("an encoding nobody knows", ".bpmn", lambda: declared("utf-99").encode(), "encoding"),
    Case("NUL in a label", ".bpmn", lambda: PLAIN.replace("投诉".encode(), b"\0"), "nul"),
    Case("NUL by number", ".bpmn", lambda: PLAIN.replace("投诉".encode(), b"&#0;"), "not_xml"),
    Case("control characters", ".bpmn", lambda: PLAIN.replace("投诉".encode(), b"\x01\x08"), "not_xml"),
    Case("lone surrogates", ".bpmn", lambda: PLAIN.replace("投诉".encode(), b"\xed\xa0\x80"), "encoding"),
    Case("undeclared prefix", ".bpmn", lambda: PLAIN.replace(b"xmlns:zeebe=", b"xmlns:other="), "not_xml"),
    Case("attribute twice", ".bpmn", lambda: PLAIN.replace(b'id="A"', b'id="A" id="B"'), "not_xml"),
    Case("nothing in it", ".bpmn", lambda: (HEAD + "</bpmn:definitions>").encode(), "no_main_process"),
]
