"""A suspended process says so wherever it is shown: since when, by whom, why; and offers nothing it would refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.web.conftest import Door
from tests.web.pages.test_pages import page

WHY = "投诉人出差，约定周五再联系"


@pytest.fixture
def standing(as_: Callable[[str], Door], case: dict[str, Any]) -> dict[str, Any]:
    """The case, its process suspended by a manager."""
    answer = as_("manager").post(f"/instances/{case['instance_id']}/suspend", {"reason": WHY})
    assert answer.status_code == 200, answer.text
    return case


def test_a_suspended_task_is_shown_and_not_worked_on(
    as_: Callable[[str], Door], task: dict[str, Any], standing: dict[str, Any]
) -> None:
    clerk = as_("wang")
    text = page(clerk, f"/tasks/{task['id']}")
    assert "已挂起" in text
    assert WHY in text
    assert "manager" in text
    assert "恢复后才能填写" in text
    assert "data-complete" not in text
    assert "deadline paused" in text
    shown = clerk.get(f"/tasks/{task['id']}").json
    assert shown is not None
    assert not {"complete", "draft", "urge", "return"} & set(shown["verbs"])
    assert "claim" in shown["verbs"]


def test_every_page_of_a_suspended_process_says_so(as_: Callable[[str], Door], standing: dict[str, Any]) -> None:
    manager = as_("manager")
    for path in (f"/cases/{standing['number']}", f"/instances/{standing['instance_id']}"):
        text = page(manager, path)
        assert WHY in text.partition("</article>")[0].partition('class="timeline"')[0], path
        assert "data-standing" in text, path
    for path in ("/monitor/complaint/Task_Accept", "/inbox?box=open", f"/instances/{standing['instance_id']}"):
        assert "deadline paused" in page(manager, path), path
    assert "/urge" not in page(manager, f"/instances/{standing['instance_id']}")


def test_resumed_it_is_worked_on_again(
    as_: Callable[[str], Door], task: dict[str, Any], standing: dict[str, Any]
) -> None:
    resumed = as_("manager").post(f"/instances/{standing['instance_id']}/resume", {"reason": "已联系上"})
    assert resumed.status_code == 200, resumed.text
    text = page(as_("wang"), f"/tasks/{task['id']}")
    assert "data-standing" not in text
    assert "data-complete" in text
