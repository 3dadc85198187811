"""Adding and removing signers through the API, and what the task page shows of it."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests.web.conftest import Door, problem

ACCEPTED = {"data": {"accept_outcome": "accepted", "note": "核实"}}


@pytest.fixture
def added(as_: Callable[[str], Door], task: dict[str, Any]) -> dict[str, Any]:
    """Sun's task beside Wang's."""
    door = as_("wang")
    assert door.post(f"/tasks/{task['id']}/claim").status_code == 200
    answer = door.post(f"/tasks/{task['id']}/signers", {"signer": _id(as_("sun")), "reason": "请一起看"})
    assert answer.status_code == 201, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


def _id(door: Door) -> str:
    assert door.person is not None
    return str(door.person.id)


def test_a_signer_is_added_and_the_task_waits_for_them(
    as_: Callable[[str], Door], task: dict[str, Any], added: dict[str, Any]
) -> None:
    wang, sun = as_("wang"), as_("sun")
    assert (added["assignee"], added["added_by"], added["status"]) == (_id(sun), _id(wang), "open")
    together = sun.get(f"/tasks/{added['id']}/signers").json
    assert together is not None
    assert [one["id"] for one in together["items"]] == [task["id"], added["id"]]
    early = wang.post(f"/tasks/{task['id']}/complete", ACCEPTED)
    assert problem(early, 409)["details"]["code"] == "comes_last"
    assert wang.post(f"/tasks/{added['id']}/complete", ACCEPTED).status_code == 403
    assert sun.post(f"/tasks/{added['id']}/complete", ACCEPTED).status_code == 200
    assert wang.post(f"/tasks/{task['id']}/complete", ACCEPTED).status_code == 200


def test_the_refusal_is_told_in_the_readers_language(
    as_: Callable[[str], Door], task: dict[str, Any], added: dict[str, Any]
) -> None:
    for language, words in (("zh", "此人已在会签中"), ("en", "This person is to sign already")):
        door = as_("wang")
        door.client.set_cookie("language", language)
        answer = door.post(f"/tasks/{task['id']}/signers", {"signer": added["assignee"], "reason": "r"})
        assert problem(answer, 409)["detail"] == words


def test_a_signer_is_removed_by_who_added_them_or_leads(
    as_: Callable[[str], Door], task: dict[str, Any], added: dict[str, Any]
) -> None:
    removal = f"/tasks/{added['id']}/signers/removal"
    assert as_("li").post(removal, {"reason": "r"}).status_code == 403
    assert as_("wang").post(removal, {"reason": "不需要了"}).status_code == 200
    assert as_("wang").post(removal, {"reason": "again"}).status_code == 409
    events = as_("manager").get(f"/instances/{task['instance_id']}/history").json
    assert events is not None
    told = [event for event in events["items"] if event["kind"] in ("signer_added", "signer_removed")]
    assert [event["data"]["reason"] for event in told] == ["请一起看", "不需要了"]


def test_what_is_wrong_with_a_signer_is_named(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door, path = as_("sun"), f"/tasks/{task['id']}/signers"
    body: dict[str, Any]
    for body, field in (
        ({"signer": str(uuid4()), "reason": "r"}, "signer"), ({"reason": "r"}, "signer"),
        ({"signer": _id(as_("wang")), "reason": ""}, "reason"), ({"signer": _id(as_("wang")), "reason": " "}, "reason"),
    ):  # fmt: skip
        faults = problem(door.post(path, body), 422)["problems"]
        assert [fault["path"] for fault in faults] == [field]
    assert door.post(path, {"signer": _id(as_("auditor")), "reason": "r"}).status_code == 403
    assert as_("qian").post(path, {"signer": _id(as_("wang")), "reason": "r"}).status_code == 404


def test_the_same_key_adds_one_signer(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door, path = as_("sun"), f"/tasks/{task['id']}/signers"
    body = {"signer": _id(as_("wang")), "reason": "r"}
    first, second = (door.post(path, body, headers={"Idempotency-Key": "once-1"}) for _ in range(2))
    assert (first.status_code, first.json) == (second.status_code, second.json)
    together = door.get(path).json
    assert together is not None
    assert len(together["items"]) == 2


def test_the_task_page_shows_the_signers_and_the_buttons(
    as_: Callable[[str], Door], task: dict[str, Any], added: dict[str, Any]
) -> None:
    page = as_("wang").client.get(f"/tasks/{task['id']}").text
    assert f'data-act="POST /api/v1/tasks/{added["id"]}/signers/removal"' in page
    assert f'data-act="POST /api/v1/tasks/{task["id"]}/signers"' in page
    theirs = as_("sun").client.get(f"/tasks/{added['id']}").text
    assert "加签人：" in theirs
