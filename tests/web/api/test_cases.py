"""Complaint files through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from engine.db import transaction
from tests.web.conftest import COMPLAINT, Door, problem
from workflows.models import Case, CaseChange, Disclosure, Person


def test_a_complaint_gets_a_number_a_process_and_an_address(as_: Callable[[str], Door], process: None) -> None:
    answer = as_("li").post("/cases", COMPLAINT)
    assert answer.status_code == 201
    assert answer.json is not None
    number = answer.json["number"]
    assert answer.headers["Location"] == f"/api/v1/cases/{number}"
    assert answer.json["instance_id"]
    shown = as_("li").get(f"/cases/{number}").json
    assert shown is not None
    assert shown["narrative"] == COMPLAINT["narrative"]
    assert shown["amount_claimed"] == 29900
    assert shown["currency"] == "CNY"


@pytest.mark.requirement("PRV-01")
def test_the_complainant_is_masked_everywhere(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    shown = door.get(f"/cases/{case['number']}")
    assert shown.json is not None
    assert shown.json["complainant"]["phone"] == "138****5678"
    task = door.get("/tasks?box=department").json
    assert task is not None
    paths = ("/cases", f"/cases/{case['number']}", f"/cases/{case['number']}/timeline", "/tasks?box=department",
             f"/tasks/{task['items'][0]['id']}")  # fmt: skip
    for path in paths:
        text = door.get(path).text
        assert "13812345678" not in text, path
        assert "王小明" not in text, path


def test_looking_in_clear_needs_a_reason_and_is_recorded(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    assert problem(door.post(f"/cases/{case['number']}/reveal", {}), 422)["problems"][0]["path"] == "reason"
    shown = door.post(f"/cases/{case['number']}/reveal", {"reason": "电话回访"}).json
    assert shown is not None
    assert shown["phone"] == "13812345678"
    with transaction() as session:
        look = session.scalars(select(Disclosure)).one()
    assert door.person is not None
    assert (look.person_id, look.reason) == (door.person.id, "电话回访")


def test_every_wrong_field_is_named(as_: Callable[[str], Door], process: None) -> None:
    wrong = {"narrative": "", "channel": "pigeon", "complainant": {"kind": "ghost"}, "amount_claimed": -1, "x": 1}
    refused = problem(as_("li").post("/cases", wrong), 422)
    assert {fault["path"] for fault in refused["problems"]} == {
        "narrative",
        "channel",
        "complainant.kind",
        "amount_claimed",
        "x",
    }


def test_what_only_the_domain_knows_is_named_too(as_: Callable[[str], Door], process: None) -> None:
    wrong = {**COMPLAINT, "complainant": {}, "occurred_at": "2999-01-01T00:00:00+08:00"}
    refused = problem(as_("li").post("/cases", wrong), 422)
    assert {fault["path"] for fault in refused["problems"]} >= {"occurred_at"}
    assert len(refused["problems"]) == 2


def test_without_a_published_process_nothing_is_registered(as_: Callable[[str], Door]) -> None:
    problem(as_("li").post("/cases", COMPLAINT), 404)
    with transaction() as session:
        assert session.scalars(select(Case)).all() == []


def test_the_senders_message_id_makes_twice_once(as_: Callable[[str], Door], process: None) -> None:
    door = as_("li")
    body = {**COMPLAINT, "message_id": "mail-1"}
    first, again = door.post("/cases", body).json, door.post("/cases", body).json
    assert first is not None
    assert again is not None
    assert first["number"] == again["number"]
    other = as_("wang").post("/cases", body).json
    assert other is not None
    assert other["number"] != first["number"]


def test_an_idempotency_key_makes_twice_once_and_keeps_no_personal_data(
    as_: Callable[[str], Door], process: None
) -> None:
    from engine.models import Idempotency

    door = as_("li")
    first = door.post("/cases", COMPLAINT, headers={"Idempotency-Key": "k"}).json
    again = door.post("/cases", COMPLAINT, headers={"Idempotency-Key": "k"}).json
    assert first == again
    with transaction() as session:
        kept = str(session.scalars(select(Idempotency)).one().answer)
    assert "王小明" not in kept
    assert "13812345678" not in kept


def test_cases_are_listed_newest_first_in_pages(as_: Callable[[str], Door], process: None) -> None:
    door = as_("li")
    numbers = [door.post("/cases", COMPLAINT).json["number"] for _ in range(5)]  # type: ignore[index]
    found: list[str] = []
    path = "/cases?limit=2"
    while path:
        page = door.get(path).json
        assert page is not None
        assert len(page["items"]) <= 2
        found += [item["number"] for item in page["items"]]
        path = f"/cases?limit=2&after={page['next']}" if page["next"] else ""
    assert found == numbers[::-1]


@pytest.mark.parametrize(
    ("query", "count"),
    [("status=open", 1), ("status=closed", 0), ("channel=phone", 1), ("channel=mail", 0), ("text=13812345678", 1),
     ("text=13800000000", 0), ("received_from=2999-01-01T00:00:00%2B08:00", 0), ("batch_no=B1", 0)],
)  # fmt: skip
def test_the_list_is_narrowed(as_: Callable[[str], Door], case: dict[str, Any], query: str, count: int) -> None:
    page = as_("li").get(f"/cases?{query}").json
    assert page is not None
    assert len(page["items"]) == count


@pytest.mark.requirement("PRV-03")
def test_another_department_finds_nothing_behind_a_guessed_number(
    as_: Callable[[str], Door], case: dict[str, Any]
) -> None:
    number = case["number"]
    stranger = as_("qian")
    for path in ("", "/timeline", "/evidence", "/comments", "/evidence/verification"):
        problem(stranger.get(f"/cases/{number}{path}"), 404)
    problem(stranger.post(f"/cases/{number}/comments", {"text": "x"}), 404)
    problem(stranger.post(f"/cases/{number}/reveal", {"reason": "x"}), 404)
    problem(stranger.patch(f"/cases/{number}", {"product": "x"}, headers={"If-Match": '"1"'}), 404)
    page = stranger.get("/cases").json
    assert page == {"items": [], "next": None}
    problem(stranger.get(f"/instances/{case['instance_id']}"), 404)
    problem(stranger.get(f"/instances/{case['instance_id']}/history"), 404)
    problem(stranger.get(f"/instances/{case['instance_id']}/diagram"), 404)


def test_who_the_complaint_is_about_is_locked_out(
    as_: Callable[[str], Door], process: None, world: dict[str, Person]
) -> None:
    case = as_("li").post("/cases", {**COMPLAINT, "named": [str(world["manager"].id)]}).json
    assert case is not None
    named = as_("manager")
    assert problem(named.get(f"/cases/{case['number']}"), 403)["type"].endswith("locked-out")
    assert problem(named.get(f"/instances/{case['instance_id']}"), 403)["type"].endswith("locked-out")
    for path in ("/cases", "/instances", "/tasks?box=open"):
        assert named.get(path).json == {"items": [], "next": None}


@pytest.mark.requirement("RSK-09")
def test_an_auditor_reads_and_changes_nothing(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    auditor = as_("auditor")
    assert auditor.get(f"/cases/{case['number']}").status_code == 200
    problem(auditor.post(f"/cases/{case['number']}/comments", {"text": "x"}), 403)
    problem(auditor.patch(f"/cases/{case['number']}", {"product": "x"}, headers={"If-Match": '"1"'}), 403)
    problem(auditor.post("/cases", COMPLAINT), 403)


def test_an_unknown_number_is_not_found(as_: Callable[[str], Door]) -> None:
    problem(as_("li").get("/cases/TS20250101-NOTHERE2"), 404)


def test_an_edit_needs_the_version_it_saw(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    path = f"/cases/{case['number']}"
    version = door.get(path).headers["ETag"]
    assert problem(door.patch(path, {"product": "x"}), 428)["type"].endswith("precondition-required")
    problem(door.patch(path, {"product": "x"}, headers={"If-Match": "W/*"}), 400)
    edited = door.patch(path, {"product": "电压力锅", "reason": "更正"}, headers={"If-Match": version})
    assert edited.status_code == 200
    assert edited.headers["ETag"] != version
    late = problem(door.patch(path, {"product": "烤箱"}, headers={"If-Match": version}), 412)
    assert late["type"].endswith("precondition-failed")
    shown = door.get(path).json
    assert shown is not None
    assert shown["product"] == "电压力锅"


@pytest.mark.requirement("INT-11")
def test_the_original_stays_when_the_narrative_is_edited(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    path = f"/cases/{case['number']}"
    version = door.get(path).headers["ETag"]
    answer = door.patch(path, {"narrative": "更正后的内容", "reason": "核对"}, headers={"If-Match": version})
    assert answer.status_code == 200
    shown = door.get(path).json
    assert shown is not None
    assert shown["narrative"] == "更正后的内容"
    assert shown["original"] == COMPLAINT["narrative"]
    with transaction() as session:
        change = session.scalars(select(CaseChange)).one()
    assert (change.field, change.before, change.reason) == ("narrative", COMPLAINT["narrative"], "核对")


def test_what_is_not_editable_is_refused(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    path = f"/cases/{case['number']}"
    version = door.get(path).headers["ETag"]
    for field in ("number", "status", "severity", "original", "outcome"):
        refused = problem(door.patch(path, {field: "x"}, headers={"If-Match": version}), 422)
        assert refused["problems"][0]["path"] == field


def test_remarks_are_kept_in_order(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    path = f"/cases/{case['number']}/comments"
    for number in range(3):
        assert door.post(path, {"text": f"第{number}条"}).status_code == 201
    first = door.get(f"{path}?limit=2").json
    assert first is not None
    rest = door.get(f"{path}?limit=2&after={first['next']}").json
    assert rest is not None
    assert [remark["text"] for remark in first["items"] + rest["items"]] == ["第0条", "第1条", "第2条"]
    assert rest["next"] is None


def test_the_timeline_tells_everything_in_order(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    door = as_("li")
    door.post(f"/cases/{case['number']}/comments", {"text": "已联系客户"})
    page = door.get(f"/cases/{case['number']}/timeline").json
    assert page is not None
    assert [entry["at"] for entry in page["items"]] == sorted(entry["at"] for entry in page["items"])
    assert page["items"][-1]["kind"] == "comment"
    whole: list[dict[str, Any]] = []
    path = f"/cases/{case['number']}/timeline?limit=1"
    while path:
        part = door.get(path).json
        assert part is not None
        whole += part["items"]
        path = f"/cases/{case['number']}/timeline?limit=1&after={part['next']}" if part["next"] else ""
    assert whole == page["items"]


def test_who_read_a_complaint_back_and_when_is_kept_and_shown(as_: Callable[[str], Door], process: None) -> None:
    door = as_("li")
    numbers = [door.post("/cases", {**COMPLAINT, **said}).json["number"] for said in ({"read_back": True}, {})]  # type: ignore[index]
    told, silent = (door.get(f"/cases/{number}").json for number in numbers)
    assert told is not None
    assert silent is not None
    assert (told["read_back_by"], silent["read_back_by"], silent["read_back_at"]) == (str(door.person.id), None, None)  # type: ignore[union-attr]
    page = door.client.get(f"/cases/{numbers[0]}", headers={"Accept": "text/html"}).text
    assert '<dt>复述确认</dt><dd class="keep-lines">li · 今天' in page
    assert "无记录" in door.client.get(f"/cases/{numbers[1]}", headers={"Accept": "text/html"}).text


def test_a_head_gives_a_case_another_owner_and_staff_do_not(
    as_: Callable[[str], Door], case: dict[str, Any], world: dict[str, Person]
) -> None:
    path, wish = f"/cases/{case['number']}/owner", {"owner": str(world["wang"].id), "reason": "调岗"}
    problem(as_("li").post(path, wish), 403)
    assert as_("manager").post(path, wish).status_code == 200
    shown = as_("manager").get(f"/cases/{case['number']}").json
    assert shown is not None
    assert shown["owner"] == wish["owner"]
    unknown = {**wish, "owner": "00000000-0000-7000-8000-000000000000"}
    assert problem(as_("manager").post(path, unknown), 422)["problems"][0]["path"] == "owner"
