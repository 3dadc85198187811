"""Hit policies: what a table says when one, several or no rules match (DMN 1.5, 8.2.8 to 8.2.11)."""

import pytest

from engine.dmn import load
from tests.engine.dmn.build import decision_xml, definitions, literal_xml, table, table_xml

BAND = (
    '<itemDefinition name="tBand"><typeRef>string</typeRef>'
    '<allowedValues><text>"high", "middle", "low"</text></allowedValues></itemDefinition>'
    '<itemDefinition name="tBands" isCollection="true"><typeRef>tBand</typeRef></itemDefinition>'
)
BANDS = [("< 10", '"low"'), ("[5..20]", '"middle"'), ("> 15", '"high"')]


def test_unique_gives_the_output_of_the_only_matching_rule() -> None:
    result = table(["x"], ["band"], BANDS).evaluate("D", {"x": 12})
    assert result.value == "middle"
    assert not result.failed


def test_unique_with_two_matches_is_no_decision_and_says_so() -> None:
    result = table(["x"], ["band"], BANDS).evaluate("D", {"x": 7})
    assert result.value is None
    assert result.failed
    assert [note.code for note in result.diagnostics] == ["not-unique"]
    assert "2" in result.diagnostics[0].message_zh


def test_any_accepts_equal_outputs_and_refuses_different_ones() -> None:
    decisions = table(["x"], ["o"], [("< 10", '"a"'), ("> 5", '"a"'), ("> 100", '"b"')], policy="ANY")
    assert decisions.evaluate("D", {"x": 7}).value == "a"
    broken = decisions.evaluate("D", {"x": 200})
    assert broken.value is None
    assert broken.diagnostics[0].code == "not-any"


def test_any_does_not_take_true_for_one() -> None:
    assert table(["x"], ["o"], [("-", "true"), ("-", "1")], policy="ANY").evaluate("D", {"x": 0}).failed


def test_priority_takes_the_output_that_stands_first_among_the_allowed_values() -> None:
    decisions = table(["x"], ["band"], BANDS, policy="PRIORITY", allowed=['"high", "middle", "low"'])
    assert decisions.evaluate("D", {"x": 7}).value == "middle"
    assert decisions.evaluate("D", {"x": 18}).value == "high"


def test_first_takes_the_topmost_matching_rule() -> None:
    assert table(["x"], ["band"], BANDS, policy="FIRST").evaluate("D", {"x": 7}).value == "low"


def test_rule_order_and_collect_list_all_outputs_in_rule_order() -> None:
    for policy in ("RULE ORDER", "COLLECT"):
        assert table(["x"], ["band"], BANDS, policy=policy).evaluate("D", {"x": 7}).value == ["low", "middle"]


def test_output_order_sorts_by_the_allowed_values() -> None:
    decisions = table(["x"], ["band"], BANDS, policy="OUTPUT ORDER", allowed=['"high", "middle", "low"'])
    assert decisions.evaluate("D", {"x": 7}).value == ["middle", "low"]


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 7), ("MIN", 3), ("MAX", 4), ("COUNT", 2)])
def test_collect_aggregates(aggregation: str, expected: int) -> None:
    rules = [("< 10", "3"), ("[5..20]", "4"), ("> 15", "5")]
    result = table(["x"], ["n"], rules, policy="COLLECT", aggregation=aggregation).evaluate("D", {"x": 7})
    assert result.value == expected


def test_the_sum_of_texts_is_refused_instead_of_guessed() -> None:
    result = table(["x"], ["n"], BANDS, policy="COLLECT", aggregation="SUM").evaluate("D", {"x": 7})
    assert result.value is None
    assert result.failed


def test_without_a_match_the_default_output_counts() -> None:
    assert table(["x"], ["band"], BANDS[:1], default='"none"').evaluate("D", {"x": 99}).value == "none"


def test_without_a_match_and_without_default_the_result_is_null_and_a_count_is_zero() -> None:
    quiet = table(["x"], ["band"], BANDS[:1]).evaluate("D", {"x": 99})
    assert quiet.value is None
    assert not quiet.failed
    counted = table(["x"], ["n"], [("< 10", "3")], policy="COLLECT", aggregation="COUNT")
    assert counted.evaluate("D", {"x": 99}).value == 0


def test_several_outputs_become_a_context_by_name() -> None:
    decisions = table(["x"], ["department", "days"], [("< 10", '"legal"', "3")])
    assert decisions.evaluate("D", {"x": 1}).plain() == {"department": "legal", "days": 3}


def test_an_output_outside_the_allowed_values_is_null_and_noted() -> None:
    result = table(["x"], ["band"], [("-", '"huge"')], allowed=['"low", "high"']).evaluate("D", {"x": 1})
    assert result.value is None
    assert result.diagnostics[0].code == "not-allowed"


def test_a_blank_output_cell_is_null_and_a_warning() -> None:
    decisions = table(["x"], ["a", "b"], [("-", "1", "")])
    assert decisions.evaluate("D", {"x": 1}).plain() == {"a": 1, "b": None}
    assert [(problem.code, problem.severity) for problem in decisions.problems] == [("empty", "warning")]


@pytest.mark.parametrize(
    ("policy", "type_ref", "expected"),
    [
        ("PRIORITY", "tBand", "middle"),
        ("OUTPUT ORDER", "tBands", ["middle", "low"]),
        ("PRIORITY", "string", "low"),
    ],
)
def test_a_single_output_without_values_of_its_own_is_ordered_by_the_type_of_the_decision(
    policy: str, type_ref: str, expected: object
) -> None:
    body = BAND + decision_xml(table_xml(["x"], ["band"], BANDS, policy=policy), type_ref=type_ref)
    assert load(definitions(body)).evaluate("D", {"x": 7}).plain() == expected


def test_a_table_in_a_box_is_ordered_by_the_type_of_its_variable() -> None:
    inside = table_xml(["x"], ["band"], BANDS, policy="PRIORITY")
    entry = f'<contextEntry><variable name="band" typeRef="tBand"/>{inside}</contextEntry>'
    box = f"<context>{entry}<contextEntry>{literal_xml('band')}</contextEntry></context>"
    assert load(definitions(BAND + decision_xml(box))).evaluate("D", {"x": 7}).value == "middle"
    model = (
        f'<businessKnowledgeModel id="f" name="f"><variable name="f" typeRef="tBand"/><encapsulatedLogic>'
        f'<formalParameter name="x"/>{inside}</encapsulatedLogic></businessKnowledgeModel>'
    )
    assert load(definitions(BAND + model)).evaluate("f", {"x": 7}).value == "middle"
