"""What waits in the browser: the desk's half-written complaint, a draft without a connection, a session which ended."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.db import transaction
from engine.models import UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain, open_form
from workflows import demo
from workflows.models import Case

pytestmark = pytest.mark.browser
KEPT = "Object.keys(sessionStorage).filter((one) => one.startsWith('typed:') || one.startsWith('draft:'))"


def take_down(page: Page) -> None:
    page.fill('[name="complainant.name"]', "林小满")
    page.fill("[name=narrative]", "冰箱门有凹痕")


def log_in_again(page: Page, login: str) -> None:
    page.fill("#login", login)
    page.fill("#password", demo.PASSWORD)
    page.click("form[data-login] button[type=submit]")
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", 1440), ("en", "dark", 390)])
def test_what_is_taken_down_outlives_a_reload_until_it_is_registered(
    visit: Callable[..., Visitor], language: str, theme: str, width: int
) -> None:
    staff = visit(language=language, theme=theme, width=width)
    staff.log_in("staff")
    staff.open("/intake")
    page = staff.page
    expect(page.locator("[data-restored-notice]")).to_be_hidden()
    take_down(page)
    page.reload()
    expect(page.locator("[data-restored-notice]")).to_be_visible()
    staff.picture(f"restored-{language}")
    expect(page.locator("[name=narrative]")).to_have_value("冰箱门有凹痕")
    page.click("[data-intake] button[type=submit]")
    expect(page.locator("[data-readback]")).to_be_visible()
    staff.picture(f"readback-{language}")
    back, on = page.locator("[data-back]").bounding_box(), page.locator("[data-register]").bounding_box()
    assert back
    assert on
    assert back["height"] == on["height"]
    page.go_back()
    expect(page.locator("[name=narrative]")).to_be_visible()
    expect(page.locator("[name=narrative]")).to_have_value("冰箱门有凹痕")
    page.click("[data-intake] button[type=submit]")
    page.check("[data-confirmed]")
    page.click("[data-register]")
    page.locator(".big-number").wait_for()
    assert page.evaluate(KEPT) == []
    page.go_back()
    expect(page.locator("[name=narrative]")).to_have_value("")
    staff.open("/intake")
    expect(page.locator("[name=narrative]")).to_have_value("")
    with transaction() as session:
        assert len(session.scalars(select(Case)).all()) == 1
    assert staff.complaints == []


def test_an_answer_which_got_lost_does_not_register_twice(visit: Callable[..., Visitor]) -> None:
    staff = visit()
    staff.log_in("staff")
    staff.open("/intake")
    page = staff.page
    take_down(page)
    page.route("**/api/v1/cases", lambda route: (route.fetch(), route.abort()))
    page.click("[data-intake] button[type=submit]")
    page.check("[data-confirmed]")
    page.click("[data-register]")
    expect(page.locator(".toast.danger")).to_contain_text("连不上服务器")
    page.unroute_all()
    page.reload()
    page.click("[data-intake] button[type=submit]")
    page.check("[data-confirmed]")
    page.click("[data-register]")
    page.locator(".big-number").wait_for()
    with transaction() as session:
        assert len(session.scalars(select(Case)).all()) == 1


def test_nobody_else_finds_what_was_taken_down(visit: Callable[..., Visitor]) -> None:
    staff = visit()
    staff.log_in("staff")
    staff.open("/intake")
    take_down(staff.page)
    staff.page.context.clear_cookies(name="session")
    staff.log_in("staff2")
    staff.open("/intake")
    expect(staff.page.locator("[name=narrative]")).to_have_value("")
    take_down(staff.page)
    staff.page.locator("summary[aria-label=我的账户]").click()
    staff.page.get_by_text("退出登录").click()
    staff.page.wait_for_url("**/login")
    assert staff.page.evaluate(KEPT) == []
    expect(staff.page.locator("[data-ended]")).to_be_hidden()


def test_a_draft_is_saved_once_there_is_a_connection_again(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    page = staff.page
    page.context.set_offline(True)
    page.fill('[id$="-Field_additions"]', "在没有网络的仓库里写的")
    state = page.locator("[data-draft-state]")
    expect(state).to_have_text("离线，草稿暂存于本页")
    expect(state).to_have_class("state unsaved")
    staff.picture("offline")
    page.context.set_offline(False)
    expect(state).to_contain_text("草稿已于")
    expect(state).to_have_class("state")
    with transaction() as session:
        assert (session.get_one(UserTask, task.id).draft or {})["additions"] == "在没有网络的仓库里写的"


def test_a_draft_is_tried_again_where_no_event_tells_of_the_connection(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit(language="en", theme="dark", width=390)
    staff.log_in("staff")
    open_form(staff, task)
    page = staff.page
    page.route("**/draft", lambda route: route.abort())
    page.fill('[id$="-Field_additions"]', "Written while the server was away")
    expect(page.locator("[data-draft-state]")).to_have_text("Offline: the draft is kept on this page")
    staff.picture("offline-small")
    page.unroute_all()
    expect(page.locator("[data-draft-state]")).to_contain_text("Draft saved at")


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", 1440), ("en", "dark", 390)])
def test_the_login_says_that_the_session_ended_and_the_text_is_kept(
    visit: Callable[..., Visitor], language: str, theme: str, width: int
) -> None:
    case, _ = complain()
    staff = visit(language=language, theme=theme, width=width)
    staff.open("/login")
    expect(staff.page.locator("[data-ended]")).to_be_hidden()
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}#tab-comments")
    page = staff.page
    page.locator("#tab-comments").click()
    page.fill("#comment-text", "客户答应周五前寄回")
    page.context.clear_cookies(name="session")
    page.locator("form:has(#comment-text) button[type=submit]").click()
    page.wait_for_url("**/login?next=**")
    expect(page.locator("[data-ended]")).to_be_visible()
    expect(page.locator("[data-ended-kept]")).to_be_visible()
    staff.picture(f"ended-{language}")
    log_in_again(page, "staff")
    expect(page.locator("#comment-text")).to_have_value("客户答应周五前寄回")
    page.locator("#tab-comments").click()
    page.locator("form:has(#comment-text) button[type=submit]").click()
    expect(page.locator(".comment")).to_contain_text("客户答应周五前寄回")
    expect(page.locator("#comment-text")).to_have_value("")


def test_a_reason_in_a_dialog_is_there_again_after_the_login(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    page = staff.page
    page.locator("summary", has_text="更多").click()
    page.get_by_text("转办…").click()
    expect(page.locator("details.menu[open]")).to_have_count(0)  # the menu does not stay open behind its dialog
    page.fill("#transfer-reason", "属于质量问题")
    page.context.clear_cookies(name="session")
    page.select_option("#f-department", "quality")
    page.locator("#transfer button[value=send]").click()
    page.wait_for_url("**/login?next=**")
    log_in_again(page, "staff")
    page.locator("[data-task][data-ready]").wait_for()
    page.locator("summary", has_text="更多").click()
    page.get_by_text("转办…").click()
    expect(page.locator("#transfer-reason")).to_have_value("属于质量问题")
    page.locator("#transfer [data-close]").click()
    page.locator("summary", has_text="更多").click()
    page.get_by_text("转办…").click()
    expect(page.locator("#transfer-reason")).to_have_value("")
