"""What a manager does on the page of an instance: moves a token after a try, goes back in time, suspends, retries."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine import clock
from engine.db import transaction
from engine.models import Incident, ProcessInstance, UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain
from workflows import people
from workflows.models import Case

pytestmark = pytest.mark.browser


def open_instance(manager: Visitor, case: Case) -> None:
    """The page with its diagram drawn."""
    manager.open(f"/instances/{case.instance_id}")
    manager.page.locator("[data-diagram][data-ready=yes]").wait_for()


def open_elements(case: Case) -> list[str]:
    """The elements of the open tasks of a case."""
    with transaction() as session:
        query = select(UserTask.element_id).where(UserTask.instance_id == case.instance_id, UserTask.status == "open")
        return sorted(session.scalars(query))


def failing(case: Case, **command: Any) -> Incident:
    """An open incident of the case's instance."""
    with transaction() as session:
        task = session.scalars(select(UserTask).where(UserTask.instance_id == case.instance_id)).one()
        found = Incident(
            instance_id=case.instance_id,
            element_id=task.element_id,
            task_id=task.id,
            cause="Task_Accept:boom",
            message="The register could not be reached",
            attempts=1,
            command={
                "key": "x", "kind": "complete", "actor": "system", "task_id": str(task.id),
                "element_id": task.element_id, "data": {}, **command,
            },
        )  # fmt: skip
        session.add(found)
        session.flush()
        return found


def test_a_token_is_moved_after_a_try_and_wrong_targets_say_why(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    manager = visit(language="en")
    manager.log_in("manager")
    open_instance(manager, case)
    page = manager.page
    page.locator("[data-move-open]").click()
    offered = page.locator("#move option").all_text_contents()
    assert len(offered) > 20
    assert [one for one in offered if any("\u4e00" <= sign <= "\u9fff" for sign in one)] == []
    page.select_option("#move-to", "Task_Revisit")
    verdict = page.locator("[data-verdict]")
    expect(verdict).to_contain_text("Refused: a token cannot be moved past legal review and approval")
    expect(page.locator("#move [type=submit]")).to_be_disabled()
    page.locator(".djs-element[data-element-id=Task_Classify]").click()
    expect(page.locator("#move-to")).to_have_value("Task_Classify")
    expect(verdict).to_contain_text("Would be cancelled: Accept")
    expect(verdict).to_contain_text("Would begin: Classify")
    manager.picture("move")
    assert open_elements(case) == ["Task_Accept"]
    page.fill("#move-reason", "accepted by phone")
    page.locator("#move [type=submit]").click()
    expect(page.get_by_text("The process was moved to another step")).to_be_visible()
    assert open_elements(case) == ["Task_Classify"]
    assert [text for text in manager.complaints if "403" not in text] == []


def test_the_way_can_be_walked_again(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    manager = visit()
    manager.log_in("manager")
    open_instance(manager, case)
    page = manager.page
    with transaction() as session:
        session.get_one(UserTask, open_task(case)).due_at = clock.now()
    page.locator("[data-travel-start]").click()
    told = page.locator("[data-travel-bar] output")
    expect(told).to_have_text("现在")
    page.locator("[data-travel-step='-1']").click()
    expect(told).not_to_have_text("现在")
    expect(page.locator(".djs-element.here")).to_have_count(1)


def open_task(case: Case) -> Any:
    """The id of the one task of a case."""
    with transaction() as session:
        return session.scalars(select(UserTask.id).where(UserTask.instance_id == case.instance_id)).one()


def test_an_instance_is_suspended_and_resumed_with_its_dates_kept(visit: Callable[..., Visitor]) -> None:
    case, task = complain()
    manager = visit()
    manager.log_in("manager")
    open_instance(manager, case)
    page = manager.page
    page.get_by_role("button", name="挂起").click()
    page.fill("#suspend-reason", "等待检测报告")
    page.locator("#suspend button[value=send]").click()
    expect(page.locator(".head .badge").first).to_have_text("已挂起")
    page.get_by_role("button", name="恢复").click()
    page.locator("#resume input[value=true]").check()
    page.fill("#resume-reason", "报告已到")
    page.locator("#resume button[value=send]").click()
    expect(page.locator(".head .badge").first).to_have_text("运行中")
    with transaction() as session:
        assert session.get_one(UserTask, task.id).due_at == task.due_at
    assert manager.complaints == []


def test_a_task_is_assigned_and_urged_from_its_instance(visit: Callable[..., Visitor]) -> None:
    case, task = complain()
    manager = visit()
    manager.log_in("manager")
    with transaction() as session:
        stranger, colleague = people.by_login(session, "logistics"), people.by_login(session, "staff2")
        assert stranger is not None
        assert colleague is not None
    open_instance(manager, case)
    page = manager.page
    page.locator("#tab-tasks").click()
    page.locator("[data-ask=assign]").click()
    page.select_option("#assign-to", str(stranger.id))
    page.fill("#assign-reason", "请办理")
    page.locator("#assign button[value=send]").click()
    expect(page.locator("#assign [data-error]")).to_contain_text("无权")
    page.select_option("#assign-to", str(colleague.id))
    page.locator("#assign button[value=send]").click()
    expect(page.locator("#panel-tab-tasks")).to_contain_text(colleague.name_zh)
    page.locator("[data-ask=urge]").click()
    page.fill("#urge-reason", "今天办完")
    page.locator("#urge button[value=send]").click()
    expect(page.locator("#urge")).to_be_hidden()
    page.locator("#tab-history").click()
    expect(page.locator("#panel-tab-history")).to_contain_text("催办")
    with transaction() as session:
        found = session.get_one(UserTask, task.id)
        assert (found.assignee, found.urged) == (str(colleague.id), 1)


def test_a_failed_step_is_repeated_with_corrected_data_which_must_be_json(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    incident = failing(case)
    manager = visit()
    manager.log_in("manager")
    open_instance(manager, case)
    page = manager.page
    dialog = page.locator(f"#retry-{incident.id}")
    page.locator(f"[data-ask='retry-{incident.id}']").click()
    dialog.locator("textarea").fill("{not json")
    dialog.locator("button[value=send]").click()
    expect(dialog.locator("[data-error]")).to_contain_text("不是有效的 JSON")
    dialog.locator("textarea").fill('{"accept_outcome": "nonsense"}')
    dialog.locator("button[value=send]").click()
    expect(dialog.locator("[data-error]")).not_to_contain_text("JSON")
    expect(dialog).to_be_visible()
    with transaction() as session:
        assert session.get_one(Incident, incident.id).status == "open"
        assert session.get_one(ProcessInstance, case.instance_id).status == "running"


def test_failures_of_one_cause_are_taken_together_and_what_is_refused_stays_ticked(
    visit: Callable[..., Visitor],
) -> None:
    for number in range(2):
        failing(complain(f"第 {number + 1} 台空调漏水。")[0])
    manager = visit()
    manager.log_in("manager")
    page = manager.page
    manager.open("/monitor/incidents")
    page.get_by_role("link", name="The register could not be reached").click()
    rows = page.locator("[data-rows] > li")
    expect(rows).to_have_count(2)
    page.locator("[data-all]").check()
    page.locator("[data-many=skip]").click()
    page.fill("#skip-reason", "系统已停用")
    page.locator("#skip button[value=send]").click()
    report = page.locator("[data-report]")
    expect(report).to_contain_text("成功 0 项，未成功 2 项")
    expect(report).to_contain_text("不知道是哪一处工作失败，请先重试一次")
    expect(page.locator(".pick input:checked")).to_have_count(2)
    manager.picture("incidents")
