"""The managers' pages: what they show, whom they let in, and that every number leads to what it counts."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from engine.clock import now
from engine.db import transaction
from engine.models import UserTask
from tests.web.conftest import COMPLAINT, Door, problem
from tests.web.pages.test_pages import HTML, page
from web.pages.dashboard import _more, _points
from workflows.models import Case, Person


def make_late(task_id: str) -> None:
    with transaction() as session:
        task = session.get_one(UserTask, task_id)
        task.due_at = task.created_at


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_managers_pages_open_in_both_languages(
    as_: Callable[[str], Door], case: dict[str, Any], task: dict[str, Any], language: str
) -> None:
    door = as_("manager")
    for path in (
        "/monitor",
        "/monitor?department=customer_service&overdue=1",
        "/monitor/complaint",
        "/monitor/complaint?version=1&days=30&by=p90",
        f"/monitor/complaint/{task['element_id']}",
        "/monitor/instances",
        f"/monitor/instances?number={case['number'][:6]}&status=running&key=complaint&version=1",
        "/dashboard",
        "/dashboard?from=2026-01-01&to=2026-01-31",
        "/dashboard?from=nonsense&to=0001-01-01",
    ):
        text = page(door, path, language)
        assert "undefined" not in text.lower()
        assert ">None<" not in text


def test_a_period_which_ends_before_it_begins_is_told_and_stays_as_it_was_typed(
    as_: Callable[[str], Door], process: None
) -> None:
    door = as_("manager")
    text = page(door, "/dashboard?from=2026-02-01&to=2026-01-31")
    assert "起始日期晚于截止日期，请更正" in text
    assert 'name="from" value="2026-02-01" aria-invalid="true"' in text
    assert 'name="to" value="2026-01-31" aria-invalid="true"' in text
    assert "later than the last" in page(door, "/dashboard?from=2026-02-01&to=2026-01-31", "en")
    assert "时段最长十年" in page(door, "/dashboard?from=2005-01-01&to=2026-01-31")
    assert "aria-invalid" not in page(door, "/dashboard?from=2026-01-31&to=2026-01-31")


def test_an_empty_house_says_that_nothing_waits(as_: Callable[[str], Door], process: None) -> None:
    door = as_("manager")
    assert "没有在办的任务" in page(door, "/monitor")
    assert "还没有任务" in page(door, "/monitor/complaint")
    assert "还没有流程实例" in page(door, "/monitor/instances")
    assert "这段时间没有投诉" in page(door, "/dashboard")
    assert door.client.get("/monitor/nothing", headers=HTML).status_code == 404


def test_staff_have_no_monitor_and_owners_see_numbers_but_no_lists(
    as_: Callable[[str], Door], task: dict[str, Any]
) -> None:
    element = f"/monitor/complaint/{task['element_id']}"
    for path in ("/monitor", "/monitor/complaint", "/monitor/instances", "/dashboard", element):
        assert as_("wang").client.get(path, headers=HTML).status_code == 403
    owner = as_("owner")
    assert element not in page(owner, "/monitor")
    assert owner.client.get(element, headers=HTML).status_code == 403
    assert str(COMPLAINT["product"]) not in page(owner, "/monitor/instances")


def test_the_board_leads_to_the_late_tasks_of_a_step(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    make_late(task["id"])
    door = as_("manager")
    (address,) = set(re.findall(r'href="(/monitor/complaint/[^"]*overdue=1)"', page(door, "/monitor")))
    assert task["id"] in page(door, address.replace("&amp;", "&"))


def test_the_list_of_a_step_is_narrowed_by_its_filters(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door, address = as_("manager"), f"/monitor/complaint/{task['element_id']}"
    assert task["id"] in page(door, f"{address}?unclaimed=1&department=customer_service&text=电饭煲")
    for narrowed in ("overdue=1", "department=legal", "version=2", f"assignee={task['id']}", "text=洗衣机"):
        if narrowed.startswith("version"):
            assert door.client.get(f"{address}?{narrowed}", headers=HTML).status_code == 404
        else:
            assert task["id"] not in page(door, f"{address}?{narrowed}")
    answer = door.client.get(address, headers={**HTML, "HX-Request": "true"})
    assert "<html" not in answer.text


def test_a_manager_acts_on_several_tasks_and_an_auditor_only_looks(
    as_: Callable[[str], Door], task: dict[str, Any]
) -> None:
    address = f"/monitor/complaint/{task['element_id']}"
    assert 'data-many="assign"' in page(as_("manager"), address)
    assert 'data-many="assign"' not in page(as_("auditor"), address)


def test_an_instance_is_found_by_number_person_and_text(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door, instance = as_("manager"), case["instance_id"]
    for found in (f"number={case['number'].lower()}", "text=电饭煲", "status=running", "version=1"):
        assert instance in page(door, f"/monitor/instances?{found}"), found
    person = str(door.person.id) if door.person else ""
    for other in ("number=TS1999", "text=洗衣机", "status=suspended", "version=9", "incident=1", f"person={person}"):
        assert instance not in page(door, f"/monitor/instances?{other}"), other


def test_somebody_named_in_a_case_does_not_find_its_instance(as_: Callable[[str], Door], process: None) -> None:
    manager = as_("manager")
    assert manager.person is not None
    made = as_("li").post("/cases", {**COMPLAINT, "named": [str(manager.person.id)]}).json
    assert made is not None
    assert made["instance_id"] not in page(manager, "/monitor/instances")


def test_every_figure_of_the_dashboard_leads_to_its_cases(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("manager")
    text = page(door, "/dashboard").replace("&amp;", "&")
    links = set(re.findall(r'href="(/cases\?[^"]+)"', text))
    assert any("channel=phone" in link for link in links)
    weeks = sorted(link for link in links if link.count("=") == 3 and "closed" not in link and "status" not in link)
    for link in links - set(weeks):
        assert (case["number"] in page(door, link)) != ("closed_from" in link), link
    assert [case["number"] in page(door, link) for link in weeks].count(True) == 2  # the period, and its last week


def test_a_change_is_good_or_bad_by_what_is_counted() -> None:
    assert _more(120, 100, 1) == ("+20 %", "good")
    assert _more(120, 100, -1) == ("+20 %", "danger")
    assert _more(120, 100, 0) == ("+20 %", "")
    assert _more(12, 0, 1)[1] == ""
    assert _points(0.9, 0.95, 100)[1] == "danger"
    assert _points(None, 0.5, 100)[1] == ""


def test_a_change_from_a_few_is_told_as_the_number_it_was() -> None:
    assert _more(54, 7, 1) == ("此前 7", "")
    assert _points(0.9, 0.5, 2) == ("此前 50.0 %", "")


def test_the_classes_of_the_solving_time_lead_each_to_its_own_cases(
    as_: Callable[[str], Door], case: dict[str, Any]
) -> None:
    with transaction() as session:
        row = session.scalars(select(Case).where(Case.number == case["number"])).one()
        row.closed_at = now()
        row.received_at = row.closed_at - timedelta(days=4)
    door = as_("manager")
    text = page(door, "/dashboard").replace("&amp;", "&")
    links = re.findall(r'href="(/cases\?[^"]*span=\d)"', text)
    assert [link[-1] for link in links] == ["2"]
    assert case["number"] in page(door, links[0])
    for other in "0134":
        assert case["number"] not in page(door, f"{links[0][:-1]}{other}")
    exported = door.get(f"/cases?span=2&closed_from={quote('2020-01-01T00:00:00Z')}").json
    assert exported is not None
    assert [one["number"] for one in exported["items"]] == [case["number"]]


@pytest.mark.parametrize(("hours", "missed"), [(1, True), (-1, False)])
def test_the_share_closed_in_target_leads_to_those_closed_late(
    as_: Callable[[str], Door], case: dict[str, Any], hours: int, missed: bool
) -> None:
    with transaction() as session:
        row = session.scalars(select(Case).where(Case.number == case["number"])).one()
        row.status, row.promised_at = "closed", now() - timedelta(hours=2)
        row.closed_at = row.promised_at + timedelta(hours=hours)
        row.received_at = row.promised_at - timedelta(hours=9)
    door = as_("manager")
    found = re.findall(r'href="(/cases\?[^"]*missed=true[^"]*)"', page(door, "/dashboard").replace("&amp;", "&"))
    assert len(found) == missed  # where none was late, nothing leads to them
    for link in found:
        assert case["number"] in page(door, link)
        assert case["number"] not in page(door, link.replace("missed=true", "missed=false"))
    items = door.get("/cases?missed=true").json["items"]  # type: ignore[index]
    assert [one["number"] for one in items] == [case["number"]] * missed


def test_who_has_not_answered_is_called_so(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    with transaction() as session:
        row = session.scalars(select(Case).where(Case.number == case["number"])).one()
        row.closed_at, row.status = now(), "closed"
    text = page(as_("manager"), "/dashboard")
    assert "未评价" in text
    assert "1 件结案中 0 件有评价" in text


def test_hostile_addresses_are_refused_or_ignored(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("manager")
    assert door.client.get("/monitor/instances?after=abc", headers=HTML).status_code == 422
    for path in ("/monitor?department=<script>", "/monitor/complaint?version=x&days=-1&by=<script>"):
        assert "<script>" not in page(door, path).partition("<body>")[2].replace('<script type="module"', "")
    problem(door.get("/cases/export?columns=phone_clear"), 422)


def test_numbers_lead_to_lists_of_the_departments_one_oversees(
    as_: Callable[[str], Door], task: dict[str, Any], world: dict[str, Person]
) -> None:
    link = f'href="/monitor/complaint/{task["element_id"]}?'
    with transaction() as session:
        session.get_one(Person, world["fa"].id).roles = ["management"]
    assert link in page(as_("manager"), "/monitor")
    assert link not in page(as_("fa"), "/monitor")  # management of the legal department; the task is customer service's
    with transaction() as session:
        session.get_one(Person, world["fa"].id).department = "management"
    assert link in page(as_("fa"), "/monitor")


def test_a_step_which_no_diagram_has_is_not_found(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("manager")
    assert door.client.get("/monitor/complaint/Nope", headers=HTML).status_code == 404
    assert door.client.get(f"/monitor/complaint/{task['element_id']}", headers=HTML).status_code == 200


def test_the_list_of_instances_says_in_which_order_it_is(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    assert "最新登记的在前" in page(as_("manager"), "/monitor/instances")
