"""People and departments kept by administrators: who may, what is refused and recorded, handing over."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from engine.db import transaction
from engine.models import HistoryEvent
from tests.web.conftest import Door, problem
from workflows import people
from workflows.models import Department, Person

NEW = {"login": "new.one", "name_zh": "新人", "name_en": "New One", "department": "quality", "roles": ["staff", "head"]}
AsLogin = Callable[[str], Door]


def person(door: Door, login: str) -> dict[str, Any]:
    """A person as the API shows them, with `rev`."""
    items = door.get("/people?limit=200").get_json()["items"]
    found = next(one for one in items if one["login"] == login)
    shown = door.get(f"/people/{found['id']}")
    return {**shown.get_json(), "rev": shown.headers["ETag"]}


def change(door: Door, login: str, **values: Any) -> Any:
    """PATCH a person at the version just read."""
    seen = person(door, login)
    return door.patch(f"/people/{seen['id']}", values, headers={"If-Match": seen["rev"]})


def change_department(door: Door, code: str, rev: int, **values: Any) -> Any:
    """PATCH a department at a version."""
    return door.patch(f"/departments/{code}", values, headers={"If-Match": f'"{rev}"'})


def test_a_new_person_logs_in_with_the_password_shown_once(as_: AsLogin, anybody: Door) -> None:
    made = as_("admin").post("/people", NEW, headers={"Idempotency-Key": "make-one"})
    assert made.status_code == 201
    password = made.get_json()["password"]
    again = as_("admin").post("/people", NEW, headers={"Idempotency-Key": "make-one"})
    assert "password" not in again.get_json()
    with transaction() as session:
        assert people.authenticate(session, "new.one", password) is not None


@pytest.mark.parametrize("login", ["manager", "auditor", "sun", "owner", "wang"])
def test_only_administrators_keep_people_and_departments(as_: AsLogin, login: str) -> None:
    door = as_(login)
    problem(door.post("/people", NEW), 403)
    problem(change(door, "zhao", roles=["administrator"]), 403)
    problem(change_department(door, "quality", 1, name_en="Mine"), 403)
    problem(door.post("/departments", {"code": "mine", "name_zh": "我的", "name_en": "Mine"}), 403)


@pytest.mark.parametrize(
    ("change_of", "field"),
    [
        ({"login": "WANG"}, "login"),
        ({"login": "two words"}, "login"),
        ({"department": "nowhere"}, "department"),
        ({"roles": []}, "roles"),
        ({"roles": ["king"]}, "roles.0"),
        ({"name_zh": ""}, "name_zh"),
        ({"mail": "no mail"}, "mail"),
    ],
)
def test_a_wrong_field_of_a_new_person_is_named(as_: AsLogin, change_of: dict[str, Any], field: str) -> None:
    document = problem(as_("admin").post("/people", {**NEW, **change_of}), 422)
    assert [one["path"] for one in document["problems"]] == [field]


def test_who_was_slower_is_told_and_changes_nothing(as_: AsLogin) -> None:
    admin = as_("admin")
    seen = person(admin, "zhao")
    assert change(admin, "zhao", name_en="First").status_code == 200
    late = admin.patch(f"/people/{seen['id']}", {"name_en": "Second"}, headers={"If-Match": seen["rev"]})
    problem(late, 412)
    assert person(admin, "zhao")["name_en"] == "First"
    problem(admin.patch(f"/people/{seen['id']}", {"name_en": "Third"}), 428)


@pytest.mark.parametrize("values", [{"active": False}, {"roles": ["staff"]}])
def test_an_administrator_cannot_lock_themself_out(as_: AsLogin, values: dict[str, Any]) -> None:
    problem(change(as_("admin"), "admin", **values), 409)
    assert person(as_("admin"), "admin")["roles"] == ["administrator"]


def test_somebody_who_left_is_logged_out_at_once(as_: AsLogin) -> None:
    qian = as_("qian")
    assert qian.get("/people").status_code == 200
    assert change(as_("admin"), "qian", active=False).status_code == 200
    problem(qian.get("/people"), 401)


def test_a_new_password_ends_the_old_one_and_all_sessions(as_: AsLogin) -> None:
    qian, admin = as_("qian"), as_("admin")
    answer = admin.post(f"/people/{person(admin, 'qian')['id']}/password")
    with transaction() as session:
        assert people.authenticate(session, "qian", answer.get_json()["password"]) is not None
    problem(qian.get("/people"), 401)


def test_nobody_leaves_with_work_in_their_hands(as_: AsLogin, task: dict[str, Any]) -> None:
    admin, wang = as_("admin"), as_("wang")
    assert wang.post(f"/tasks/{task['id']}/claim").status_code == 200
    document = problem(change(admin, "wang", active=False), 409)
    assert document["type"].endswith("still-busy")
    assert document["details"] == {"open": 1}
    leaver, colleague = person(admin, "wang"), person(admin, "li")
    (held,) = admin.get(f"/people/{leaver['id']}/tasks").get_json()["items"]
    assert set(held) == {"id", "name_zh", "name_en", "department", "due_at"}  # an administrator sees no complaint
    path = f"/people/{leaver['id']}/tasks/{held['id']}/handover"
    problem(admin.post(path, {"to": person(admin, "zhao")["id"], "reason": "x"}), 403)  # of another department
    assert admin.post(path, {"to": colleague["id"], "reason": "离职"}).status_code == 200
    problem(admin.post(path, {"reason": "again"}), 404)  # not in these hands any more
    assert change(admin, "wang", active=False).status_code == 200
    with transaction() as session:
        events = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "task_assigned")).all()
        assert [event.data["reason"] for event in events] == ["离职"]


def test_work_can_go_back_to_the_department(as_: AsLogin, task: dict[str, Any]) -> None:
    admin = as_("admin")
    as_("wang").post(f"/tasks/{task['id']}/claim")
    path = f"/people/{person(admin, 'wang')['id']}/tasks/{task['id']}/handover"
    problem(as_("manager").post(path, {"reason": "离职"}), 403)
    assert admin.post(path, {"reason": "离职"}).status_code == 200
    assert [one["id"] for one in as_("li").get("/tasks?box=department").get_json()["items"]] == [task["id"]]


def test_changes_are_recorded_with_before_and_after_and_stay(as_: AsLogin) -> None:
    admin = as_("admin")
    change(admin, "zhao", roles=["staff", "head"], name_en="zhao")
    key = person(admin, "zhao")["id"]
    (entry,) = as_("auditor").get(f"/directory/changes?key={key}").get_json()["items"]
    assert (entry["before"], entry["after"]) == ({"roles": ["staff"]}, {"roles": ["staff", "head"]})
    assert entry["actor"] == person(admin, "admin")["id"]
    problem(as_("wang").get("/directory/changes"), 403)
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(text("DELETE FROM directory_change"))


def test_a_department_is_added_below_another_with_the_lanes_it_answers_to(as_: AsLogin) -> None:
    body = {"code": "repairs", "name_zh": "维修部", "name_en": "Repairs", "parent": "after_sales", "aliases": ["维修"]}
    assert as_("admin").post("/departments", body).status_code == 201
    with transaction() as session:
        assert people.department_of(session, "维修") == "repairs"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"parent": "nowhere"}, "parent"),
        ({"parent": "quality"}, "parent"),  # its own child
        ({"name_en": "Legal"}, "name_en"),
        ({"aliases": ["法务"]}, "aliases"),
        ({"leader": "00000000-0000-7000-8000-000000000000"}, "leader"),
    ],
)
def test_a_wrong_field_of_a_department_is_named(as_: AsLogin, values: dict[str, Any], field: str) -> None:
    document = problem(change_department(as_("admin"), "technology", 1, **values), 422)
    assert [one["path"] for one in document["problems"]] == [field]


def test_the_leader_is_told_first_and_stops_leading_when_leaving(as_: AsLogin) -> None:
    admin = as_("admin")
    admin.post("/people", {**NEW, "login": "a.head", "department": "customer_service"})
    sun = person(admin, "sun")["id"]
    assert change_department(admin, "customer_service", 1, leader=sun).status_code == 200
    with transaction() as session:
        assert [one.login for one in people.heads(session, "customer_service")] == ["sun", "a.head"]
    assert change(admin, "sun", department="quality").status_code == 200
    with transaction() as session:
        assert session.get_one(Department, "customer_service").leader is None
        assert session.get_one(Person, sun).department == "quality"
