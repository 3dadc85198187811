"""The trace: what the try-it panel and the audit trail show must be what happened."""

import json
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given
from hypothesis import strategies as st

from engine.dmn import load
from tests.engine.dmn.build import decision_xml, definitions, literal_xml, table, table_xml


def test_the_trace_tells_inputs_matching_rules_and_outputs() -> None:
    decisions = table(
        ["amount", "risk"], ["level"], [("> 100", '"high"', '"head"'), ("-", "-", '"staff"')], policy="FIRST"
    )
    (entry,) = decisions.evaluate("D", {"amount": 150, "risk": "high"}).trace_plain()
    (traced,) = entry["tables"]
    assert [(column["label"], column["value"]) for column in traced["inputs"]] == [("amount", 150), ("risk", "high")]
    assert [(rule["id"], rule["index"], rule["outputs"]) for rule in traced["rules"]] == [("r1", 1, {"level": "head"})]
    assert traced["result"] == entry["result"] == "head"


def test_all_matching_rules_are_shown_even_where_they_break_the_hit_policy() -> None:
    decisions = table(["x"], ["o"], [("> 1", "1"), ("> 2", "2"), ("> 9", "3")])
    result = decisions.evaluate("D", {"x": 5})
    assert [rule["index"] for rule in result.trace_plain()[0]["tables"][0]["rules"]] == [1, 2]
    assert result.diagnostics[0].plain()["code"] == "not-unique"


def test_required_decisions_come_first_with_their_own_trace() -> None:
    needs = '<informationRequirement><requiredDecision href="#A"/></informationRequirement>'
    body = decision_xml(table_xml(["x"], ["o"], [("-", "x * 2")]), name="A") + decision_xml(
        literal_xml("A + 1"), requires=needs
    )
    first, second = load(definitions(body)).evaluate("D", {"x": 4}).trace_plain()
    assert (first["decision"], first["result"]) == ("A", 8)
    assert (second["decision"], second["required"], second["result"]) == ("D", {"A": 8}, 9)


def test_annotations_of_a_rule_are_shown() -> None:
    xml = (
        table_xml(["x"], ["o"], [("-", "1")])
        .replace("</output>", '</output><annotation name="law"/>')
        .replace("</rule>", "<annotationEntry><text>消费者权益保护法 第五十五条</text></annotationEntry></rule>")
    )
    (entry,) = load(definitions(decision_xml(xml))).evaluate("D", {"x": 1}).trace_plain()
    assert entry["tables"][0]["rules"][0]["annotations"] == {"law": "消费者权益保护法 第五十五条"}


def test_a_missing_input_is_noted_by_name() -> None:
    body = '<inputData id="i" name="order value"/>' + decision_xml(
        literal_xml("order value"),
        requires='<informationRequirement><requiredInput href="#i"/></informationRequirement>',
    )
    result = load(definitions(body)).evaluate("D", {})
    assert [note.code for note in result.diagnostics] == ["missing"]
    assert "order value" in result.diagnostics[0].message_zh


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(JSON, JSON)
def test_the_trace_of_any_facts_is_json(left: object, right: object) -> None:
    decisions = table(
        ["x", "y"], ["o"], [("> 1", "-", "x"), ("-", '"a"', "[x, y]"), ("-", "-", "{a: y}")], policy="COLLECT"
    )
    result = decisions.evaluate("D", {"x": left, "y": right})
    text = json.dumps(
        [result.trace_plain(), result.plain(), [note.plain() for note in result.diagnostics]], allow_nan=False
    )
    assert json.loads(text)[0][0]["decision"] == "D"


def test_a_function_in_the_result_does_not_break_the_trace() -> None:
    result = load(definitions(decision_xml(literal_xml("function(a, b) a + b")))).evaluate("D", {})
    assert json.loads(json.dumps(result.trace_plain()))[0]["result"] == "function(a, b)"


def test_notes_are_bounded_however_much_goes_wrong() -> None:
    rules = [(f'x + "a{number}"', str(number)) for number in range(300)]
    xml = table_xml(["x"], ["o"], [("-", f'"a" * {number}') for number, _ in enumerate(rules)], policy="COLLECT")
    result = load(definitions(decision_xml(xml))).evaluate("D", {"x": 1})
    assert 0 < len(result.diagnostics) <= 200


def test_one_loaded_file_serves_many_threads_at_once() -> None:
    needs = '<informationRequirement><requiredDecision href="#A"/></informationRequirement>'
    rules = [("[1..10]", '"low"'), ("> 10", '"high"')]
    body = decision_xml(table_xml(["x"], ["o"], rules), name="A") + decision_xml(
        literal_xml("A + string(x)"), requires=needs
    )
    decisions = load(definitions(body))

    def ask(number: int) -> tuple[object, object]:
        result = decisions.evaluate("D", {"x": number})
        return result.value, result.trace_plain()[0]["tables"][0]["inputs"][0]["value"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(1, 401)))
    assert answers == [(f"{'low' if number <= 10 else 'high'}{number}", number) for number in range(1, 401)]
