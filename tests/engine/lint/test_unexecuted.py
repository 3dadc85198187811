"""What a diagram says and nothing here carries out is a finding with its element; what we write ourselves is none."""

import pytest

from engine import lint
from engine.findings import Finding
from engine.spiff.read import read
from tests import builders as b

WORK = b.zeebe("taskDefinition", type="x")


def task(extension: str = "", body: str = "", **attributes: str) -> str:
    return b.process("P", b.start(), b.element("userTask", "A", extension, body, **attributes), b.end())


def one(element: b.Element) -> str:
    return b.process("P", b.start(), element, b.end())


TWO_TIMES = b.timer("PT1H").replace("</bpmn:timer", "<bpmn:timeDate>2026-01-01</bpmn:timeDate></bpmn:timer")
SCRIPT = b.zeebe("script", expression="=1", resultVariable="x")
DECISION = b.zeebe("calledDecision", decisionId="d", resultVariable="q")
MESSAGE_WORK = (
    f'<bpmn:messageEventDefinition messageRef="M"><bpmn:extensionElements>{WORK}</bpmn:extensionElements>'
    "</bpmn:messageEventDefinition>"
)
ROUNDS_OVER = "<bpmn:loopDataInputRef>D</bpmn:loopDataInputRef>"
LOOP = "<bpmn:standardLoopCharacteristics loopMaximum='2'/>"
LANES = b.process("P", b.start(), b.user("A"), b.end(), lanes={"Legal": ["A"], "Finance": ["A"]})
CONDITION = "<bpmn:conditionExpression>=true</bpmn:conditionExpression>"
CHOICE = b.process("P", b.start(), b.end(), b.flow("Start", "End", "=false"))

