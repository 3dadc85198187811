"""Which requirements have a test that performs their check: read off the test files, without running them."""

import ast
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.settings import ROOT

MARK = "mark.requirement"


@dataclass(frozen=True, slots=True)
class Mark:
    """One `@pytest.mark.requirement(...)` argument: the id, and where it stands (`file::test`, line)."""

    id: str
    test: str
    line: int


def requirement_ids(table: Path = ROOT / "docs" / "requirements.csv") -> list[str]:
    """The ids of the table, in its order."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        return [row["id"] for row in csv.DictReader(file)]


def marks(folder: Path = ROOT / "tests") -> list[Mark]:
    """All marks under a folder of tests: on functions, classes, parameters (`pytest.param`) and `pytestmark`."""
    found: list[Mark] = []
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        name = path.relative_to(folder.parent).as_posix()
        found.extend(_marks_in(tree, name))
    return found


def _marks_in(node: ast.AST, place: str) -> Iterator[Mark]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        place = f"{place}::{node.name}"
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(MARK):
        for argument in node.args:
            text = argument.value if isinstance(argument, ast.Constant) else ast.unparse(argument)
            yield Mark(str(text), place, node.lineno)
        return
    for child in ast.iter_child_nodes(node):
        yield from _marks_in(child, place)


def covering() -> dict[str, list[str]]:
    """Requirement id -> the tests which carry its mark; empty for one without. Ids outside the table are left out."""
    tests: dict[str, list[str]] = {one: [] for one in requirement_ids()}
    for mark in marks():
        if mark.id in tests and mark.test not in tests[mark.id]:
            tests[mark.id].append(mark.test)
    return tests
