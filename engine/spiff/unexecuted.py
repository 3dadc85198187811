"""What a diagram says and nothing here carries out: each is a finding, so that no meaning is lost in silence."""

import re
from collections import Counter

from lxml import etree

from engine.spiff.holders import ANYWHERE, HOLDERS, WORK, counts, is_harmless
from engine.spiff.model import NODES
from engine.spiff.read_events import File
from engine.spiff.xml import BOOLEANS, XSI, ZEEBE, children, extension, local, nearest_id, nested

_HOLDERS = NODES | {"sequenceFlow", "process", "message", "signal", "error", "escalation", "lane"}
_TIMES = frozenset({"timeDate", "timeDuration", "timeCycle"})
_CONDITIONS = frozenset({"conditionExpression", "condition", "loopCondition", "loopCardinality", "completionCondition"})
_TEXTS = _TIMES | _CONDITIONS | {"flowNodeRef"}
_LOOPS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
_OF_LOOPS = frozenset({"documentation", "extensionElements", "loopCardinality", "completionCondition", "loopCondition"})
_ONCE = (
    _TIMES,
    _LOOPS,
    *(frozenset({name}) for name in (*sorted(_CONDITIONS), "extensionElements", "script")),
)
"""Of each set an element has one child at most."""
_BOOLEAN = (
    *("isExecutable", "cancelActivity", "isInterrupting", "triggeredByEvent", "isSequential", "testBefore"),
    *("isForCompensation", "instantiate", "propagateAllParentVariables", "propagateAllChildVariables"),
)
_NO = frozenset({"false", "0"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_ONLY = {
    "startQuantity": (frozenset({"1"}), "startQuantity 只能是 1", "No startQuantity but 1 is executed here"),
    "completionQuantity": (frozenset({"1"}), "completionQuantity 只能是 1", "No completionQuantity but 1 is executed"),
    "isForCompensation": (_NO, "补偿活动在这里不会执行", "An activity for compensation is not executed here"),
    "instantiate": (_NO, "由它启动流程在这里不会执行", "Starting a process by this element is not executed here"),
    "behavior": (
        frozenset({"All"}),
        "多实例的 behavior 只能是 All",
        "No behavior but All of a multi-instance is executed",
    ),
    "eventGatewayType": (
        frozenset({"Exclusive"}),
        "并行事件网关在这里不会执行",
        "It is not executed as a parallel gateway",
    ),
}
"""Attribute -> the values which are carried out, and what is said of any other."""
_LOOKED_AT = tuple(sorted({*_BOOLEAN, *_ONLY}))
_NAMES = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
_NAMED = {"properties": ("property", "name"), "taskHeaders": ("header", "key")}
"""Extension -> its lines and the attribute which names each."""
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
        if kind in _LOOPS:
            _loop(element, here, file)
        _language(element, kind, here, file)
        _type(element, kind, here, file)


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


def _loop(element: etree._Element, here: str, file: File) -> None:
    """What a multi-instance says of data beside its `zeebe:loopCharacteristics` is not read."""
    for each in (each for each in element if local(each) and local(each) not in _OF_LOOPS):
        zh, en = (
            f"{local(each)} 不会执行，请改用 zeebe: 扩展",
            f"{local(each)} is not executed; use the zeebe: extensions",
        )
        file.fault(here, "unheard_element", zh, en)


def _language(element: etree._Element, kind: str, here: str, file: File) -> None:
    """Expressions are FEEL. XPath, which the standard takes where a file is silent (BPMN 2.0, 8.1.1), is what modellers
    write of themselves for a whole file, and nobody means it."""
    if kind == "definitions":
        language = element.get("expressionLanguage", "").lower()
        if language and "feel" not in language and "xpath" not in language:
            zh = f"文件声明的表达式语言 {element.get('expressionLanguage')} 在这里不起作用，表达式一律按 FEEL 执行"
            en = f"The file's expression language {element.get('expressionLanguage')} means nothing here: all is FEEL"
            file.fault(here, "expression_language", zh, en, "warning")
    elif kind in _TIMES | _CONDITIONS:
        language = element.get("language", "").strip()
        if language and "feel" not in language.lower():
            zh = f"{kind} 的语言是 {language}，这里只执行 FEEL"
            en = f"The language of this {kind} is {language}, and FEEL alone is executed here"
            file.fault(here, "expression_language", zh, en)


def _type(element: etree._Element, kind: str, here: str, file: File) -> None:
    """An element is what its tag says; `xsi:type` would make another one of it."""
    given = element.get(f"{{{XSI}}}type", "").rpartition(":")[2].strip()
    if kind in NODES and given and given.lower() != f"t{kind}".lower():
        zh = f"{kind} 的 xsi:type={given} 在这里不会执行"
        en = f"The xsi:type={given} of a {kind} is not executed here"
        file.fault(here, "not_executed", zh, en)


def _extensions(holder: etree._Element, here: str, file: File) -> None:
    around = holder.getparent()
    kind = "" if around is None else local(around)
    found = [each for each in holder if isinstance(each.tag, str) and each.tag.startswith(f"{{{ZEEBE}}}")]
    for name, times in Counter(etree.QName(each).localname for each in found).items():
        if name in _CHANGES:
            zh, en = f"zeebe:{name} 在这里不会执行", f"zeebe:{name} is not executed here"
            file.fault(here, "not_executed", zh, en)
        elif name not in HOLDERS and name not in ANYWHERE:
            zh, en = f"zeebe:{name} 在这里不起作用", f"zeebe:{name} means nothing here"
            file.fault(here, "unknown_extension", zh, en, "warning")
        elif times > 1:
            zh, en = f"zeebe:{name} 出现多次，只能有一个", f"More than one zeebe:{name}, and only one can count"
            file.fault(here, "said_twice", zh, en)
        elif not counts(name, kind):
            severity = "warning" if is_harmless(name, kind) else "error"
            zh, en = f"zeebe:{name} 在 {kind} 上不起作用", f"zeebe:{name} means nothing on a {kind}"
            file.fault(here, "unknown_extension" if severity == "warning" else "not_executed", zh, en, severity)
    _work(found, around, here, file)
    for each in (each for each in holder if local(each)):
        zh = f"extensionElements 中的 {local(each)} 不会执行"
        en = f"A {local(each)} in extensionElements is not executed"
        file.fault(here, "unknown_extension", zh, en, "warning")
    for each in found:
        _attributes(each, here, file)
        _lines(each, here, file)
        if each.get("bindingType", "").strip() == "versionTag":
            zh, en = "按 versionTag 绑定在这里不会执行", "A binding by versionTag is not executed here"
            file.fault(here, "not_executed", zh, en)


def _work(found: list[etree._Element], around: etree._Element | None, here: str, file: File) -> None:
    """An element does one thing: of two, or of one on an event and one on its message, one would be dropped."""
    said = {f"zeebe:{name}" for each in found if (name := etree.QName(each).localname) in WORK}
    if around is not None and local(around) == "messageEventDefinition":
        event = around.getparent()
        if said and event is not None and extension(event, "taskDefinition") is not None:
            said = {"taskDefinition", "messageEventDefinition/taskDefinition"}
    if len(said) > 1:
        both = " / ".join(sorted(said))
        zh, en = f"一个元素只能做一件事，这里有 {both}", f"An element does one thing, and here are {both}"
        file.fault(here, "said_twice", zh, en)


def _lines(given: etree._Element, here: str, file: File) -> None:
    """No property or header twice; retries are a number."""
    line, name = _NAMED.get(etree.QName(given).localname, ("", ""))
    if line:
        count = Counter(each.get(name, "") for each in children(given, line, ZEEBE))
        for twice in sorted(each for each, times in count.items() if times > 1):
            zh, en = f"zeebe:{line} {twice} 出现多次", f"More than one zeebe:{line} {twice}, and only one can count"
            file.fault(here, "said_twice", zh, en)
    retries = given.get("retries")
    if retries is not None and not retries.startswith("=") and _NUMBER.fullmatch(retries.strip()) is None:
        zh, en = f"重试次数 {retries} 不是整数", f"The retries {retries} are no whole number"
        file.fault(here, "bad_retries", zh, en)
