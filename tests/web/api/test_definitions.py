"""Published processes, and drafts on their way to be published by two people."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.db import transaction
from tests.web import bundle
from tests.web.conftest import Door, problem

DEFINITION = "/definitions/complaint/versions/1"


def _texts(name: str = "投诉处理") -> dict[str, str]:
    return {path: content.decode() for path, content in bundle.files(name).items()}


def _rev(answer: Any) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}


def test_processes_and_their_versions_are_listed(as_: Callable[[str], Door], process: None) -> None:
    from engine import definitions

    with transaction() as session:
        definitions.publish_files(session, "complaint", bundle.files("第二版"), author="system")
    door = as_("wang")
    page = door.get("/definitions").json
    assert page is not None
    assert [(one["key"], one["version"], one["name_zh"]) for one in page["items"]] == [("complaint", 2, "第二版")]
    first = door.get("/definitions/complaint/versions?limit=1").json
    assert first is not None
    rest = door.get(f"/definitions/complaint/versions?limit=1&after={first['next']}").json
    assert rest is not None
    assert [one["version"] for one in first["items"] + rest["items"]] == [2, 1]
    assert rest["next"] is None


def test_a_version_is_shown_with_its_files(as_: Callable[[str], Door], process: None) -> None:
    door = as_("wang")
    shown = door.get(DEFINITION).json
    assert shown is not None
    assert (shown["key"], shown["version"], shown["process_id"]) == ("complaint", 1, "Complaint")
    page = door.get(f"{DEFINITION}/files").json
    assert page is not None
    assert {file["path"] for file in page["items"]} == set(bundle.files())
    answer = door.get(f"{DEFINITION}/files/complaint.bpmn")
    assert answer.data == bundle.files()["complaint.bpmn"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "application/octet-stream"


def test_what_was_never_published_is_not_found(as_: Callable[[str], Door], process: None) -> None:
    for path in ("/definitions/complaint/versions/9", "/definitions/other/versions", f"{DEFINITION}/files/other.bpmn",
                 f"{DEFINITION}/files/../../bundle.json"):  # fmt: skip
        problem(as_("wang").get(path), 404)


def test_a_draft_goes_through_review_by_a_second_person(as_: Callable[[str], Door], process: None) -> None:
    owner, approver = as_("owner"), as_("approver")
    opened = owner.post("/drafts", {"key": "complaint"})
    assert opened.status_code == 201, opened.text
    assert opened.json is not None
    assert opened.json["base_version"] == 1
    saved = owner.put("/drafts/complaint", {"files": _texts("新版")}, headers=_rev(opened))
    assert saved.status_code == 200, saved.text
    checked = owner.post("/drafts/complaint/check").json
    assert checked is not None
    assert checked["accepted"], checked
    problem(owner.post("/drafts/complaint/publish", headers=_rev(saved)), 409)
    submitted = owner.post("/drafts/complaint/submit", headers=_rev(saved))
    assert submitted.status_code == 200, submitted.text
    problem(owner.post("/drafts/complaint/approve", headers=_rev(submitted)), 403)
    approved = approver.post("/drafts/complaint/approve", headers=_rev(submitted))
    assert approved.status_code == 200, approved.text
    published = owner.post("/drafts/complaint/publish", headers=_rev(approved))
    assert published.status_code == 201, published.text
    assert published.json is not None
    assert (published.json["version"], published.json["name_zh"]) == (2, "新版")
    assert approver.person is not None
    assert published.json["approver"] == str(approver.person.id)
    problem(owner.get("/drafts/complaint"), 404)


def test_the_slower_of_two_editors_is_told(as_: Callable[[str], Door], process: None) -> None:
    owner = as_("owner")
    opened = owner.post("/drafts", {"key": "complaint"})
    problem(owner.put("/drafts/complaint", {"files": _texts()}), 428)
    assert owner.put("/drafts/complaint", {"files": _texts("甲")}, headers=_rev(opened)).status_code == 200
    late = owner.put("/drafts/complaint", {"files": _texts("乙")}, headers=_rev(opened))
    assert problem(late, 412)["details"]["rev"] == 2
    shown = owner.get("/drafts/complaint").json
    assert shown is not None
    assert shown["name_zh"] == "甲"


def test_a_broken_diagram_is_kept_but_not_submitted(as_: Callable[[str], Door], process: None) -> None:
    owner = as_("owner")
    opened = owner.post("/drafts", {"key": "complaint"})
    broken = _texts()
    broken["complaint.bpmn"] = broken["complaint.bpmn"].replace('targetRef="Task_Inspect"', 'targetRef="Nowhere"')
    saved = owner.put("/drafts/complaint", {"files": broken}, headers=_rev(opened))
    assert saved.status_code == 200, saved.text
    checked = owner.post("/drafts/complaint/check").json
    assert checked is not None
    assert not checked["accepted"]
    worst = checked["findings"][0]
    assert worst["severity"] == "error"
    assert worst["message_zh"]
    assert worst["message_en"]
    refused = problem(owner.post("/drafts/complaint/submit", headers=_rev(saved)), 422)
    assert refused["problems"]


def test_a_second_draft_of_the_same_process_is_a_conflict(as_: Callable[[str], Door], process: None) -> None:
    owner = as_("owner")
    assert owner.post("/drafts", {"key": "complaint", "files": _texts()}).status_code == 201
    problem(owner.post("/drafts", {"key": "complaint", "files": _texts()}), 409)
    page = owner.get("/drafts").json
    assert page is not None
    assert [draft["key"] for draft in page["items"]] == ["complaint"]


def test_a_draft_of_nothing_is_not_found(as_: Callable[[str], Door]) -> None:
    problem(as_("owner").post("/drafts", {"key": "nothing"}), 404)
    problem(as_("owner").get("/drafts/nothing"), 404)
    problem(as_("owner").post("/drafts/nothing/check"), 404)


@pytest.mark.parametrize("path", ["../evil.bpmn", "/etc/x.bpmn", "x.exe", "", "a\\b.bpmn", ".hidden.bpmn"])
def test_a_strange_file_name_is_refused(as_: Callable[[str], Door], path: str) -> None:
    problem(as_("owner").post("/drafts", {"key": "evil", "files": {path: "x"}}), 422)


@pytest.mark.parametrize("login", ["wang", "sun", "manager", "approver", "auditor", "admin"])
def test_only_process_owners_draw(as_: Callable[[str], Door], process: None, login: str) -> None:
    as_("owner").post("/drafts", {"key": "complaint"})
    door = as_(login)
    problem(door.post("/drafts", {"key": "complaint"}), 403)
    problem(door.put("/drafts/complaint", {"files": _texts()}, headers={"If-Match": '"1"'}), 403)
    problem(door.post("/drafts/complaint/submit", headers={"If-Match": '"1"'}), 403)
