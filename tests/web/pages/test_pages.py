"""Every page answers those who may open it, in both languages, and shows hostile text as text."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from engine import definitions
from engine.db import transaction
from tests.web import bundle
from tests.web.conftest import COMPLAINT, Door
from workflows import postbox
from workflows.models import Person

HTML = {"Accept": "text/html,application/xhtml+xml"}
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)>\u202egnp.exe 🤬'


def browse(door: Door, path: str, language: str = "zh", **headers: str) -> TestResponse:
    """What a browser gets: not the API."""
    return door.client.get(path, headers={**HTML, "Cookie": "", "Accept-Language": language, **headers})


def page(door: Door, path: str, language: str = "zh") -> str:
    """The text of a page which has to be there."""
    door.client.set_cookie("language", language)
    answer = door.client.get(path, headers=HTML)
    assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:500]}"
    assert answer.mimetype == "text/html"
    return answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_of_the_staff_open_in_both_languages(
    as_: Callable[[str], Door], case: dict[str, Any], task: dict[str, Any], language: str
) -> None:
    door = as_("wang")
    for path in (
        "/inbox",
        "/inbox?box=department",
        "/inbox?box=open&text=电饭煲&overdue=1",
        "/inbox?box=done",
        "/cases",
        f"/cases/{case['number']}",
        f"/cases/{case['number']}/receipt",
        f"/tasks/{task['id']}",
        f"/instances/{case['instance_id']}",
        "/intake",
    ):
        text = page(door, path, language)
        assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in text
        assert "undefined" not in text.lower()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_for_everybody_open_in_both_languages(anybody: Door, language: str) -> None:
    for path in ("/login", "/complain", "/follow", "/follow?number=TS1"):
        assert "<form" in page(anybody, path, language)


def test_a_stranger_is_led_to_the_login_and_back(anybody: Door) -> None:
    answer = anybody.client.get("/cases?text=%E7%94%B5", headers=HTML)
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/login?next=%2Fcases%3Ftext%3D%25E7%2594%25B5"


def test_the_start_page_leads_staff_to_the_inbox_and_others_to_the_portal(
    anybody: Door, as_: Callable[[str], Door]
) -> None:
    assert anybody.client.get("/").headers["Location"] == "/complain"
    assert as_("wang").client.get("/").headers["Location"] == "/inbox"


def test_somebody_logged_in_needs_no_login_page(as_: Callable[[str], Door]) -> None:
    assert as_("wang").client.get("/login?next=/cases").headers["Location"] == "/cases"


def test_demo_logins_are_shown_in_a_demo_only(
    anybody: Door, world: dict[str, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data-demo" not in page(anybody, "/login")
    monkeypatch.setitem(anybody.client.application.config, "DEMO", True)
    assert 'data-user="manager"' in page(anybody, "/login")


def test_the_inbox_shows_a_task_to_its_department_only(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    assert task["id"] in page(as_("wang"), "/inbox?box=department")
    assert task["id"] not in page(as_("zhao"), "/inbox?box=department")


def test_a_task_which_asks_for_another_role_is_not_offered(as_: Callable[[str], Door], process: None) -> None:
    role = '<zeebe:properties><zeebe:property name="redress:role" value="head"/></zeebe:properties>'
    files = bundle.files()
    drawn = files["complaint.bpmn"].replace(b"<bpmn:extensionElements>", f"<bpmn:extensionElements>{role}".encode(), 1)
    with transaction() as session:
        definitions.publish_files(session, "complaint", {**files, "complaint.bpmn": drawn}, author="system")
    as_("li").post("/cases", COMPLAINT)
    (task,) = as_("wang").get("/tasks?box=department").json["items"]  # type: ignore[index]
    shown = page(as_("wang"), "/inbox?box=department")
    assert "待部门负责人签收" in shown
    assert f"/api/v1/tasks/{task['id']}/claim" not in shown
    assert f'value="{task["id"]}"' not in shown
    assert "待部门负责人签收" in page(as_("wang"), f"/tasks/{task['id']}")


def test_a_live_refresh_brings_the_list_alone(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    answer = as_("wang").client.get("/inbox?box=department", headers={**HTML, "HX-Request": "true"})
    assert answer.status_code == 200
    assert task["id"] in answer.text
    assert "<html" not in answer.text


def test_filters_stand_in_the_address(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    assert task["id"] in page(door, "/inbox?box=department&text=电饭煲&channel=phone")
    assert task["id"] not in page(door, "/inbox?box=department&channel=mail")
    assert task["id"] not in page(door, "/inbox?box=department&overdue=1")
    assert "清除筛选" in page(door, "/inbox?box=department&channel=mail")


def test_an_invented_cursor_is_refused(as_: Callable[[str], Door]) -> None:
    assert as_("wang").client.get("/inbox?after=abc", headers=HTML).status_code == 422
    assert as_("wang").client.get("/cases?after=abc", headers=HTML).status_code == 422


def test_hostile_text_is_shown_as_text(as_: Callable[[str], Door], process: None) -> None:
    door = as_("li")
    made = door.post("/cases", {**COMPLAINT, "narrative": EVIL, "summary": EVIL, "product": EVIL, "order_no": EVIL})
    assert made.status_code == 201, made.text
    number = made.json["number"]  # type: ignore[index]
    door.post(f"/cases/{number}/comments", {"text": EVIL})
    tasks = door.get("/tasks?box=department").json["items"]  # type: ignore[index]
    for path in (
        "/inbox?box=department",
        "/cases",
        f"/cases/{number}",
        f"/cases/{number}/receipt",
        f"/tasks/{tasks[0]['id']}",
        f"/cases?text={EVIL}",
    ):
        text = page(door, path)
        assert '<script>alert("x")' not in text, path
        assert "<img src=x" not in text, path


def test_a_case_of_another_department_is_no_page(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    answer = as_("qian").client.get(f"/cases/{case['number']}", headers=HTML)
    assert answer.status_code == 404
    assert "没有" in answer.text
    assert as_("qian").client.get(f"/instances/{case['instance_id']}", headers=HTML).status_code == 404


def test_a_wrong_address_is_a_page_with_a_way_back(anybody: Door, as_: Callable[[str], Door]) -> None:
    for door in (anybody, as_("wang")):
        answer = door.client.get("/nowhere", headers=HTML)
        assert answer.status_code == 404
        assert 'href="/"' in answer.text
        assert "Traceback" not in answer.text


def test_mails_are_read_by_those_who_may(as_: Callable[[str], Door]) -> None:
    name = postbox.keep(f"From: a@b.example\r\nTo: c@d.example\r\nSubject: Hello\r\n\r\n{EVIL}".encode())
    text = page(as_("manager"), f"/mail/{name}")
    assert "Hello" in text
    assert "<script>alert" not in text
    assert name in page(as_("manager"), "/mail")
    assert as_("wang").client.get("/mail", headers=HTML).status_code == 403


def test_a_drawing_comes_with_tokens_for_the_viewer(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    drawing = as_("wang").get(f"/instances/{case['instance_id']}/diagram").json
    assert drawing is not None
    assert [token["element"] for token in drawing["tokens"]] == ["Task_Accept"]
    assert "<bpmn:definitions" in drawing["xml"]


def test_pages_of_a_list_cost_the_same_number_of_statements(as_: Callable[[str], Door], process: None) -> None:
    from engine.db import counting

    door = as_("li")

    def statements(path: str) -> int:
        page(door, path)
        with counting() as found:
            page(door, path)
        return len(found)

    door.post("/cases", COMPLAINT)
    few = {path: statements(path) for path in ("/inbox?box=department", "/cases")}
    for _ in range(4):
        door.post("/cases", COMPLAINT)
    assert {path: statements(path) for path in few} == few


def test_reading_a_page_changes_nothing(as_: Callable[[str], Door], case: dict[str, Any], task: dict[str, Any]) -> None:
    from engine.models import UserTask

    page(as_("wang"), f"/tasks/{task['id']}")
    with transaction() as session:
        found = session.get(UserTask, task["id"])
        assert found is not None
        assert (found.rev, found.assignee) == (task["rev"], None)


def test_notices_are_counted_read_and_gone(as_: Callable[[str], Door], world: dict[str, Person]) -> None:
    from engine.ids import new_id
    from workflows import notices

    def tell(text: str) -> None:
        payload = {"people": [str(world["wang"].id)], "text_zh": text, "text_en": text, "case_number": None}
        with transaction() as session:
            notices.deliver(session, new_id(), payload)

    door = as_("wang")
    tell(EVIL)
    text = page(door, "/notices")
    assert "1 条未读" in text
    assert "<script>alert" not in text
    shown = re.findall(r'name="id" value="([^"]+)"', text)
    tell("a later one")
    form = {"csrf_token": door.headers["X-CSRF-Token"], "id": shown}
    assert door.client.post("/notices/read", data=form, headers=HTML).status_code == 302
    after = page(door, "/notices")
    assert "a later one" in after
    assert "1 条未读" in after
    assert "没有未读通知" in page(as_("li"), "/notices")
    assert door.client.post("/notices/read", data={**form, "id": "x"}, headers=HTML).status_code == 422


@pytest.mark.parametrize(("login", "action"), [("li", "/cases"), ("owner", "/monitor/instances"), ("approver", None)])
def test_one_searches_where_one_may_and_is_told_the_keys_which_lead_somewhere(
    as_: Callable[[str], Door], login: str, action: str | None
) -> None:
    shown = as_(login).client.get("/notices").text
    assert (f'role="search" action="{action}"' in shown) == (action is not None)
    assert ('role="search"' in shown) == (action is not None)
    assert ("<kbd>g</kbd> <kbd>c</kbd>" in shown) == (login == "li")
