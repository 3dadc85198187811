"""JSON -> components, with everything wrong collected as findings: `load` refuses on errors, `lint` shows all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from engine.feel import FeelError
from engine.feel.effort import Effort
from engine.findings import Finding
from engine.forms import cycles, read_rules, structure
from engine.forms.conditions import Formula, formula, is_expression
from engine.forms.findings import finding
from engine.forms.instances import MAX_ROWS
from engine.forms.schema import CHOICES, CONTAINERS, KEYED, LAYOUT, Component, Kind, Option, Path, Rules

MAX_BYTES = 1_000_000
_MAX_DEPTH = 20
_MAX_COMPONENTS = 2_000
_MAX_OPTIONS = 5_000
_SCHEMA_VERSION = 20
_KEY = re.compile(r"\w{1,100}(\.\w{1,100}){0,9}\Z")
FORBIDDEN = frozenset({"__proto__", "constructor", "prototype"})


class Reader:
    """Collects findings while the tree is built."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.count = 0
        self.ids: set[str] = set()
        self.effort = Effort()
        self.full = False

    def add(self, element: str, code: str, severity: str = "error", **facts: str) -> None:
        """Note a finding."""
        if len(self.findings) < 500:
            self.findings.append(finding(element, code, severity, **facts))

    def too_much(self, text: str, cost: int = 1) -> bool:
        """Whether the form has more to compile than it may have, this text included; then it is a finding, once.

        text: "" for something else which costs.
        """
        if not self.effort.spend(text, cost=cost) and not self.full:
            self.full = True
            self.add("", "too-much-feel")
        if text:
            self.effort.compiled(text)
        return self.full

    def formula(self, element: str, name: str, value: object) -> Formula | None:
        """The formula of a property which must be FEEL."""
        if not is_expression(value):
            self.add(element, "not-feel", found=name)
            return None
        if self.too_much(str(value)):
            return None
        try:
            return formula(str(value))
        except FeelError as error:
            self.add(
                element,
                "bad-feel",
                found=name,
                reason_zh=getattr(error, "message_zh", str(error)),
                reason_en=str(error),
            )
            return None


class Reading(NamedTuple):
    """What was read: the root (a group without a path), the form's id, the schema as parsed JSON, and the findings.

    With a finding of severity `error` the rest is not to be used.
    """

    root: Component
    form_id: str
    document: Mapping[str, Any]
    findings: list[Finding]


def read(schema: bytes | str | Mapping[str, Any]) -> Reading:
    """Read a schema; whatever is wrong with it is a finding."""
    reader = Reader()
    document = _document(schema, reader)
    form_id = _written(document.get("id"))
    version = document.get("schemaVersion")
    if isinstance(version, int) and version > _SCHEMA_VERSION:
        reader.add(form_id, "schema-version", "warning", found=str(version))
    components = _components(document.get("components"), reader, form_id, 0)
    root = Component(Kind.GROUP, form_id, "", components=components)
    structure.check(root, reader)
    cycles.check(root, reader)
    return Reading(root, form_id, document, reader.findings)


def _document(schema: bytes | str | Mapping[str, Any], reader: Reader) -> Mapping[str, Any]:
    if isinstance(schema, (bytes, str)):
        if len(schema) > MAX_BYTES:
            reader.add("", "too-large")
            return {}
        try:
            schema = orjson.loads(schema)
        except ValueError:
            reader.add("", "not-json")
            return {}
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), (list, tuple)):
        reader.add("", "not-a-form")
        return {}
    if schema.get("type") not in ("default", None):
        reader.add("", "not-a-form")
        return {}
    return schema


def _components(raw: object, reader: Reader, parent: str, depth: int) -> tuple[Component, ...]:
    if not isinstance(raw, (list, tuple)):
        return ()
    if depth > _MAX_DEPTH:
        reader.add(parent, "too-deep")
        return ()
    found: list[Component] = []
    for part in raw:
        reader.count += 1
        if reader.count > _MAX_COMPONENTS:
            if reader.count == _MAX_COMPONENTS + 1:
                reader.add(parent, "too-many")
            return tuple(found)
        component = _component(part, reader, parent, depth)
        if component is not None:
            found.append(component)
    return tuple(found)


