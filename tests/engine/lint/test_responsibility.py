"""Who does a user task, and by when."""

import pytest

from engine import lint
from engine.lint.responsibility import who_is_named
from tests.builders import boundary, bundle, call, end, form, path, process, start, subprocess, timer, user, zeebe

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


def appointed(lane: str | None = "质检部", **names: str) -> str:
    task = user("A", form="f", extension=zeebe("assignmentDefinition", **names))
    return process("P", start(), task, end(), lanes={lane: ["A"]} if lane else None)


@pytest.mark.parametrize("names", [{"assignee": "Wang.Li "}, {"candidateUsers": "chen, wang.li"}])
def test_a_login_which_nobody_has_is_doubted_and_named(names: dict[str, str]) -> None:
    part = appointed(**names)
    assert found(part, lanes=LANES, persons={"chen"})["unknown_person"] == "warning"
    assert "unknown_person" not in found(part, lanes=LANES, persons={"chen", "wang.li"})
    assert "unknown_person" not in found(part, lanes=LANES)
    [finding] = [one for one in lint.check(bundle(part), persons={"chen"}) if one.code == "unknown_person"]
    assert "Wang.Li" in finding.message_zh or "wang.li" in finding.message_zh


def test_who_an_expression_finds_is_not_known_before() -> None:
    part = appointed(assignee="=owner", candidateGroups='=["x"]')
    assert not {"unknown_person", "unknown_department"} & found(part, lanes=LANES, persons=set()).keys()


@pytest.mark.parametrize(("lane", "verdict"), [("质检部", None), (None, "error"), ("月球部", "error")])
def test_groups_of_which_none_is_a_department_need_a_lane_which_is_one(lane: str | None, verdict: str | None) -> None:
    assert found(appointed(lane, candidateGroups="sales, 月球"), lanes=LANES).get("unknown_department") == verdict
    assert "unknown_department" not in found(appointed(lane, candidateGroups="sales, Quality"), lanes=LANES)


def test_a_task_whose_groups_are_unknown_may_have_the_lane_of_what_it_stands_in_or_of_its_caller() -> None:
    task = user("A", form="f", extension=zeebe("assignmentDefinition", candidateGroups="sales"))
    nested = subprocess("Inside", start("InnerStart"), task, end("InnerEnd"))
    for lane, verdict in (("质检部", None), ("月球部", "error")):
        around = process("P", start(), nested, end(), lanes={lane: ["Inside"]})
        assert found(around, lanes=LANES).get("unknown_department") == verdict
    caller = process("Main", start(), call("Call", "P"), end())
    files = bundle(caller, process("P", start(), task, end()), main="Main", files={"f.form": form("f")})
    findings = lint.check(files, departments={"quality"}, lanes=LANES)
    assert [one.element for one in findings if one.code == "unknown_department"] == []


def test_a_group_with_nobody_in_it_is_doubted() -> None:
    part = appointed(candidateGroups="quality")
    assert found(part, lanes=LANES, staffed=set())["nobody_there"] == "warning"
    assert "nobody_there" not in found(part, lanes=LANES, staffed={"quality"})


def test_those_who_are_named_are_found_in_all_diagrams_before_they_are_read() -> None:
    files = bundle(appointed(assignee="Wang.Li", candidateUsers="chen,  赵敏"), files={"f.form": form("f")})
    assert who_is_named({**files, "broken.bpmn": b"\xff\xfe<", "x.txt": b'assignee="nobody"'}) == {
        "wang.li",
        "chen",
        "赵敏",
    }


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
