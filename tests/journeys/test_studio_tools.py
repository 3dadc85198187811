"""The tools of the diagram editor: they say what they are, open where one looks, and work in Chinese and on a phone."""

from collections.abc import Callable

import pytest
from lxml import etree
from playwright.sync_api import expect

from engine import definitions
from engine.db import transaction
from engine.models import Draft
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(visit: Callable[..., Visitor]) -> Desk:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit()
    owner.log_in("owner")
    return Desk(owner, "complaint").open()


def test_every_tool_has_a_tool_tip_in_chinese(desk: Desk) -> None:
    desk.select("Task_Accept")
    for tools in (".djs-palette .entry", ".djs-context-pad.open .entry"):
        titles = [one.get_attribute("title") or "" for one in desk.page.locator(tools).all()]
        assert len(titles) > 5
        assert [title for title in titles if not any("\u4e00" <= sign <= "\u9fff" for sign in title)] == []


def test_menus_open_beside_the_element(desk: Desk) -> None:
    x, y = desk.middle("Task_Accept")
    for action in ("set-color", "replace"):
        desk.select("Task_Accept")
        desk.pad(action)
        box = desk.page.locator(".djs-popup").bounding_box()
        assert box is not None
        assert abs(box["x"] - x) < 400
        assert abs(box["y"] - y) < 400
        desk.page.keyboard.press("Escape")
    assert desk.visitor.complaints == []


def test_finding_works_with_an_input_method(desk: Desk) -> None:
    desk.away()
    desk.page.keyboard.press("Control+f")
    desk.page.locator(".djs-search-input input").fill("满意度回访")  # no key is pressed: as an input method does it
    expect(desk.page.locator(".djs-search-result").first).to_contain_text("满意度回访")
    desk.page.keyboard.press("Enter")
    assert desk.selected() == "Task_Revisit"


def test_finding_needs_no_click_on_the_canvas_first(desk: Desk) -> None:
    desk.page.locator("h1").click()
    desk.page.keyboard.press("Control+f")
    expect(desk.page.locator(".djs-search-input input")).to_be_focused()


def test_a_finding_calls_its_step_by_name(desk: Desk) -> None:
    desk.select("Task_Accept")
    desk.fill("name-en", "")
    desk.page.evaluate("document.querySelector('[data-problems]').open = true")
    with transaction() as session:
        file = next(one for one in session.get_one(Draft, "complaint").files if one.path == "complaint.bpmn")
        file.content = file.content.replace(b'formId="complaint-accept"', b'formId="nobody-drew-it"')
    desk.page.reload()
    desk.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
    line = desk.page.locator(".finding-line.error", has_text="Task_Accept").first
    expect(line.locator("strong")).to_have_text("受理登记与复述确认")


BRIGHT = """() => [...document.querySelectorAll('.studio *')].filter((one) => {
  const [red, green, blue, alpha = 1] = (getComputedStyle(one).backgroundColor.match(/[\\d.]+/g) ?? []).map(Number);
  const { width, height } = one.getBoundingClientRect();
  return red > 225 && green > 225 && blue > 225 && alpha > 0.5 && width * height > 4000;
}).map((one) => one.className?.baseVal ?? one.className)"""


@pytest.mark.parametrize("kind", ["bpmn", "dmn", "form"])
def test_in_the_dark_no_editor_stays_bright(visit: Callable[..., Visitor], kind: str) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit(language="en", theme="dark")
    owner.log_in("owner")
    page = Desk(owner, "complaint").open().page
    page.locator(f".files .file.{kind}").first.click()
    page.locator({"bpmn": ".djs-palette", "dmn": ".tjs-table", "form": ".fjs-palette"}[kind]).wait_for()
    assert page.evaluate(BRIGHT) == []
    assert (
        page.evaluate(
            "[...document.querySelectorAll('svg text')].filter((one) => /inherit/.test(one.style.fontFamily)).length"
        )
        == 0
    )
    owner.picture(f"dark-{kind}")


def test_a_comparison_in_english_shows_english_labels(visit: Callable[..., Visitor]) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit(language="en")
    owner.log_in("owner")
    owner.open("/studio/complaint/versions?old=1&new=draft")
    owner.page.locator("[data-compare][data-ready=yes]").wait_for()
    label = owner.page.locator('.compare [data-element-id="Task_Accept"] text').first
    expect(label).to_contain_text("Accept")


def _stored(element_id: str) -> tuple[str | None, str | None]:
    """Name and English name of an element in the draft."""
    with transaction() as session:
        [content] = [one.content for one in session.get_one(Draft, "complaint").files if one.path == "complaint.bpmn"]
    [found] = etree.fromstring(content).xpath("//*[@id=$id]", id=element_id)
    english = found.xpath("./*[local-name()='extensionElements']//*[@name='redress:name-en']/@value")
    return found.get("name"), english[0] if english else None


def test_in_english_the_canvas_is_english_and_what_is_typed_there_is_the_translation(
    visit: Callable[..., Visitor],
) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit(language="en")
    owner.log_in("owner")
    desk = Desk(owner, "complaint").open()
    drawn = [
        one for one in desk.page.locator(".djs-label").all_text_contents() if any(sign >= "\u4e00" for sign in one)
    ]
    assert drawn == []
    owner.picture("canvas")

    before = _stored("Task_Accept")
    desk.name("Task_Accept", "Take it in")
    expect(desk.element("Task_Accept").locator("text")).to_contain_text("Take it in")
    desk.save()
    assert _stored("Task_Accept") == (before[0], "Take it in")
    desk.undo_until(lambda: "Take" not in (desk.element("Task_Accept").text_content() or ""))
    desk.save()
    assert _stored("Task_Accept") == before

    desk.select("Task_Accept")  # panel and canvas share one list of what can be undone
    desk.fill("name-en", "By the panel")
    desk.name("Task_Accept", "")
    desk.name("Task_Accept", "By hand")
    expect(desk.element("Task_Accept").locator("text")).to_contain_text("By hand")
    original = (before[1] or "").replace(" ", "")
    desk.undo_until(lambda: original in (desk.element("Task_Accept").text_content() or "").replace(" ", ""))
    desk.save()
    assert _stored("Task_Accept") == before

    desk.select("Task_Accept")  # what has no translation shows its Chinese name; typing gives it one
    desk.fill("name-en", "")
    expect(desk.element("Task_Accept").locator("text")).to_contain_text("受理")
    desk.name("Task_Accept", "Accept 受理 🎧")
    desk.save()
    assert _stored("Task_Accept") == (before[0], "Accept 受理 🎧")

    desk.select("Gateway_Accepted")  # a name beside its element follows the panel
    desk.fill("name-en", "What came of it?")
    expect(desk.page.locator('[data-element-id="Gateway_Accepted_label"] text')).to_contain_text("What came")
    assert owner.complaints == []


def test_a_phone_shows_a_draft_and_says_that_it_cannot_be_edited_there(visit: Callable[..., Visitor]) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit(width=390, height=844)
    owner.log_in("owner")
    page = Desk(owner, "complaint").open().page
    expect(page.get_by_text("在手机上只能查看")).to_be_visible()
    expect(page.locator(".djs-palette")).to_be_hidden()
    expect(page.locator('[data-draft="submit"]')).to_be_hidden()
    page.locator('.files [data-path="complaint-accept.form"]').click()
    expect(page.locator(".form-preview .fjs-form")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert owner.complaints == []
