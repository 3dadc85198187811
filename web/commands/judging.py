"""Judging files without a database: whole bundles, and single diagrams, decisions and forms which lie somewhere."""

import re
from dataclasses import replace
from pathlib import Path

import orjson

from engine import bundles, dmn, forms, hooks, lint, xml
from engine.errors import Invalid
from engine.findings import Finding
from engine.lint import references
from workflows import seeds

_NO_MAIN = "no_main_process"  # of a file which cannot be read at all: the manifest we made for it is no news
_PROCESS = re.compile(r"<(?:[\w.-]+:)?process\b([^<>]*)>")
_EXECUTABLE = re.compile(r'\bisExecutable\s*=\s*["\']\s*(?:true|1)\s*["\']')
_IMPORT = re.compile(rb"i\0?m\0?p\0?o\0?r\0?t")
_QUOTED = re.compile(rb'(?<=")[^"]+(?=")')
_ID = re.compile(r'\bid\s*=\s*["\']([^"\']+)')
_FORM = re.compile(r'\bformId\s*=\s*["\']([^"\'=]+)')
_DECISION = re.compile(r'\bdecisionId\s*=\s*["\']([^"\'=]+)')


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
    except Invalid as error:
        problems = error.problems or [{"code": "unreadable", "message_zh": str(error), "message_en": str(error)}]
        return [
            Finding(
                element=each.get("path", ""),
                code=each.get("code", "invalid"),
                severity="error",
                message_zh=each.get("message_zh", ""),
                message_en=each.get("message_en", ""),
                file=path.name,
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
    if path.stat().st_size > bundles.MAX_BYTES:
        raise bundles.invalid("too_big", "文件过大", "The file is too large")
    content = path.read_bytes()
    if kind == ".dmn":
        return _decisions(path, content)
    if kind == ".form":
        return [_at(finding, path) for finding in forms.lint(content)]
    text = _text(content)
    process = _main_process(text)
    facts = {"key": process, "name": {"zh": path.stem, "en": path.stem}, "process": process}
    files = {"bundle.json": orjson.dumps(facts), path.name: content, **_named(path, text)}
    found = [finding for finding in _check(files, dry_run) if finding.file in {"", path.name, "bundle.json"}]
    errors = [finding for finding in found if finding.severity == "error" and finding.code != _NO_MAIN]
    return [finding for finding in found if finding.code != _NO_MAIN] if errors and not process else found


def _text(diagram: bytes) -> str:
    """The diagram as text; "" for what the gate will refuse anyway, by size or encoding."""
    try:
        return xml.decoded(diagram) if len(diagram) <= xml.MAX_BYTES else ""
    except Invalid:
        return ""


def _main_process(diagram: str) -> str:
    """Id of the first process which can be executed, else of the first one."""
    found = [match.group(1) for match in _PROCESS.finditer(diagram)]
    chosen = next((text for text in found if _EXECUTABLE.search(text)), found[0] if found else "")
    match = _ID.search(chosen)
    return match.group(1) if match else ""


def _named(path: Path, diagram: str) -> dict[str, bytes]:
    """The forms and decisions in the same folder which the diagram names."""
    wanted = {name.encode() for pattern in (_FORM, _DECISION) for name in pattern.findall(diagram)}
    found: dict[str, bytes] = {}
    for each in (each for suffix in (".form", ".dmn") for each in sorted(path.parent.glob(f"*{suffix}"))):
        if wanted and each.stat().st_size <= xml.MAX_BYTES:
            content = each.read_bytes()
            if not wanted.isdisjoint(_QUOTED.findall(content)):
                found[each.name] = content
    return found


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
    for each in sorted(path.parent.glob("*.dmn")):
        if each != path and each.stat().st_size <= xml.MAX_BYTES:
            content = each.read_bytes()
            found[each.name] = content
            match = re.search(rb'\bnamespace\s*=\s*"([^"]+)"', content)
            if match:
                found[match.group(1).decode("utf-8", "replace")] = content
    return found


def _at(finding: Finding, path: Path) -> Finding:
    return replace(finding, file=path.name)
