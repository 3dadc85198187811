"""A lane says which department its work goes to: by `redress:department`, else by the name it bears."""

import pytest

from engine.spiff.model import DEPARTMENT
from engine.spiff.read import read

HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="D" targetNamespace="x"><process id="P" isExecutable="true">'
)


def named(code: str) -> str:
    """Extension elements which name a department."""
    return (
        "<extensionElements><zeebe:properties>"
        f'<zeebe:property name="{DEPARTMENT}" value="{code}"/></zeebe:properties></extensionElements>'
    )


def departments(lane: str, *parts: str) -> dict[str, str | None]:
    """Elements of a process with `lane` and `parts` -> their departments."""
    xml = f'{HEAD}<laneSet id="L">{lane}</laneSet>{"".join(parts)}</process></definitions>'
    diagram, findings = read({"p.bpmn": xml.encode()}, "P")
    assert [one for one in findings if one.severity == "error"] == []
    return {node.id: node.properties.get(DEPARTMENT) for _, node in diagram.walk()}


def lane(name: str, *members: str, code: str = "", inner: str = "") -> str:
    """A lane with its members."""
    held = "".join(f"<flowNodeRef>{one}</flowNodeRef>" for one in members)
    inside = f'<childLaneSet id="C_{name}">{inner}</childLaneSet>' if inner else ""
    return f'<lane id="Lane_{name}" name="{name}">{named(code) if code else ""}{held}{inside}</lane>'


def test_work_in_a_lane_goes_to_the_department_of_the_lane() -> None:
    found = departments(lane("x", "A", "S", code="quality"), '<userTask id="A"/>', '<serviceTask id="S"/>')
    assert found == {"A": "quality", "S": None}


def test_what_an_element_says_itself_is_stronger() -> None:
    groups = '<extensionElements><zeebe:assignmentDefinition candidateGroups="sales"/></extensionElements>'
    found = departments(
        lane("x", "A", "B", code="quality"),
        f'<userTask id="A">{named("legal")}</userTask>',
        f'<userTask id="B">{groups}</userTask>',
    )
    assert found == {"A": "legal", "B": None}


@pytest.mark.parametrize(("own", "expected"), [("", "quality"), ("legal", "legal")])
def test_a_lane_inside_another_is_its_department_unless_it_has_one(own: str, expected: str) -> None:
    inner = lane("inner", "A", code=own)
    assert departments(lane("outer", code="quality", inner=inner), '<userTask id="A"/>') == {"A": expected}


def test_a_lane_without_a_department_leaves_it_to_its_name() -> None:
    assert departments(lane("质检部", "A"), '<userTask id="A"/>') == {"A": None}
