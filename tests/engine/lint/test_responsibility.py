"""Who does a user task, and by when."""

import pytest

from engine import lint
from tests.builders import boundary, bundle, end, form, path, process, start, timer, user, zeebe

LANES = {"quality": "quality", "质检部": "quality"}


def in_lane(name: str) -> str:
    return process("P", start(), user("A", form="f"), end(), lanes={name: ["A"]})


def found(part: str, **options: object) -> dict[str, str]:
    files = bundle(part, files={"f.form": form("f")})
    findings = lint.check(files, departments={"quality"}, **options)  # type: ignore[arg-type]
    return {finding.code: finding.severity for finding in findings if finding.element == "A"}


@pytest.mark.parametrize("lane", ["质检部", "Quality"])
def test_a_lane_is_found_by_every_name_of_its_department(lane: str) -> None:
    assert "unknown_department" not in found(in_lane(lane), lanes=LANES)


def test_a_lane_which_is_no_department_is_refused() -> None:
    assert found(in_lane("月球部"), lanes=LANES)["unknown_department"] == "error"


def test_a_department_with_nobody_in_it_is_doubted() -> None:
    assert found(in_lane("质检部"), lanes=LANES, staffed=set())["nobody_there"] == "warning"
    assert "nobody_there" not in found(in_lane("质检部"), lanes=LANES, staffed={"quality"})


def test_a_task_without_lane_and_department_is_doubted() -> None:
    assert found(process("P", start(), user("A", form="f"), end()), lanes=LANES)["no_department"] == "warning"
    named = zeebe("properties", zeebe("property", name="redress:department", value="quality"))
    assert "no_department" not in found(process("P", start(), user("A", form="f", extension=named), end()), lanes=LANES)


def test_a_task_without_deadline_is_doubted() -> None:
    assert found(process("P", start(), user("A", form="f"), end()))["no_deadline"] == "warning"
    timed = process(
        "P", start(), user("A", form="f"), end(), boundary("B", "A", timer("PT1H")), end("Late"),
        *path("Start", "A", "End"), *path("B", "Late"),
    )  # fmt: skip
    assert "no_deadline" not in found(timed)
    dated = user("A", form="f", extension=zeebe("taskSchedule", dueDate="PT4H"))
    assert "no_deadline" not in found(process("P", start(), dated, end()))
