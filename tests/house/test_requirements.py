"""The marks on tests and the table of requirements speak of the same things."""

from pathlib import Path

import pytest

from web.commands import coverage


def test_every_requirement_mark_names_a_row_of_the_table() -> None:
    known = set(coverage.requirement_ids())
    unknown = [f"{mark.id} in {mark.test}, line {mark.line}" for mark in coverage.marks() if mark.id not in known]
    assert not unknown, unknown


def test_no_requirement_stands_twice_in_the_table() -> None:
    ids = coverage.requirement_ids()
    assert len(ids) == len(set(ids))
    assert len(ids) >= 248


def test_marks_are_found_on_functions_classes_parameters_and_modules(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_some.py").write_text(
        "import pytest\n"
        "pytestmark = pytest.mark.requirement('A-01')\n"
        "@pytest.mark.requirement('A-02', 'A-03')\n"
        "def test_one(): ...\n"
        "@pytest.mark.requirement('A-04')\n"
        "class TestAll:\n"
        "    @pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.requirement('A-05'))])\n"
        "    def test_two(self, x): ...\n",
        encoding="utf-8",
    )
    found = {mark.id: mark.test for mark in coverage.marks(tests)}
    assert found == {
        "A-01": "tests/test_some.py",
        "A-02": "tests/test_some.py::test_one",
        "A-03": "tests/test_some.py::test_one",
        "A-04": "tests/test_some.py::TestAll",
        "A-05": "tests/test_some.py::TestAll::test_two",
    }


@pytest.mark.parametrize("text", ["# pytest.mark.requirement('A-01')", "'''requirement(\"A-01\")'''"])
def test_a_mark_in_a_comment_or_a_text_covers_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "test_none.py").write_text(f"{text}\n", encoding="utf-8")
    assert coverage.marks(tmp_path) == []
