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
