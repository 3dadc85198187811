"""Walks a diagram and moves what other engines' extensions say into ours, element by element."""

from collections.abc import Callable, Iterator

from lxml import etree

from engine.foreign import expressions
from engine.foreign.notes import Note, Outcome
from engine.spiff.xml import BPMN, ZEEBE, child, extension, local, nearest_id, nested, text_of
from engine.xml import parse

SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
VENDORS = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://flowable.org/bpmn": "flowable",
    "http://activiti.org/bpmn": "activiti",
    SPIFF: "spiffworkflow",
}
HARMLESS = frozenset(
    {
        "asyncBefore", "asyncAfter", "async", "exclusive", "jobPriority", "historyTimeToLive", "versionTag",
        "isStartableInTasklist", "candidateStarterUsers", "candidateStarterGroups", "modelerTemplate",
        "modelerTemplateVersion", "initiator", "diagramRelationId", "variableName",
    }
)  # fmt: skip
"""Attributes which tune another engine and change nothing about the order of work or who does it."""

_WRITTEN = frozenset(
    {"conditionExpression", "timeDuration", "timeDate", "timeCycle", "completionCondition", "loopCardinality"}
)
"""Elements of BPMN whose text is an expression."""

# attribute of a user task -> (our extension, its attribute)
_WORK = {
    "assignee": ("assignmentDefinition", "assignee"),
    "candidateGroups": ("assignmentDefinition", "candidateGroups"),
    "candidateUsers": ("assignmentDefinition", "candidateUsers"),
    "dueDate": ("taskSchedule", "dueDate"),
    "followUpDate": ("taskSchedule", "followUpDate"),
    "priority": ("priorityDefinition", "priority"),
    "formKey": ("formDefinition", "formId"),
    "formRef": ("formDefinition", "formId"),
}


