"""The numbers and files of the managers' desk through the API."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from engine.db import transaction
from tests.web.conftest import COMPLAINT, Door, problem
from workflows import exporting
from workflows.models import Case

PERIOD = "since=2020-01-01T00:00:00Z&until=2040-01-01T00:00:00Z"


def rows(door: Door, path: str) -> list[list[str]]:
    answer = door.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_board_counts_the_open_task(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    found = as_("manager").get("/monitor/board").json
    assert found is not None
    (step,) = found["steps"]
    assert (step["key"], step["element_id"], step["open"], step["unclaimed"]) == ("complaint", task["element_id"], 1, 1)
    assert [(one["key"], one["instances"], one["open"]) for one in found["processes"]] == [("complaint", 1, 1)]


def test_the_heat_comes_with_its_diagram(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("owner")
    found = door.get("/monitor/processes/complaint/heat?days=30").json
    assert found is not None
    assert "<bpmn" in found["xml"] or "<definitions" in found["xml"]
    assert [(one["element_id"], one["open"]) for one in found["elements"]] == [(task["element_id"], 1)]
    problem(door.get("/monitor/processes/nothing/heat"), 404)
    problem(door.get("/monitor/processes/complaint/heat?version=9"), 404)


def test_figures_and_shares_of_a_period(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("manager")
    figures = door.get(f"/monitor/figures?{PERIOD}").json
    assert figures is not None
    assert (figures["received"], figures["closed"], figures["in_target"]) == (1, 0, None)
    shares = door.get(f"/monitor/shares?{PERIOD}&by=channel").json
    assert shares == {"items": [{"value": "phone", "count": 1}]}
    problem(door.get("/monitor/figures?since=2030-01-01T00:00:00Z&until=2020-01-01T00:00:00Z"), 422)
    problem(door.get(f"/monitor/shares?{PERIOD}&by=narrative"), 422)


def test_staff_see_no_numbers_of_the_house(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    for path in ("/monitor/board", "/monitor/processes/complaint/heat", f"/monitor/figures?{PERIOD}", "/exports"):
        problem(as_("wang").get(path), 403)


def test_an_export_takes_the_parameters_of_the_list(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("manager")
    assert rows(door, "/cases/export?columns=number&channel=phone")[1:] == [[case["number"]]]
    assert rows(door, "/cases/export?columns=number&channel=mail")[1:] == []
    assert rows(door, "/cases/export?columns=number&columns=channel&received_from=2020-01-01T00:00:00Z")[1:] == [
        [case["number"], "电话"]
    ]
    assert len(rows(door, "/tasks/export?box=open&process=complaint")) == 2
    assert len(rows(door, "/tasks/export?box=open&overdue=true")) == 1
    problem(door.get("/cases/export?limit=5"), 422)
    problem(door.get("/cases/export?format=pdf"), 422)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("what", sorted(exporting.COLUMNS))
def test_every_column_of_a_worked_case_is_exported_in_words(
    as_: Callable[[str], Door], case: dict[str, Any], what: str, kind: str
) -> None:
    with transaction() as session:
        found = session.scalars(select(Case).where(Case.number == case["number"])).one()
        found.nature, found.issue, found.cause, found.risk = "product", "durability", "quality", "high"
        found.severity, found.impact, found.upheld, found.remedy = 3, 2, "full", "refund"
        found.outcome, found.satisfaction, found.owner = "resolved", "satisfied", "nobody any more"
    columns = "&".join(f"columns={column.name}" for column in exporting.COLUMNS[what])
    fixed = "&box=open" if what == "tasks" else ""
    answer = as_("manager").get(f"/{what}/export?format={kind}&{columns}{fixed}")
    assert answer.status_code == 200, answer.text
    if what == "cases" and kind == "csv":
        assert "耐用性不佳" in answer.text


def test_instances_are_exported_as_the_search_finds_them(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("manager")
    columns = "columns=number&columns=status&columns=waiting&columns=summary"
    (found,) = rows(door, f"/instances/export?{columns}&status=running&number={case['number'][:8]}")[1:]
    assert found == [case["number"], "运行中", "受理", COMPLAINT["narrative"]]
    assert rows(door, f"/instances/export?{columns}&status=completed")[1:] == []
    assert rows(door, f"/instances/export?{columns}&incident=1")[1:] == []
    assert rows(as_("owner"), f"/instances/export?{columns}")[1][3] == ""  # process owners see no complaint
    problem(as_("wang").get("/instances/export"), 403)


def test_a_workbook_opens_and_neutralises_formulas(as_: Callable[[str], Door], process: None) -> None:
    as_("li").post("/cases", {**COMPLAINT, "summary": "=HYPERLINK(1)"})
    answer = as_("manager").get("/cases/export?format=xlsx&columns=summary")
    assert answer.headers["X-Rows"] == "1"
    assert "attachment" in answer.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet["A2"].value == "'=HYPERLINK(1)"
    assert sheet["A2"].data_type == "s"


def test_everybody_exports_only_what_they_may_see(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    assert rows(as_("zhao"), "/cases/export?columns=number")[1:] == []
    problem(as_("admin").get("/cases/export"), 403)
    problem(as_("owner").get("/tasks/export"), 403)


def test_exports_are_on_record(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    manager = as_("manager")
    rows(manager, "/cases/export?columns=number&channel=phone")
    found = as_("auditor").get("/exports").json
    assert found is not None
    (kept,) = found["items"]
    assert manager.person is not None
    assert kept["person_id"] == str(manager.person.id)
    assert (kept["what"], kept["rows"], kept["filters"]) == ("cases", 1, {"channel": "phone"})


@pytest.mark.parametrize("path", ["/cases/export", "/tasks/export", "/instances/export"])
def test_a_file_is_in_the_language_of_the_request(as_: Callable[[str], Door], case: dict[str, Any], path: str) -> None:
    door = as_("manager")
    door.client.set_cookie("language", "en")
    assert rows(door, path)[0][0] == "Number"
