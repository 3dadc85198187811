"""What the web door and the jobs write into their logs while a case is driven: ids, and nothing of the complainant."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from tasks import outbox, timers
from tests.web.conftest import COMPLAINT, Door

PERSONAL = (
    "王小明",
    "13812345678",
    "王小明".encode().decode("utf-8"),
    "138****",
    "电饭煲用了三天",
    "mail@logs.example",
)
ACCEPTED = {"data": {"accept_outcome": "accepted", "note": "王小明 13812345678 核实"}}


def _drive(as_: Callable[[str], Door]) -> dict[str, Any]:
    """Receive a case, look it up by phone, make mistakes with personal data in them, complete its first task."""
    complainant = {**COMPLAINT["complainant"], "mail": "mail@logs.example"}  # type: ignore[dict-item]
    case = as_("li").post("/cases", {**COMPLAINT, "complainant": complainant}).json
    assert case is not None
    as_("li").get("/cases?text=13812345678")
    as_("li").get("/cases?unknown=王小明")
    as_("li").post("/cases", {"narrative": "", "complainant": {"name": "王小明", "phone": 13812345678}})
    as_("li").post("/cases", data="{王小明", headers={"Content-Type": "application/json"})
    as_("li").get("/cases/王小明")
    door = as_("wang")
    page = door.get("/tasks?box=department").json
    assert page is not None
    [task] = page["items"]
    assert door.post(f"/tasks/{task['id']}/claim").status_code == 200
    assert door.post(f"/tasks/{task['id']}/complete", {"data": {"王小明": "13812345678"}}).status_code == 422
    assert door.post(f"/tasks/{task['id']}/complete", ACCEPTED).status_code == 200
    return {"task": task["id"], "instance": task["instance_id"]}


def test_the_logs_of_a_driven_case_name_no_complainant(
    as_: Callable[[str], Door],
    process: None,
    database: Engine,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ids = _drive(as_)
    outbox.deliver_inside()
    outbox.deliver_mail()
    timers.fire_due()
    out, err = capfd.readouterr()
    logged = out + err + caplog.text
    assert '"event": "request"' in logged
    for secret in PERSONAL:
        assert secret not in logged
        assert json.dumps(secret).strip('"') not in logged
    lines = [json.loads(line) for line in err.splitlines() if '"event": "request"' in line]
    assert all(line["request_id"] for line in lines)
    assert {line["task_id"] for line in lines if "task_id" in line} == {ids["task"]}
