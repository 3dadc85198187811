"""Drawing in the studio as people do it: by mouse and keyboard on the canvas, in the panel and the editors."""

from collections.abc import Callable
from contextlib import suppress

from playwright.sync_api import Error, Locator, Page, expect

from tests.journeys.conftest import Visitor


class Desk:
    """The studio open on a draft."""

    def __init__(self, visitor: Visitor, key: str) -> None:
        self.visitor, self.page, self.key = visitor, visitor.page, key

    def open(self) -> "Desk":
        """Open the draft and wait until everything is there."""
        self.visitor.open(f"/studio/{self.key}")
        self.page.locator("[data-studio][data-ready=yes]").wait_for(timeout=60_000)
        return self

    def element(self, element_id: str) -> Locator:
        """The element on the canvas."""
        return self.page.locator(f'.djs-element[data-element-id="{element_id}"]')

    def ids(self) -> set[str]:
        """All elements on the canvas."""
        return set(
            self.page.evaluate("[...document.querySelectorAll('.djs-element')].map(one => one.dataset.elementId)")
        )

    def count_changes(self, before: int) -> None:
        """Wait until there are more or fewer elements than `before`."""
        expect(self.page.locator(".djs-element")).not_to_have_count(before)

    def middle(self, element_id: str) -> tuple[float, float]:
        """Where to click for an element."""
        box = self.element(element_id).locator(".djs-visual").first.bounding_box()
        assert box is not None, element_id
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def look_at(self, element_id: str, left: int = 250, top: int | None = None) -> None:
        """Scroll the canvas until the element stands `left` pixels from its edge (and `top` from above)."""
        box = self.page.locator("[data-canvas]").bounding_box()
        assert box is not None
        for _ in range(8):
            x, y = self.middle(element_id)
            across, down = x - box["x"] - left, 0 if top is None else y - box["y"] - top
            if abs(across) < 15 and abs(down) < 15:
                return
            self.page.mouse.move(box["x"] + 600, box["y"] + 100)
            if abs(across) >= 15:
                self.page.keyboard.down("Shift")
                self.page.mouse.wheel(0, across / 0.75)
                self.page.keyboard.up("Shift")
            if abs(down) >= 15:
                self.page.mouse.wheel(0, down / 0.75)
            self.page.wait_for_timeout(120)

    def smaller(self) -> None:
        """Zoom out by one step."""
        self.away()
        self.page.keyboard.press("Control+-")

    def away(self) -> None:
        """Click on the empty canvas."""
        box = self.page.locator("[data-canvas]").bounding_box()
        assert box is not None
        self.page.mouse.click(box["x"] + box["width"] - 60, box["y"] + box["height"] - 60)

    def select(self, element_id: str) -> None:
        """Click on an element, with nothing of another one's before it."""
        selected = self.page.locator(f'.djs-element.selected[data-element-id="{element_id}"]')
        for patience in (4_000, 8_000, 16_000):  # a canvas which still moves lets a click go past
            self.away()
            self.page.mouse.click(*self.middle(element_id))
            with suppress(Error):
                selected.wait_for(timeout=patience)
                return
        selected.wait_for(timeout=1_000)

    def pad(self, action: str) -> None:
        """Click an entry of the context pad."""
        self.page.locator(f'.djs-context-pad.open .entry[data-action="{action}"]').click()

    def connect(self, source: str, target: str) -> str:
        """Draw a flow; its id."""
        before = self.ids()
        self.select(source)
        self.pad("connect")
        x, y = self.middle(target)
        self.page.mouse.move(x - 30, y, steps=4)
        self.page.mouse.move(x, y, steps=4)
        self.page.mouse.click(x, y)
        (flow,) = self._made(before)
        return flow

    def insert_user_task(self, flow: str, at: tuple[float, float]) -> str:
        """Take a task from the palette, drop it on a flow, make it a user task; its id."""
        before = self.ids()
        self.page.locator('.djs-palette .entry[data-action="create.task"]').click()
        self.page.mouse.move(at[0] - 20, at[1], steps=4)
        self.page.mouse.move(*at, steps=4)
        self.page.mouse.click(*at)
        made = self._made(before)
        assert flow in self.ids()
        (task,) = [one for one in made if one.startswith(("Activity_", "Task_"))]
        self.page.keyboard.press("Escape")
        self.select(task)
        before = self.ids()
        self.pad("replace")
        self.page.locator('.djs-popup .entry[data-id="replace-with-user-task"]').click()
        self.page.locator(".bio-properties-panel-header-type", has_text="用户任务").wait_for()
        return self.selected()

    def add_lane_below(self, at: tuple[float, float]) -> str:
        """Add a lane below the one at a point; its id."""
        before = self.ids()
        self.away()
        self.page.mouse.click(*at)
        self.pad("lane-insert-below")
        (lane,) = self._made(before)
        self.page.locator(f'.djs-element.selected[data-element-id="{lane}"]').wait_for()
        return lane

    def drag(self, element_id: str, to: tuple[float, float]) -> None:
        """Move an element, so that its middle comes to a point."""
        x, y = self.middle(element_id)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + (to[0] - x) / 4, y + (to[1] - y) / 4, steps=4)
        self.page.mouse.move(*to, steps=8)
        self.page.mouse.up()
        self.page.locator(".djs-dragging, .djs-drag-active").first.wait_for(state="detached")

    def selected(self) -> str:
        """The element which is selected."""
        found = self.page.locator(".djs-element.selected").first.get_attribute("data-element-id")
        assert found is not None
        return found

    def undo_until(self, done: Callable[[], bool]) -> None:
        """Undo step by step until something is as it was."""
        self.away()
        for _ in range(20):
            if done():
                return
            self.page.keyboard.press("Control+z")
            self.page.wait_for_timeout(100)
        raise AssertionError("undoing 20 steps did not bring it back")

    def fill(self, name: str, text: str) -> None:
        """Type into a field of the panel, and leave it."""
        field = self.page.locator(f'[data-panel] [name="{name}"]')
        field.fill(text)
        field.press("Tab")

    def name(self, element_id: str, text: str) -> None:
        """Double-click an element on the canvas and type its name."""
        self.away()
        self.page.mouse.dblclick(*self.middle(element_id))
        self.page.locator(".djs-direct-editing-content").fill(text)
        self.away()

    def choose(self, name: str, value: str) -> None:
        """Choose in the panel."""
        self.page.locator(f'[data-panel] [name="{name}"]').select_option(value)

    def file(self, path: str) -> None:
        """Open another file of the bundle."""
        tab = self.page.locator(f'.files [data-path="{path}"]')
        tab.click()
        self.page.locator("[data-canvas]:not(.loading)").wait_for()

    def add_file(self, kind: str, name: str) -> None:
        """Add an empty file."""
        self.page.locator('[data-open="new-file"]').click()
        self.page.locator("#new-file [name=kind]").select_option(kind)
        self.page.locator("#new-file [name=name]").fill(name)
        self.page.locator("#new-file button[type=submit]").click()
        self.page.locator(f'.files [data-path="{name}.{kind}"][aria-selected=true]').wait_for()

    def save(self) -> None:
        """Save, and wait until it is."""
        self.page.wait_for_timeout(500)  # the panel waits a moment before it takes what was typed
        self.page.keyboard.press("Control+s")
        self.page.locator("[data-saved][data-state=saved]").wait_for()

    def findings(self) -> list[str]:
        """What the gate says, after asking it."""
        self.page.locator("[data-problems]").evaluate("one => { one.open = false; }")
        self.page.locator('[data-draft="check"]').click()
        self.page.locator("[data-problems][open]").wait_for(timeout=60_000)
        return self.page.locator("[data-problems] li").all_inner_texts()

    def errors(self) -> list[str]:
        """Those of the findings shown which refuse the draft."""
        return self.page.locator("[data-problems] li:has(.error)").all_inner_texts()

    def submit(self, note: str) -> None:
        """Hand the draft in."""
        self.page.locator('[data-draft="submit"]').click()
        self.page.locator("#submit[open]").wait_for(timeout=60_000)
        self.page.fill("#submit-note", note)
        send(self.page, "submit")
        self.page.locator("[data-studio][data-ready=yes][data-readonly=yes]").wait_for(timeout=60_000)

    def _made(self, before: set[str]) -> set[str]:
        self.page.locator(".djs-element").nth(len(before)).wait_for(state="attached")
        return {one for one in self.ids() - before if not one.endswith("_label")}


def send(page: Page, dialog: str) -> None:
    """Press the button which sends a dialog."""
    page.locator(f"#{dialog} button[value=send]").click()
