"""Legal hold through the API and on the case page."""

from collections.abc import Callable
from typing import Any

from tests.web.conftest import Door, problem


def test_legal_holds_a_case_and_a_manager_lifts_it(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    path = f"/cases/{case['number']}"
    page = f"/cases/{case['number']}"
    assert "data-held" not in as_("fa").client.get(page).text
    assert as_("fa").post(f"{path}/hold", {"reason": "诉讼保全"}).status_code == 200
    shown = as_("li").get(path).json
    assert shown is not None
    assert shown["held"] is True
    assert "data-held" in as_("fa").client.get(page).text
    assert problem(as_("manager").post(f"{path}/hold", {"reason": "again"}), 409)["detail"] == "本案已在保全中"
    assert as_("manager").post(f"{path}/hold/lifting", {"reason": "结案"}).status_code == 200
    told = as_("manager").get(f"{path}/timeline").json
    assert told is not None
    holds = [(entry["kind"], entry["data"]["reason"]) for entry in told["items"] if "hold" in entry["kind"]]
    assert holds == [("history.hold_set", "诉讼保全"), ("history.hold_lifted", "结案")]


def test_nobody_else_holds_a_case_and_a_reason_is_needed(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    path = f"/cases/{case['number']}/hold"
    for login in ("li", "auditor"):
        assert as_(login).post(path, {"reason": "r"}).status_code == 403
    assert as_("qian").post(path, {"reason": "r"}).status_code == 404
    faults = problem(as_("fa").post(path, {"reason": " "}), 422)["problems"]
    assert [fault["path"] for fault in faults] == ["reason"]
    assert 'data-ask="hold"' not in as_("li").client.get(f"/cases/{case['number']}").text
