"""Files of other engines: what has a clear meaning is moved, the rest stays and is listed, nothing is lost."""

from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from engine.foreign import Note, Outcome, translate
from engine.spiff.read import read

CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
FLOWABLE = 'xmlns:flowable="http://flowable.org/bpmn"'
SPIFF = 'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'


def bpmn(body: str, namespace: str = CAMUNDA) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
    <bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" {namespace} id="D">
    <bpmn:process id="P" isExecutable="true">{body}</bpmn:process></bpmn:definitions>""".encode()


def outcomes(notes: list[Note]) -> dict[str, Outcome]:
    return {note.what: note.outcome for note in notes}


def tags(content: bytes) -> list[str]:
    return [str(element.tag) for element in etree.fromstring(content).iter(etree.Element)]


def test_a_camunda_user_task_keeps_its_people_dates_and_form() -> None:
    content, notes = translate(
        bpmn(
            '<bpmn:userTask id="T" name="调查" camunda:assignee="${owner}" camunda:candidateGroups="quality,legal"'
            ' camunda:dueDate="${due}" camunda:formKey="camunda-forms:deployment:investigate.form"'
            ' camunda:priority="70"/>'
        )
    )
    node = read({"a.bpmn": content})[0].processes["P"].nodes["T"]
    assert (node.work.assignee, node.work.groups, node.work.due) == ("=owner", "quality,legal", "=due")
    assert (node.work.form_id, node.work.priority) == ("investigate", "70")
    assert set(outcomes(notes).values()) == {Outcome.TRANSLATED}
    assert b"camunda:assignee" not in content


def test_a_juel_condition_becomes_feel() -> None:
    content, notes = translate(
        bpmn(
            '<bpmn:startEvent id="S"/><bpmn:endEvent id="E"/><bpmn:sequenceFlow id="f" sourceRef="S" targetRef="E">'
            "<bpmn:conditionExpression>${amount &gt; 100 &amp;&amp; risk == 'high'}</bpmn:conditionExpression>"
            "</bpmn:sequenceFlow>"
        )
    )
    assert notes[0].element == "f"
    assert notes[0].new == '=amount > 100 and risk = "high"'
    assert read({"a.bpmn": content})[0].processes["P"].flows["f"].condition == '=amount > 100 and risk = "high"'


def test_a_method_call_is_not_guessed_but_listed_and_kept() -> None:
    text = "${execution.getVariable('x').foo()}"
    content, notes = translate(
        bpmn(
            '<bpmn:startEvent id="S"/><bpmn:endEvent id="E"/><bpmn:sequenceFlow id="f" sourceRef="S" targetRef="E">'
            f"<bpmn:conditionExpression>{text}</bpmn:conditionExpression></bpmn:sequenceFlow>"
        )
    )
    assert notes[0].outcome == Outcome.UNKNOWN
    assert text in notes[0].message_zh
    assert text.encode() in content


def test_a_java_class_stays_and_a_person_is_asked() -> None:
    content, notes = translate(bpmn('<bpmn:serviceTask id="A" camunda:class="com.example.Pay"/>'))
    assert outcomes(notes) == {"camunda:class": Outcome.UNKNOWN}
    assert b'camunda:class="com.example.Pay"' in content


def test_settings_of_another_engine_are_kept_without_alarm() -> None:
    content, notes = translate(bpmn('<bpmn:userTask id="T" camunda:asyncBefore="true"/>'))
    assert outcomes(notes) == {"camunda:asyncBefore": Outcome.KEPT}
    assert b"camunda:asyncBefore" in content


def test_an_external_task_and_a_decision_are_translated() -> None:
    content, _ = translate(
        bpmn(
            '<bpmn:serviceTask id="A" camunda:type="external" camunda:topic="acknowledge"/>'
            '<bpmn:businessRuleTask id="B" camunda:decisionRef="risk" camunda:resultVariable="risk"/>'
        )
    )
    nodes = read({"a.bpmn": content})[0].processes["P"].nodes
    assert nodes["A"].function == "acknowledge"
    assert (nodes["B"].decision, nodes["B"].result) == ("risk", "risk")


def test_mappings_and_called_processes_are_translated() -> None:
    content, notes = translate(
        bpmn(
            '<bpmn:callActivity id="C" calledElement="investigation"><bpmn:extensionElements>'
            '<camunda:in source="case_id" target="case"/><camunda:out variables="all"/>'
            "</bpmn:extensionElements></bpmn:callActivity>"
            '<bpmn:userTask id="T"><bpmn:extensionElements><camunda:inputOutput>'
            '<camunda:inputParameter name="x">${amount}</camunda:inputParameter>'
            '<camunda:inputParameter name="y">a "b"</camunda:inputParameter>'
            '<camunda:inputParameter name="z"><camunda:list/></camunda:inputParameter>'
            "</camunda:inputOutput></bpmn:extensionElements></bpmn:userTask>"
        )
    )
    nodes = read({"a.bpmn": content})[0].processes["P"].nodes
    assert nodes["C"].called == "investigation"
    assert [(each.source, each.target) for each in nodes["C"].inputs] == [("=case_id", "case")]
    assert [(each.source, each.target) for each in nodes["T"].inputs] == [("=amount", "x"), ('="a \\"b\\""', "y")]
    assert [note.what for note in notes if note.outcome == Outcome.UNKNOWN] == ["camunda:inputOutput"]
    assert b"camunda:list" in content


def test_flowable_collections_are_translated() -> None:
    content, _ = translate(
        bpmn(
            '<bpmn:userTask id="T"><bpmn:multiInstanceLoopCharacteristics flowable:collection="departments"'
            ' flowable:elementVariable="department"/></bpmn:userTask>',
            FLOWABLE,
        )
    )
    loop = read({"a.bpmn": content})[0].processes["P"].nodes["T"].loop
    assert loop is not None
    assert (loop.collection, loop.element) == ("=departments", "department")


def test_python_of_spiffworkflow_becomes_feel() -> None:
    content, _ = translate(
        bpmn(
            '<bpmn:scriptTask id="A"><bpmn:script>total = price * 3</bpmn:script></bpmn:scriptTask>'
            '<bpmn:intermediateCatchEvent id="W"><bpmn:timerEventDefinition><bpmn:timeDuration>"PT1H"'
            "</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>",
            SPIFF,
        )
    )
    nodes = read({"a.bpmn": content})[0].processes["P"].nodes
    assert (nodes["A"].script, nodes["A"].result) == ("=price * 3", "total")
    assert nodes["W"].event is not None
    assert nodes["W"].event.value == "PT1H"


def test_what_our_dialect_says_already_wins() -> None:
    content, _ = translate(
        bpmn(
            '<bpmn:userTask id="T" camunda:assignee="old"><bpmn:extensionElements>'
            '<zeebe:assignmentDefinition xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" assignee="new"/>'
            "</bpmn:extensionElements></bpmn:userTask>"
        )
    )
    assert read({"a.bpmn": content})[0].processes["P"].nodes["T"].work.assignee == "new"


def test_real_reference_diagrams_lose_no_element(shared: Path) -> None:
    for path in sorted((shared / "conformance" / "miwg").glob("*.bpmn")):
        content, _ = translate(path.read_bytes())
        before, after = Counter(tags(path.read_bytes())), Counter(tags(content))
        assert before - after == Counter(), path.name


@pytest.mark.parametrize(
    "body", ["", "<bpmn:userTask/>", "<camunda:x/>", '<bpmn:userTask id="T" camunda:assignee=""/>']
)
def test_odd_files_are_translated_without_an_exception(body: str) -> None:
    translate(bpmn(body))


FLOW = (
    '<bpmn:startEvent id="S"/><bpmn:endEvent id="E"/><bpmn:sequenceFlow id="f" sourceRef="S" targetRef="E">'
    "<bpmn:conditionExpression>{}</bpmn:conditionExpression></bpmn:sequenceFlow>"
)


@pytest.mark.parametrize("note", ["<!-- checked -->", "<?checked?>"])
def test_a_note_in_an_expression_does_not_cut_it_off(note: str) -> None:
    content, notes = translate(bpmn(FLOW.format(f"${{amount &gt; 100 {note} &amp;&amp; legal}}")))
    assert notes[0].outcome == Outcome.TRANSLATED
    assert read({"a.bpmn": content})[0].processes["P"].flows["f"].condition == "=amount > 100 and legal"
    assert note.encode() in content
    assert translate(content) == (content, [])


def test_nor_a_parameter() -> None:
    content, _ = translate(
        bpmn(
            '<bpmn:userTask id="T"><bpmn:extensionElements><camunda:inputOutput><!-- both -->'
            '<camunda:inputParameter name="x">${a <!-- c -->+ b}</camunda:inputParameter>'
            "</camunda:inputOutput></bpmn:extensionElements></bpmn:userTask>"
        )
    )
    [line] = read({"a.bpmn": content})[0].processes["P"].nodes["T"].inputs
    assert (line.source, line.target) == ("=a + b", "x")


def test_an_element_inside_of_an_expression_is_left_to_a_person() -> None:
    before = bpmn(FLOW.format("${amount &gt; 100 <b>and legal</b>}"))
    content, notes = translate(before)
    assert content == before
    assert [note.outcome for note in notes] == [Outcome.UNKNOWN]


def test_what_counts_rounds_gets_our_names() -> None:
    text = "${nrOfCompletedInstances/nrOfInstances >= 0.5 || nrOfActiveInstances == 0 || word == 'nrOfInstances'}"
    content, notes = translate(
        bpmn(
            '<bpmn:userTask id="T"><bpmn:multiInstanceLoopCharacteristics camunda:collection="people">'
            f"<bpmn:completionCondition>{text.replace('>', '&gt;')}</bpmn:completionCondition>"
            "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
        )
    )
    loop = read({"a.bpmn": content})[0].processes["P"].nodes["T"].loop
    assert loop is not None
    assert loop.completion == (
        "=numberOfCompletedInstances / numberOfInstances >= 0.5 or numberOfActiveInstances = 0"
        ' or word = "nrOfInstances"'
    )
    assert outcomes(notes)["completionCondition"] == Outcome.TRANSLATED


def test_a_condition_to_skip_a_task_is_for_a_person_to_decide() -> None:
    content, notes = translate(bpmn('<bpmn:userTask id="T" flowable:skipExpression="${vip}"/>', FLOWABLE))
    assert outcomes(notes) == {"flowable:skipExpression": Outcome.UNKNOWN}
    assert b"skipExpression" in content
