"""Reading a diagram: nothing that is drawn gets lost on the way, and truth values are those of XML Schema."""

import pytest

from engine import lint
from engine.findings import Finding
from engine.spiff.model import Node, Process
from engine.spiff.read import read
from tests import builders as b
from tests.engine.spiff.player import Player

NOTES = ("<!-- checked -->", "<?checked by=anna?>")


def drawn(*parts: str) -> Process:
    return read(b.bundle(*parts), "P")[0].processes["P"]


def found(*parts: str) -> set[tuple[str, str, str]]:
    return {(one.element, one.code, one.severity) for one in read(b.bundle(*parts), "P")[1]}


def choice(condition: str) -> str:
    text = b.process(
        "P", b.start(), b.gateway("exclusive", "X"), b.user("A"), b.user("B"), b.end(), *b.path("Start", "X"),
        b.flow("X", "A", "CONDITION"), b.flow("X", "B", default=True), *b.path("A", "End"), *b.path("B", "End"),
    )  # fmt: skip
    return text.replace("CONDITION", condition)


@pytest.mark.parametrize("note", NOTES)
def test_a_note_in_an_expression_does_not_cut_it_off(note: str) -> None:
    text = choice(f"=amount &gt; 0 {note} and legal_ok = true")
    assert drawn(text).flows["X_A"].condition == "=amount > 0  and legal_ok = true"
    player = Player(b.bundle(text), {"amount": 5, "legal_ok": False})
    assert player.open == ["B"]


@pytest.mark.parametrize("note", NOTES)
def test_nor_any_other_text_of_a_diagram(note: str) -> None:
    loop = b.each("=[1, 2]", until="UNTIL")
    text = b.process(
        "P", b.start(), b.catch("C", b.timer("PT1HPT")), b.user("A", body=loop), b.end(), lanes={"L": ["A"]}
    )
    text = text.replace("PT1HPT", f"PT1H{note}30M").replace("UNTIL", f"=a{note} and b").replace("Ref>A", f"Ref>{note}A")
    process = drawn(text)
    event, several = process.nodes["C"].event, process.nodes["A"].loop
    assert event is not None
    assert several is not None
    assert (event.value, several.completion, process.nodes["A"].lane) == ("PT1H30M", "=a and b", "L")


def test_an_element_inside_of_an_expression_is_refused() -> None:
    assert ("X_A", "not_text", "error") in found(choice("=amount &gt; 0 <b>and legal_ok</b>"))


def test_flows_without_ids_are_all_kept_and_named() -> None:
    text = b.process(
        "P", b.start(), b.gateway("parallel", "G"), b.user("A"), b.user("B"), b.end(), b.end("E2"),
        *b.path("Start", "G", "A", "End"), *b.path("G", "B", "E2"),
    )  # fmt: skip
    bare = text.replace('id="G_A" ', "").replace('id="G_B" ', "")
    process = drawn(bare)
    assert sorted(process.flows[flow].target for flow in process.nodes["G"].outgoing) == ["A", "B"]
    faults = [one for one in read(b.bundle(bare), "P")[1] if one.code == "no_id"]
    assert [(one.element, one.severity) for one in faults] == [("G", "error")] * 2
    assert all("G" in one.message_en and "G" in one.message_zh for one in faults)
    assert [one.message_en for one in faults] == ["The flow from G to A has no id", "The flow from G to B has no id"]


def test_every_node_without_an_id_is_a_finding() -> None:
    text = b.process("P", b.start(), b.user("A"), b.script("B", "=1", "x"), b.end())
    said = lint.check(b.bundle(text.replace('id="A" ', "").replace('id="B" ', "")))
    assert {one.message_en for one in said if one.code == "no_id"} >= {
        "An element has no valid id", "There is a scriptTask without an id"
    }  # fmt: skip


def test_of_two_nodes_with_one_id_neither_takes_the_others_place_unseen() -> None:
    text = b.process("P", b.start(), b.user("A"), b.end())
    twice = text.replace("<bpmn:endEvent", '<bpmn:manualTask id="A" name="A"/><bpmn:endEvent')
    assert drawn(twice).nodes["A"].kind == "userTask"
    assert ("A", "duplicate_id", "error") in found(twice)


