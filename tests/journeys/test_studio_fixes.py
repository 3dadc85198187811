"""What the publish gate finds is mended in the studio by a press beside the finding, and every press can be undone."""

import re
from collections.abc import Callable, Mapping

import pytest
from playwright.sync_api import Page, expect

from engine import definitions
from engine.db import transaction
from engine.models import Draft
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk
from workflows import starters

pytestmark = pytest.mark.browser
KEY = "seven-steps"
WRONG = {
    ' type="acknowledge"': ' type="nothing"',
    'isExecutable="true"': 'isExecutable="false"',
    ' default="Flow_Answer_Negotiate"': "",
    'name="质检部"': 'name="某处"',
    '          <zeebe:property name="redress:department" value="quality" />\n': "",
    '<bpmn:serviceTask id="Service_Propose"': '<bpmn:task id="Service_Propose"',
}


def broken() -> dict[str, bytes]:
    """The seven steps with one fault of each kind that owners meet most."""
    files = starters.files(KEY)
    del files["investigate.form"]
    text = files["main.bpmn"].decode()
    for right, wrong in WRONG.items():
        assert right in text
        text = text.replace(right, wrong)
    service = re.search(r'<bpmn:task id="Service_Propose".*?</bpmn:(serviceTask)>', text, re.DOTALL)
    assert service is not None
    text = text[: service.start(1)] + "task" + text[service.end(1) :]
    text = re.sub(r'<zeebe:taskDefinition type="propose_classification"[^>]*>', "", text)
    for flow in ("Flow_Close_Closed",):
        text = re.sub(rf'\s*<bpmn:sequenceFlow id="{flow}"[^>]*/>', "", text)
        text = re.sub(rf'\s*<bpmndi:BPMNEdge id="{flow}_di".*?</bpmndi:BPMNEdge>', "", text)
        text = re.sub(rf"\s*<bpmn:(incoming|outgoing)>{flow}</bpmn:\1>", "", text)
    return {**files, "main.bpmn": text.encode()}


def begin(visit: Callable[..., Visitor], files: Mapping[str, bytes]) -> Desk:
    with transaction() as session:
        definitions.create_draft(session, KEY, files, author="system")
    owner = visit(language="en")
    owner.log_in("owner")
    return Desk(owner, KEY).open()


def line(page: Page, element: str, message: str) -> str:
    """The list's line about an element."""
    return f'[data-problems] li:has(code:text-is("{element}")):has-text("{message}")'


def mend(desk: Desk, element: str, message: str, label: str, value: str | None = None) -> None:
    """Press the button, or choose in the list, beside a finding; the finding is gone afterwards."""
    page = desk.page
    found = page.locator(line(page, element, message))
    if value is None:
        found.get_by_role("button", name=label, exact=True).click()
    else:
        found.get_by_label(label).select_option(value)
    expect(found).to_have_count(0, timeout=30_000)


def saved(key: str = KEY) -> dict[str, str]:
    with transaction() as session:
        return {file.path: file.content.decode() for file in session.get_one(Draft, key).files}


def test_findings_are_mended_by_a_press_and_undone(visit: Callable[..., Visitor]) -> None:
    desk = begin(visit, broken())
    before = desk.findings()
    assert len(before) >= 8, before
    mend(desk, "SevenSteps", "executable", "Mark it as executable")
    mend(desk, "Service_Acknowledge", "function", "Take a function …", "acknowledge")
    mend(desk, "Task_Investigate", "The form", "Make the form investigate")
    mend(desk, "Task_Investigate", "department", "Give it a department …", "quality")
    mend(desk, "Flow_Answer_Negotiate", "default", "Make it the default flow")
    mend(desk, "Service_Close", "no way on", "Lead it to an end event")
    mend(desk, "End_Closed", "No flow leads", "Remove it")
    mend(desk, "Service_Propose", "executable type", "Make it a user task")
    mend(desk, "Service_Propose", "no form", "Take a form …", "complaint-accept")
    mend(desk, "Service_Propose", "no deadline", "Add a time limit …", "contact")
    errors = [text for text in desk.findings() if "cannot" in text]
    assert errors == []
    assert {"investigate.form"} <= set(saved())
    for _ in range(40):
        desk.page.keyboard.press("Control+z")
    desk.save()
    assert desk.findings() == before
    assert set(saved()) == set(broken())
    assert desk.visitor.complaints == []


def test_a_way_around_the_gate_is_taken_away_by_a_press(visit: Callable[..., Visitor]) -> None:
    files = starters.files(KEY)
    text = files["main.bpmn"].decode()
    flow = '<bpmn:sequenceFlow id="Flow_Around" sourceRef="Gateway_Legal" targetRef="Service_SendOffer">'
    condition = "<bpmn:conditionExpression>=amount_offered &lt; 100</bpmn:conditionExpression></bpmn:sequenceFlow>"
    edge = (
        '<bpmndi:BPMNEdge id="Flow_Around_di" bpmnElement="Flow_Around"><di:waypoint x="1650" y="420" />'
        '<di:waypoint x="3470" y="585" /></bpmndi:BPMNEdge>'
    )
    text = text.replace("  </bpmn:process>", f"    {flow}{condition}\n  </bpmn:process>")
    text = text.replace("    </bpmndi:BPMNPlane>", f"      {edge}\n    </bpmndi:BPMNPlane>")
    desk = begin(visit, {**files, "main.bpmn": text.encode()})
    assert any("around legal review" in one for one in desk.findings())
    mend(desk, "Service_SendOffer", "around legal review", "Take away the flow that leads around")
    assert desk.findings() == []
    assert "Flow_Around" not in saved()["main.bpmn"]


def test_what_another_engine_left_is_removed_by_a_press_and_comes_back(visit: Callable[..., Visitor]) -> None:
    files = starters.files(KEY)
    text = files["main.bpmn"].decode()
    text = text.replace("xmlns:bpmn=", 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:bpmn=', 1)
    text = text.replace('<bpmn:process id="SevenSteps"', '<bpmn:process id="SevenSteps" camunda:versionTag="7"', 1)
    text, count = re.subn(
        r'(<bpmn:userTask id="Task_Investigate")([^>]*>.*?<bpmn:extensionElements>)',
        r'\1 camunda:asyncBefore="true"\2<camunda:executionListener class="a.B" event="start" />',
        text,
        flags=re.DOTALL,
    )
    assert count == 1
    desk = begin(visit, {**files, "main.bpmn": text.encode()})
    before = desk.findings()
    assert any("camunda:asyncBefore, camunda:executionListener" in one for one in before)
    mend(desk, "Task_Investigate", "not executed here", "Remove it")
    mend(desk, "SevenSteps", "not executed here", "Remove it")
    assert re.findall(r"camunda:\w+", saved()["main.bpmn"].replace("xmlns:camunda", "")) == []
    assert desk.findings() == []
    for _ in range(3):
        desk.page.keyboard.press("Control+z")
    desk.save()
    assert desk.findings() == before
