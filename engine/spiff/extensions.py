"""The `zeebe:` extensions of an element -> fields of its `Node`."""

import re

from lxml import etree

from engine.spiff.model import Loop, Mapping, Node, Work
from engine.spiff.read_events import File
from engine.spiff.xml import ZEEBE, child, children, extension, flag, text_of

_MAXIMUM = re.compile(r"\+?0{0,9}[1-9][0-9]{0,7}")


def properties(element: etree._Element) -> dict[str, str]:
    """`zeebe:properties` as a dict."""
    holder = extension(element, "properties")
    if holder is None:
        return {}
    return {each.get("name", ""): each.get("value", "") for each in children(holder, "property", ZEEBE)}


def names(element: etree._Element, facts: dict[str, str]) -> tuple[str, str]:
    """Chinese and English name: the drawn name, and the property `redress:name-en` (the drawn name where silent)."""
    drawn = " ".join((element.get("name") or "").split())
    return drawn, facts.get("redress:name-en") or drawn


def read_into(element: etree._Element, node: Node) -> None:
    """Fill the fields of `node` which extensions carry."""
    node.properties = properties(element)
    node.name_zh, node.name_en = names(element, node.properties)
    mapping = extension(element, "ioMapping")
    if mapping is not None:
        node.inputs = _mappings(mapping, "input")
        node.outputs = _mappings(mapping, "output")
    definition = extension(element, "taskDefinition")
    if definition is not None:
        node.function = definition.get("type") or ""
        node.retries = definition.get("retries")
    headers = extension(element, "taskHeaders")
    if headers is not None:
        node.headers = {each.get("key", ""): each.get("value", "") for each in children(headers, "header", ZEEBE)}
    script = extension(element, "script")
    if script is not None:
        node.script = script.get("expression") or ""
        node.result = script.get("resultVariable")
    decision = extension(element, "calledDecision")
    if decision is not None:
        node.decision = decision.get("decisionId") or ""
        node.result = decision.get("resultVariable")
    called = extension(element, "calledElement")
    if called is not None:
        node.called = called.get("processId") or ""
        node.pass_all = flag(called, "propagateAllParentVariables", default=True)
        returned = called.get("propagateAllChildVariables")
        node.return_all = None if returned is None else flag(called, "propagateAllChildVariables", default=True)
    node.work = _work(element)


def _mappings(holder: etree._Element, side: str) -> list[Mapping]:
    return [Mapping(each.get("source", ""), each.get("target", "")) for each in children(holder, side, ZEEBE)]


def _work(element: etree._Element) -> Work:
    work = Work()
    form = extension(element, "formDefinition")
    if form is not None:
        work.form_id = form.get("formId") or form.get("externalReference") or form.get("formKey") or ""
    assignment = extension(element, "assignmentDefinition")
    if assignment is not None:
        work.assignee = assignment.get("assignee")
        work.groups = assignment.get("candidateGroups")
        work.users = assignment.get("candidateUsers")
    schedule = extension(element, "taskSchedule")
    if schedule is not None:
        work.due = schedule.get("dueDate")
        work.follow_up = schedule.get("followUpDate")
    priority = extension(element, "priorityDefinition")
    if priority is not None:
        work.priority = priority.get("priority")
    return work


def read_loop(element: etree._Element, node: Node, file: File) -> Loop | None:
    """Multi-instance or standard loop characteristics, BPMN's own fields and the `zeebe:` ones."""
    several = child(element, "multiInstanceLoopCharacteristics")
    if several is not None:
        loop = Loop(sequential=flag(several, "isSequential"))
        loop.cardinality = text_of(child(several, "loopCardinality"))
        loop.completion = text_of(child(several, "completionCondition"))
        facts = extension(several, "loopCharacteristics")
        if facts is not None:
            loop.collection = facts.get("inputCollection")
            loop.element = facts.get("inputElement") or None
            loop.output_collection = facts.get("outputCollection") or None
            loop.output_element = facts.get("outputElement") or None
        return loop
    standard = child(element, "standardLoopCharacteristics")
    if standard is None:
        return None
    return Loop(
        standard=True,
        sequential=True,
        condition=text_of(child(standard, "loopCondition")),
        test_before=flag(standard, "testBefore"),
        maximum=_maximum(standard.get("loopMaximum"), node, file),
    )


def _maximum(given: str | None, node: Node, file: File) -> int | None:
    """How often a loop goes round at most; None where it does not say so in a whole number from 1 on."""
    if given is None:
        return None
    if _MAXIMUM.fullmatch(given.strip()) is None:
        zh, en = (
            f"循环上限 {given} 须为 1 以上的整数",
            f"The loop's maximum {given} is no whole number from 1 on",
        )
        file.fault(node.id, "bad_maximum", zh, en)
        return None
    return int(given)
