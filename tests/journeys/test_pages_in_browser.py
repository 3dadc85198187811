"""Pages in a real browser: usable by everybody, in both languages and looks, on a phone, by keyboard, under attack."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select

from engine.db import transaction
from engine.models import UserTask
from tests.journeys.conftest import Visitor
from workflows import cases, demo, people, usertasks
from workflows.models import Case
from workflows.parties import Identity
from workflows.receiving import Complaint, receive

pytestmark = pytest.mark.browser
LONG = "很长的一句话没有空格也没有标点" * 30
EVIL = '<script>document.title="owned"</script><img src=x onerror="document.title=\'owned\'">[x](javascript:alert(1))'

ACCEPTED = {
    "verified": "verified", "additions": "包装箱也破了", "read_back": True, "accept_outcome": "accepted",
}  # fmt: skip


def complain(narrative: str = "冰箱门有凹痕，客服不给换，要求退款。", **changes: Any) -> tuple[Case, UserTask]:
    """A complaint at its first step, waiting in customer service."""
    identity = Identity(name="林小满", phone="13912345678", mail="lin@example.com")
    with transaction() as session:
        case = receive(session, Complaint(narrative, "phone", identity, **changes), actor="complainant")
        task = session.scalars(select(UserTask).where(UserTask.instance_id == case.instance_id)).one()
        return case, task


def addresses(case: Case, task: UserTask) -> list[str]:
    """Every page of the staff."""
    return [
        "/inbox?box=department",
        "/inbox?box=done",
        "/cases",
        f"/cases/{case.number}",
        f"/cases/{case.number}/receipt",
        f"/tasks/{task.id}",
        f"/instances/{case.instance_id}",
        "/intake",
        "/notices",
        "/nowhere",
    ]


PUBLIC = ["/login", "/complain", "/follow"]


@pytest.mark.parametrize(("language", "theme"), [("zh", "light"), ("en", "dark")])
def test_nobody_is_kept_out(visit: Callable[..., Visitor], language: str, theme: str) -> None:
    case, task = complain()
    staff = visit(language=language, theme=theme)
    found = []

    def check(path: str) -> None:
        staff.open(path)
        for box in staff.page.locator("[data-task]").all():
            box.and_(staff.page.locator("[data-ready]")).wait_for()
        for violation in Axe().run(staff.page).response["violations"]:
            if violation["impact"] in {"serious", "critical"}:
                found.append((path, violation["id"], [node["target"] for node in violation["nodes"]]))

    for path in PUBLIC:
        check(path)
    staff.log_in("staff")
    for path in addresses(case, task):
        check(path)
    assert found == []
    assert [text for text in staff.complaints if "404" not in text] == []


@pytest.mark.parametrize(("width", "language"), [(360, "zh"), (360, "en"), (768, "en"), (1440, "zh")])
def test_nothing_sticks_out(visit: Callable[..., Visitor], width: int, language: str) -> None:
    unbroken = "ununterbrochen" * 150  # 2,100 letters without a blank
    case, task = complain(LONG if language == "zh" else unbroken, product=LONG[:200], order_no="A" * 200)
    with transaction() as session:
        author = people.by_login(session, "staff")
        assert author is not None
        cases.comment(session, author, cases.get(session, case.number), unbroken)
    staff = visit(language=language, width=width, height=740)
    wide = []

    def check(path: str) -> None:
        staff.open(path)
        if staff.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wide.append(path)
        # a scrolling panel of its own (the timeline beside a case) must not hide text at its side either
        for panel in staff.page.locator("aside.card").all():
            if panel.evaluate("one => one.scrollWidth > one.clientWidth"):
                wide.append(f"{path}: aside")

    for path in PUBLIC:
        check(path)
    staff.log_in("staff")
    for path in addresses(case, task):
        check(path)
    assert wide == []


def test_hostile_text_stays_text_in_forms_and_files(visit: Callable[..., Visitor]) -> None:
    case, task = complain(EVIL, summary=EVIL, product=EVIL[:200])
    staff = visit()
    staff.log_in("staff")
    for path in addresses(case, task):
        staff.open(path)
        assert "owned" not in staff.page.title(), path
        assert staff.page.locator('a[href^="javascript"]').count() == 0, path
    assert staff.page.locator("img[onerror]").count() == 0


def open_form(visitor: Visitor, task: UserTask) -> None:
    visitor.open(f"/tasks/{task.id}")
    visitor.page.locator("[data-task][data-ready]").wait_for()


def test_a_draft_is_kept_without_asking_and_found_again(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    staff.page.fill('[id$="-Field_additions"]', "补充：包装箱也破了")
    staff.page.get_by_text("草稿已于").wait_for()
    open_form(staff, task)
    assert staff.page.input_value('[id$="-Field_additions"]') == "补充：包装箱也破了"
    staff.page.locator("summary", has_text="更多").click()
    staff.page.get_by_text("转办…").click()
    staff.page.select_option("#f-department", "quality")
    staff.page.fill("#transfer-reason", "属于质量问题")
    staff.page.locator("#transfer button[value=send]").click()
    staff.page.wait_for_url("**/inbox")
    with transaction() as session:
        moved = session.get_one(UserTask, task.id)
        assert (moved.department, moved.draft and moved.draft["additions"]) == ("quality", "补充：包装箱也破了")


def test_who_was_slower_keeps_what_they_typed(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    slow = visit()
    slow.log_in("staff")
    open_form(slow, task)
    with transaction() as session:
        other = people.by_login(session, "staff2")
        assert other is not None
        usertasks.save_draft(session, other, task.id, {"additions": "别人写的"}, rev=task.rev)
    slow.page.fill('[id$="-Field_additions"]', "我写的一大段话")
    notice = slow.page.locator("[data-conflict]")
    notice.wait_for()
    slow.picture("conflict")
    assert slow.page.input_value('[id$="-Field_additions"]') == "我写的一大段话"
    assert "我写的一大段话" in (notice.locator("[data-typed]").text_content() or "")
    with transaction() as session:
        assert session.get_one(UserTask, task.id).draft == {"additions": "别人写的"}
    slow.page.click("[data-mine]")
    slow.page.get_by_text("草稿已于").wait_for()
    with transaction() as session:
        draft = session.get_one(UserTask, task.id).draft
        assert draft is not None
        assert draft["additions"] == "我写的一大段话"


def test_what_could_not_be_sent_is_found_again_after_the_login(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    staff.page.context.clear_cookies(name="session")
    staff.page.on("dialog", lambda dialog: dialog.accept())
    staff.page.fill('[id$="-Field_additions"]', "会话过期前写的")
    staff.page.wait_for_url("**/login?next=**")
    staff.page.fill("#login", "staff")
    staff.page.fill("#password", demo.PASSWORD)
    staff.page.click("form[data-login] button[type=submit]")
    staff.page.locator("[data-task][data-ready]").wait_for()
    assert staff.page.input_value('[id$="-Field_additions"]') == "会话过期前写的"
    staff.page.get_by_text("草稿已于").wait_for()


def test_a_refreshed_list_keeps_filters_and_place(visit: Callable[..., Visitor]) -> None:
    complain()
    _, second = complain("空调多收费，要求退款。")
    staff = visit()
    staff.log_in("staff")
    staff.open("/inbox?box=department")
    staff.page.fill("#f-text", "空调")
    rows = staff.page.locator("[data-rows] > li")
    expect(rows).to_have_count(1)
    assert "text=" in staff.page.url
    staff.page.evaluate("document.activeElement.blur()")
    staff.page.keyboard.press("j")
    with staff.page.expect_response(lambda response: "/inbox" in response.url):
        staff.page.evaluate("document.body.dispatchEvent(new CustomEvent('refresh'))")
    staff.page.wait_for_load_state("networkidle")
    assert rows.count() == 1
    assert rows.get_attribute("id") == f"row-{second.id}"
    assert rows.get_attribute("data-here") == ""
    staff.open("/cases")
    staff.page.go_back()
    staff.page.wait_for_load_state("networkidle")
    assert staff.page.locator("nav.side").count() == 1
    assert staff.page.input_value("#f-text") == "空调"


def test_an_incomplete_form_says_what_is_missing(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    staff.page.click("[data-complete]")
    staff.page.get_by_text("请先填好标出的字段。").wait_for()
    assert staff.page.get_by_text("此项必填。").count() >= 1
    with transaction() as session:
        assert session.get_one(UserTask, task.id).status == "open"


def test_the_inbox_is_worked_by_keyboard(visit: Callable[..., Visitor]) -> None:
    complain()
    _, second = complain("第二件：空调多收费，要求退款。")
    staff = visit()
    staff.log_in("staff")
    staff.open("/inbox?box=department")
    keyboard = staff.page.keyboard
    keyboard.press("j")
    keyboard.press("j")
    here = staff.page.locator("[data-rows] > li[data-here]")
    assert here.get_attribute("id") == f"row-{second.id}"
    keyboard.press("c")
    staff.page.get_by_text("已签收：").wait_for()
    with transaction() as session:
        assert session.get_one(UserTask, second.id).assignee is not None
    keyboard.press("?")
    assert staff.page.locator("#keys").is_visible()
    keyboard.press("Escape")
    staff.page.locator("#keys").wait_for(state="hidden")
    keyboard.press("/")
    expect(staff.page.locator("[role=search] [type=search]")).to_be_focused()
    keyboard.press("Escape")
    staff.page.evaluate("document.activeElement.blur()")
    keyboard.press("g")
    keyboard.press("c")
    staff.page.wait_for_url("**/cases")


def test_several_tasks_are_claimed_at_once_and_a_filter_is_kept_by_name(visit: Callable[..., Visitor]) -> None:
    tasks = [complain(f"第 {number} 件：空调多收费，要求退款。")[1] for number in range(3)]
    staff = visit()
    staff.log_in("staff")
    page = staff.page
    staff.open("/inbox?box=department")
    rows = page.locator("[data-rows] > li")
    expect(rows).to_have_count(3)
    for task in tasks[:2]:
        page.locator(f"#row-{task.id} input[type=checkbox]").check()
    with transaction() as session:
        other = people.by_login(session, "staff2")
        assert other is not None
        usertasks.claim(session, other, tasks[0].id)
    page.locator("[data-many=claim]").click()
    expect(page.locator("[data-report] strong")).to_have_text("成功 1 项，未成功 1 项")
    expect(rows).to_have_count(1)
    expect(page.locator("#boxes .tabs a").first).to_contain_text("1")

    page.locator("#f-sort").select_option("priority")
    page.wait_for_url("**sort=priority**")
    page.get_by_text("保存此筛选…").click()
    page.fill("#filter-name", "优先")
    page.locator("#save-filter button[value=send]").click()
    chip = page.locator(".chip", has_text="优先")
    expect(chip).to_contain_text("1")
    staff.open("/inbox")
    chip.locator("a").click()
    page.wait_for_url("**box=department&sort=priority**")
    expect(page.locator("#f-sort")).to_have_value("priority")
    chip.locator("button").click()
    expect(chip).to_have_count(0)
    assert [text for text in staff.complaints if "409" not in text and "412" not in text] == []


def test_a_completed_step_is_taken_back_from_its_page(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    with transaction() as session:
        me = people.by_login(session, "staff")
        assert me is not None
        usertasks.complete(session, me, task.id, ACCEPTED)
    staff = visit()
    staff.log_in("staff")
    staff.open(f"/tasks/{task.id}")
    staff.page.locator("[data-ask=withdraw]").click()
    staff.page.fill("#withdraw-reason", "填错了")
    staff.page.locator("#withdraw button[value=send]").click()
    staff.page.wait_for_url("**/inbox")
    row = staff.page.locator("[data-rows] > li")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("有草稿")
    row.locator(".what a").click()
    expect(staff.page.locator('[id$="-Field_additions"]')).to_have_value("包装箱也破了")


def test_language_and_look_are_switched_on_the_page(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/login")
    visitor.page.click("[data-language=en]")
    visitor.page.get_by_role("heading", name="Log in").wait_for()
    visitor.page.get_by_label("Appearance").click()
    visitor.page.click('[data-theme-choice="dark"]')
    assert visitor.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 22, 27)"
    visitor.open("/login")
    assert visitor.page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_a_wrong_password_is_told_beside_the_form(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/login")
    visitor.page.fill("#login", "staff")
    visitor.page.fill("#password", "wrong")
    visitor.page.click("form[data-login] button[type=submit]")
    error = visitor.page.locator("[data-login] [data-error]")
    error.wait_for()
    assert error.inner_text().strip()
    assert "/login" in visitor.page.url


def test_the_diagram_shows_where_the_case_stands(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    staff = visit(language="en")
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}")
    box = staff.page.locator("[data-diagram][data-ready=yes]")
    box.wait_for()
    assert box.locator(".djs-element.here[data-element-id=Task_Accept]").count() == 1
    assert box.locator(".token").inner_text() == "1"
    assert box.locator(".bjs-powered-by").is_visible()
    assert "Accept and read" in (box.locator("[data-element-id=Task_Accept]").text_content() or "")


def test_a_complainant_files_and_follows_on_a_phone_without_scripts(
    visit: Callable[..., Visitor], browser: Any, site: str
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/complain")
    page.fill("#f-narrative", "豆浆机漏电，打了三次电话没人管。")
    page.fill("#f-phone", "13912345678")
    page.click("form button[type=submit]")
    page.click("button[value=confirmed]")
    number = page.inner_text(".big-number")
    page.goto(f"{site}/follow?number={number}")
    page.fill("#tail", "5678")
    page.click("main button[type=submit]")
    assert "豆浆机漏电" in page.inner_text("h1")
    assert page.locator("[aria-current=step]").inner_text().startswith("受理")
    context.close()
