"""What is only looked at: colours mean what the legend says, editors keep their looks to themselves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from engine import definitions
from engine.db import transaction
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk
from tests.journeys.test_pages_in_browser import complain
from workflows import starters

pytestmark = pytest.mark.browser
PAINT = """(id) => {
  const drawn = document.querySelector(`.djs-element[data-element-id="${id}"] .djs-visual > :first-child`);
  const { fill, stroke } = getComputedStyle(drawn);
  return [fill, stroke];
}"""
DRAWN = ("End_Closed", "Service_ReleasePlan", "Rule_Risk")  # green, orange, white
DRESS = """() => [...document.querySelectorAll('[data-panel] :is(input, textarea), .djs-palette .entry')].map((one) => {
  const { color, backgroundColor, borderColor, fontSize } = getComputedStyle(one);
  return [color, backgroundColor, borderColor, fontSize];
})"""

TYPEABLE = "[data-panel] :is(input, textarea, select):enabled, [data-panel] [contenteditable=true]"


def test_colours_which_an_owner_drew_are_not_taken_for_marks(visit: Callable[..., Visitor]) -> None:
    case, _ = complain()
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    manager, owner = visit(), visit(theme="dark")
    manager.log_in("manager")
    owner.log_in("owner")
    for visitor, path, drawn in (
        (manager, f"/instances/{case.instance_id}", "[data-diagram]"),
        (owner, "/monitor/complaint", "[data-heat]"),
        (owner, "/studio/complaint/versions?old=1&new=draft", "[data-compare]"),
    ):
        visitor.open(path)
        visitor.page.locator(f"{drawn}[data-ready=yes]").wait_for()
        fills = {tuple(visitor.page.evaluate(PAINT, one)) for one in DRAWN}
        assert len(fills) == 1, path
        visitor.picture(path.rpartition("/")[2].partition("?")[0])


def test_a_form_which_was_open_changes_nothing_of_the_diagrams_panel(visit: Callable[..., Visitor]) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit()
    owner.log_in("owner")
    desk = Desk(owner, "complaint").open()
    desk.select("Task_Accept")
    before = desk.page.evaluate(DRESS)
    desk.file("complaint-accept.form")
    desk.page.locator(".fjs-palette").wait_for()
    desk.file("complaint.bpmn")
    desk.page.locator(".djs-palette").wait_for()
    desk.select("Task_Accept")
    assert len(before) > 20
    assert desk.page.evaluate(DRESS) == before


def test_what_is_in_use_is_looked_at_before_a_draft_is_begun(visit: Callable[..., Visitor]) -> None:
    owner = visit()
    owner.log_in("owner")
    desk = Desk(owner, "complaint").open()
    desk.select("Task_Accept")
    expect(desk.page.locator("[data-panel] [name=name-zh]")).to_have_value("受理登记与复述确认")
    assert desk.page.locator(TYPEABLE).count() == 0
    owner.picture("version-diagram")
    desk.file("risk-level.dmn")
    expect(desk.page.locator(".tjs-table")).to_be_visible()
    desk.file("complaint-accept.form")
    expect(desk.page.locator(".form-preview .fjs-form")).to_be_visible()
    expect(desk.page.locator("[data-panel]")).to_be_hidden()
    owner.picture("version-form")
    desk.page.get_by_role("button", name="开始草稿").click()
    desk.page.locator("[data-studio][data-ready=yes][data-readonly=no]").wait_for()
    assert [text for text in owner.complaints if "form-js" not in text] == []


def test_in_review_nothing_looks_as_if_it_could_be_changed(visit: Callable[..., Visitor]) -> None:
    with transaction() as session:
        rev = definitions.open_draft(session, "complaint", author="system").rev
        definitions.submit_draft(session, "complaint", author="system", if_rev=rev, note="改名")
    approver = visit(language="en")
    approver.log_in("approver")
    desk = Desk(approver, "complaint").open()
    for element in ("Task_Accept", "Service_ReleasePlan", "Rule_Risk"):
        desk.look_at(element)
        desk.select(element)
        closed = desk.page.locator("[data-panel] .bio-properties-panel-group-header:not(.open)")
        closed.evaluate_all("all => all.forEach((one) => one.click())")
        desk.page.wait_for_timeout(300)
        assert desk.page.locator("[data-panel] :is(input, textarea, select)").count() > 3
        assert desk.page.locator(TYPEABLE).count() == 0
    expect(desk.page.get_by_text("In review: read-only.")).to_be_visible()
    approver.picture("review")
    approver.open("/studio/complaint/versions")
    desk.page.get_by_role("button", name="Approve").click()
    desk.page.locator("#approve button[value=send]").click()
    expect(desk.page.get_by_text("Approved").first).to_be_visible()


@pytest.mark.parametrize("width", [1280, 1440])
def test_at_first_nothing_is_drawn_under_the_tools(visit: Callable[..., Visitor], width: int) -> None:
    with transaction() as session:
        definitions.create_draft(session, "empty", starters.files("empty"), author="system")
    owner = visit(width=width)
    owner.log_in("owner")
    page = Desk(owner, "empty").open().page
    tools = [page.locator(one).bounding_box() for one in (".djs-palette", ".bts-toggle-mode", ".djs-minimap")]
    shapes = [one.bounding_box() for one in page.locator(".djs-shape > .djs-visual").all()]
    assert len(shapes) > 1
    for shape in shapes:
        for tool in tools:
            assert shape is not None
            assert tool is not None
            apart = shape["x"] >= tool["x"] + tool["width"] or shape["x"] + shape["width"] <= tool["x"]
            assert apart or shape["y"] >= tool["y"] + tool["height"] or shape["y"] + shape["height"] <= tool["y"]
    owner.picture("first")


def test_forms_stand_in_the_order_of_the_steps_and_are_chosen_by_name(visit: Callable[..., Visitor]) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit()
    owner.log_in("owner")
    desk = Desk(owner, "complaint").open()
    forms = desk.page.locator(".files .file.form").evaluate_all("all => all.map((one) => one.dataset.path)")
    begun = ["complaint-accept.form", "complaint-classify.form", "complaint-plan.form"]
    assert forms[:3] == begun
    assert forms[-1] == "complaint-revisit.form"
    desk.select("Task_Accept")
    chosen = desk.page.locator("[data-panel] [name=form-id] option:checked")
    expect(chosen).to_have_text("受理登记与复述确认 (complaint-accept)")


def test_a_value_of_the_wrong_kind_is_told_by_the_name_of_its_field(visit: Callable[..., Visitor]) -> None:
    with transaction() as session:
        definitions.open_draft(session, "complaint", author="system")
    owner = visit()
    owner.log_in("owner")
    desk = Desk(owner, "complaint").open()
    desk.file("approval-levels.dmn")
    field = desk.page.locator("[data-panel] .try label.field", has=desk.page.locator("input[inputmode=decimal]")).first
    name = field.locator("span").inner_text()
    field.locator("input").fill("viele")
    desk.page.locator("[data-panel] .try button.primary").click()
    result = desk.page.locator("[data-panel] .result")
    expect(result).to_contain_text(f"{name}：值不属于类型 number")
    expect(result).to_be_in_viewport()
