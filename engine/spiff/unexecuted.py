"""What a diagram says and nothing here carries out: each is a finding, so that no meaning is lost in silence."""

from collections import Counter

from lxml import etree

from engine.spiff.model import NODES
from engine.spiff.read_events import File
from engine.spiff.xml import BOOLEANS, ZEEBE, local, nearest_id, nested

_HOLDERS = NODES | {"sequenceFlow", "process", "message", "signal", "error", "escalation", "lane"}
_TIMES = frozenset({"timeDate", "timeDuration", "timeCycle"})
_CONDITIONS = frozenset({"conditionExpression", "condition", "loopCondition", "loopCardinality", "completionCondition"})
_TEXTS = _TIMES | _CONDITIONS | {"flowNodeRef"}
_ONCE = (
    _TIMES,
    frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"}),
    *(frozenset({name}) for name in (*sorted(_CONDITIONS), "extensionElements", "script")),
)
"""Of each set an element has one child at most."""
_BOOLEAN = (
    *("isExecutable", "cancelActivity", "isInterrupting", "triggeredByEvent", "isSequential", "testBefore"),
    *("isForCompensation", "instantiate", "propagateAllParentVariables", "propagateAllChildVariables"),
)
_NO = frozenset({"false", "0"})
_ONLY = {
    "startQuantity": (frozenset({"1"}), "startQuantity 只能是 1", "No startQuantity but 1 is executed here"),
    "completionQuantity": (frozenset({"1"}), "completionQuantity 只能是 1", "No completionQuantity but 1 is executed"),
    "isForCompensation": (_NO, "补偿活动在这里不会执行", "An activity for compensation is not executed here"),
    "instantiate": (_NO, "由它启动流程在这里不会执行", "Starting a process by this element is not executed here"),
    "eventGatewayType": (
        frozenset({"Exclusive"}),
        "并行事件网关在这里不会执行",
        "It is not executed as a parallel gateway",
    ),
}
"""Attribute -> the values which are carried out, and what is said of any other."""
_LOOKED_AT = tuple(sorted({*_BOOLEAN, *_ONLY}))
_NAMES = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
_KNOWN = frozenset(
    {
        *("assignmentDefinition", "calledDecision", "calledElement", "formDefinition", "ioMapping"),
        *("loopCharacteristics", "priorityDefinition", "properties", "script", "subscription", "taskDefinition"),
        *("taskHeaders", "taskSchedule", "userTask", "versionTag"),
    }
)
_CHANGES = frozenset({"executionListeners", "taskListeners", "conditionalFilter"})
"""Extensions of Camunda 8 which change what happens, and do not here."""


def unexecuted(root: etree._Element, file: File) -> None:
    """Look at every BPMN element of a file."""
    for element in root.iter(etree.Element):
        kind = local(element)
        if not kind:
            continue
        here = nearest_id(element, _HOLDERS)
        _attributes(element, here, file)
        _children(element, here, file)
        if kind in _TEXTS and nested(element):
            zh, en = f"{kind} 中不能有其他元素", f"There are elements inside of {kind}, where only text can be"
            file.fault(here, "not_text", zh, en)
        if kind == "extensionElements":
            _extensions(element, here, file)


def _attributes(element: etree._Element, here: str, file: File) -> None:
    for name in _LOOKED_AT:
        value = element.get(name)
        if value is None:
            continue
        if name in _BOOLEAN and value.strip() not in BOOLEANS:
            file.fault(here, "bad_boolean", f"{name} 须为 true 或 false", f"{name} is neither true nor false")
        elif name in _ONLY and value.strip() not in _ONLY[name][0]:
            _, zh, en = _ONLY[name]
            file.fault(here, "not_executed", zh, en)
    called = _NAMES.get(local(element), "")
    if called and element.get(called, "").strip().startswith("="):
        zh, en = f"{called} 中的表达式在这里不会执行", f"An expression as {called} is not executed here"
        file.fault(here, "not_executed", zh, en)


def _children(element: etree._Element, here: str, file: File) -> None:
    if len(element) < 2:
        return
    count = Counter(local(each) for each in element)
    for names in _ONCE:
        if sum(count[name] for name in names) > 1:
            said = " / ".join(sorted(name for name in names if count[name]))
            zh, en = f"{said} 出现多次，只能有一个", f"More than one {said}, and only one can count"
            file.fault(here, "said_twice", zh, en)


def _extensions(holder: etree._Element, here: str, file: File) -> None:
    found = [each for each in holder if isinstance(each.tag, str) and each.tag.startswith(f"{{{ZEEBE}}}")]
    for name, times in Counter(etree.QName(each).localname for each in found).items():
        if name in _CHANGES:
            zh, en = f"zeebe:{name} 在这里不会执行", f"zeebe:{name} is not executed here"
            file.fault(here, "not_executed", zh, en)
        elif name not in _KNOWN:
            zh, en = f"zeebe:{name} 在这里不起作用", f"zeebe:{name} means nothing here"
            file.fault(here, "unknown_extension", zh, en, "warning")
        elif times > 1:
            zh, en = f"zeebe:{name} 出现多次，只能有一个", f"More than one zeebe:{name}, and only one can count"
            file.fault(here, "said_twice", zh, en)
    for each in found:
        _attributes(each, here, file)
        if each.get("bindingType", "").strip() == "versionTag":
            zh, en = "按 versionTag 绑定在这里不会执行", "A binding by versionTag is not executed here"
            file.fault(here, "not_executed", zh, en)
