"""Small manners of the pages: pictures shown large, files refused by name, one time zone, limits told, paper."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from engine.db import transaction
from tests.journeys.conftest import Visitor
from tests.journeys.test_pages_in_browser import complain, open_form
from workflows import cases, evidence, people
from workflows.models import Case

pytestmark = pytest.mark.browser
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC"
)


def show(case: Case) -> None:
    """Add a picture to the evidence."""
    with transaction() as session:
        person = people.by_login(session, "staff")
        assert person is not None
        evidence.upload(session, person, cases.get(session, case.number), BytesIO(PNG), name="门上的凹痕.png")


@pytest.mark.parametrize(("language", "theme", "width"), [("zh", "light", 1440), ("en", "dark", 390)])
def test_a_picture_of_the_evidence_is_shown_large(
    visit: Callable[..., Visitor], language: str, theme: str, width: int
) -> None:
    case, _ = complain()
    show(case)
    staff = visit(language=language, theme=theme, width=width)
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}#tab-evidence")
    page = staff.page
    page.locator("#tab-evidence").click()
    staff.picture(f"evidence-{language}")
    page.locator("button.thumb").click()
    dialog = page.locator("dialog.picture")
    expect(dialog).to_be_visible()
    expect(dialog.locator("h2")).to_have_text("门上的凹痕.png")
    page.wait_for_function("document.querySelector('dialog.picture img').naturalWidth === 10")
    staff.picture(f"large-{language}")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.locator("button.thumb")).to_be_focused()
    assert staff.complaints == []


def test_a_file_which_is_too_large_is_refused_by_name_before_it_is_sent(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    staff = visit()
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}#tab-evidence")
    page = staff.page
    expect(page.locator("form[data-upload]")).to_contain_text("单个文件不超过 50 MB：图片（PNG")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.locator("form[data-upload]").evaluate("one => { one.dataset.megabytes = '1' }")
    large = {"name": "录像.mp4", "mimeType": "video/mp4", "buffer": b"\x00" * (2 << 20)}
    page.set_input_files("form[data-upload] input", [large])  # type: ignore[list-item]
    toast = page.locator(".toast.danger")
    expect(toast).to_contain_text("录像.mp4 未能上传")
    expect(toast).to_contain_text("文件有 2 MB，单个文件不得超过 1 MB。")
    staff.picture("too-large")
    assert sent == []


def test_a_file_which_is_too_large_for_the_server_is_named_with_the_limit(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    staff = visit()
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}#tab-evidence")
    staff.page.route("**/evidence", lambda route: route.fulfill(status=413, body="<h1>Too large</h1>"))
    small = {"name": "录像.mp4", "mimeType": "video/mp4", "buffer": b"\x00" * 20}
    staff.page.set_input_files("form[data-upload] input", [small])  # type: ignore[list-item]
    expect(staff.page.locator(".toast.danger")).to_contain_text("录像.mp4 未能上传")
    expect(staff.page.locator(".toast.danger")).to_contain_text("单个文件不得超过 50 MB")


def test_all_times_are_the_enterprises_wherever_the_browser_is(browser: Browser, site: str) -> None:
    case, task = complain()
    context = browser.new_context(locale="en-GB", timezone_id="America/New_York")
    try:
        staff = Visitor(context.new_page(), site, None)
        context.add_cookies([{"name": "language", "value": "en", "url": site}])
        staff.log_in("staff")
        open_form(staff, task)
        staff.page.fill('[id$="-Field_additions"]', "seen")
        state = staff.page.locator("[data-draft-state]")
        expect(state).to_contain_text("Draft saved at")
        told = (state.text_content() or "").split()[-1]
        here = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai"))
        assert abs(int(told[:2]) * 60 + int(told[3:]) - here.hour * 60 - here.minute) in {0, 1, 1439}
        received = case.received_at.astimezone(ZoneInfo("Asia/Shanghai"))
        titles = staff.page.locator("time[title]").evaluate_all("all => all.map((one) => one.title)")
        assert any(f"{received:%H:%M}" in title for title in titles)
        staff.open("/intake")
        staff.page.fill('[name="complainant.name"]', "Lin")
        staff.page.fill("[name=narrative]", "The door has a dent")
        staff.page.fill("[name=occurred_at]", "2026-03-08T02:30")
        staff.page.click("[data-intake] button[type=submit]")
        staff.page.check("[data-confirmed]")
        staff.page.click("[data-register]")
        staff.page.locator(".big-number").wait_for()
    finally:
        context.close()
    with transaction() as session:
        taken = session.scalars(select(Case).order_by(Case.received_at.desc())).first()
        assert taken is not None
        assert taken.occurred_at == datetime(2026, 3, 7, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(("language", "told"), [("zh", "最多 2000 个字"), ("en", "At most 2000 characters")])
def test_a_reason_which_is_too_long_is_told(visit: Callable[..., Visitor], language: str, told: str) -> None:
    _, task = complain()
    staff = visit(language=language, width=390)
    staff.log_in("staff")
    open_form(staff, task)
    page = staff.page
    page.locator(".actions summary").click()
    page.locator("[data-ask=transfer]").click()
    reason = page.locator("#transfer-reason")
    reason.fill("字" * 1999)
    reason.press("End")
    page.keyboard.insert_text("超出")
    expect(page.locator("#transfer [data-length]")).to_contain_text(told)
    staff.picture(f"limit-{language}")
    reason.press("Backspace")
    expect(page.locator("#transfer [data-length]")).to_have_class("hint")
    reason.fill("短")
    expect(page.locator("#transfer [data-length]")).to_have_text("")


def test_a_printed_task_has_no_buttons(visit: Callable[..., Visitor]) -> None:
    _, task = complain()
    staff = visit()
    staff.log_in("staff")
    open_form(staff, task)
    staff.page.emulate_media(media="print")
    staff.picture("paper")
    for part in (".complete", "form[data-upload]", "#comment-text", "button[data-act]", "[data-complete]"):
        for one in staff.page.locator(part).all():
            expect(one).to_be_hidden()
    expect(staff.page.locator("[data-task]")).to_be_visible()


def test_a_comment_does_not_turn_what_stands_after_it(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    with transaction() as session:
        author = people.by_login(session, "staff")
        assert author is not None
        cases.comment(session, author, cases.get(session, case.number), "发票 \u202egpj.exe")
    staff = visit()
    staff.log_in("staff")
    staff.open(f"/cases/{case.number}")
    text = staff.page.locator(".comment .keep-lines bdi")
    assert text.text_content() == "发票 \u202egpj.exe"
    assert text.evaluate("one => getComputedStyle(one).unicodeBidi") in {"isolate", "plaintext"}