def _component(raw: object, reader: Reader, parent: str, depth: int) -> Component | None:
    if not isinstance(raw, Mapping):
        reader.add(parent, "not-a-component")
        return None
    element = next(filter(None, (_written(raw.get(name)) for name in ("id", "key", "type"))), "")
    if raw.get("id"):
        if element in reader.ids:
            reader.add(element, "duplicate-id", found=element)
        reader.ids.add(element)
    try:
        kind = Kind(_written(raw.get("type")))
    except ValueError:
        reader.add(element, "unknown-component", found=_written(raw.get("type")))
        return None
    if kind in LAYOUT:
        reader.add(element, "layout-component", "warning", found=kind)
    path = _path(raw, kind, reader, element)
    conditional = raw.get("conditional")
    hide = conditional.get("hide") if isinstance(conditional, Mapping) else None
    options, options_key, options_formula = _options(raw, kind, reader, element)
    component = Component(
        kind=kind,
        id=element,
        label=_label(raw),
        path=path,
        rules=read_rules.rules(raw, kind, reader, element) if kind in KEYED else Rules(),
        hide=_hide(hide, reader, element),
        readonly=_flag(raw, "readonly", reader, element),
        disabled=_flag(raw, "disabled", reader, element),
        default=raw.get("defaultValue"),
        options=options,
        options_key=options_key,
        options_formula=options_formula,
        formula=_computed(raw, kind, reader, element),
        repeats=kind is Kind.DYNAMICLIST and read_rules.truthy(raw.get("isRepeating", True)),
        fixed=not read_rules.truthy(raw.get("allowAddRemove", True)),
        opening_rows=_opening_rows(raw, reader, element),
        components=_components(raw.get("components"), reader, element, depth + 1) if kind in CONTAINERS else (),
        settings={name: raw[name] for name in read_rules.SETTINGS if name in raw},
    )
    read_rules.check(component, reader)
    return component


def _path(raw: Mapping[str, Any], kind: Kind, reader: Reader, element: str) -> Path:
    if kind in KEYED:
        text, code = raw.get("key"), "bad-key"
        if not text:
            reader.add(element, "no-key")
            return ()
    elif kind in CONTAINERS:
        text, code = raw.get("path"), "bad-path"
        if not text:
            if kind is Kind.DYNAMICLIST:
                reader.add(element, "no-path")
            return ()
    else:
        return ()
    if not isinstance(text, str) or not _KEY.match(text) or FORBIDDEN & set(text.split(".")):
        reader.add(element, code, found=_written(text))
        return ()
    return tuple(text.split("."))


def _label(raw: Mapping[str, Any]) -> str:
    for name in ("label", "dateLabel", "timeLabel", "key"):
        value = raw.get(name)
        if isinstance(value, str) and value.strip() and not is_expression(value):
            return value.strip()[:200]
    return _written(raw.get("key")) or _written(raw.get("id"))


def _written(value: object) -> str:
    """A name as it is shown, whatever stands in its place; empty for what is no name."""
    if isinstance(value, int) and abs(value) < 10**18:
        return str(value)
    return value[:100] if isinstance(value, str) else ""


def _opening_rows(raw: Mapping[str, Any], reader: Reader, element: str) -> int:
    rows = raw.get("defaultRepetitions", 1)
    if isinstance(rows, bool) or not isinstance(rows, int) or not 0 <= rows <= MAX_ROWS:
        reader.add(element, "bad-property", found="defaultRepetitions")
        return 1
    return rows


def _hide(value: object, reader: Reader, element: str) -> Formula | None:
    if value in (None, "", False):
        return None
    return reader.formula(element, "conditional.hide", value)


def _flag(raw: Mapping[str, Any], name: str, reader: Reader, element: str) -> bool | Formula:
    value = raw.get(name, False)
    if is_expression(value):
        return reader.formula(element, name, value) or True
    if value in (None, "", False):
        return False
    if value is not True:
        reader.add(element, "bad-property", found=name)
    return True


def _computed(raw: Mapping[str, Any], kind: Kind, reader: Reader, element: str) -> Formula | None:
    if kind is not Kind.EXPRESSION:
        return None
    if not raw.get("expression"):
        reader.add(element, "no-expression")
        return None
    return reader.formula(element, "expression", raw["expression"])


def _options(
    raw: Mapping[str, Any], kind: Kind, reader: Reader, element: str
) -> tuple[tuple[Option, ...] | None, str, Formula | None]:
    if kind not in CHOICES:
        return None, "", None
    sources = [name for name in ("values", "valuesKey", "valuesExpression") if raw.get(name)]
    if not sources:
        reader.add(element, "no-options")
        return (), "", None
    if len(sources) > 1:
        reader.add(element, "two-option-sources", "warning")
    if raw.get("valuesKey"):
        if not isinstance(raw["valuesKey"], str):
            reader.add(element, "bad-property", found="valuesKey")
        return None, str(raw["valuesKey"])[:200], None
    if raw.get("values"):
        values = raw["values"]
        if not isinstance(values, (list, tuple)):
            reader.add(element, "bad-property", found="values")
            return (), "", None
        return read_rules.static_options(list(values)[:_MAX_OPTIONS], reader, element), "", None
    return None, "", reader.formula(element, "valuesExpression", raw["valuesExpression"])
