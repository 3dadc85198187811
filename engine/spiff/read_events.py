"""What a file declares beside its processes (messages, signals, errors, escalations), and the events which use it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.findings import Finding
from engine.spiff.model import Event, Node
from engine.spiff.xml import child, extension, local, text_of

DEFINITIONS = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "conditional",
    "terminateEventDefinition": "terminate",
    "cancelEventDefinition": "cancel",
    "compensateEventDefinition": "compensate",
    "linkEventDefinition": "link",
}
"""Tag -> kind of event."""


@dataclass(slots=True)
class File:
    """What one file declares beside its processes, and what was found in it."""

    path: str
    findings: list[Finding]
    messages: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    signals: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    escalations: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def fault(self, element: str, code: str, zh: str, en: str, severity: str = "error") -> None:
        """Write down a finding."""
        self.findings.append(Finding(element, code, severity, zh, en, file=self.path))


def declare(element: etree._Element, file: File) -> None:
    """Remember a declaration by its id."""
    given, name = element.get("id") or "", " ".join((element.get("name") or "").split())
    match local(element):
        case "message":
            subscription = extension(element, "subscription")
            key = None if subscription is None else subscription.get("correlationKey")
            file.messages[given] = (name, key)
        case "signal":
            file.signals[given] = name
        case "error":
            file.errors[given] = element.get("errorCode") or ""
        case "escalation":
            file.escalations[given] = element.get("escalationCode") or ""


def read_event(element: etree._Element, node: Node, file: File) -> Event:
    """The event definition of an event; kind `none` where it has none, `multiple` for several."""
    found = [(DEFINITIONS[local(each)], each) for each in element if local(each) in DEFINITIONS]
    if child(element, "eventDefinitionRef") is not None:
        zh, en = "不支持共享的事件定义", "Shared event definitions are not supported"
        file.fault(node.id, "unsupported_element", zh, en)
    if not found:
        return Event()
    if len(found) > 1:
        return Event(kind="multiple")
    kind, definition = found[0]
    event = Event(kind=kind)
    match kind:
        case "timer":
            _timer(event, definition)
        case "message":
            message_of(event, node, definition.get("messageRef"), file)
            if node.function is None:
                work = extension(definition, "taskDefinition")
                node.function = None if work is None else work.get("type") or ""
        case "signal":
            event.name = _reference(definition.get("signalRef"), file.signals, node, file)
        case "error":
            event.code = _code(definition.get("errorRef"), file.errors, node, file)
        case "escalation":
            event.code = _code(definition.get("escalationRef"), file.escalations, node, file)
        case "conditional":
            event.condition = text_of(child(definition, "condition")) or ""
        case "link":
            event.name = definition.get("name") or element.get("name") or ""
    return event


def _timer(event: Event, definition: etree._Element) -> None:
    for tag, timer in (("timeDate", "date"), ("timeDuration", "duration"), ("timeCycle", "cycle")):
        value = text_of(child(definition, tag))
        if value is not None:
            event.timer, event.value = timer, value


def message_of(event: Event, node: Node, reference: str | None, file: File) -> None:
    """Fill in name and correlation key of the message referred to."""
    if reference is None:
        return
    if reference not in file.messages:
        file.fault(node.id, "unknown_reference", f"{reference} 不存在", f"{reference} does not exist")
        return
    event.name, event.correlation = file.messages[reference]


def _reference(reference: str | None, known: Mapping[str, str], node: Node, file: File) -> str:
    if reference is not None and reference not in known:
        file.fault(node.id, "unknown_reference", f"{reference} 不存在", f"{reference} does not exist")
    return known.get(reference or "", "")


def _code(reference: str | None, known: Mapping[str, str], node: Node, file: File) -> str:
    code = _reference(reference, known, node, file)
    if reference in known and not code:
        file.fault(node.id, "no_code", f"{reference} 没有代码", f"{reference} has no code")
    return code
