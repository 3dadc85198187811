"""What a decision sees: what it requires, what the model declares nowhere, and nothing else (DMN 1.5, 6.3 and 10.4)."""

from collections.abc import Mapping

import pytest

from engine.dmn import Decisions, load
from tests.engine.dmn.build import decision_xml, definitions, literal_xml, table_xml

KIND = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def _input(name: str, variable: str = "") -> str:
    return f'<inputData id="i_{name}" name="{name}"><variable name="{variable or name}"/></inputData>'


def _needs(*hrefs: str) -> str:
    kinds = {"i": "Input", "d": "Decision"}
    return "".join(
        f'<informationRequirement><required{kinds[href.rpartition("#")[2][0]]} href="{href}"/></informationRequirement>'
        for href in hrefs
    )


def _decision(name: str, text: str, *hrefs: str, variable: str = "") -> str:
    inside = f'<variable name="{variable or name}"/>{_needs(*hrefs)}{literal_xml(text)}'
    return f'<decision id="d_{name}" name="{name}">{inside}</decision>'


def _model(body: str, imports: Mapping[str, bytes] | None = None) -> Decisions:
    return load(definitions(body), imports=imports)


def _told(decisions: Decisions) -> list[str]:
    return [note.message_en.split()[3].rstrip(":") for note in decisions.problems if note.code == "requirement"]


def test_an_input_which_is_not_required_is_not_seen_and_the_author_is_told() -> None:
    forgetful = _model(_input("x") + _input("y") + _decision("D", "[x, y]", "#i_x"))
    assert forgetful.evaluate("D", {"x": 1, "y": 2}).plain() == [1, None]
    assert [(note.element, note.severity) for note in forgetful.problems] == [("d_D", "error")]
    assert _told(forgetful) == ["y"]
    assert _told(_model(_input("x") + _input("y") + _decision("D", "[x, y]", "#i_x", "#i_y"))) == []


def test_a_decision_which_is_not_required_is_not_seen_although_a_fact_has_its_name() -> None:
    decisions = _model(_decision("A", "1") + _decision("B", "[A, B]"))
    assert decisions.evaluate("B", {"A": 5, "B": 6}).plain() == [None, None]
    assert _told(decisions) == ["A", "B"]


def test_what_a_required_decision_requires_is_not_seen() -> None:
    decisions = _model(_input("x") + _decision("A", "x", "#i_x") + _decision("B", "[A, x]", "#d_A"))
    assert decisions.evaluate("B", {"x": 1}).plain() == [1, None]
    assert _told(decisions) == ["x"]


def test_facts_which_are_declared_nowhere_are_seen_as_in_camunda() -> None:
    decisions = _model(_input("x") + _decision("D", "[x, y]", "#i_x"))
    assert decisions.evaluate("D", {"x": 1, "y": 2}).plain() == [1, 2]
    assert _told(decisions) == []


def test_a_knowledge_model_which_is_not_required_is_not_called() -> None:
    model = (
        '<businessKnowledgeModel id="f" name="f"><variable name="f"/><encapsulatedLogic>'
        f'<formalParameter name="n"/>{literal_xml("n + 1")}</encapsulatedLogic></businessKnowledgeModel>'
    )
    decisions = _model(model + _decision("D", "f(1)"))
    assert decisions.evaluate("D", {}).value is None
    assert _told(decisions) == ["f"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        (table_xml(["y"], ["o"], [("> 1", "1")]), ["y"]),
        (table_xml(["z"], ["o"], [("> y", "1")]), ["y"]),
        (table_xml(["z"], ["o"], [('"y"', '"y"')]), []),
        (table_xml(["z"], ["o"], [("-", "y")]), ["y"]),
        (f'<context><contextEntry><variable name="y"/>{literal_xml("y")}</contextEntry></context>', ["y"]),
        (
            f'<context><contextEntry><variable name="y"/>{literal_xml("1")}</contextEntry>'
            f"<contextEntry>{literal_xml('y')}</contextEntry></context>",
            [],
        ),
        (f'<functionDefinition><formalParameter name="y"/>{literal_xml("y")}</functionDefinition>', []),
        (literal_xml("for y in [1] return y"), []),
        (literal_xml("{y: 1}.y"), []),
        (literal_xml("z[y = 1]"), []),
        (literal_xml("profit and loss + 1"), ["profit and loss"]),
        (f"<list>{literal_xml('1')}{literal_xml('y.a')}</list>", ["y"]),
    ],
)
def test_a_forgotten_requirement_is_found_wherever_the_name_is_free(expression: str, told: list[str]) -> None:
    decisions = _model(_input("y") + _input("profit and loss") + decision_xml(expression))
    found = [note.message_en for note in decisions.problems if note.code == "requirement"]
    assert [message.removeprefix("no requirement gives ").partition(":")[0] for message in found] == told


