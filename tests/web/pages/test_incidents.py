"""The page of incidents: grouped by cause, for those who put things right; nothing of a case one is named in."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from engine.db import transaction
from engine.models import Incident
from tests.web.conftest import Door
from tests.web.pages.test_pages import HTML, page
from workflows.models import Case


def failed(case: dict[str, Any], cause: str, message: str = "Boom <b>") -> str:
    """An open incident of a case."""
    with transaction() as session:
        found = Incident(
            instance_id=UUID(case["instance_id"]),
            element_id="Task_Accept",
            cause=cause,
            message=message,
            command={"key": "x", "kind": "start", "actor": "system", "task_id": None, "element_id": None, "data": {}},
        )
        session.add(found)
        session.flush()
        return str(found.id)


def test_equal_causes_are_one_line_with_their_number(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    for cause in ("a", "b", "b", "b"):
        failed(case, cause)
    text = page(as_("manager"), "/monitor/incidents")
    assert text.count('<li class="late">') == 2
    assert text.index("cause=b") < text.index("cause=a")
    assert "Boom &lt;b&gt;" in text
    assert "受理" in text  # the name of the element, not its id
    assert page(as_("manager"), "/monitor/incidents/cause?cause=b").count('id="row-') == 3
    assert as_("manager").get("/incidents?cause=a").get_json()["items"][0]["cause"] == "a"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_failed_is_said(as_: Callable[[str], Door], process: None, language: str) -> None:
    assert {"zh": "没有待处理的异常", "en": "Nothing has failed"}[language] in page(
        as_("owner"), "/monitor/incidents", language
    )
    page(as_("owner"), "/monitor/incidents/cause?cause=gone", language)


def test_who_only_reads_gets_no_verbs_and_staff_no_page(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    failed(case, "a")
    assert "data-bulk" in page(as_("manager"), "/monitor/incidents/cause?cause=a")
    assert "data-bulk" not in page(as_("auditor"), "/monitor/incidents/cause?cause=a")
    assert as_("wang").client.get("/monitor/incidents", headers=HTML).status_code == 403


def test_who_is_named_in_a_case_does_not_see_its_incidents(as_: Callable[[str], Door], case: dict[str, Any]) -> None:
    failed(case, "a")
    door = as_("manager")
    assert door.person is not None
    with transaction() as session:
        session.get_one(Case, UUID(case["id"])).named = [str(door.person.id)]
    assert 'id="row-' not in page(door, "/monitor/incidents/cause?cause=a")
