"""Judging files without a database: whole bundles, and single diagrams, decisions and forms which lie somewhere."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
from lxml import etree

from engine import bundles, dmn, forms, hooks, lint, xml
from engine.errors import Invalid
from engine.findings import Finding
from engine.lint import references
from engine.spiff.xml import children, flag
from web.commands.output import shown
from workflows import seeds

_NO_MAIN = "no_main_process"  # where something else is wrong, too: the manifest we made for the file is no news
_IMPORT = re.compile(rb"i\0?m\0?p\0?o\0?r\0?t")
_QUOTED = re.compile(rb'(?<=")[^"]+(?=")')


def judge(path: Path, *, dry_run: bool = False) -> list[Finding]:
    """What is wrong with a file or a bundle (a folder, a zip, or a file which lies beside a `bundle.json`).

    A single diagram is judged with those forms and decisions beside it which it names. dry_run: play it, too.
    """
    return lint.hinted(_judge(path, dry_run))


def _judge(path: Path, dry_run: bool) -> list[Finding]:
    try:
        if path.is_dir() or path.suffix.lower() == ".zip":
            return _check(bundles.load_folder(path), dry_run)
        if (path.parent / "bundle.json").exists():
            whole = _check(bundles.load_folder(path.parent), dry_run)
            return [finding for finding in whole if finding.file in {"", path.name, path.stem}]
        return _single(path, dry_run)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        said = f"无法读取 {path.name}：{reason}", f"{path.name} cannot be read: {reason}"
        return [Finding("", "unreadable", "error", *said, file=path.name)]
    except Invalid as error:
        problems = error.problems or [{"code": "unreadable", "message_zh": str(error), "message_en": str(error)}]
        return [
            Finding(
                element=each.get("path", ""),
                code=each.get("code", "invalid"),
                severity="error",
                message_zh=each.get("message_zh", ""),
                message_en=each.get("message_en", ""),
                file=shown(path.name),
            )
            for each in problems
        ]


def _check(files: dict[str, bytes], dry_run: bool) -> list[Finding]:
    return lint.check(files, domain=hooks.domain(), departments=seeds.department_codes(), dry_run=dry_run)


def _single(path: Path, dry_run: bool) -> list[Finding]:
    kind = path.suffix.lower()
    if kind not in bundles.SUFFIXES:
        raise bundles.invalid(
            "unknown_kind", f"{path.name} 不是 .bpmn、.dmn、.form 文件", f"{path.name} is no .bpmn, .dmn or .form file"
        )
    if shown(path.name) != path.name:
        name = shown(path.name)
        raise bundles.invalid("bad_path", f"文件名 {name} 无效", f"The file name {name} is not valid")
    if not path.is_file():
        raise bundles.invalid("unknown_kind", f"{path.name} 不是普通文件", f"{path.name} is no plain file")
    if path.stat().st_size > bundles.MAX_BYTES:
        raise bundles.invalid("too_big", "文件过大", "The file is too large")
    content = path.read_bytes()
    if kind == ".dmn":
        return _decisions(path, content)
    if kind == ".form":
        return [_at(finding, path) for finding in forms.lint(content)]
    try:
        root = xml.parse(content)
    except Invalid:  # the gate says why
        root = None
    process = "" if root is None else _main_process(root)
    facts = {"key": "file", "name": {"zh": path.stem, "en": path.stem}, "process": process}
    files = {"bundle.json": orjson.dumps(facts), path.name: content}
    if root is not None:
        files |= _named(path, root)
    found = [finding for finding in _check(files, dry_run) if finding.file in {"", path.name, "bundle.json"}]
    errors = [finding for finding in found if finding.severity == "error" and finding.code != _NO_MAIN]
    return [finding for finding in found if finding.code != _NO_MAIN] if errors else found


def _main_process(root: etree._Element) -> str:
    """Id of the first process which can be executed, else of the first one."""
    processes = children(root, "process")
    chosen = next((each for each in processes if flag(each, "isExecutable")), processes[0] if processes else None)
    return "" if chosen is None else chosen.get("id") or ""


def _named(path: Path, root: etree._Element) -> dict[str, bytes]:
    """The forms and decisions in the same folder which the diagram names."""
    given = (element.get(name) for element in root.iter(etree.Element) for name in ("formId", "decisionId"))
    wanted = {name.encode() for name in given if name and not name.startswith("=")}
    found: dict[str, bytes] = {}
    for each in _neighbours(path, ".form", ".dmn") if wanted else ():
        content = each.read_bytes()
        if not wanted.isdisjoint(_QUOTED.findall(content)):
            found[each.name] = content
    return found


def _neighbours(path: Path, *suffixes: str) -> Iterator[Path]:
    """Other files in the same folder, small enough to be read: no folders, pipes or devices, whatever their names."""
    for each in (each for suffix in suffixes for each in sorted(path.parent.glob(f"*{suffix}"))):
        if each != path and each.is_file() and each.stat().st_size <= xml.MAX_BYTES and shown(each.name) == each.name:
            yield each


def _decisions(path: Path, content: bytes) -> list[Finding]:
    try:
        decisions = dmn.load(content, imports=beside(path) if _IMPORT.search(content) else None)
    except dmn.DmnError as error:
        return [Finding(error.element or "", "bad_decision", "error", error.message_zh, error.message, file=path.name)]
    findings = list(references.texts_of(decisions))
    for decision in decisions.decisions:
        findings += references.table_of(decisions, decision.id)
    return [_at(finding, path) for finding in findings]


def beside(path: Path) -> dict[str, bytes]:
    """Decision files in the same folder, by name and by namespace."""
    found: dict[str, bytes] = {}
    for each in _neighbours(path, ".dmn"):
        content = found[each.name] = each.read_bytes()
        match = re.search(rb'\bnamespace\s*=\s*"([^"]+)"', content)
        if match:
            found[match.group(1).decode("utf-8", "replace")] = content
    return found


def _at(finding: Finding, path: Path) -> Finding:
    return replace(finding, file=path.name)
