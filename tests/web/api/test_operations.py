"""Incidents, messages, promises and notices."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import definitions, functions, outbox
from engine.db import transaction
from engine.models import Incident
from tests.web import bundle
from tests.web.conftest import COMPLAINT, Door, problem
from workflows import notices
from workflows.models import Person

MESSAGE = {"message_id": "m1", "name": "Refunded", "correlation": "TS1", "payload": {"amount": 1}}


@pytest.fixture
def incident(case: dict[str, Any]) -> str:
    """A step of the case which failed."""
    with transaction() as session:
        found = Incident(
            instance_id=case["instance_id"],
            element_id="Task_Accept",
            cause="Task_Accept:boom",
            message="boom",
            command={"key": "x", "kind": "timer", "actor": "timer", "task_id": None, "element_id": None, "data": {}},
        )
        session.add(found)
        session.flush()
        return str(found.id)


def test_incidents_are_listed_and_shown(as_: Callable[[str], Door], incident: str, case: dict[str, Any]) -> None:
    door = as_("owner")
    page = door.get("/incidents").json
    assert page is not None
    assert [found["id"] for found in page["items"]] == [incident]
    assert door.get("/incidents?status=resolved").json == {"items": [], "next": None}
    narrowed = door.get(f"/incidents?instance_id={case['instance_id']}").json
    assert narrowed is not None
    assert len(narrowed["items"]) == 1
    shown = door.get(f"/incidents/{incident}").json
    assert shown is not None
    assert shown["cause"] == "Task_Accept:boom"
    assert "command" not in shown


def test_the_diagram_marks_where_a_step_failed(as_: Callable[[str], Door], incident: str, case: dict[str, Any]) -> None:
    shown = as_("owner").get(f"/instances/{case['instance_id']}/diagram").json
    assert shown is not None
    assert shown["tokens"] == [{"element": "Task_Accept", "count": 1, "late": False, "failed": True}]


def test_staff_neither_see_incidents_nor_retry_nor_skip_them(as_: Callable[[str], Door], incident: str) -> None:
    problem(as_("wang").get("/incidents"), 403)
    problem(as_("wang").get(f"/incidents/{incident}"), 403)
    problem(as_("wang").post(f"/incidents/{incident}/retry", {}), 403)
    problem(as_("wang").post(f"/incidents/{incident}/skip", {"reason": "boring"}), 403)
    problem(as_("wang").post(f"/incidents/{incident}/dismiss", {"reason": "boring"}), 403)


def test_an_incident_is_dismissed_with_a_reason(as_: Callable[[str], Door], incident: str) -> None:
    door = as_("owner")
    problem(door.post(f"/incidents/{incident}/dismiss", {}), 422)
    assert door.post(f"/incidents/{incident}/dismiss", {"reason": "done by hand"}).status_code == 200
    assert door.get("/incidents").json == {"items": [], "next": None}
    problem(door.post(f"/incidents/{incident}/dismiss", {"reason": "again"}), 409)


def test_an_unknown_incident_is_not_found(as_: Callable[[str], Door]) -> None:
    nothing = "/incidents/00000000-0000-7000-8000-000000000000"
    problem(as_("owner").get(nothing), 404)
    problem(as_("owner").post(f"{nothing}/retry", {}), 404)


def test_a_message_nobody_waits_for_is_kept(as_: Callable[[str], Door]) -> None:
    door = as_("manager")
    answer = door.post("/messages", MESSAGE)
    assert (answer.status_code, answer.json) == (202, {"delivered": False})
    assert door.post("/messages", MESSAGE).json == {"delivered": False}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_id", ""),
        ("name", None),
        ("payload", []),
        ("ttl", -1),
        ("ttl", 10**9),
        ("ttl", 1.5),
        ("correlation", 7),
    ],
)
def test_a_wrong_message_names_its_field(as_: Callable[[str], Door], field: str, value: Any) -> None:
    refused = problem(as_("manager").post("/messages", {**MESSAGE, field: value}), 422)
    assert refused["problems"][0]["path"].startswith(field)


def test_staff_publish_no_messages(as_: Callable[[str], Door]) -> None:
    problem(as_("wang").post("/messages", MESSAGE), 403)


def test_promises_are_listed_without_what_they_say(as_: Callable[[str], Door]) -> None:
    with transaction() as session:
        outbox.promise(session, "mail", {"to": "kunde@example.com", "text": "geheim"})
        failed = outbox.promise(session, "webhook", {"url": "https://example.com"})
        session.flush()
        outbox.failed(session, failed, "550 kunde@example.com unknown, 13812345678", final=True)
    answer = as_("admin").get("/outbox")
    assert "kunde@example.com" not in answer.text
    assert "geheim" not in answer.text
    assert "13812345678" not in answer.text
    assert answer.json is not None
    assert [found["topic"] for found in answer.json["items"]] == ["webhook", "mail"]
    for state, topics in (("pending", ["mail"]), ("failed", ["webhook"]), ("delivered", [])):
        page = as_("admin").get(f"/outbox?state={state}").json
        assert page is not None
        assert [found["topic"] for found in page["items"]] == topics
    page = as_("admin").get("/outbox?topic=mail&limit=1").json
    assert page is not None
    assert [found["topic"] for found in page["items"]] == ["mail"]


def test_notices_are_ones_own_and_can_be_read(as_: Callable[[str], Door], world: dict[str, Person]) -> None:
    with transaction() as session:
        notices.tell(session, [world["wang"]], "有新任务", "A new task")
        session.flush()
        (promise,) = outbox.claim(session, limit=1)
        notices.deliver(session, promise.id, promise.payload)
    door = as_("wang")
    page = door.get("/notices").json
    assert page is not None
    assert [notice["text_zh"] for notice in page["items"]] == ["有新任务"]
    ids = [notice["id"] for notice in page["items"]]
    assert as_("li").get("/notices").json == {"items": [], "next": None}
    as_("li").post("/notices/read", {"ids": ids})
    assert len(door.get("/notices").json["items"]) == 1  # type: ignore[index]
    assert door.post("/notices/read", {"ids": ids}).status_code == 204
    assert door.get("/notices").json == {"items": [], "next": None}


BROKEN = {"broken": True}


@functions.function("break_for_a_test", title_zh="测试用", title_en="For a test")
def _break(call: functions.Call) -> None:
    if BROKEN["broken"]:
        raise RuntimeError("13812345678 is in here")


@pytest.fixture
def failing(as_: Callable[[str], Door], world: dict[str, Person]) -> str:
    """A user task behind which an automatic step fails."""
    BROKEN["broken"] = True
    files = bundle.files()
    diagram = files["complaint.bpmn"].decode()
    begin, end = diagram.index('<bpmn:userTask id="Task_Inspect"'), diagram.index("<bpmn:endEvent")
    service = (
        '<bpmn:serviceTask id="Task_Inspect" name="检测"><bpmn:extensionElements>'
        '<zeebe:taskDefinition type="break_for_a_test" /></bpmn:extensionElements>'
        "<bpmn:incoming>F2</bpmn:incoming><bpmn:outgoing>F3</bpmn:outgoing></bpmn:serviceTask>"
    )
    files["complaint.bpmn"] = (diagram[:begin] + service + diagram[end:]).encode()
    del files["inspect.form"]
    with transaction() as session:
        definitions.publish_files(session, "complaint", files, author="system")
    assert as_("li").post("/cases", COMPLAINT).status_code == 201
    page = as_("wang").get("/tasks?box=department").json
    assert page is not None
    return f"/tasks/{page['items'][0]['id']}"


def test_a_step_which_fails_leaves_the_task_what_was_typed_and_an_incident(
    as_: Callable[[str], Door], failing: str
) -> None:
    staff, owner = as_("wang"), as_("owner")
    typed = {"accept_outcome": "accepted", "note": "已核实"}
    key = {"Idempotency-Key": "k"}
    refused = staff.post(f"{failing}/complete", {"data": typed}, headers=key)
    assert problem(refused, 500)["type"].endswith("step-failed")
    assert "13812345678" not in refused.text
    shown = staff.get(failing).json
    assert shown is not None
    assert shown["status"] == "open"
    assert shown["draft"] == typed
    incidents = owner.get("/incidents").json
    assert incidents is not None
    (incident,) = incidents["items"]
    assert problem(staff.post(f"{failing}/complete", {"data": typed}, headers=key), 500)
    problem(owner.post(f"/incidents/{incident['id']}/retry", {}), 500)
    BROKEN["broken"] = False
    retried = owner.post(f"/incidents/{incident['id']}/retry", {})
    assert retried.status_code == 200, retried.text
    assert retried.json is not None
    assert retried.json["status"] == "completed"
    assert owner.get("/incidents").json == {"items": [], "next": None}
    problem(staff.post(f"{failing}/complete", {"data": typed}, headers=key), 409)
