"""A clerk's day at the task page: the calendar of a field, colleagues who urge and assign while one types."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from engine import instances
from engine.db import transaction
from engine.models import UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain, open_form
from workflows import people, usertasks

pytestmark = pytest.mark.browser


def field(page: Page, name: str) -> str:
    return page.locator(f'[id$="-{name}"]').input_value()


@pytest.mark.parametrize(("language", "monday"), [("zh", "周一"), ("en", "Mon")])
def test_a_day_and_a_time_are_chosen_by_clicks(visit: Callable[..., Visitor], language: str, monday: str) -> None:
    _, task = complain()
    staff = visit(language=language)
    staff.log_in("staff")
    open_form(staff, task)
    page = staff.page
    page.locator('[id$="-Field_occurred_at-date"]').click()
    calendar = page.locator(".flatpickr-calendar.open")
    expect(calendar.locator(".flatpickr-weekday").first).to_have_text(monday)
    assert calendar.evaluate("one => one.getBoundingClientRect().width") > 250  # it has its sheet
    today = calendar.locator(".flatpickr-day.today")
    assert today.evaluate("one => one.getBoundingClientRect().height") > 30
    staff.picture(f"calendar-{language}")
    today.click()
    page.locator('[id$="-Field_occurred_at-time"]').click()
    nine = page.locator(".fjs-dropdownlist-item", has_text="09:15")
    nine.scroll_into_view_if_needed()
    staff.picture(f"times-{language}")
    nine.click()
    expect(page.locator('[id$="-Field_occurred_at-time"]')).to_have_value("09:15")
    expect(page.locator('[id$="-Field_occurred_at-date"]')).to_have_value(
        datetime.now(UTC).astimezone().strftime("%Y/%m/%d" if language == "zh" else "%d/%m/%Y")
    )
    page.locator("[data-draft-state]").get_by_text("草稿已于" if language == "zh" else "Draft saved at").wait_for()
    with transaction() as session:
        draft = session.get_one(UserTask, task.id).draft
        assert draft is not None
        assert "T09:15" in draft["occurred_at"]
    assert staff.complaints == []


def test_urging_and_typing_do_not_disturb_each_other(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff, manager = visit(), visit()
    staff.log_in("staff")
    open_form(staff, task)
    manager.log_in("manager")
    open_form(manager, task)
    staff.page.fill('[id$="-Field_additions"]', "写到一半")
    staff.page.get_by_text("草稿已于").wait_for()
    manager.page.locator("summary", has_text="更多").click()
    manager.page.get_by_text("催办…").click()
    manager.page.fill("#urge-reason", "客户在等")
    manager.page.locator("#urge button[value=send]").click()
    manager.page.get_by_text("已催办").wait_for()
    with staff.page.expect_response(lambda answer: answer.url.endswith("/draft")) as saved:
        staff.page.fill('[id$="-Field_additions"]', "写完了")
    assert saved.value.status == 200
    expect(staff.page.locator("[data-conflict]")).to_be_hidden()
    with transaction() as session:
        kept = session.get_one(UserTask, task.id)
        assert (kept.urged, kept.draft and kept.draft["additions"]) == (1, "写完了")


def test_a_dialog_which_came_late_keeps_its_reason_and_is_sent_again(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    manager = visit()
    manager.log_in("manager")
    open_form(manager, task)
    with transaction() as session:
        staff, other = people.by_login(session, "staff"), people.by_login(session, "staff2")
        assert staff is not None
        assert other is not None
        usertasks.save_draft(session, staff, task.id, {"additions": "写到一半"}, rev=task.rev)
    page = manager.page
    page.locator("summary", has_text="更多").click()
    page.get_by_text("分派给…").click()
    page.select_option("#f-assignee", str(other.id))
    page.fill("#assign-reason", "她熟悉此客户")
    page.locator("#assign button[value=send]").click()
    error = page.locator("#assign [data-error]")
    expect(error).to_contain_text("再次发送")
    manager.picture("again")
    assert page.input_value("#assign-reason") == "她熟悉此客户"
    page.locator("#assign button[value=send]").click()
    page.get_by_text("已分派").wait_for()
    with transaction() as session:
        assert session.get_one(UserTask, task.id).assignee == str(other.id)


def test_who_came_late_to_a_claim_sees_whose_it_is(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    with transaction() as session:
        other = people.by_login(session, "staff2")
        assert other is not None
        usertasks.claim(session, other, task.id)
    staff.page.locator("[data-act$='/claim']").click()
    staff.page.locator(".toast.danger").wait_for()
    expect(staff.page.locator("[data-act$='/claim']")).to_have_count(0)
    expect(staff.page.locator(".head")).to_contain_text(other.name_zh)


def test_the_keyboard_keeps_its_place_when_a_row_is_claimed(visit: Callable[..., Visitor]) -> None:
    tasks = [complain(f"第 {number} 件：空调多收费，要求退款。")[1] for number in range(4)]
    staff = visit()
    staff.log_in("staff")
    staff.open("/inbox?box=department")
    page = staff.page
    rows, here = page.locator("[data-rows] > li"), page.locator("[data-rows] > li[data-here]")
    for _ in range(2):
        page.keyboard.press("j")
    expect(here).to_have_id(f"row-{tasks[1].id}")
    for left, place in ((3, tasks[2]), (2, tasks[3])):
        page.keyboard.press("c")
        expect(rows).to_have_count(left)
        expect(here).to_have_id(f"row-{place.id}")
    page.keyboard.press("c")
    expect(rows).to_have_count(1)
    expect(here).to_have_id(f"row-{tasks[0].id}")  # the last row was taken: the one before it
    page.keyboard.press("c")
    expect(rows).to_have_count(0)
    expect(page.locator(".bulk")).to_be_hidden()
    staff.open("/inbox?box=department")
    expect(page.locator(".bulk")).to_be_hidden()


def test_an_empty_box_of_mine_leads_to_what_waits_in_the_department(visit: Callable[..., Visitor]) -> None:
    complain()
    staff = visit()
    staff.log_in("staff")
    staff.open("/inbox")
    link = staff.page.locator(".empty a")
    expect(link).to_contain_text("1")
    staff.picture("empty")
    link.click()
    expect(staff.page.locator("[data-rows] > li")).to_have_count(1)


def test_a_suspended_task_says_so_and_is_not_filled_in(visit: Callable[..., Visitor]) -> None:
    case, task = complain()
    with transaction() as session:
        assert case.instance_id is not None
        instances.suspend(session, case.instance_id, actor="system", reason="投诉人出差，周五再联系")
    staff = visit(language="en")
    staff.log_in("staff")
    open_form(staff, task)
    expect(staff.page.locator("[data-standing]")).to_contain_text("投诉人出差，周五再联系")
    expect(staff.page.locator("[data-complete]")).to_have_count(0)
    assert staff.page.locator('[id$="-Field_additions"]').get_attribute("readonly") is not None
    staff.picture("suspended")
