"""Loading: every version is read, and whatever a stranger sends ends in a DmnError which names the element."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn import Decisions, DmnError, load
from engine.errors import EngineError
from tests.engine.dmn.build import NAMESPACES, decision_xml, definitions, literal_xml, table_xml


@pytest.mark.parametrize("version", NAMESPACES)
def test_every_version_of_the_standard_is_read(version: str) -> None:
    xml = definitions(decision_xml(table_xml(["x"], ["o"], [("> 1", '"yes"')])), version=version)
    assert load(xml).evaluate("D", {"x": 2}).value == "yes"


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"not xml",
        b"<a/>",
        b'<definitions xmlns="urn:other"/>',
        b'<!DOCTYPE d [<!ENTITY a "b">]><definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE definitions><definitions/>'.encode("utf-16"),
        b"<definitions xmlns='https://www.omg.org/spec/DMN/20191111/MODEL/'>" + b"<context>" * 200,
        definitions(
            "<decision id='a'>" + "<context><contextEntry>" * 90 + "</contextEntry></context>" * 90 + "</decision>"
        ),
        b" " * 2_000_001,
    ],
)
def test_hostile_bytes_are_refused(xml: bytes) -> None:
    with pytest.raises(DmnError):
        load(xml)


def test_a_file_entity_is_not_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("top secret")
    xml = f'<!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'.encode() + definitions(
        decision_xml("<literalExpression><text>&x;</text></literalExpression>")
    ).replace(b'<?xml version="1.0" encoding="UTF-8"?>', b"")
    with pytest.raises(DmnError, match="DOCTYPE"):
        load(xml)


@pytest.mark.parametrize(
    ("body", "element"),
    [
        (decision_xml(table_xml(["x"], ["o"], [("1", "2", "3")])), "r1"),
        (decision_xml(table_xml(["x"], ["o", "o"], [])), "T"),
        (decision_xml(table_xml(["x"], ["o"], [], policy="BEST")), "T"),
        (decision_xml(table_xml(["x"], ["o"], [], policy="FIRST", aggregation="SUM")), "T"),
        (decision_xml(literal_xml("1")) * 2, "D"),
        (
            decision_xml(
                literal_xml("1"),
                requires='<informationRequirement><requiredDecision href="#x"/></informationRequirement>',
            ),
            "#x",
        ),
        (
            decision_xml(
                literal_xml("1"),
                requires='<informationRequirement><requiredDecision href="#D"/></informationRequirement>',
            ),
            "D",
        ),
        (
            '<itemDefinition name="tA"><typeRef>tB</typeRef></itemDefinition>'
            '<itemDefinition name="tB"><typeRef>tA</typeRef></itemDefinition>',
            "tA",
        ),
        (
            '<import name="other" namespace="urn:other" importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
            "other",
        ),
    ],
)
def test_a_broken_structure_is_refused_with_the_element_named(body: str, element: str) -> None:
    with pytest.raises(DmnError) as refused:
        load(definitions(body))
    assert refused.value.element == element
    assert refused.value.message_zh != refused.value.message


def test_a_chain_of_five_hundred_decisions_is_no_deep_recursion() -> None:
    body = decision_xml(literal_xml("1"), name="d0")
    for number in range(1, 500):
        needs = f'<informationRequirement><requiredDecision href="#d{number - 1}"/></informationRequirement>'
        body += decision_xml(literal_xml(f"d{number - 1} + 1"), name=f"d{number}", requires=needs)
    assert load(definitions(body)).evaluate("d499", {}).value == 500


def test_text_that_is_no_feel_does_not_stop_loading_but_makes_the_decision_null_and_failed() -> None:
    decisions = load(definitions(decision_xml(table_xml(["x"], ["o"], [("> 1", '"a"'), ("(((", '"b"')]))))
    assert [problem.code for problem in decisions.problems] == ["syntax"]
    result = decisions.evaluate("D", {"x": 2})
    assert result.value is None
    assert result.failed


def test_an_unknown_decision_is_named() -> None:
    with pytest.raises(DmnError, match="nothing here"):
        load(definitions("")).evaluate("nothing here", {})


def test_a_foreign_expression_language_is_refused_not_misread() -> None:
    xml = '<literalExpression expressionLanguage="http://groovy.org"><text>1</text></literalExpression>'
    result = load(definitions(decision_xml(xml))).evaluate("D", {})
    assert result.value is None
    assert result.diagnostics[0].code == "language"


def test_files_which_import_each_other_are_refused() -> None:
    kind = "https://www.omg.org/spec/DMN/20191111/MODEL/"
    one = definitions(f'<import name="b" namespace="urn:b" importType="{kind}"/>', namespace="urn:a")
    two = definitions(f'<import name="a" namespace="urn:a" importType="{kind}"/>', namespace="urn:b")
    with pytest.raises(DmnError, match="import each other"):
        load(one, imports={"urn:a": one, "urn:b": two})


WHOLE = definitions(
    '<itemDefinition name="t"><typeRef>number</typeRef>'
    "<allowedValues><text>[0..9]</text></allowedValues></itemDefinition>"
    '<inputData id="x" name="x"><variable name="x" typeRef="t"/></inputData>'
    + decision_xml(
        table_xml(["x"], ["o"], [("> 1", '"a"'), ("-", "x + 1")], policy="COLLECT"),
        requires='<informationRequirement><requiredInput href="#x"/></informationRequirement>',
    )
)


def _use(decisions: Decisions) -> None:
    for info in decisions.decisions:
        result = decisions.evaluate(info.id, {"x": 3})
        assert isinstance(result.trace_plain(), list)
        decisions.analyse(info.id)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(WHOLE)), st.integers(0, 60), st.binary(max_size=12))
def test_a_damaged_file_loads_or_is_refused_cleanly(start: int, length: int, patch: bytes) -> None:
    try:
        _use(load(WHOLE[:start] + patch + WHOLE[start + length :]))
    except EngineError:
        return


@settings(deadline=None, max_examples=300)
@given(st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=25), min_size=3, max_size=3))
def test_any_texts_in_a_table_give_a_result_or_a_clean_refusal(cells: list[str]) -> None:
    try:
        _use(load(definitions(decision_xml(table_xml([cells[0] or "x"], ["o"], [(cells[1], cells[2])])))))
    except EngineError:
        return
