"""Archives, forms and decisions: bombs, ways out of the folder, tables which eat the machine."""

import io
import json
import stat
import zipfile
import zlib

from tests.builders import bundle, end, form, process, start, table, user
from tests.engine.hostile.cases import Case
from tests.engine.hostile.encodings import PLAIN

GOOD = bundle(process("P", start(), user("A"), end()))


def zipped(files: dict[str, bytes], *, level: int = 9) -> bytes:
    """A zip of these files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def _bomb() -> bytes:
    """300 MB in 300 kB, written piece by piece."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("bundle.json", GOOD["bundle.json"])
        with archive.open("main.bpmn", "w") as member:
            for _ in range(300):
                member.write(bytes(1_000_000))
    return target.getvalue()


def _liar() -> bytes:
    """A member of 100 MB whose directory says 100 bytes."""
    content = _bomb()
    size = (300 * 1_000_000).to_bytes(4, "little")
    assert size in content
    return content.replace(size, (100).to_bytes(4, "little"))


def _link() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("bundle.json", GOOD["bundle.json"])
        linked = zipfile.ZipInfo("main.bpmn")
        linked.create_system, linked.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(linked, "/etc/passwd")
    return target.getvalue()


def _sealed() -> bytes:
    content = bytearray(zipped(GOOD))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def _broken_sum() -> bytes:
    plain = zipped({"main.bpmn": PLAIN}, level=0)
    return plain.replace(zlib.crc32(PLAIN).to_bytes(4, "little"), b"\0\0\0\0")


def fields(*components: object, **more: object) -> bytes:
    """A form with these components."""
    return json.dumps(
        {"type": "default", "id": "f", "schemaVersion": 18, "components": list(components), **more}
    ).encode()


def _group(depth: int) -> bytes:
    text = '{"type":"group","id":"g","components":[' * depth + "]}" * depth
    return b'{"type":"default","id":"f","components":[' + text.encode() + b"]}"


def _text(number: int, **more: object) -> dict[str, object]:
    return {"type": "textfield", "id": f"t{number}", "key": f"k{number}", "label": "x", **more}


def _rules(count: int, policy: str = "UNIQUE") -> bytes:
    return table("d", ["a"], "x", [([f"[{n}..{n + 5}]"], '"y"') for n in range(count)], policy)


def _round() -> bytes:
    text = table("a", ["b"], "a", [(["-"], "1")]).decode()
    other = table("b", ["a"], "b", [(["-"], "1")]).decode()
    inner = other[other.index("<decision ") : other.index("</definitions>")]
    text = text.replace("</definitions>", inner + "</definitions>")
    for mine, wanted in (("a", "b"), ("b", "a")):
        need = f'<informationRequirement id="r{mine}"><requiredDecision href="#{wanted}"/></informationRequirement>'
        text = text.replace(f'<decisionTable id="{mine}_t"', f'{need}<decisionTable id="{mine}_t"')
    return text.encode()


def _cell(text: str) -> bytes:
    return table("d", ["a"], "x", [([text], "1")])


