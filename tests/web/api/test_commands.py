"""Commands of those who supervise, through the API: preview of a move, causes of incidents, skipping."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.db import transaction
from engine.models import Incident
from tests.web.conftest import Door, problem


@pytest.fixture
def incident(case: dict[str, Any]) -> str:
    """A step of the case which failed."""
    with transaction() as session:
        found = Incident(
            instance_id=case["instance_id"],
            element_id="Task_Accept",
            cause="Task_Accept:boom",
            message="boom",
            command={"key": "x", "kind": "start", "actor": "system", "task_id": None, "element_id": None, "data": {}},
        )
        session.add(found)
        session.flush()
        return str(found.id)


def test_a_move_is_previewed_and_nothing_happens(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    path = f"/instances/{case['instance_id']}"
    before = as_("manager").get(path).json
    assert before is not None
    token = before["tokens"][0]
    body = {"token_id": token["token_id"], "target": token["element_id"]}
    found = as_("manager").post(f"{path}/move/preview", body).json
    assert found is not None
    assert found["closes"] == found["opens"] == [token["element_id"]]
    after = as_("manager").get(path).json
    assert after is not None
    assert after["tokens"] == before["tokens"]
    nowhere = as_("manager").post(f"{path}/move/preview", {**body, "target": "Nowhere"})
    assert problem(nowhere, 422)["problems"][0]["code"] == "no_target"


def test_causes_of_open_incidents_are_counted(as_: Callable[[str], Door], incident: str) -> None:
    found = as_("owner").get("/incidents/causes").json
    assert found == {"items": [{"cause": "Task_Accept:boom", "count": 1}]}


def test_a_user_task_cannot_be_skipped(as_: Callable[[str], Door], incident: str) -> None:
    answer = as_("owner").post(f"/incidents/{incident}/skip", {"reason": "hurry"})
    problem(answer, 409)


@pytest.mark.parametrize("login", ["wang", "auditor"])
def test_who_does_not_supervise_skips_nothing(as_: Callable[[str], Door], incident: str, login: str) -> None:
    assert as_(login).post(f"/incidents/{incident}/skip", {"reason": "hurry"}).status_code == 403
