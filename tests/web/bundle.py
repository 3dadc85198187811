"""A small complaint process for tests of the door: two user tasks in two departments, forms, a message, a call."""

import json
from typing import Any

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="Definitions_Small"
    targetNamespace="https://redress.example/small" modeler:executionPlatform="Camunda Cloud"
    modeler:executionPlatformVersion="8.8.0">
"""
_PROCESS = """
  <bpmn:process id="Complaint" name="投诉处理" isExecutable="true">
    <bpmn:laneSet id="Lanes">
      <bpmn:lane id="Lane_Service" name="客服部"><bpmn:flowNodeRef>Start</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Task_Accept</bpmn:flowNodeRef><bpmn:flowNodeRef>End</bpmn:flowNodeRef></bpmn:lane>
      <bpmn:lane id="Lane_Quality" name="质检部"><bpmn:flowNodeRef>Task_Inspect</bpmn:flowNodeRef></bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="Start"><bpmn:outgoing>F1</bpmn:outgoing></bpmn:startEvent>
    <bpmn:userTask id="Task_Accept" name="受理">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition formId="accept" />
        <zeebe:taskSchedule dueDate="=now() + duration(&#34;P2D&#34;)" />
      </bpmn:extensionElements>
      <bpmn:incoming>F1</bpmn:incoming><bpmn:outgoing>F2</bpmn:outgoing></bpmn:userTask>
    <bpmn:userTask id="Task_Inspect" name="检测">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:formDefinition formId="inspect" />
      </bpmn:extensionElements>
      <bpmn:incoming>F2</bpmn:incoming><bpmn:outgoing>F3</bpmn:outgoing></bpmn:userTask>
    <bpmn:endEvent id="End"><bpmn:incoming>F3</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="F1" sourceRef="Start" targetRef="Task_Accept" />
    <bpmn:sequenceFlow id="F2" sourceRef="Task_Accept" targetRef="Task_Inspect" />
    <bpmn:sequenceFlow id="F3" sourceRef="Task_Inspect" targetRef="End" />
  </bpmn:process>
"""
_PICTURE = """
  <bpmndi:BPMNDiagram id="Diagram"><bpmndi:BPMNPlane id="Plane" bpmnElement="Complaint">
    <bpmndi:BPMNShape id="Start_di" bpmnElement="Start"><dc:Bounds x="100" y="100" width="36" height="36" />
    </bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="Accept_di" bpmnElement="Task_Accept"><dc:Bounds x="200" y="80" width="100" height="80" />
    </bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="Inspect_di" bpmnElement="Task_Inspect"><dc:Bounds x="360" y="80" width="100" height="80" />
    </bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="End_di" bpmnElement="End"><dc:Bounds x="520" y="100" width="36" height="36" />
    </bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


def _form(form_id: str, *components: dict[str, Any]) -> bytes:
    schema = {"type": "default", "id": form_id, "schemaVersion": 19, "components": list(components)}
    return json.dumps(schema, ensure_ascii=False).encode()


def files(name: str = "投诉处理") -> dict[str, bytes]:
    """The bundle; another `name` makes it another version."""
    return {
        "bundle.json": json.dumps(
            {"key": "complaint", "name": {"zh": name, "en": "Complaint"}, "process": "Complaint"}
        ).encode(),
        "complaint.bpmn": (_HEAD + _PROCESS + _PICTURE).encode(),
        "accept.form": _form(
            "accept",
            {
                "id": "Field_outcome",
                "type": "select",
                "key": "accept_outcome",
                "label": "受理结果",
                "values": [{"label": "受理", "value": "accepted"}, {"label": "不予受理", "value": "refused"}],
                "validate": {"required": True},
            },
            {"id": "Field_note", "type": "textarea", "key": "note", "label": "备注"},
        ),
        "inspect.form": _form(
            "inspect",
            {"id": "Field_cause", "type": "textfield", "key": "cause", "label": "原因", "validate": {"required": True}},
        ),
    }
