"""What is only looked at: colours mean what the legend says, editors keep their looks to themselves."""

from collections.abc import Callable

import pytest

from engine import definitions
from engine.db import transaction
from tests.journeys.conftest import Visitor
from tests.journeys.drawing import Desk
from tests.journeys.test_pages_in_browser import complain

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