ERRORS: dict[str, tuple[tuple[str, ...], tuple[str, str]]] = {
    "start quantity": ((task(startQuantity="2"),), ("A", "not_executed")),
    "completion quantity": ((task(completionQuantity="0"),), ("A", "not_executed")),
    "activity for compensation": ((task(isForCompensation="true"),), ("A", "not_executed")),
    "activity for compensation, in digits": ((task(isForCompensation="1"),), ("A", "not_executed")),
    "parallel event gateway": (
        (one(b.element("eventBasedGateway", "G", eventGatewayType="Parallel")),), ("G", "not_executed")
    ),
    "gateway which starts": ((one(b.element("eventBasedGateway", "G", instantiate="true")),), ("G", "not_executed")),
    "receive task which starts": ((one(b.element("receiveTask", "R", instantiate="1")),), ("R", "not_executed")),
    "two times": ((one(b.catch("C", TWO_TIMES)),), ("C", "said_twice")),
    "two durations": (
        (one(b.catch("C", TWO_TIMES.replace("timeDate", "timeDuration"))),), ("C", "said_twice")
    ),
    "two conditions": ((CHOICE.replace("</bpmn:seq", f"{CONDITION}</bpmn:seq"),), ("Start_End", "said_twice")),
    "rounds of two kinds": ((task(body=b.each("=[1]") + LOOP),), ("A", "said_twice")),
    "two completion conditions": (
        (task(body=b.each("=[1]", until="=a").replace("</bpmn:multi", "<bpmn:completionCondition/></bpmn:multi")),),
        ("A", "said_twice"),
    ),
    "execution listeners": ((task("<zeebe:executionListeners/>"),), ("A", "not_executed")),
    "task listeners": ((task("<zeebe:taskListeners/>"),), ("A", "not_executed")),
    "two extensionElements": ((task(WORK, "<bpmn:extensionElements/>"),), ("A", "said_twice")),
    "two mappings": ((task(b.mapping({"a": "=1"}) + b.mapping({"b": "=1"})),), ("A", "said_twice")),
    "two assignments": ((task(b.zeebe("assignmentDefinition", assignee="a") * 2),), ("A", "said_twice")),
    "two forms": ((task(b.zeebe("formDefinition", formId="f") * 2),), ("A", "said_twice")),
    "version of a called process": (
        (one(b.call("C", "Q", bindingType="versionTag", versionTag="1")),), ("C", "not_executed")
    ),
    "two lanes": ((LANES,), ("A", "two_lanes")),
    "message named by an expression": ((b.message("M", "=name", "=1"), task()), ("M", "not_executed")),
    "signal named by an expression": ((b.signal("S", "=name"), task()), ("S", "not_executed")),
    "error code by an expression": ((b.error("E", "=code"), task()), ("E", "not_executed")),
    "decision and script": (
        (one(b.element("businessRuleTask", "W", DECISION + SCRIPT)),), ("W", "said_twice")
    ),
    "decision and function": (
        (one(b.element("businessRuleTask", "W", DECISION + WORK)),), ("W", "said_twice")
    ),
    "script and function": ((one(b.element("scriptTask", "W", SCRIPT + WORK)),), ("W", "said_twice")),
    "two scripts": (
        (one(b.element("scriptTask", "W", SCRIPT, "<bpmn:script>x = 1</bpmn:script>")),), ("W", "said_twice")
    ),
    "function of an event and of its message": (
        (b.message("M", "m"), one(b.throw("T", MESSAGE_WORK, extension=WORK))), ("T", "said_twice")
    ),
    "user task with a script": ((task(SCRIPT),), ("A", "not_executed")),
    "user task with a function": ((task(WORK),), ("A", "not_executed")),
    "send task with a script": ((one(b.element("sendTask", "W", SCRIPT)),), ("W", "not_executed")),
    "manual task with a person": (
        (one(b.element("manualTask", "W", b.zeebe("assignmentDefinition", assignee="a"))),), ("W", "not_executed")
    ),
    "subprocess with a function": (
        (one(b.subprocess("W", b.start("S1"), b.end("S2"), extension=WORK)),), ("W", "not_executed")
    ),
    "mapping of a gateway": (
        (one(b.element("exclusiveGateway", "G", b.mapping(outputs={"x": "=1"}))),), ("G", "not_executed")
    ),
    "human performer": ((task(body="<bpmn:humanPerformer/>"),), ("A", "unheard_element")),
    "resource role": ((task(body="<bpmn:resourceRole/>"),), ("A", "unheard_element")),
    "human performer of a process": (
        (task().replace("</bpmn:process>", "<bpmn:humanPerformer/></bpmn:process>"),), ("P", "unheard_element")
    ),
    "misspelt event definition": (
        (b.process("P", b.start(), b.end("E", "<bpmn:terminateEventdefinition/>")),), ("E", "unsupported_element")
    ),
    "abstract event definition": (
        (b.process("P", b.start(), b.end("E", '<bpmn:eventDefinition xsi:type="bpmn:tTerminateEventDefinition"/>')),),
        ("E", "unsupported_element"),
    ),
    "unknown child of a task": ((task(body="<bpmn:hologram/>"),), ("A", "unsupported_element")),
    "script of a user task": ((task(body="<bpmn:script>x</bpmn:script>"),), ("A", "unsupported_element")),
    "condition in Java": (
        (CHOICE.replace("<bpmn:conditionExpression", '<bpmn:conditionExpression language="http://www.java.com/java"'),),
        ("Start_End", "expression_language"),
    ),
    "condition in XPath": (
        (CHOICE.replace("<bpmn:conditionExpression",
                        '<bpmn:conditionExpression language="http://www.w3.org/1999/XPath"'),),
        ("Start_End", "expression_language"),
    ),
    "type which makes another element": ((one(b.element("task", "A", **{"xsi:type": "bpmn:tUserTask"})),),
                                         ("A", "not_executed")),
    "behaviour of a multi-instance": (
        (task(body=b.each("=[1]").replace("<bpmn:multiInstanceLoopCharacteristics",
                                          '<bpmn:multiInstanceLoopCharacteristics behavior="One"')),),
        ("A", "not_executed"),
    ),
    "data of a multi-instance": (
        (task(body=b.each("=[1]").replace("</bpmn:multi", f"{ROUNDS_OVER}</bpmn:multi")),),
        ("A", "unheard_element"),
    ),
    "two called processes": (
        (one(b.element("callActivity", "C", b.zeebe("calledElement", processId="Q"), calledElement="Other")),),
        ("C", "said_twice"),
    ),
    "property twice": (
        (task(b.zeebe("properties", b.zeebe("property", name="a", value="1") * 2)),), ("A", "said_twice")
    ),
    "header twice": (
        (one(b.element("serviceTask", "W", WORK + b.zeebe("taskHeaders", b.zeebe("header", key="a", value="1") * 2))),),
        ("W", "said_twice"),
    ),
    "retries which are no number": (
        (one(b.element("serviceTask", "W", b.zeebe("taskDefinition", type="x", retries="-5x"))),), ("W", "bad_retries")
    ),
    "escalation code by an expression": ((b.escalation("E", "=code"), task()), ("E", "not_executed")),
}  # fmt: skip