CASES = [
    Case("tags which never end", ".bpmn", lambda: b"<x>" + b"<process " * 40_000, "not_xml"),
    Case("zip of 12k members", ".zip", lambda: zipped({f"{n}": b"" for n in range(12_000)}), "too_big"),
    Case("zip bomb", ".zip", _bomb, "too_big"),
    Case("zip which lies about its size", ".zip", _liar, "not_zip"),
    Case("zip cut in half", ".zip", lambda: zipped(GOOD)[:200], "not_zip"),
    Case("zip which is text", ".zip", lambda: b"not a zip", "not_zip"),
    Case("zip with a password", ".zip", _sealed, "not_zip"),
    Case("zip with a wrong sum", ".zip", _broken_sum, "not_zip"),
    Case("zip of nothing", ".zip", lambda: zipped({}), "no_bundle"),
    Case("zip of a zip", ".zip", lambda: zipped({"a.zip": zipped(GOOD)}), "no_bundle"),
    Case("zip of 10k files", ".zip", lambda: zipped({f"{n}.form": b"{}" for n in range(10_000)}), "too_big"),
    Case("zip which climbs out", ".zip", lambda: zipped({**GOOD, "../../etc/cron.d/x.bpmn": PLAIN}), "bad_path"),
    Case("zip from the root", ".zip", lambda: zipped({**GOOD, "/etc/x.form": form("f")}), "bad_path"),
    Case("zip for Windows", ".zip", lambda: zipped({**GOOD, "C:\\x\\..\\y.form": form("f")}), "bad_path"),
    Case("zip with a link", ".zip", _link, "not_xml"),
    Case("zip with a good bundle", ".zip", lambda: zipped(GOOD)),
    Case("bundle.json with mark", "", lambda: {**GOOD, "bundle.json": b"\xef\xbb\xbf" + GOOD["bundle.json"]}),
    Case("bundle.json of brackets", "", lambda: {**GOOD, "bundle.json": b"[" * 100_000}, "bad_manifest"),
    Case("bundle.json of wrong kinds", "", lambda: {**GOOD, "bundle.json": b'{"key": [], "name": 3}'}, "bad_manifest"),
    Case("form of brackets", ".form", lambda: b"[" * 100_000, "not-json"),
    Case("form of nothing", ".form", lambda: b"", "not-json"),
    Case("form in UTF-16", ".form", lambda: form("f").decode().encode("utf-16"), "not-json"),
    Case("form 1k groups deep", ".form", lambda: _group(1_000), "not-json"),
    Case("form of 100k fields", ".form", lambda: fields(*[_text(n) for n in range(100_000)]), "too-large"),
    Case("form with components of a number", ".form", lambda: fields(components=3), "not-a-form"),
    Case("form with a key of Python", ".form", lambda: fields(_text(1, key="__class__.__init__"))),
    Case("form with a key of JavaScript", ".form", lambda: fields(_text(1, key="__proto__.admin")), "bad-key"),
    Case("form with a pattern bomb", ".form", lambda: fields(_text(1, validate={"pattern": "^(a+)+$"}))),
    Case(
        "form with a huge number",
        ".form",
        lambda: b'{"type":"default","id":"f","components":[],"x":1e99999}',
        "not-json",
    ),
    Case("form with a label of 10k characters", ".form", lambda: fields(_text(1, label="长" * 10_000))),
    Case("form with a script in a label", ".form", lambda: fields(_text(1, label="<script>alert(1)</script>"))),
    Case(
        "form with a FEEL bomb", ".form", lambda: fields(_text(1, conditional={"hide": "=" + "(" * 10_000})), "bad-feel"
    ),
    Case("decision of noise", ".dmn", lambda: bytes(range(256)), "bad_decision"),
    Case(
        "decision with a doctype",
        ".dmn",
        lambda: _cell("-").replace(b"<definitions", b'<!DOCTYPE x [<!ENTITY a "b">]><definitions', 1),
        "bad_decision",
    ),
    Case("decision of 50 MB", ".dmn", lambda: _cell("-") + b" " * 50_000_000, "too_big"),
    Case("decisions in a circle", ".dmn", _round, "bad_decision"),
    Case("decision of 5k overlapping rules", ".dmn", lambda: _rules(5_000), "decision_overlap"),
    Case("decision of 20k rules", ".dmn", lambda: _rules(20_000), "bad_decision"),
    Case("decision with brackets in a cell", ".dmn", lambda: _cell("(" * 10_000), "decision_syntax"),
    Case("decision with Python in a cell", ".dmn", lambda: _cell("__import__('os')"), "decision_syntax"),
    Case("decision of an unknown policy", ".dmn", lambda: _cell("-").replace(b"UNIQUE", b"LOTTERY"), "bad_decision"),
    Case("decision 10k deep", ".dmn", lambda: b"<a>" * 10_000 + b"</a>" * 10_000, "bad_decision"),
]
