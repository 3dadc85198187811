"""Saved filters and orders of the inbox, through the API and on its page."""

from collections.abc import Callable
from typing import Any

from tests.web.conftest import COMPLAINT, Door, problem
from tests.web.pages.test_pages import EVIL, page


def test_a_saved_filter_is_listed_with_its_count_and_deleted(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    made = door.post("/filters", {"name": "电话", "query": {"box": "department", "channel": "phone"}, "shared": True})
    assert made.status_code == 201, made.text
    assert made.json is not None
    assert made.json["department"] == "customer_service"
    listed = as_("li").get("/filters").json
    assert listed is not None
    assert [(one["name"], one["count"]) for one in listed["items"]] == [("电话", 1)]
    problem(as_("li").delete(f"/filters/{made.json['id']}"), 404)
    assert door.delete(f"/filters/{made.json['id']}").status_code == 204
    problem(door.delete(f"/filters/{made.json['id']}"), 404)


def test_a_filter_with_what_no_address_holds_is_refused(as_: Callable[[str], Door]) -> None:
    door = as_("wang")
    problem(door.post("/filters", {"name": "x", "query": {"after": "abc"}}), 422)
    problem(door.post("/filters", {"name": "", "query": {}}), 422)
    problem(door.post("/filters", {"name": "   ", "query": {}}), 422)
    problem(as_("owner").get("/filters"), 403)


def test_the_page_shows_filters_as_text_with_live_counts(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    door.post("/filters", {"name": EVIL[:60], "query": {"box": "department", "text": EVIL[:40]}})
    text = page(door, "/inbox?box=department&sort=priority")
    assert "<script>alert" not in text
    assert "保存此筛选" in text
    assert "&lt;script&gt;" in text


def test_the_tabs_count_and_a_live_refresh_brings_them(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    live = door.client.get("/inbox?box=department", headers={"Accept": "text/html", "HX-Request": "true"}).text
    assert '<div id="boxes" hx-swap-oob="true">' in live
    assert '本部门待签收<span class="count">1</span>' in live
    door.post(f"/tasks/{task['id']}/claim")
    assert '我的待办<span class="count">1</span>' in page(door, "/inbox")


def test_a_list_in_another_order_goes_on_where_the_page_before_ended(as_: Callable[[str], Door], process: None) -> None:
    intake = as_("li")
    for _ in range(5):
        intake.post("/cases", COMPLAINT)
    door = as_("wang")
    found: list[str] = []
    path = "/tasks?box=department&sort=received&limit=2"
    while path:
        answer = door.get(path).json
        assert answer is not None
        found += [item["case"]["number"] for item in answer["items"]]
        path = f"/tasks?box=department&sort=received&limit=2&after={answer['next']}" if answer["next"] else ""
    assert len(set(found)) == len(found) == 5
    problem(door.get("/tasks?sort=name"), 422)
