"""A manager's morning: the board and the heat show the overdue step, its tasks are reassigned and exported."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine import clock, instances
from engine.db import engine, transaction
from engine.models import TaskStatus, UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain
from workflows import people
from workflows.simulation import planting

pytestmark = pytest.mark.browser


def overdue(count: int) -> list[UserTask]:
    """So many complaints at their first step, too late by some hours; one more which is not."""
    with clock.at(clock.now() - timedelta(days=3)):
        late = [complain(f"第 {number + 1} 台冰箱不制冷，要求退款。")[1] for number in range(count)]
    complain("空调多收了安装费，要求退还。")
    return late


@pytest.fixture
def lived_in(site: str, request: pytest.FixtureRequest) -> None:
    """A house with work under way in all departments; with much of it where pictures are kept."""
    planting.plant(engine(), 120 if request.config.getoption("--pictures") else 6, seed=1)


@pytest.mark.usefixtures("lived_in")
def test_a_manager_finds_the_overdue_step_and_reassigns_its_tasks(visit: Callable[..., Visitor]) -> None:
    late = overdue(3)
    with transaction() as session:
        accepting = session.scalars(
            select(UserTask).where(UserTask.element_id == "Task_Accept", UserTask.status == TaskStatus.OPEN)
        ).all()
        waiting = len(accepting)
        too_late = sum(task.due_at is not None and task.due_at < clock.now() for task in accepting)
    manager = visit()
    manager.log_in("manager")
    page = manager.page
    manager.open("/monitor")
    expect(page.locator(".board tbody tr", has_text="受理登记").locator(".late").first).to_be_visible()
    manager.picture("board")

    page.locator(".processes a", has_text="投诉处理主流程").first.click()
    box = page.locator("[data-heat][data-ready=yes]")
    box.wait_for()
    shown = page.request.get(f"{manager.address}{box.get_attribute('data-heat')}").json()["elements"]
    most = max(one["open"] for one in shown)
    shade = min(4, waiting * 5 // most)
    expect(box.locator(f".djs-element.heat-{shade}[data-element-id=Task_Accept]")).to_have_count(1)
    marks = box.locator("[data-container-id=Task_Accept] .tally")
    assert marks.all_inner_texts() == [str(waiting), str(too_late)]
    manager.picture("heat")
    page.get_by_label("逾期率").check(force=True)
    page.wait_for_url("**by=overdue")

    box.locator("[data-container-id=Task_Accept] .tally.late").click()
    page.wait_for_url("**/Task_Accept?overdue=1")
    rows = page.locator("[data-rows] > li")
    expect(rows).to_have_count(too_late)
    rows.first.locator("input[type=checkbox]").check()
    rows.nth(1).locator("input[type=checkbox]").check()
    expect(page.locator("[data-chosen]")).to_have_text("已选 2 项")
    manager.picture("late-tasks")

    with transaction() as session:
        colleague = people.by_login(session, "staff2")
        assert colleague is not None
    page.locator("[data-many=assign]").click()
    page.select_option("#assign-to", str(colleague.id))
    page.fill("#assign-reason", "已逾期，请今天处理")
    manager.picture("assign")
    page.locator("#assign button[value=send]").click()
    expect(page.locator("[data-report]")).to_contain_text("成功 2 项")
    expect(page.locator("[data-rows] .avatar").nth(1)).to_be_visible()
    manager.picture("report")
    with transaction() as session:
        tasks = session.scalars(select(UserTask).where(UserTask.id.in_([task.id for task in late]))).all()
        assert [task.assignee for task in tasks].count(str(colleague.id)) == 2

    page.locator("[data-open=export]").click()
    page.locator("#export input[value=csv]").check()
    manager.picture("export")
    with page.expect_download() as download:
        page.locator("#export button[type=submit]").click()
    lines = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"), newline="")))
    assert len(lines) == too_late
    expect(page.locator(".toast")).to_contain_text(f"已导出行数：{too_late}")
    assert [line["办理人"] for line in lines].count(colleague.name_zh) >= 2
    assert manager.complaints == []


def test_an_export_which_fails_says_so_on_the_page_and_keeps_what_was_chosen(visit: Callable[..., Visitor]) -> None:
    manager = visit(language="en")
    manager.log_in("manager")
    manager.open("/cases?from=2026-99-99")
    page = manager.page
    chosen = page.locator("#export input[name=columns]:not(:checked)").first
    page.locator("[data-open=export]").click()
    chosen_name = chosen.get_attribute("value")
    chosen.check()
    page.locator("#export button[type=submit]").click()
    expect(page.locator(".toast.danger")).to_contain_text("received_from")
    page.locator("[data-open=export]").click()
    expect(page.locator(f"#export input[value={chosen_name}]")).to_be_checked()
    expect(page.locator("#export button[type=submit]")).to_be_enabled()


def test_a_refusal_among_several_is_told_and_stops_nothing(visit: Callable[..., Visitor]) -> None:
    first, second = overdue(2)
    manager = visit(language="en")
    manager.log_in("manager")
    manager.open("/monitor/complaint/Task_Accept?overdue=1")
    with transaction() as session:
        instances.suspend(session, first.instance_id, actor="system", reason="the complainant is abroad")
    manager.page.locator("[data-all]").check()
    manager.page.locator("[data-many=urge]").click()
    manager.page.fill("#urge-reason", "today, please")
    manager.page.locator("#urge button[value=send]").click()
    report = manager.page.locator("[data-report]")
    expect(report).to_contain_text("1 done, 1 refused")
    expect(report.locator(".failed")).to_have_count(1)
    with transaction() as session:
        assert session.get_one(UserTask, first.id).urged == 0
        assert session.get_one(UserTask, second.id).urged == 1


PATHS = (
    "/monitor",
    "/monitor/complaint",
    "/monitor/complaint/Task_Accept",
    "/monitor/instances",
    "/monitor/incidents",
    "/dashboard",
    "/cases?from=2020-01-01&nature=product",
    "/monitor?department=nothing",
    "/dashboard?from=2020-01-01&to=2020-02-01",
)


def ready(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    for mark in ("heat", "chart"):
        boxes = visitor.page.locator(f"[data-{mark}]")
        expect(visitor.page.locator(f"[data-{mark}][data-ready=yes]")).to_have_count(boxes.count())


@pytest.mark.parametrize("width", [360, 768, 1920])
def test_no_page_of_the_managers_sticks_out(visit: Callable[..., Visitor], width: int) -> None:
    overdue(1)
    manager = visit(width=width, height=740)
    manager.log_in("manager")
    wide = []
    for path in PATHS:
        ready(manager, path)
        if manager.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
    assert wide == []
