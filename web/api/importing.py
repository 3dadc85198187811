"""What an import makes of the files somebody hands in: translated, laid out, and with a `bundle.json`."""

from collections.abc import Mapping
from pathlib import PurePosixPath

import orjson
from flask import request

from engine import bundles, foreign, layout
from engine.errors import Invalid
from engine.spiff.compiled import form_ids
from engine.spiff.read import read
from web.faults import invalid
from web.hostile import check_text


def uploaded() -> dict[str, bytes]:
    """The files of the request by name, those of a zip by path. Raises Invalid at `file`."""
    parts = request.files.getlist("file")
    if not parts:
        raise invalid("file", "required", "请附上文件", "A file is needed")
    files: dict[str, bytes] = {}
    for part in parts:
        check_text(part.filename or "", "file")
        name, content = PurePosixPath((part.filename or "diagram").replace("\\", "/")).name, part.stream.read()
        if content[:4] == b"PK\x03\x04":
            files |= bundles.from_zip(content)
        elif name.lower().endswith((".bpmn", ".xml")):
            files[f"{PurePosixPath(name).stem}.bpmn"] = content
        elif name.lower().endswith((".dmn", ".form")) or name == "bundle.json":
            files[name] = content
        else:
            raise invalid("file", "kind", f"不认识的文件：{name}", f"Unknown kind of file: {name}")
    return files


def translated(given: Mapping[str, bytes]) -> tuple[dict[str, bytes], list[foreign.Note]]:
    """The files with diagrams in our dialect, laid out where nothing was drawn; and what was done about what."""
    bundles.require_drawable(given)
    files, notes = dict(given), list[foreign.Note]()
    for path in sorted(path for path in files if path.lower().endswith(".bpmn")):
        files[path], found = foreign.translate(files[path])
        notes += found
        whole = layout.drawn(files[path])
        if whole is not files[path]:
            files[path] = whole
            zh, en = (
                "文件没有图形，已自动排布，请在编辑器中调整",
                "The file had no drawing; it was laid out: arrange it in the studio",
            )
            notes.append(foreign.Note(path, foreign.Outcome.TRANSLATED, "BPMNDiagram", "", path, zh, en))
    return files, foreign.missing_forms(notes, {form for _, form in form_ids(files)})


def manifest(form: Mapping[str, str], files: Mapping[str, bytes]) -> bytes:
    """`bundle.json` under the wanted key; names and main process as the files say, else as the form says."""
    try:
        known = bundles.manifest(files)
        zh, en, process = known.name_zh, known.name_en, known.process
    except Invalid:
        zh, en, process = "", "", ""
    diagram, _ = read(files)
    process = process or next(
        (one.id for one in diagram.processes.values() if one.executable), next(iter(diagram.processes), "")
    )
    called = diagram.processes.get(process)
    zh = form["name_zh"] or zh or (called.name_zh if called else "") or form["key"]
    name = {"zh": zh, "en": form["name_en"] or en or (called.name_en if called else "") or zh}
    return orjson.dumps({"key": form["key"], "name": name, "process": process}, option=orjson.OPT_INDENT_2)
