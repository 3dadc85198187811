"""Gaps, overlaps and dead rules: every finding must be true when the table is asked, and none may be missed."""

import itertools
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import Code, Decisions, TableFinding, load
from tests.engine.dmn.build import decision_xml, definitions, table, table_xml


def _of(decisions: Decisions, code: Code) -> list[TableFinding]:
    return [finding for finding in decisions.analyse("D") if finding.code is code]


def test_a_gap_between_two_bands_is_found_with_an_example() -> None:
    decisions = table(["amount"], ["level"], [("< 1000", '"head"'), ("> 1000", '"management"')])
    (gap,) = _of(decisions, Code.GAP)
    assert gap.example == (Decimal(1000),)
    assert gap.message_zh == "没有规则匹配：amount = 1000"
    assert decisions.evaluate("D", {"amount": 1000}).value is None


def test_touching_bands_overlap_in_the_point_they_share() -> None:
    decisions = table(["amount"], ["level"], [("<= 1000", '"head"'), (">= 1000", '"management"')])
    (overlap,) = _of(decisions, Code.OVERLAP)
    assert overlap.rules == (1, 2)
    assert overlap.example == (Decimal(1000),)
    assert overlap.severity == "error"
    assert not _of(decisions, Code.GAP)


def test_a_complete_table_without_overlap_has_no_findings() -> None:
    rules = [('"low"', "-", "1"), ('"high"', "true", "2"), ('"high"', "false", "3"), ('not("low","high")', "-", "4")]
    assert table(["risk", "vip"], ["days"], rules).analyse("D") == []


def test_text_which_no_rule_names_is_a_gap_unless_the_allowed_values_exclude_it() -> None:
    rules = [('"low"', "1"), ('"high"', "2")]
    (gap,) = _of(table(["risk"], ["days"], rules), Code.GAP)
    assert gap.example[0] not in {"low", "high"}
    xml = table_xml(["risk"], ["days"], rules).replace(
        "</inputExpression>", '</inputExpression><inputValues><text>"low","high"</text></inputValues>'
    )
    assert load(definitions(decision_xml(xml))).analyse("D") == []


def test_allowed_values_of_the_input_data_type_limit_the_analysis() -> None:
    body = (
        '<itemDefinition name="tRisk"><typeRef>string</typeRef><allowedValues><text>"low","high"</text></allowedValues>'
        '</itemDefinition><inputData id="risk" name="risk"><variable name="risk" typeRef="tRisk"/></inputData>'
    )
    needs = '<informationRequirement><requiredInput href="#risk"/></informationRequirement>'
    node = decision_xml(table_xml(["risk"], ["days"], [('"low"', "1"), ('"high"', "2")]), requires=needs)
    assert load(definitions(body + node)).analyse("D") == []


def test_whole_numbers_leave_no_gap_between_neighbours_but_numbers_do() -> None:
    rules = [("<= 1", '"a"'), (">= 2", '"b"')]
    assert _of(table(["n"], ["o"], rules, types=["integer"]), Code.GAP) == []
    (gap,) = _of(table(["n"], ["o"], rules, types=["number"]), Code.GAP)
    assert gap.example == (Decimal("1.5"),)


def test_dates_leave_no_gap_between_neighbouring_days() -> None:
    rules = [('<= date("2026-01-31")', '"a"'), ('>= date("2026-02-01")', '"b"')]
    assert table(["day"], ["o"], rules).analyse("D") == []


def test_a_rule_hidden_behind_earlier_ones_is_unreachable_under_first() -> None:
    rules = [("< 10", '"a"'), (">= 5", '"b"'), ("[6..20]", '"c"')]
    (dead,) = _of(table(["x"], ["o"], rules, policy="FIRST"), Code.UNREACHABLE)
    assert dead.rules == (3,)


def test_overlaps_under_any_count_only_when_the_outputs_differ() -> None:
    rules = [("< 10", '"a"'), ("> 5", '"a"'), ("> 8", '"b"')]
    found = {finding.rules for finding in _of(table(["x"], ["o"], rules, policy="ANY"), Code.OVERLAP)}
    assert found == {(1, 3), (2, 3)}


def test_cells_with_expressions_are_named_as_not_analysed_and_raise_no_false_alarm() -> None:
    decisions = table(["x"], ["o"], [("? > limit", '"a"'), ("< 5", '"b"')])
    findings = decisions.analyse("D")
    assert [finding.code for finding in findings] == [Code.NOT_ANALYSED]
    assert findings[0].rules == (1,)


def test_a_default_output_closes_all_gaps() -> None:
    assert _of(table(["x"], ["o"], [("< 5", '"a"')], default='"z"'), Code.GAP) == []


def test_a_hostile_table_is_cut_off_and_says_so() -> None:
    columns = [f"c{number}" for number in range(12)]
    rules = [[f"{(row * 7 + place) % 50}" for place in range(12)] + ["1"] for row in range(120)]
    findings = table(columns, ["o"], rules).analyse("D")
    assert len(findings) <= 155
    assert any(finding.code is Code.TRUNCATED for finding in findings)


POINTS = st.integers(0, 4)
CELLS = st.one_of(
    st.just("-"),
    POINTS.map(str),
    st.tuples(st.sampled_from(["<", "<=", ">", ">="]), POINTS).map(lambda pair: f"{pair[0]} {pair[1]}"),
    st.tuples(POINTS, POINTS).map(lambda pair: f"[{min(pair)}..{max(pair)})"),
)
WORDS = st.sampled_from(["-", '"a"', '"b"', '"a","b"', 'not("a")'])
FLAGS = st.sampled_from(["-", "true", "false"])
RULES = st.lists(st.tuples(CELLS, WORDS, FLAGS, st.just("1")), min_size=1, max_size=6)
EVERYTHING = list(itertools.product([Decimal(half) / 2 for half in range(-1, 11)], ["a", "b", "other"], [True, False]))


@settings(deadline=None, max_examples=150)
@given(RULES)
def test_findings_are_exactly_what_asking_every_combination_tells(rules: list[tuple[str, str, str, str]]) -> None:
    decisions = table(["n", "w", "f"], ["o"], rules, policy="COLLECT")
    analysed = load(definitions(decision_xml(table_xml(["n", "w", "f"], ["o"], rules)))).analyse("D")

    def matched(values: tuple[object, ...]) -> list[int]:
        result = decisions.evaluate("D", dict(zip("nwf", values, strict=True)))
        return [rule["index"] for rule in result.trace_plain()[0]["tables"][0]["rules"]]

    gaps = [finding for finding in analysed if finding.code is Code.GAP]
    overlaps = [finding for finding in analysed if finding.code is Code.OVERLAP]
    for gap in gaps:
        values = tuple(
            fallback if value is None else value for value, fallback in zip(gap.example, (0, "a", True), strict=True)
        )
        assert matched(values) == []
    for overlap in overlaps:
        values = tuple(
            fallback if value is None else value
            for value, fallback in zip(overlap.example, (0, "a", True), strict=True)
        )
        assert set(overlap.rules) <= set(matched(values))
    truth = {values: matched(values) for values in EVERYTHING}
    assert bool(gaps) == any(not rows for rows in truth.values())
    pairs = {pair for rows in truth.values() for pair in itertools.combinations(rows, 2)}
    assert {overlap.rules for overlap in overlaps} == pairs
