"""A bundle as the beginning of another one: under its own key, names and process id, so that the two never meet."""

from collections.abc import Mapping
from typing import Final

import orjson
from lxml import etree

from engine import bundles
from engine.xml import parse

_BPMN: Final = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_ZEEBE: Final = "{http://camunda.org/schema/zeebe/1.0}"
_POINTS_AT: Final = ("id", "processRef", "bpmnElement", "processId", "calledElement")


def renamed(files: Mapping[str, bytes], key: str, name_zh: str, name_en: str) -> dict[str, bytes]:
    """The files with `key` and the names as theirs; the main process gets an id made of the key.

    A called process is found by its id among all that is published: a copy with the same id would take the place of
    what it was copied from. Raises Invalid for what is no bundle.
    """
    facts, made = bundles.manifest(files), dict(files)
    ids = [_ids(content) for path, content in files.items() if path.lower().endswith(".bpmn")]
    process = _free("".join(part[:1].upper() + part[1:] for part in key.split("-")), set().union(*ids))
    for path, content in files.items():
        if path.lower().endswith(".bpmn"):
            made[path] = _with_process(content, facts.process, process, name_zh, name_en)
    manifest = bundles.manifest_facts(files) | {
        "key": key,
        "name": {"zh": name_zh, "en": name_en},
        "process": process,
    }
    made["bundle.json"] = orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return made


def _ids(content: bytes) -> set[str]:
    return {one.get("id", "") for one in parse(content).iter(etree.Element)}


def _free(wanted: str, taken: set[str]) -> str:
    return next(name for name in (wanted, *(f"{wanted}_{n}" for n in range(2, len(taken) + 3))) if name not in taken)


def _with_process(content: bytes, old: str, new: str, name_zh: str, name_en: str) -> bytes:
    root = parse(content)
    for one in root.iter(etree.Element):
        for attribute in _POINTS_AT:
            if one.get(attribute) == old:
                one.set(attribute, new)
        if (one.tag == f"{_BPMN}process" and one.get("id") == new) or (
            one.tag == f"{_BPMN}participant" and one.get("processRef") == new
        ):
            _name(one, name_zh, name_en)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _name(element: etree._Element, name_zh: str, name_en: str) -> None:
    element.set("name", name_zh)
    path = f"{_BPMN}extensionElements/{_ZEEBE}properties/{_ZEEBE}property[@name='redress:name-en']"
    for one in element.iterfind(path):
        one.set("value", name_en)