def test_a_variable_has_one_name_in_scope() -> None:
    body = _input("x", "order value") + _decision("A", "1", variable="score")
    decisions = _model(body + _decision("D", "[order value, x, i_x, score, A, d_A]", "#i_x", "#d_A"))
    assert decisions.evaluate("D", {"order value": 7}).plain() == [7, None, None, 1, None, None]
    assert decisions.evaluate("D", {"x": 7}).plain()[:2] == [7, None]
    assert decisions.evaluate("d_A", {}).value == decisions.evaluate("A", {}).value == 1


def test_a_decision_without_a_variable_is_seen_under_its_name_and_its_id_as_in_camunda() -> None:
    bare = f'<decision id="d_A" name="The score">{literal_xml("1")}</decision>'
    decisions = _model(bare + _decision("D", "[The score, d_A]", "#d_A"))
    assert decisions.evaluate("D", {}).plain() == [1, 1]


OTHER = definitions(
    _input("x") + _decision("A", "x", "#i_x") + _decision("B", "2", variable="second"), namespace="urn:other"
)
IMPORT = f'<import name="lib" namespace="urn:other" importType="{KIND}"/>'


def test_an_import_holds_what_is_required_of_it_under_one_name_each() -> None:
    decisions = _model(IMPORT + _decision("D", "lib", "urn:other#d_A"), {"urn:other": OTHER})
    assert decisions.evaluate("D", {"lib": {"x": 3, "y": 4}}).plain() == {"A": 3}
    assert _told(decisions) == []


def test_a_missing_fact_of_an_import_is_not_taken_from_the_file_which_imports() -> None:
    decisions = _model(
        IMPORT + _input("x") + _decision("D", "[x, lib.A]", "#i_x", "urn:other#d_A"), {"urn:other": OTHER}
    )
    assert decisions.evaluate("D", {"x": 1}).plain() == [1, None]
    assert decisions.evaluate("D", {"x": 1, "lib": {"x": 2}}).plain() == [1, 2]
    assert decisions.evaluate("D", {"x": 1, "{urn:other}x": 3}).plain() == [1, 3]


def test_what_is_not_required_of_an_import_is_told() -> None:
    decisions = _model(IMPORT + _decision("D", "[lib.A, lib.second]", "urn:other#d_A"), {"urn:other": OTHER})
    assert decisions.evaluate("D", {"lib": {"x": 1, "second": 5}}).plain() == [1, None]
    assert _told(decisions) == ["lib.second"]
    assert _told(_model(IMPORT + _decision("D", "lib.A"), {"urn:other": OTHER})) == ["lib"]


def test_the_inside_of_a_service_sees_its_inputs_by_requirement_only() -> None:
    service = (
        '<decisionService id="S" name="S"><variable name="S"/><outputDecision href="#d_A"/>'
        '<inputData href="#i_x"/><inputData href="#i_y"/></decisionService>'
    )
    decisions = _model(_input("x") + _input("y") + _decision("A", "[x, y]", "#i_x") + service)
    assert decisions.evaluate("S", {"x": 1, "y": 2}).plain() == [1, None]
