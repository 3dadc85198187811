"""What somebody typed is not lost: when the language is switched, when a file is refused, when an amount is wrong."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine.db import transaction
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain
from workflows.models import Case

pytestmark = pytest.mark.browser


def test_switching_the_language_keeps_what_a_complainant_typed(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.open("/complain")
    page = visitor.page
    page.fill("#f-narrative", "豆浆机漏电\n打了三次电话")
    page.fill("#f-phone", "13912345678")
    page.locator("details summary").last.click()
    page.fill("#f-order_no", "DD-1")
    page.click("[data-language=en]")
    page.get_by_role("heading", name="Tell us what went wrong").wait_for()
    expect(page.locator("#f-narrative")).to_have_value("豆浆机漏电\n打了三次电话")
    expect(page.locator("#f-phone")).to_have_value("13912345678")
    expect(page.locator("#f-order_no")).to_be_visible()
    page.click("form.card button[type=submit]")
    page.click("button[value=confirmed]")
    page.locator(".big-number").wait_for()
    visitor.open("/complain")
    expect(page.locator("#f-narrative")).to_have_value("")
    with transaction() as session:
        assert session.scalars(select(Case)).one().order_no == "DD-1"


def test_switching_the_language_keeps_what_is_taken_down_at_the_desk(visit: Callable[..., Visitor]) -> None:
    staff = visit()
    staff.log_in("staff")
    staff.open("/intake")
    page = staff.page
    page.check("[name=channel][value=counter]")
    page.fill('[name="complainant.name"]', "林小满")
    page.select_option('[name="complainant.tier"]', "vip")
    page.fill("[name=narrative]", "冰箱门有凹痕")
    page.click("[data-language=en]")
    page.get_by_role("heading", name="Register a complaint").wait_for()
    expect(page.locator('[name="complainant.name"]')).to_have_value("林小满")
    expect(page.locator('[name="complainant.tier"]')).to_have_value("vip")
    expect(page.locator("[name=narrative]")).to_have_value("冰箱门有凹痕")
    expect(page.locator("[name=channel][value=counter]")).to_be_checked()


def test_a_negative_amount_is_told_before_it_is_read_back(visit: Callable[..., Visitor]) -> None:
    staff = visit()
    staff.log_in("staff")
    staff.open("/intake")
    page = staff.page
    page.fill('[name="complainant.name"]', "林小满")
    page.fill("[name=narrative]", "冰箱门有凹痕")
    page.fill("[name=amount_claimed]", "-5")
    page.click("[data-intake] button[type=submit]")
    fault = page.locator('[data-fault="amount_claimed"]')
    expect(fault).to_have_text("不能为负数。")
    expect(page.locator("[data-readback]")).to_be_hidden()
    page.fill("[name=amount_claimed]", "5")
    page.click("[data-intake] button[type=submit]")
    expect(page.locator("[data-readback]")).to_be_visible()


def test_a_refused_file_is_named_to_staff(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    staff = visit()
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}#tab-evidence")
    staff.page.set_input_files(
        "[data-upload] input[type=file]",
        [
            {"name": "程序.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\xff" * 20},
            {"name": "照片.txt", "mimeType": "text/plain", "buffer": b"ok"},
        ],
    )
    toast = staff.page.locator(".toast.danger")
    expect(toast).to_contain_text("程序.exe 未能上传")
    expect(toast).to_contain_text("可上传：图片")
    staff.picture("refused")
    expect(staff.page.locator(".files")).to_contain_text("照片.txt")


def test_too_many_files_are_told_before_they_are_sent(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    visitor = visit()
    visitor.open(f"/follow?number={case.number}")
    page = visitor.page
    page.fill("#tail", "5678")
    page.click("main button[type=submit]")
    page.fill("#text", "都在这里")
    files = [{"name": f"{one}.txt", "mimeType": "text/plain", "buffer": b"x"} for one in range(11)]
    page.set_input_files("#file", files)  # type: ignore[arg-type]
    assert page.evaluate("document.getElementById('file').validationMessage") == "一次最多 10 个文件，您选了 11 个。"
    exe = {"name": "程序.exe", "mimeType": "application/octet-stream", "buffer": b"MZ\x00\xff" * 20}
    page.set_input_files("#file", [exe])  # type: ignore[list-item]
    page.click("form:has(#file) button[type=submit]")
    expect(page.locator("#text")).to_have_value("都在这里")
    expect(page.locator(".field .error")).to_contain_text("“程序.exe”：不支持此类文件")
    visitor.picture("refused")
    page.set_input_files("#file", files[:2])  # type: ignore[arg-type]
    page.click("form:has(#file) button[type=submit]")
    expect(page.locator("#added")).to_contain_text("1.txt")
    visitor.picture("added")