def translate(content: bytes) -> tuple[bytes, list[Note]]:
    """The file in our dialect and a note for each foreign part, in file order; without any it comes back unchanged.

    Raises Invalid for what is no readable XML (see `engine.xml.parse`).
    """
    root = parse(content)
    notes: list[Note] = []
    spiff = any(uri == SPIFF for _, (_, uri) in etree.iterwalk(root, events=("start-ns",)))
    for element in list(root.iter(etree.Element)):
        if local(element):
            notes += _attributes(element)
            notes += _expressions(element, spiff=spiff)
        elif _vendor(element.tag) and _vendor(getattr(element.getparent(), "tag", "")) is None:
            notes += _extension(element)
    if not any(note.outcome == Outcome.TRANSLATED for note in notes):
        return content, notes
    etree.cleanup_namespaces(root, top_nsmap={"zeebe": ZEEBE}, keep_ns_prefixes=list(filter(None, root.nsmap)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8"), notes


def _vendor(tag: object) -> str | None:
    uri, brace, _ = str(tag).removeprefix("{").partition("}")
    return VENDORS.get(uri) if brace else None


def _attributes(element: etree._Element) -> Iterator[Note]:
    for raw, value in list(element.attrib.items()):
        vendor = _vendor(raw)
        if vendor is None:
            continue
        name = str(raw).rpartition("}")[2]
        moved = _moved(element, name, str(value))
        if moved is not None:
            del element.attrib[raw]
            yield _note(element, Outcome.TRANSLATED, f"{vendor}:{name}", str(value), moved)
        else:
            outcome = Outcome.KEPT if name in HARMLESS else Outcome.UNKNOWN
            yield _note(element, outcome, f"{vendor}:{name}", str(value))


def _moved(element: etree._Element, name: str, value: str) -> str | None:
    """What the attribute became in our dialect; None where it has no clear meaning here."""
    kind = local(element)
    text = expressions.juel(value)
    if text is None:
        return None
    if kind in {"userTask", "startEvent"} and name in _WORK:
        tag, attribute = _WORK[name]
        if tag == "formDefinition":
            text = text.removeprefix("camunda-forms:").rpartition(":")[2].removesuffix(".form")
        return _put(element, tag, attribute, text)
    if kind in {"serviceTask", "sendTask", "messageEventDefinition"} and name == "topic":
        return _put(element, "taskDefinition", "type", text)
    if kind in {"serviceTask", "sendTask"} and name == "type" and text == "external":
        return text
    if kind == "businessRuleTask" and name in {"decisionRef", "resultVariable"}:
        return _put(element, "calledDecision", {"decisionRef": "decisionId"}.get(name, name), text)
    if kind == "businessRuleTask" and name in {"mapDecisionResult", "decisionRefBinding"}:
        return text
    if kind == "multiInstanceLoopCharacteristics" and name in {"collection", "elementVariable"}:
        if name == "collection":
            return _put(element, "loopCharacteristics", "inputCollection", text if text[0] == "=" else f"={text}")
        return _put(element, "loopCharacteristics", "inputElement", text)
    return None


def _expressions(element: etree._Element, *, spiff: bool) -> Iterator[Note]:
    """Conditions, timers and attributes of plain BPMN which hold an expression of another language.

    spiff: whether the file speaks of SpiffWorkflow, whose expressions are Python.
    """
    kind = local(element)
    text = (text_of(element) or "") if kind in _WRITTEN else ""
    if kind == "conditionExpression" and text and not text.startswith("="):
        yield from _text(element, text, expressions.python if spiff else expressions.condition)
    elif kind in {"timeDuration", "timeDate", "timeCycle"} and text and not text.startswith("="):
        if spiff:
            yield from _text(element, text, expressions.python_timer)
        elif "${" in text or "#{" in text:
            yield from _text(element, text, expressions.condition)
    elif kind in {"completionCondition", "loopCardinality"} and ("${" in text or "#{" in text):
        yield from _text(element, text, expressions.completion)
    elif kind == "callActivity" and element.get("calledElement") and extension(element, "calledElement") is None:
        called = expressions.juel(element.get("calledElement", ""))
        if called is None:
            yield _note(element, Outcome.UNKNOWN, "calledElement", element.get("calledElement", ""))
        else:
            yield _note(element, Outcome.TRANSLATED, "calledElement", element.get("calledElement", ""), called)
            _put(element, "calledElement", "processId", called)
    elif kind == "scriptTask":
        yield from _script(element)


def _text(element: etree._Element, text: str, by: Callable[[str], str | None]) -> Iterator[Note]:
    translated = None if nested(element) else by(text)
    if translated is None:
        yield _note(element, Outcome.UNKNOWN, local(element), text)
    elif translated != text:
        element.text = translated
        for comment in element:
            comment.tail = None
        yield _note(element, Outcome.TRANSLATED, local(element), text, translated)


def _script(element: etree._Element) -> Iterator[Note]:
    """`name = expression` in Python becomes a FEEL script with that result; other scripts need a person."""
    script = child(element, "script")
    text = text_of(script)
    if script is None or text is None:
        return
    name, equals, right = (part.strip() for part in text.partition("="))
    translated = expressions.python(right) if equals and name.isidentifier() and not right.startswith("=") else None
    if translated is None or nested(script):
        yield _note(element, Outcome.UNKNOWN, "script", text)
        return
    _put(element, "script", "expression", translated)
    _put(element, "script", "resultVariable", name)
    element.remove(script)
    yield _note(element, Outcome.TRANSLATED, "script", text, f"{name} := {translated}")


def _extension(element: etree._Element) -> Iterator[Note]:
    """An element of another vendor below `extensionElements` (the outermost one)."""
    holder = element.getparent()
    owner = holder.getparent() if holder is not None and local(holder) == "extensionElements" else holder
    if holder is None or owner is None:
        return
    vendor, name = _vendor(element.tag) or "", str(element.tag).rpartition("}")[2]
    old = " ".join((text_of(element) or "").split())[:200]
    if not old:  # a listener: event, class
        old = " ".join(f'{key}="{element.get(key)}"' for key in map(str, element.attrib))[:200]
        old = " ".join(f'{key}="{element.get(key)}"' for key in map(str, element.attrib))[:200]
    if name == "inputOutput":
        yield from _input_output(element, owner, vendor)
    elif name in {"in", "out"} and local(owner) == "callActivity":
        yield from _in_out(element, owner, vendor, name)
    elif name == "calledDecisionId" and (text := text_of(element)) and not nested(element):
        _put(owner, "calledDecision", "decisionId", text)
        holder.remove(element)
        yield _note(owner, Outcome.TRANSLATED, f"{vendor}:{name}", old, text)
    else:
        outcome = Outcome.KEPT if name in {"properties", "property"} else Outcome.UNKNOWN
        yield _note(owner, outcome, f"{vendor}:{name}", old)


def _input_output(element: etree._Element, owner: etree._Element, vendor: str) -> Iterator[Note]:
    for each in list(element.iterchildren(etree.Element)):
        side = {"inputParameter": "input", "outputParameter": "output"}.get(str(each.tag).rpartition("}")[2])
        text, name = text_of(each) or "", each.get("name", "")
        translated = expressions.juel(text) if side and not nested(each) and text else None
        if side is None or translated is None:
            yield _note(owner, Outcome.UNKNOWN, f"{vendor}:inputOutput", f"{name}: {text}")
            continue
        source = translated if translated.startswith("=") else f'="{_escaped(translated)}"'
        _mapping(owner, side, source, name)
        element.remove(each)
        yield _note(owner, Outcome.TRANSLATED, f"{vendor}:{side}Parameter", f"{name}: {text}", source)
    parent = element.getparent()
    if not nested(element) and parent is not None:
        parent.remove(element)


def _in_out(element: etree._Element, owner: etree._Element, vendor: str, name: str) -> Iterator[Note]:
    """`camunda:in` / `camunda:out` of a call activity: one variable, or all of them."""
    source, target = element.get("source") or element.get("sourceExpression") or "", element.get("target", "")
    translated = expressions.juel(source)
    old = f"{source} -> {target}"
    parent = element.getparent()
    if parent is None:
        return
    if element.get("variables") == "all":
        flag = "propagateAllParentVariables" if name == "in" else "propagateAllChildVariables"
        _put(owner, "calledElement", flag, "true")
    elif source and target and translated is not None:
        _mapping(owner, f"{name}put", translated if translated.startswith("=") else f"={translated}", target)
    else:
        yield _note(owner, Outcome.UNKNOWN, f"{vendor}:{name}", old)
        return
    parent.remove(element)
    yield _note(owner, Outcome.TRANSLATED, f"{vendor}:{name}", old, translated or "all")


def _holder(element: etree._Element) -> etree._Element:
    """The element's `extensionElements`, made in its place (after documentation) where it has none."""
    found = child(element, "extensionElements")
    if found is None:
        found = element.makeelement(f"{{{BPMN}}}extensionElements")
        documented = [index for index, each in enumerate(element) if local(each) == "documentation"]
        element.insert(documented[-1] + 1 if documented else 0, found)
    return found


def _put(element: etree._Element, tag: str, attribute: str, value: str) -> str:
    """Set an attribute of the element's `zeebe:` extension `tag`; what is already said in our dialect wins."""
    found = extension(element, tag)
    if found is None:
        found = etree.SubElement(_holder(element), f"{{{ZEEBE}}}{tag}")
    if found.get(attribute) is None:
        found.set(attribute, value)
    return found.get(attribute, "")


def _mapping(element: etree._Element, side: str, source: str, target: str) -> None:
    found = extension(element, "ioMapping")
    if found is None:
        found = etree.SubElement(_holder(element), f"{{{ZEEBE}}}ioMapping")
    etree.SubElement(found, f"{{{ZEEBE}}}{side}", {"source": source, "target": target})


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _note(element: etree._Element, outcome: Outcome, what: str, old: str, new: str = "") -> Note:
    zh, en = {
        Outcome.TRANSLATED: (f"{what} 已转换为 {new}", f"{what} was translated to {new}"),
        Outcome.KEPT: (f"{what} 原样保留，在此不起作用", f"{what} was kept; it means nothing here"),
        Outcome.UNKNOWN: (
            f"{what} 原样保留，含义不明，请人工处理：{old}",
            f"{what} was kept, but a person must decide what should happen here: {old}",
        ),
    }[outcome]
    return Note(nearest_id(element), outcome, what, old, new, zh, en)