def found(*parts: str) -> list[Finding]:
    return lint.check(b.bundle(*parts))


@pytest.mark.parametrize("said", ERRORS)
def test_what_is_not_executed_here_is_refused(said: str) -> None:
    parts, expected = ERRORS[said]
    faults = [each for each in found(*parts) if (each.element, each.code) == expected]
    assert [each.severity for each in faults] == ["error"], found(*parts)
    assert all(text for each in faults for text in (each.message_zh, each.message_en, each.hint_zh, each.hint_en))


def test_an_unknown_extension_is_doubted() -> None:
    [doubt] = [each for each in found(task("<zeebe:hologram/>")) if each.code == "unknown_extension"]
    assert (doubt.element, doubt.severity) == ("A", "warning")


DOUBTS = {
    "header of a gateway": (one(b.element("exclusiveGateway", "G", b.zeebe("taskHeaders"))), "G", "unknown_extension"),
    "form of a start event": (
        b.process("P", b.element("startEvent", "S", b.zeebe("formDefinition", formId="f")), b.end()),
        "S",
        "unknown_extension",
    ),
    "terminate in the extensions": (
        b.process("P", b.start(), b.end("E", extension="<bpmn:terminateEventDefinition/>")), "E", "unknown_extension"
    ),
}  # fmt: skip


@pytest.mark.parametrize("said", DOUBTS)
def test_what_changes_nothing_where_it_stands_is_doubted(said: str) -> None:
    text, element, code = DOUBTS[said]
    assert [each.severity for each in found(text) if (each.element, each.code) == (element, code)] == ["warning"]


@pytest.mark.parametrize(
    ("language", "severities"),
    [("http://www.w3.org/1999/XPath", []), ("http://www.omg.org/spec/DMN/20180521/FEEL/", []), ("java", ["warning"])],
)
def test_the_expression_language_of_a_file_is_doubted_where_it_is_neither_feel_nor_the_default_of_bpmn(
    language: str, severities: list[str]
) -> None:
    files = b.bundle(task())
    files["main.bpmn"] = files["main.bpmn"].replace(
        b'id="Definitions_1"', f'id="Definitions_1" expressionLanguage="{language}"'.encode()
    )
    assert [each.severity for each in lint.check(files) if each.code == "expression_language"] == severities


def test_a_condition_which_says_that_it_is_feel_is_no_finding() -> None:
    text = CHOICE.replace("<bpmn:conditionExpression", '<bpmn:conditionExpression language="FEEL"')
    assert read(b.bundle(text), "P")[1] == []


def test_the_usual_values_and_extensions_are_no_finding() -> None:
    extension = (
        "<zeebe:userTask/><zeebe:versionTag value='1'/>" + b.mapping({"a": "=1"}, {"b": "=1"}) + b.props(role="staff")
        + b.zeebe("priorityDefinition", priority="1") + b.zeebe("taskSchedule", dueDate="=now()")
        + b.zeebe("assignmentDefinition", assignee="a")
    )  # fmt: skip
    text = task(extension, startQuantity="1", completionQuantity="1", isForCompensation="false")
    gateway = b.element("eventBasedGateway", "G", eventGatewayType="Exclusive", instantiate="0")
    assert read(b.bundle(text), "P")[1] == []
    assert read(b.bundle(one(gateway)), "P")[1] == []


def test_an_element_in_a_lane_and_the_lane_around_it_is_in_one_lane() -> None:
    lane = '<bpmn:lane id="L2" name="Inner"><bpmn:flowNodeRef>A</bpmn:flowNodeRef></bpmn:lane>'
    inner = f"<bpmn:childLaneSet>{lane}</bpmn:childLaneSet>"
    text = b.process("P", b.start(), b.user("A"), b.end(), lanes={"Legal": ["Start", "A"]})
    diagram, faults = read(b.bundle(text.replace("</bpmn:lane>", f"{inner}</bpmn:lane>")), "P")
    assert faults == []
    assert diagram.processes["P"].nodes["A"].lane == "Inner"
