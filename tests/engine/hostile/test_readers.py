"""What else reads hostile files: the import of other engines' diagrams, the automatic drawing, the differences."""

import pytest

from engine import bundles, differ, foreign, layout
from engine.errors import Invalid
from tests.builders import diagram, end, process, start, user

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"


def _wide(count: int) -> bytes:
    """So many tasks between a start and an end, not drawn."""
    body = "".join(
        f'<task id="A{n}"/><sequenceFlow id="a{n}" sourceRef="S" targetRef="A{n}"/>'
        f'<sequenceFlow id="b{n}" sourceRef="A{n}" targetRef="E"/>'
        for n in range(count)
    )
    inside = f'<process id="P"><startEvent id="S"/><endEvent id="E"/>{body}</process>'
    return f'<definitions xmlns="{BPMN}">{inside}</definitions>'.encode()


def _conditional(condition: str) -> bytes:
    """A flow with a condition in Python."""
    flow = f'<sequenceFlow id="f"><conditionExpression>{condition}</conditionExpression></sequenceFlow>'
    return f'<definitions xmlns="{BPMN}" xmlns:s="{SPIFF}"><process id="P">{flow}</process></definitions>'.encode()


def test_what_is_too_large_to_be_laid_out_is_refused_with_a_reason() -> None:
    with pytest.raises(Invalid) as refused:
        layout.drawn(_wide(3_000))
    assert refused.value.problems[0]["code"] == "too_large"
    assert refused.value.problems[0]["message_zh"]
    assert b"BPMNShape" in layout.drawn(_wide(300))


@pytest.mark.parametrize(
    "condition", ["a[{[]: 1}]", "a == 0x" + "f" * 4_800, "9" * 4_800, "-" * 4_000 + "a", "(" * 900]
)
def test_python_which_means_nothing_here_is_kept_and_listed(condition: str) -> None:
    content = _conditional(condition)
    made, notes = foreign.translate(content)
    assert made == content
    assert [note.outcome for note in notes] == [foreign.Outcome.UNKNOWN]


@pytest.mark.parametrize("depth", [30, 900, 100_000])
def test_a_form_of_any_depth_can_be_compared(depth: int) -> None:
    deep = b'{"components":[{"key":"k","x":' + b"[" * depth + b"]" * depth + b"}]}"
    assert differ.diff({"f.form": deep}, {"f.form": deep}) == []
    assert differ.diff({}, {"f.form": deep})


def test_what_could_never_be_published_is_not_compared() -> None:
    large = {"p.bpmn": b"<definitions>" + b"<task/>" * (bundles.MOST_DRAWN + 1) + b"</definitions>"}
    for sides in ((large, {}), ({}, large)):
        with pytest.raises(Invalid) as refused:
            differ.diff(*sides)
        assert [problem["code"] for problem in refused.value.problems] == ["too_big"]


def test_places_among_very_many_lanes_are_those_on_the_sheet() -> None:
    lanes = "".join(f'<bpmn:lane id="L{n}"/>' for n in range(2_000))
    shapes = "".join(
        f'<d:BPMNShape bpmnElement="{"A" if n == 0 else f"L{n - 1}"}"><d:Bounds x="{n}" y="0" width="9" height="9"/>'
        "</d:BPMNShape>"
        for n in range(2_001)
    )
    drawn = diagram(process("P", start(), user("A"), end())).decode()
    drawn = drawn.replace('isExecutable="true">', f'isExecutable="true"><bpmn:laneSet>{lanes}</bpmn:laneSet>')
    drawn = drawn.replace("</bpmn:definitions>", f'<d:x xmlns:d="urn:d">{shapes}</d:x></bpmn:definitions>')
    found = differ.elements({"main.bpmn": drawn.encode()})
    assert found["node", "A"].place == (0.0, 0.0)
