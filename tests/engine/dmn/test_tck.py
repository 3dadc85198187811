"""The runner of the standard's test kit, and the kit itself where it is at hand."""

from pathlib import Path

import pytest

from engine.dmn import DmnError, tck
from engine.dmn.tck import Case, Outcome
from tests.engine.dmn.build import decision_xml, definitions, literal_xml

HEAD = (
    '<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><modelName>model.dmn</modelName>'
)
NULL = '<value xsi:nil="true"/>'


def _number(value: str) -> str:
    return f'<value xsi:type="xsd:decimal">{value}</value>'


def _kit(folder: Path, expression: str, expected: str, attributes: str = "") -> tck.TckReport:
    model = folder / "0001-case"
    model.mkdir()
    (model / "model.dmn").write_bytes(definitions(decision_xml(literal_xml(expression))))
    case = (
        f'<testCase id="001"><inputNode name="x">{_number("2")}</inputNode><resultNode name="D" {attributes}>'
        f"<expected>{expected}</expected></resultNode></testCase>"
    )
    (model / "test-01.xml").write_text(f"{HEAD}{case}</testCases>")
    return tck.run(folder)


@pytest.mark.parametrize(
    ("expression", "expected", "attributes", "passes"),
    [
        ("x * 2", _number("4.0"), "", True),
        ("x * 2", _number("5"), "", False),
        ("x / 3", _number("0.666666666"), "", True),
        ('"4"', _number("4"), "", False),
        ("true", _number("1"), "", False),
        ('x + "a"', NULL, 'errorResult="true"', True),
        ("x", NULL, 'errorResult="true"', False),
        ("null", NULL, "", True),
        ("[x, 3]", f"<list><item>{_number('2')}</item><item>{_number('3')}</item></list>", "", True),
        ("[3, x]", f"<list><item>{_number('2')}</item><item>{_number('3')}</item></list>", "", False),
        ("{a: x}", f'<component name="a">{_number("2")}</component>', "", True),
        ("{a: x, b: 1}", f'<component name="a">{_number("2")}</component>', "", False),
        ('date("2026-01-01")', '<value xsi:type="xsd:date">2026-01-01</value>', "", True),
        ('duration("P1D")', '<value xsi:type="xsd:duration">PT24H</value>', "", True),
        ('time("10:00:00Z")', '<value xsi:type="xsd:time">10:00:00+01:00</value>', "", False),
        ("x", "<value>2</value>", "", True),
    ],
)
def test_a_case_is_judged_by_the_rules_of_the_kit(
    tmp_path: Path, expression: str, expected: str, attributes: str, passes: bool
) -> None:
    report = _kit(tmp_path, expression, expected, attributes)
    assert (report.passed, report.failed, report.errors) == ((1, 0, 0) if passes else (0, 1, 0))


def test_a_failing_case_is_a_row_of_text_and_of_json(tmp_path: Path) -> None:
    report = _kit(tmp_path, "x * 2", _number("5"))
    assert report.to_text() == "0001-case 001 D: expected 5, got 4\n0 passed, 1 failed, 0 errors"
    found = report.to_json()
    assert (found["passed"], found["failed"], found["errors"], found["total"]) == (0, 1, 0, 1)
    assert found["failures"] == [
        {"folder": "0001-case", "case": "001", "node": "D", "expected": "5", "actual": "4", "message": ""}
    ]


def test_a_model_that_does_not_load_is_an_error_for_each_of_its_cases(tmp_path: Path) -> None:
    _kit(tmp_path, "1", _number("1"))
    (tmp_path / "0001-case" / "model.dmn").write_text("<broken")
    report = tck.run(tmp_path)
    assert (report.passed, report.errors) == (0, 1)


def test_a_folder_without_cases_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DmnError):
        tck.run(tmp_path)


def test_whoever_listens_hears_of_every_case(tmp_path: Path) -> None:
    _kit(tmp_path, "1", _number("1"))
    heard: list[Case] = []
    tck.run(tmp_path, heard.append)
    assert [case.outcome for case in heard] == [Outcome.PASSED]


def test_the_kit_passes_but_for_external_java_functions(shared: Path) -> None:
    kit = shared / "conformance" / "dmn-tck"
    if not kit.is_dir():
        pytest.skip("the DMN TCK is not on this machine")
    level_2 = tck.run(kit / "compliance-level-2")
    assert level_2.passed == level_2.total > 0
    level_3 = tck.run(kit / "compliance-level-3")
    assert {case.folder for case in level_3.failures} <= {"0076-feel-external-java"}
    assert level_3.passed / level_3.total >= 0.98
