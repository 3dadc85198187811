"""Untrusted XML -> element tree: no DOCTYPE, no entities, no network, bounded size and depth, any declared encoding."""

import re

from lxml import etree

from engine.errors import Invalid

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 100
MAX_ELEMENTS = 50_000

LONGEST = 32_768
"""Characters of one attribute of a diagram or decision which is to be executed; FEEL has no longer text either."""

_OVERLONG = etree.ETXPath(f"(//*[@*[string-length() > {LONGEST} and namespace-uri() = '']])[1]")
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"'][^>]{0,100}\?>")
_MARKS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\x84\x31\x95\x33": "gb18030"}
_UNMARKED = (b"<\0", b"\0<")
_ENCODINGS = ("utf", "gb", "big5", "iso", "latin", "windows", "cp", "us-ascii", "ascii", "shift", "euc")


def parse(content: bytes, *, comments: bool = True, most: int = MAX_ELEMENTS) -> etree._Element:
    """The root element. comments: whether comments and processing instructions are kept; most: elements allowed.

    Raises Invalid with `code` in details (`too_big nul encoding doctype not_xml too_deep`), and one problem in both
    languages.
    """
    if len(content) > MAX_BYTES:
        raise _refused("too_big", "文件超过 2 MB", "The file is larger than 2 MB")
    text = decoded(content)
    if "\0" in text:
        raise _refused("nul", "文件含有 NUL 字符", "The file contains a NUL character")
    if re.search(r"<!\s*(DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise _refused("doctype", "文件不得含有 DOCTYPE 或实体声明", "The file must not declare a DOCTYPE or entities")
    parser = etree.XMLParser(
        encoding="utf-8",  # what is checked above is what is read: no declaration has a say any more
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=not comments,
        remove_pis=not comments,
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        place = f" ({error.lineno}:{error.offset})" if isinstance(error, etree.XMLSyntaxError) else ""
        raise _refused("not_xml", f"不是格式良好的 XML{place}", f"This is not well-formed XML{place}") from None
    _bounded(root, most)
    return root


def overlong(root: etree._Element) -> etree._Element | None:
    """The first element with an attribute of the standard's own (without a prefix) which is longer than LONGEST.

    A name or id stands once in a file and is quoted wherever it is used.
    """
    found = _OVERLONG(root)
    first = found[0] if isinstance(found, list) and found else None
    return first if isinstance(first, etree._Element) else None


def text_of(element: etree._Element) -> str:
    """All text in an element, stripped: comments and processing instructions in it are none, and end none."""
    return str(element.xpath("string()")).strip()


def decoded(content: bytes) -> str:
    """Text of a file by its byte order mark, else by its declaration, else UTF-8. Raises Invalid (`encoding`)."""
    marked = [name for mark, name in _MARKS.items() if content.startswith(mark)]
    declared = _DECLARATION.match(content)
    name = marked[0] if marked else declared.group(1).decode().lower() if declared else "utf-8"
    name = {"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name)
    if not marked and content.startswith(_UNMARKED):
        zh = "文件像是没有字节顺序标记（BOM）的 UTF-16"
        en = "The file looks like UTF-16 without a byte order mark"
        raise _refused("encoding", zh, en)
    hides = name.replace("-", "").replace("_", "") == "utf7"  # markup in it looks like text
    if hides or not name.startswith(_ENCODINGS):
        raise _refused("encoding", f"不支持编码 {name}", f"The encoding {name} is not supported")
    try:
        return content.decode(name).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError):
        raise _refused("encoding", f"内容不是 {name} 编码", f"The content is not encoded as {name}") from None


def _bounded(root: etree._Element, most: int) -> None:
    stack, count = [(root, 1)], 0
    while stack:
        element, depth = stack.pop()
        count += 1
        if depth > MAX_DEPTH or count > most:
            raise _refused(
                "too_deep", "XML 嵌套过深或元素过多", "The XML is nested too deeply or has too many elements"
            )
        stack.extend((child, depth + 1) for child in element)


def _refused(code: str, message_zh: str, message_en: str) -> Invalid:
    problem = {"path": "", "code": code, "message_zh": message_zh, "message_en": message_en}
    return Invalid(message_en, problems=[problem], code=code)
