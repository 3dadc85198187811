"""Moving running instances to another version, through the API."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import definitions
from engine.db import transaction
from tests.web import bundle
from tests.web.conftest import Door, problem

VERSIONS = {"key": "complaint", "from_version": 1, "to_version": 2}


@pytest.fixture
def two(case: dict[str, Any]) -> dict[str, Any]:
    """A case on version 1 of two."""
    with transaction() as session:
        definitions.publish_files(session, "complaint", bundle.files("第二版"), author="system")
    return case


def test_a_plan_says_what_changed_and_where_everything_goes(as_: Callable[[str], Door], two: dict[str, Any]) -> None:
    made = as_("owner").post("/migrations/plan", VERSIONS).json
    assert made is not None
    assert (made["instances"], made["startable"], made["problems"]) == (1, True, [])
    lines = {line["element"]: (line["target"], line["status"], line["tokens"]) for line in made["elements"]}
    assert lines["Task_Accept"] == ("Task_Accept", "same", 1)
    wrong = as_("owner").post("/migrations/plan", {**VERSIONS, "mapping": {"Task_Accept": "Nowhere"}}).json
    assert wrong is not None
    assert not wrong["startable"]
    assert {each["code"] for each in wrong["problems"]} >= {"mapping_unknown_target"}


def test_a_preview_gives_a_verdict_for_each_instance(as_: Callable[[str], Door], two: dict[str, Any]) -> None:
    page = as_("owner").post("/migrations/preview", {**VERSIONS, "timers": "recompute"}).json
    assert page is not None
    (verdict,) = page["items"]
    assert (verdict["ok"], verdict["reasons"], verdict["business_key"]) == (True, [], two["number"])
    assert [(line["element"], line["target"]) for line in verdict["tokens"]] == [("Task_Accept", "Task_Accept")]
    assert page["next"] is None


def test_a_migration_is_started_carried_out_and_undone(as_: Callable[[str], Door], two: dict[str, Any]) -> None:
    owner = as_("owner")
    answer = owner.post("/migrations", {**VERSIONS, "reason": "新流程"})
    assert answer.status_code == 201, answer.text
    assert answer.json is not None
    path = answer.headers["Location"]
    assert answer.json["progress"]["pending"] == 1
    done = owner.post(f"{path}/run").json
    assert done is not None
    assert (done["status"], done["progress"]["migrated"], done["progress"]["pending"]) == ("done", 1, 0)
    shown = owner.get(f"/instances/{two['instance_id']}").json
    assert shown is not None
    assert shown["version"] == 2
    page = owner.get(f"{path}/items?status=migrated").json
    assert page is not None
    assert [(item["business_key"], item["status"]) for item in page["items"]] == [(two["number"], "migrated")]
    listed = owner.get("/migrations?key=complaint").json
    assert listed is not None
    assert [one["id"] for one in listed["items"]] == [answer.json["id"]]
    assert owner.post(f"{path}/undo", {"reason": "有误"}).json["status"] == "undoing"  # type: ignore[index]
    undone = owner.post(f"{path}/run").json
    assert undone is not None
    assert (undone["status"], undone["progress"]["returned"]) == ("undone", 1)
    problem(owner.post(f"{path}/undo", {"reason": "有误"}), 409)


def test_nothing_to_migrate_is_refused(as_: Callable[[str], Door], two: dict[str, Any]) -> None:
    owner = as_("owner")
    problem(owner.post("/migrations/plan", {**VERSIONS, "to_version": 1}), 422)
    problem(owner.post("/migrations/plan", {**VERSIONS, "to_version": 9}), 404)
    body = {**VERSIONS, "reason": "x", "instance_ids": ["00000000-0000-7000-8000-000000000000"]}
    problem(owner.post("/migrations", body), 422)
    problem(owner.post("/migrations", {**VERSIONS, "from_version": 2, "to_version": 1, "reason": "x"}), 422)


@pytest.mark.parametrize("login", ["wang", "auditor", "approver", "manager"])
def test_only_those_who_may_migrate_reach_it(as_: Callable[[str], Door], two: dict[str, Any], login: str) -> None:
    door = as_(login)
    problem(door.get("/migrations"), 403)
    problem(door.post("/migrations/plan", VERSIONS), 403)
    problem(door.post("/migrations", {**VERSIONS, "reason": "x"}), 403)
