"""What may stand inside of an element: what is read elsewhere, what a token does not need, and what is refused."""

from lxml import etree

from engine.spiff.model import ACTIVITIES, EVENTS, Node
from engine.spiff.read_events import DEFINITIONS, File
from engine.spiff.xml import local

SILENT = frozenset(
    [
        "documentation",
        "extensionElements",
        "laneSet",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "textAnnotation",
        "group",
        "association",
        "incoming",
        "outgoing",
        "ioSpecification",
        "dataInputAssociation",
        "dataOutputAssociation",
        "property",
        "auditing",
        "monitoring",
        "resourceRole",
        "artifact",
        "category",
        "potentialOwner",
        "performer",
        "humanPerformer",
        "script",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
    ]
)
"""Parts which a token does not need; those with a meaning of their own are read where they belong."""

UNHEARD = frozenset(
    {
        *("ioSpecification", "dataInputAssociation", "dataOutputAssociation"),
        *("resourceRole", "performer", "humanPerformer", "potentialOwner"),
    }
)
"""What BPMN says of persons and data, and `zeebe:` extensions say here."""
_INSIDE = frozenset(
    {
        *("documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef", "incoming", "outgoing"),
        *("property", "dataInputAssociation", "dataOutputAssociation"),
    }
)
_OF_ACTIVITIES = frozenset(
    {
        *("ioSpecification", "resourceRole", "performer", "humanPerformer", "potentialOwner"),
        *("multiInstanceLoopCharacteristics", "standardLoopCharacteristics"),
    }
)
_OF_EVENTS = DEFINITIONS.keys() | {"dataInput", "dataOutput", "inputSet", "outputSet", "eventDefinitionRef"}
_OF_ONE = {"scriptTask": "script", "userTask": "rendering", "complexGateway": "activationCondition"}
"""What may stand inside of a node, of an activity, an event, or one kind of node (BPMN 2.0, 10.3 to 10.6)."""


def unheard(element: str, kind: str, file: File) -> None:
    """Refuse what is said in plain BPMN and is not heard here."""
    zh, en = f"{kind} 不会执行，请改用 zeebe: 扩展", f"{kind} is not executed; use the zeebe: extensions"
    file.fault(element, "unheard_element", zh, en)


def look_inside(element: etree._Element, node: Node, file: File) -> None:
    """What is inside of a node is read, or refused: a misspelt event definition would leave another event."""
    known = _INSIDE | {_OF_ONE.get(node.kind, "")}
    known |= _OF_ACTIVITIES if node.kind in ACTIVITIES else _OF_EVENTS if node.kind in EVENTS else frozenset()
    for each in element:
        kind = local(each)
        if kind in UNHEARD:
            unheard(node.id, kind, file)
        elif kind and kind not in known:
            zh, en = f"{node.kind} 中不支持 {kind}", f"A {kind} inside of a {node.kind} is not supported"
            file.fault(node.id, "unsupported_element", zh, en)