def interrupting(value: str) -> bool:
    event = b.boundary("B", "A", b.timer("PT1H"))
    event.attributes["cancelActivity"] = value
    parts = (b.start(), b.user("A"), event, b.end(), *b.path("Start", "A", "End"), *b.path("B", "End"))
    return drawn(b.process("P", *parts)).nodes["B"].interrupting


@pytest.mark.parametrize(
    ("written", "meant"),
    [("true", True), ("1", True), (" 1 ", True), ("false", False), ("0", False), ("false ", False)],
)
def test_truth_values_are_those_of_xml_schema(written: str, meant: bool) -> None:
    assert interrupting(written) is meant
    loop = f'<bpmn:multiInstanceLoopCharacteristics isSequential="{written}"/>'
    while_true = f'<bpmn:standardLoopCharacteristics testBefore="{written}" loopMaximum="2"/>'
    handler = b.element("startEvent", "HS", body=b.timer("PT1H"), isInterrupting=written)
    text = b.process(
        "P", b.start(), b.user("A", body=loop), b.user("B", body=while_true),
        b.call("C", "Q", propagateAllParentVariables=written, propagateAllChildVariables=written), b.end(),
        b.subprocess("H", handler, b.end("HE"), triggeredByEvent=written),
    )  # fmt: skip
    process = drawn(text.replace('isExecutable="true"', f'isExecutable="{written}"'))
    node = process.nodes
    assert (process.executable, loop_of(node["A"]).sequential, loop_of(node["B"]).test_before) == (meant,) * 3
    assert (node["C"].pass_all, node["C"].return_all, node["H"].by_event) == (meant,) * 3
    assert node["H"].inner is not None
    assert node["H"].inner.nodes["HS"].interrupting is meant


def loop_of(node: Node):  # type: ignore[no-untyped-def]
    assert node.loop is not None
    return node.loop


def test_what_is_no_truth_value_is_refused() -> None:
    event = b.boundary("B", "A", b.timer("PT1H"))
    event.attributes["cancelActivity"] = "no"
    parts = (b.start(), b.user("A"), event, b.end(), *b.path("Start", "A", "End"), *b.path("B", "End"))
    assert ("B", "bad_boolean", "error") in found(b.process("P", *parts))
    call = b.call("C", "Q", propagateAllParentVariables="yes")
    assert ("C", "bad_boolean", "error") in found(b.process("P", b.start(), call, b.end()))


@pytest.mark.parametrize("maximum", ["0", "-1", "many", "1.5", "", "²", "１"])
def test_a_maximum_of_rounds_is_a_whole_number_from_one_on(maximum: str) -> None:
    loop = f'<bpmn:standardLoopCharacteristics loopMaximum="{maximum}"/>'
    assert ("A", "bad_maximum", "error") in found(b.process("P", b.start(), b.user("A", body=loop), b.end()))


def test_a_maximum_of_rounds_counts() -> None:
    loop = '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
    player = Player(b.bundle(b.process("P", b.start(), b.user("A", body=loop), b.end())))
    assert player.complete("A").complete("A").ended


def two_files(second: str) -> list[Finding]:
    files = b.bundle(b.process("P", b.start(), b.user("A"), b.call("C", "Q"), b.end()))
    return [one for one in read({**files, "other.bpmn": b.diagram(second)}, "P")[1] if one.code != "dangling_flow"]


def test_an_id_is_used_once_in_all_files_of_a_bundle() -> None:
    clean = b.process("Q", b.start("QS"), b.user("QA"), b.end("QE"))
    assert two_files(clean) == []
    [fault] = two_files(clean.replace('id="QA"', 'id="A"'))
    assert (fault.element, fault.code, fault.severity) == ("A", "duplicate_id", "error")
    assert all("main.bpmn" in text and "other.bpmn" in text for text in (fault.message_zh, fault.message_en))
    [fault] = two_files(clean.replace('id="QS_QA"', 'id="Start_A"'))
    assert (fault.element, fault.code) == ("Start_A", "duplicate_id")
