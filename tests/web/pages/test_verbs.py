"""What the task page offers of transfer, delegate, return and take back; and the same by the API."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.db import transaction
from engine.models import UserTask
from tests.web.conftest import Door, problem
from tests.web.pages.test_pages import page
from workflows import usertasks
from workflows.models import Person

ACCEPTED = {"data": {"accept_outcome": "accepted", "note": "核实"}}


def test_a_task_is_transferred_to_a_person_of_another_department(
    as_: Callable[[str], Door], task: dict[str, Any], world: dict[str, Person]
) -> None:
    door = as_("wang")
    assert f'value="{world["qian"].id}" >qian · ' in page(door, f"/tasks/{task['id']}")
    handed = door.post(f"/tasks/{task['id']}/transfer", {"assignee": str(world["qian"].id), "reason": "物流问题"}).json
    assert handed is not None
    assert (handed["department"], handed["assignee"]) == ("logistics", str(world["qian"].id))
    both = {"assignee": str(world["li"].id), "department": "legal", "reason": "x"}
    problem(as_("qian").post(f"/tasks/{task['id']}/transfer", both), 422)


@pytest.mark.parametrize(("language", "name", "other"), [("zh", "受理", "Take in"), ("en", "Take in", "受理")])
def test_steps_to_return_to_are_named_in_the_readers_language(
    as_: Callable[[str], Door], task: dict[str, Any], language: str, name: str, other: str
) -> None:
    as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED)
    with transaction() as session:
        session.get_one(UserTask, task["id"]).name_en = "Take in"
    door = as_("zhao")
    second = door.get("/tasks?box=department").json["items"][0]["id"]  # type: ignore[index]
    text = page(door, f"/tasks/{second}", language)
    dialog = text[text.index('<dialog id="return"') :].partition("</dialog>")[0]
    assert f'<option value="Task_Accept" selected>{name}' in dialog
    assert other not in dialog
    named = door.get(f"/tasks/{second}").json["earlier_steps"]  # type: ignore[index]
    assert named == {"Task_Accept": name}


def test_the_latest_earlier_step_is_chosen_to_return_to(
    as_: Callable[[str], Door], task: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED)
    door = as_("zhao")
    second = door.get("/tasks?box=department").json["items"][0]["id"]  # type: ignore[index]
    steps = {"Task_First": ("登记", "Register"), "Task_Accept": ("受理", "Accept")}
    monkeypatch.setattr(usertasks, "earlier_steps", lambda *_: steps)
    dialog = page(door, f"/tasks/{second}").partition('<dialog id="return"')[2].partition("</dialog>")[0]
    assert '<option value="Task_First" >' in dialog
    assert '<option value="Task_Accept" selected>' in dialog


def test_a_returned_step_opens_with_what_was_sent_there(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    as_("wang").post(f"/tasks/{task['id']}/complete", ACCEPTED)
    quality = as_("zhao")
    second = quality.get("/tasks?box=department").json["items"][0]["id"]  # type: ignore[index]
    quality.post(f"/tasks/{second}/return", {"element": "Task_Accept", "reason": "信息不全"})
    again = as_("wang").get("/tasks?box=department").json["items"][0]["id"]  # type: ignore[index]
    assert as_("wang").get(f"/tasks/{again}").json["draft"] == ACCEPTED["data"]  # type: ignore[index]


def test_a_task_is_delegated_and_handed_back(
    as_: Callable[[str], Door], task: dict[str, Any], world: dict[str, Person], case: dict[str, Any]
) -> None:
    lender, helper = as_("wang"), as_("li")
    path = f"/tasks/{task['id']}"
    to_li = {"assignee": str(world["li"].id), "reason": "请代为核实"}
    problem(lender.post(f"{path}/delegate", to_li), 403)
    lender.post(f"{path}/claim")
    problem(lender.post(f"{path}/delegate", {**to_li, "reason": ""}), 422)
    lent = lender.post(f"{path}/delegate", to_li).json
    assert lent is not None
    assert (lent["assignee"], lent["lender"]) == (str(world["li"].id), str(world["wang"].id))
    problem(lender.post(f"{path}/delegate", to_li), 403)
    problem(helper.post(f"{path}/complete", ACCEPTED), 403)
    assert "wang 委派" in page(helper, path)
    assert "data-complete" not in page(helper, path)
    assert "已委派给 li" in page(lender, path)
    back = helper.post(f"{path}/hand-back", {"reason": "已核实"}).json
    assert back is not None
    assert (back["assignee"], back["lender"]) == (str(world["wang"].id), None)
    problem(helper.post(f"{path}/hand-back", {}), 403)
    story = page(lender, f"/cases/{case['number']}")
    assert "委派：受理" in story
    assert "→ li" in story
    assert "交回委派：受理" in story
    assert lender.post(f"{path}/complete", ACCEPTED).status_code == 200


def test_a_completed_step_is_taken_back_while_nobody_has_begun_the_next(
    as_: Callable[[str], Door], task: dict[str, Any], case: dict[str, Any]
) -> None:
    door, path = as_("wang"), f"/tasks/{task['id']}"
    problem(door.post(f"{path}/withdraw", {"reason": "x"}), 403)
    door.post(f"{path}/complete", ACCEPTED)
    assert 'data-ask="withdraw"' in page(door, path)
    assert 'data-ask="withdraw"' not in page(as_("sun"), path)
    problem(as_("sun").post(f"{path}/withdraw", {"reason": "x"}), 403)
    problem(door.post(f"{path}/withdraw", {}), 422)
    again = door.post(f"{path}/withdraw", {"reason": "填错了"}).json
    assert again is not None
    assert (again["element_id"], again["assignee"]) == ("Task_Accept", str(door.person.id))  # type: ignore[union-attr]
    problem(door.post(f"{path}/withdraw", {"reason": "再来"}), 409)
    assert "撤回：受理" in page(door, f"/cases/{case['number']}")
    assert as_("zhao").get("/tasks?box=department").json["items"] == []  # type: ignore[index]


def test_a_step_is_not_taken_back_once_the_next_is_claimed(as_: Callable[[str], Door], task: dict[str, Any]) -> None:
    door, path = as_("wang"), f"/tasks/{task['id']}"
    door.post(f"{path}/complete", ACCEPTED)
    quality = as_("zhao")
    second = quality.get("/tasks?box=department").json["items"][0]["id"]  # type: ignore[index]
    quality.post(f"/tasks/{second}/claim")
    assert 'data-ask="withdraw"' not in page(door, path)
    problem(door.post(f"{path}/withdraw", {"reason": "x"}), 409)
