"""A bundle as flat facts: element -> field -> text, for nodes, flows, lanes, decision rows, cells and form fields."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from typing import Any

import orjson
from lxml import etree

from engine.dmn import DmnError, load
from engine.dmn.model import Input, Output
from engine.errors import Invalid
from engine.spiff.model import Node, Scope
from engine.spiff.read import read
from engine.xml import parse

_DEEP = 20
"""Levels of a value; of what lies deeper only that it is there is a fact."""
_MOST_PLACES = 1_000_000
"""Shapes times lanes and pools: half a second. Beyond it places are those on the sheet."""
_NOT_FACTS = frozenset({"id", "line", "incoming", "outgoing", "inner", "nodes", "flows"})


@dataclass(slots=True)
class Element:
    """One thing a person can point at.

    sort: `node flow lane decision rule column field file`; id: in the diagram, or unique within its file; where: the
    file; facts: field name -> text as written; place: (x, y) on the diagram, None elsewhere.
    """

    sort: str
    id: str
    where: str
    name_zh: str = ""
    name_en: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    place: tuple[float, float] | None = None


def elements(files: Mapping[str, bytes]) -> dict[tuple[str, str], Element]:
    """All elements of a bundle by (sort, id). Files which cannot be read become one element of sort `file`."""
    found = [*_diagrams(files)]
    for path in sorted(files):
        kind = path.lower().rpartition(".")[2]
        if kind == "dmn":
            found += _decisions(path, files[path])
        elif kind == "form":
            found += _form(path, files[path])
    return {(element.sort, element.id): element for element in found}


def _diagrams(files: Mapping[str, bytes]) -> Iterator[Element]:
    diagram, _ = read(files)
    places = {path: _places(content) for path, content in files.items() if path.lower().endswith(".bpmn")}
    for process in diagram.processes.values():
        at = places.get(process.file, {})
        for lane in process.lanes:
            yield Element("lane", f"{process.id}/{lane}", process.file, lane, lane)
        for scope in process.scopes():
            yield from _flows(scope, process.file)
            for node in scope.nodes.values():
                yield _node(node, process.file, at.get(node.id))


def _node(node: Node, path: str, place: tuple[float, float] | None) -> Element:
    facts = dict(_flat("", {key: getattr(node, key) for key in node.__slots__ if key not in _NOT_FACTS}))
    if facts.get("name_en") == facts.get("name_zh"):
        facts.pop("name_en", None)  # no translation was given: the reader repeats the name
    return Element("node", node.id, path, node.name_zh or node.id, node.name_en or node.name_zh, facts, place)


def _flows(scope: Scope, path: str) -> Iterator[Element]:
    def name(node_id: str, english: bool) -> str:
        node = scope.nodes.get(node_id)
        return (node and ((english and node.name_en) or node.name_zh)) or node_id

    for flow in scope.flows.values():
        ends = [f"{name(flow.source, english)} → {name(flow.target, english)}" for english in (False, True)]
        facts = {"source": flow.source, "target": flow.target, "condition": flow.condition or "", "name": flow.name}
        yield Element("flow", flow.id, path, ends[0], ends[1], facts)


def _flat(prefix: str, value: Any, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Leaves of nested values as (dotted path, text); empty ones are left out, so that absent equals empty."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if depth == _DEEP and isinstance(value, Mapping | list | tuple):
        yield prefix, "…"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{prefix}.{key}" if prefix else str(key), inner, depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flat(f"{prefix}[{index}]", inner, depth + 1)
    elif value not in (None, "", False):
        yield prefix, "true" if value is True else str(value)


def _places(content: bytes) -> dict[str, tuple[float, float]]:
    """Left upper corners of the shapes by element id, seen from the lane (or pool) around.

    What only went along with its lane has not moved.
    """
    try:
        root = parse(content)
    except Invalid:
        return {}
    places: dict[str, tuple[float, float]] = {}
    sizes: dict[str, tuple[float, float]] = {}
    for shape in root.iter("{*}BPMNShape"):
        bounds = shape.find("{*}Bounds")
        if bounds is not None:
            try:
                element = str(shape.get("bpmnElement"))
                sizes[element] = (float(bounds.get("width", "0")), float(bounds.get("height", "0")))
                places[element] = (float(bounds.get("x", "0")), float(bounds.get("y", "0")))
            except ValueError:
                continue
    frames = [places[one] + sizes[one] for one in _frames(root) if one in places]
    if len(frames) * len(places) > _MOST_PLACES:
        return places
    return {element: _seen_from(place, frames) for element, place in places.items()}


def _frames(root: etree._Element) -> list[str]:
    """Ids of lanes and pools."""
    return [str(one.get("id")) for one in root.iter("{*}lane", "{*}participant")]


def _seen_from(place: tuple[float, float], frames: list[tuple[float, float, float, float]]) -> tuple[float, float]:
    x, y = place
    around = [(w * h, left, top) for left, top, w, h in frames if left <= x < left + w and top <= y < top + h]
    _, left, top = min(around, default=(0, 0, 0))
    return x - left, y - top


def _decisions(path: str, content: bytes) -> Iterator[Element]:
    try:
        decisions = load(content).decisions
    except DmnError as error:
        yield Element("file", path, path, path, path, {"error": str(error)})
        return
    for decision in decisions:
        facts = {"requires": ", ".join(decision.requires), "type": decision.result_type, "kind": decision.kind}
        table = decision.table
        if table is not None:
            facts["hit policy"] = decision.hit_policy or ""
            heads = [column.label or column.expression.text for column in table.inputs]
            results = [column.label or column.name for column in table.outputs]
            columns: list[Input | Output] = [*table.inputs, *table.outputs]
            for column, head in zip(columns, heads + results, strict=True):
                name = f"{decision.name} · {head}"
                yield Element("column", column.id, path, name, name, dict(_flat("", asdict(column) | {"id": ""})))
            for rule in table.rules:
                cells = dict(zip(heads, rule.tests, strict=False))
                cells |= dict(zip(results, (output.text for output in rule.outputs), strict=False))
                place = f"{decision.name} · {rule.index + 1}"
                yield Element("rule", rule.id, path, f"{place} 行", f"{place}", cells)
        yield Element("decision", decision.id, path, decision.name, decision.name, facts)


def _form(path: str, content: bytes) -> Iterator[Element]:
    try:
        schema = orjson.loads(content)
    except ValueError as error:
        yield Element("file", path, path, path, path, {"error": str(error)})
        return
    yield from _fields(path, schema, 0)


def _fields(path: str, holder: Any, depth: int) -> Iterator[Element]:
    components = holder.get("components") if isinstance(holder, dict) and depth < 20 else None
    for component in components if isinstance(components, list) else []:
        if not isinstance(component, dict):
            continue
        key = str(component.get("key") or component.get("path") or component.get("id") or "")
        label = str(component.get("label") or key or component.get("type") or "")
        properties = component.get("properties")
        english = properties.get("label-en", label) if isinstance(properties, dict) else label
        kept = {name: value for name, value in component.items() if name not in {"components", "id", "layout"}}
        yield Element("field", f"{path}/{key}", path, label, str(english), dict(_flat("", kept)))
        yield from _fields(path, component, depth + 1)
