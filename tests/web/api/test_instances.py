"""Running processes, for those who supervise them."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.db import transaction
from engine.models import HistoryEvent
from tests.web.conftest import COMPLAINT, Door, problem

ACCEPTED = {"data": {"accept_outcome": "accepted"}}
WHY = {"reason": "客户要求暂缓"}


@pytest.fixture
def path(case: dict[str, Any]) -> str:
    return f"/instances/{case['instance_id']}"


def test_an_instance_is_shown_with_its_data_and_tokens(
    as_: Callable[[str], Door], path: str, case: dict[str, Any]
) -> None:
    shown = as_("manager").get(path).json
    assert shown is not None
    assert shown["business_key"] == case["number"]
    assert (shown["key"], shown["version"], shown["status"]) == ("complaint", 1, "running")
    assert shown["variables"]["case_id"] == case["id"]
    assert [token["element_id"] for token in shown["tokens"]] == ["Task_Accept"]


def test_instances_are_listed_and_narrowed(as_: Callable[[str], Door], path: str, case: dict[str, Any]) -> None:
    as_("li").post("/cases", COMPLAINT)
    door = as_("manager")
    whole = _ids(door, "/instances")
    assert len(whole) == 2
    first = door.get("/instances?limit=1").json
    assert first is not None
    assert _ids(door, f"/instances?limit=1&after={first['next']}") == whole[1:]
    assert _ids(door, f"/instances?business_key={case['number']}") == [case["instance_id"]]
    assert _ids(door, "/instances?status=completed") == []
    assert _ids(door, "/instances?key=other") == []
    problem(as_("wang").get("/instances"), 403)


def _ids(door: Door, path: str) -> list[str]:
    page = door.get(path).json
    assert page is not None
    return [item["id"] for item in page["items"]]


def test_who_works_on_the_case_sees_its_token(as_: Callable[[str], Door], path: str) -> None:
    assert as_("wang").get(path).status_code == 200
    assert as_("wang").get(f"{path}/diagram").status_code == 200


@pytest.mark.requirement("RTE-11")
def test_the_diagram_says_where_the_token_stands_and_which_way_it_came(
    as_: Callable[[str], Door], path: str, task: dict[str, Any]
) -> None:
    as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED)
    shown = as_("manager").get(f"{path}/diagram").json
    assert shown is not None
    assert shown["xml"].startswith("<?xml")
    assert shown["tokens"] == [{"element": "Task_Inspect", "count": 1, "late": False, "failed": False}]
    state = as_("manager").get(path).json
    assert state is not None
    assert [one["element"] for one in shown["tokens"]] == [one["element_id"] for one in state["tokens"]]
    assert {"Start", "Task_Accept", "F1", "F2"} <= set(shown["taken"])
    assert shown["names"] == {"Task_Inspect": "检测"}
    problem(as_("manager").get(f"{path}/diagram?definition=00000000-0000-7000-8000-000000000000"), 404)


def test_the_history_is_told_in_order_and_verified(as_: Callable[[str], Door], path: str) -> None:
    door = as_("manager")
    page = door.get(f"{path}/history").json
    assert page is not None
    assert [event["seq"] for event in page["items"]] == list(range(1, len(page["items"]) + 1))
    first = door.get(f"{path}/history?limit=1").json
    assert first is not None
    rest = door.get(f"{path}/history?after={first['next']}").json
    assert rest is not None
    assert first["items"] + rest["items"] == page["items"]
    assert door.get(f"{path}/history/verification").json == {"whole": True, "broken_at": None}


def test_a_suspended_instance_stands_still_until_it_is_resumed(
    as_: Callable[[str], Door], path: str, task: dict[str, Any]
) -> None:
    manager, staff = as_("manager"), as_("wang")
    suspended = manager.post(f"{path}/suspend", WHY).json
    assert suspended is not None
    assert suspended["status"] == "suspended"
    problem(staff.post(f"/tasks/{task['id']}/complete", ACCEPTED), 409)
    resumed = manager.post(f"{path}/resume", WHY).json
    assert resumed is not None
    assert resumed["status"] == "running"
    assert staff.post(f"/tasks/{task['id']}/complete", ACCEPTED).status_code == 200


def test_a_cancelled_instance_has_no_tasks(as_: Callable[[str], Door], path: str, task: dict[str, Any]) -> None:
    cancelled = as_("manager").post(f"{path}/cancel", WHY).json
    assert cancelled is not None
    assert cancelled["status"] == "cancelled"
    problem(as_("manager").post(f"{path}/cancel", WHY), 409)
    assert _ids(as_("wang"), "/tasks?box=open") == []
    problem(as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED), 409)


def test_a_token_is_moved_with_a_reason(as_: Callable[[str], Door], path: str) -> None:
    manager = as_("manager")
    shown = manager.get(path).json
    assert shown is not None
    token = shown["tokens"][0]["token_id"]
    refused = problem(manager.post(f"{path}/move", {"token_id": token, "target": "Task_Inspect"}), 422)
    assert refused["problems"][0]["path"] == "reason"
    move = {"token_id": token, "target": "Task_Inspect", **WHY}
    assert manager.post(f"{path}/move", move).status_code == 200
    shown = manager.get(path).json
    assert shown is not None
    assert [found["element_id"] for found in shown["tokens"]] == ["Task_Inspect"]
    nowhere = {**move, "token_id": shown["tokens"][0]["token_id"], "target": "Nowhere"}
    assert manager.post(f"{path}/move", nowhere).status_code in (404, 422)


@pytest.mark.parametrize("verb", ["suspend", "resume", "cancel", "move"])
@pytest.mark.parametrize("login", ["wang", "sun", "auditor", "owner"])
def test_staff_and_auditors_command_nothing(as_: Callable[[str], Door], path: str, verb: str, login: str) -> None:
    body = {**WHY, "token_id": "00000000-0000-7000-8000-000000000000", "target": "End"} if verb == "move" else WHY
    problem(as_(login).post(f"{path}/{verb}", body), 403)


@pytest.mark.parametrize("verb", ["suspend", "resume", "cancel"])
def test_every_command_needs_its_reason(as_: Callable[[str], Door], path: str, verb: str) -> None:
    for body in (None, {}, {"reason": ""}):
        refused = problem(as_("manager").post(f"{path}/{verb}", body), 422)
        assert refused["problems"][0]["path"] == "reason"


def test_an_unknown_instance_is_not_found(as_: Callable[[str], Door]) -> None:
    nothing = "/instances/00000000-0000-7000-8000-000000000000"
    for path in (nothing, f"{nothing}/history", f"{nothing}/diagram", f"{nothing}/history/verification"):
        problem(as_("manager").get(path), 404)
    problem(as_("manager").post(f"{nothing}/suspend", WHY), 404)


def test_a_command_is_written_down_with_its_author(as_: Callable[[str], Door], path: str) -> None:
    manager = as_("manager")
    manager.post(f"{path}/suspend", WHY)
    with transaction() as session:
        last = session.query(HistoryEvent).order_by(HistoryEvent.seq.desc()).first()
        assert last is not None
        assert manager.person is not None
        assert last.actor == str(manager.person.id)
        assert WHY["reason"] in str(last.data)
