"""What people do with user tasks, through the API."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from engine.db import transaction
from engine.models import UserTask
from tests.web.conftest import COMPLAINT, Door, problem
from web import identity
from workflows.models import Person

ACCEPTED = {"data": {"accept_outcome": "accepted", "note": "核实"}}


def test_the_boxes_show_what_belongs_in_them(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    boxes = {box: _ids(door, f"/tasks?box={box}") for box in ("mine", "department", "open", "done")}
    assert boxes == {"mine": [], "department": [task["id"]], "open": [task["id"]], "done": []}
    door.post(f"/tasks/{task['id']}/claim")
    boxes = {box: _ids(door, f"/tasks?box={box}") for box in ("mine", "department", "open", "done")}
    assert boxes == {"mine": [task["id"]], "department": [], "open": [task["id"]], "done": []}
    assert door.post(f"/tasks/{task['id']}/complete", ACCEPTED).status_code == 200
    boxes = {box: _ids(door, f"/tasks?box={box}") for box in ("mine", "department", "open", "done")}
    assert boxes == {"mine": [], "department": [], "open": [], "done": [task["id"]]}
    assert _ids(as_("zhao"), "/tasks?box=department") != []


def _ids(door: Door, path: str) -> list[str]:
    page = door.get(path).json
    assert page is not None
    return [item["id"] for item in page["items"]]


def test_a_list_goes_on_where_the_page_before_ended(as_: Callable[[str], Door], process: None) -> None:
    intake = as_("li")
    for _ in range(5):
        assert intake.post("/cases", COMPLAINT).status_code == 201
    door = as_("wang")
    whole = _ids(door, "/tasks?box=department")
    found: list[str] = []
    path = "/tasks?box=department&limit=2"
    while path:
        page = door.get(path).json
        assert page is not None
        found += [item["id"] for item in page["items"]]
        path = f"/tasks?box=department&limit=2&after={page['next']}" if page["next"] else ""
    assert len(whole) == 5
    assert found == whole


def test_a_task_is_shown_with_its_form_its_case_and_the_verbs(
    as_: Callable[[str], Door], task: dict[str, Any], case: dict[str, Any]
) -> None:
    answer = as_("wang").get(f"/tasks/{task['id']}")
    shown = answer.json
    assert shown is not None
    assert answer.headers["ETag"] == f'"{shown["rev"]}"'
    assert shown["name_zh"] == "受理"
    assert shown["department"] == "customer_service"
    assert shown["case"]["number"] == case["number"]
    assert {"claim", "complete"} <= set(shown["verbs"])
    assert [component["key"] for component in shown["form"]["components"]] == ["accept_outcome", "note"]


def test_a_complaint_goes_through_to_its_end(
    as_: Callable[[str], Door], task: dict[str, Any], case: dict[str, Any]
) -> None:
    assert as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED).json["status"] == "running"  # type: ignore[index]
    quality = as_("zhao")
    (second,) = _ids(quality, "/tasks?box=department")
    ended = quality.post(f"/tasks/{second}/complete", {"data": {"cause": "product"}})
    assert ended.json is not None
    assert ended.json["status"] == "completed"
    page = quality.get(f"/cases/{case['number']}/timeline").json
    assert page is not None
    assert "history.task_completed" in [entry["kind"] for entry in page["items"]]


def test_a_wrong_value_names_its_field(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    refused = problem(door.post(f"/tasks/{task['id']}/complete", {"data": {"accept_outcome": "maybe"}}), 422)
    assert [fault["path"] for fault in refused["problems"]] == ["accept_outcome"]
    assert refused["problems"][0]["message_zh"]
    assert refused["problems"][0]["message_en"]
    problem(door.post(f"/tasks/{task['id']}/complete", {"data": {}}), 422)
    assert _ids(door, "/tasks?box=department") == [task["id"]]


def test_a_task_completed_twice_is_a_conflict(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    assert door.post(f"/tasks/{task['id']}/complete", ACCEPTED).status_code == 200
    problem(door.post(f"/tasks/{task['id']}/complete", ACCEPTED), 409)


def test_with_the_same_key_twice_is_once(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    answers = [door.post(f"/tasks/{task['id']}/complete", ACCEPTED, headers={"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json == answers[1].json


def test_an_unknown_task_is_not_found(as_: Callable[[str], Door]) -> None:
    nothing = "00000000-0000-7000-8000-000000000000"
    problem(as_("wang").get(f"/tasks/{nothing}"), 404)
    for verb, body in _VERBS:
        problem(as_("wang").post(f"/tasks/{nothing}/{verb}", body), 404)
    problem(as_("wang").put(f"/tasks/{nothing}/draft", {"draft": {}}, headers={"If-Match": '"1"'}), 404)


_VERBS: list[tuple[str, Any]] = [
    ("claim", None),
    ("unclaim", None),
    ("transfer", {"department": "legal", "reason": "x"}),
    ("return", {"element": "Task_Accept", "reason": "x"}),
    ("urge", {}),
    ("complete", {"data": {}}),
]


@pytest.mark.requirement("PRV-03")
def test_a_task_of_another_department_is_nobody_elses(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    stranger = as_("qian")
    problem(stranger.get(f"/tasks/{task['id']}"), 404)
    for verb, body in _VERBS:
        problem(stranger.post(f"/tasks/{task['id']}/{verb}", body), 404)
    problem(stranger.put(f"/tasks/{task['id']}/draft", {"draft": {}}, headers={"If-Match": '"1"'}), 404)
    with transaction() as session:
        found = session.get(UserTask, task["id"])
        assert found is not None
        assert (found.status, found.assignee, found.rev) == ("open", None, task["rev"])


def test_who_may_only_look_may_not_work(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    for login in ("auditor", "fa"):
        reader = as_(login)
        assert reader.get(f"/tasks/{task['id']}").status_code == 200
        problem(reader.post(f"/tasks/{task['id']}/complete", ACCEPTED), 403)
        problem(reader.post(f"/tasks/{task['id']}/claim"), 403)


def test_a_claimed_task_is_not_claimed_again(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    claimed = as_("wang").post(f"/tasks/{task['id']}/claim")
    assert claimed.json is not None
    assert claimed.json["assignee"] == str(as_("wang").person.id)  # type: ignore[union-attr]
    problem(as_("li").post(f"/tasks/{task['id']}/claim"), 409)
    problem(as_("li").post(f"/tasks/{task['id']}/complete", ACCEPTED), 403)


def test_given_back_it_is_everybodys(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    as_("wang").post(f"/tasks/{task['id']}/claim")
    given_back = as_("wang").post(f"/tasks/{task['id']}/unclaim").json
    assert given_back is not None
    assert given_back["assignee"] is None
    assert as_("li").post(f"/tasks/{task['id']}/claim").status_code == 200


def test_twenty_people_claim_and_one_gets_it(app: Flask, world: dict[str, Person], task: dict[str, Any]) -> None:
    start = threading.Barrier(20)

    def claim(number: int) -> int:
        person = world[("li", "wang", "sun")[number % 3]]
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(identity.content(person))
        shown = client.get("/api/v1/session").json
        assert shown is not None
        start.wait(timeout=30)
        headers = {"X-CSRF-Token": shown["csrf_token"], "If-Match": f'"{task["rev"]}"'}
        return client.post(f"/api/v1/tasks/{task['id']}/claim", headers=headers).status_code

    with ThreadPoolExecutor(20) as pool:
        codes = sorted(pool.map(claim, range(20)))
    assert codes.count(200) == 1, codes
    assert set(codes[1:]) <= {409, 412}


def test_only_a_head_assigns_and_only_to_who_may_work(
    as_: Callable[[str], Door], task: dict[str, Any], world: dict[str, Person]
) -> None:
    to_wang = {"assignee": str(world["wang"].id), "reason": "熟悉此客户"}
    problem(as_("li").post(f"/tasks/{task['id']}/assign", to_wang), 403)
    head = as_("sun")
    assert head.post(f"/tasks/{task['id']}/assign", to_wang).status_code == 200
    problem(head.post(f"/tasks/{task['id']}/assign", {"assignee": str(world["qian"].id)}), 403)
    nobody = problem(
        head.post(f"/tasks/{task['id']}/assign", {"assignee": "00000000-0000-7000-8000-000000000000"}), 422
    )
    assert nobody["problems"][0]["path"] == "assignee"


def test_a_transferred_task_is_the_other_departments(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    assert problem(door.post(f"/tasks/{task['id']}/transfer", {"department": "legal"}), 422)
    assert problem(door.post(f"/tasks/{task['id']}/transfer", {"department": "nowhere", "reason": "x"}), 422)
    handed = door.post(f"/tasks/{task['id']}/transfer", {"department": "logistics", "reason": "物流问题"}).json
    assert handed is not None
    assert (handed["department"], handed["assignee"]) == ("logistics", None)
    assert _ids(as_("qian"), "/tasks?box=department") == [task["id"]]


def test_a_draft_is_kept_and_the_slower_of_two_is_told(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    path = f"/tasks/{task['id']}/draft"
    problem(door.put(path, {"draft": {"note": "x"}}), 428)
    saved = door.put(path, {"draft": {"note": "半句"}}, headers={"If-Match": f'"{task["rev"]}"'})
    assert saved.status_code == 200, saved.text
    assert saved.json is not None
    assert saved.headers["ETag"] == f'"{saved.json["rev"]}"'
    late = problem(as_("li").put(path, {"draft": {"note": "y"}}, headers={"If-Match": f'"{task["rev"]}"'}), 412)
    assert late["type"].endswith("precondition-failed")
    shown = door.get(f"/tasks/{task['id']}").json
    assert shown is not None
    assert shown["draft"] == {"note": "半句"}


def test_completing_with_an_old_version_is_told(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door = as_("wang")
    door.put(f"/tasks/{task['id']}/draft", {"draft": {}}, headers={"If-Match": f'"{task["rev"]}"'})
    old = {"If-Match": f'"{task["rev"]}"'}
    problem(door.post(f"/tasks/{task['id']}/complete", ACCEPTED, headers=old), 412)
    problem(door.post(f"/tasks/{task['id']}/claim", headers=old), 412)
    shown = door.get(f"/tasks/{task['id']}").json
    assert shown is not None
    assert (shown["status"], shown["assignee"]) == ("open", None)


def test_a_case_is_returned_to_an_earlier_step(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED)
    quality = as_("zhao")
    (second,) = _ids(quality, "/tasks?box=department")
    shown = quality.get(f"/tasks/{second}").json
    assert shown is not None
    assert shown["earlier_steps"] == {"Task_Accept": "受理"}
    wrong = problem(quality.post(f"/tasks/{second}/return", {"element": "End", "reason": "x"}), 422)
    assert wrong["problems"][0]["path"] == "element"
    answer = quality.post(f"/tasks/{second}/return", {"element": "Task_Accept", "reason": "信息不全"})
    assert answer.status_code == 200, answer.text
    assert len(_ids(as_("wang"), "/tasks?box=department")) == 1
    assert _ids(quality, "/tasks?box=department") == []


def test_a_head_urges(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    urged = as_("sun").post(f"/tasks/{task['id']}/urge", {"reason": "客户在等"}).json
    assert urged is not None
    assert urged["urged"] == 1


def test_urging_and_autosaving_disturb_nobody(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    worker, head = as_("wang"), as_("sun")
    path = f"/tasks/{task['id']}"
    seen = {"If-Match": f'"{task["rev"]}"'}
    first = worker.put(f"{path}/draft", {"draft": {"note": "半句"}}, headers=seen)
    assert first.json is not None
    urged = head.post(f"{path}/urge", {"reason": "客户在等"}, headers=seen)  # the head's page is older than the draft
    assert urged.status_code == 200, urged.text
    assert urged.headers["ETag"] == first.headers["ETag"]
    second = worker.put(f"{path}/draft", {"draft": {"note": "一句"}}, headers={"If-Match": first.headers["ETag"]})
    assert second.status_code == 200, second.text
    assert second.json is not None
    done = worker.post(f"{path}/complete", ACCEPTED, headers={"If-Match": second.headers["ETag"]})
    assert done.status_code == 200, done.text
