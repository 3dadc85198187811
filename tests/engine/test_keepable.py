"""Data which cannot be kept is refused where it is handed over, with the place named: no incident, nothing kept."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import definitions, incidents, instances, messages, usertasks
from engine.errors import Invalid
from engine.jsonable import MAX_GIVEN, require_keepable
from engine.models import Message, OutboxMessage, ProcessInstance, UserTask
from tests import builders as b


def deep(levels: int) -> dict[str, Any]:
    found: Any = 1
    for number in range(levels):
        found = [found] if number % 2 else {"in": found}
    return {"x": found}


BAD: dict[str, tuple[Callable[[], dict[str, Any]], str]] = {
    "61 levels": (lambda: deep(61), "too_deep"),
    "400 levels": (lambda: deep(400), "too_deep"),
    "5000 levels": (lambda: deep(5000), "too_deep"),
    "5 MB": (lambda: {"x": "复" * 1_700_000}, "too_much_data"),
    "a million numbers": (lambda: {"x": list(range(1_100_000))}, "too_much_data"),
}
bad = pytest.mark.parametrize(("make", "code"), BAD.values(), ids=BAD.keys())


@pytest.fixture
def instance(session: Session) -> ProcessInstance:
    waits = b.catch("C", b.event("message", "M"))
    parts = b.process(
        "P", b.start(), b.gateway("parallel", "F"), b.user("A"), waits, b.end("E1"), b.end("E2"),
        b.path("Start", "F", "A", "E1"), b.path("F", "C", "E2"),
    )  # fmt: skip
    definitions.publish_files(session, "test", b.bundle(b.message("M", "m", '="k"'), parts), author="anna")
    return instances.start(session, "test", business_key="K", variables={}, actor="anna")


def task_of(session: Session, instance: ProcessInstance) -> UserTask:
    [task] = usertasks.listing(session, instance_id=instance.id)
    return task


def refused(attempt: Callable[[], object], code: str) -> str:
    """Where the data is wrong."""
    with pytest.raises(Invalid) as told:
        attempt()
    [problem] = told.value.problems
    assert problem["code"] == code
    assert problem["message_zh"]
    return problem["path"]


@bad
def test_a_task_is_not_completed_with_it(
    session: Session, instance: ProcessInstance, make: Callable[[], dict[str, Any]], code: str
) -> None:
    task = task_of(session, instance)
    assert refused(lambda: usertasks.complete(session, task.id, make(), actor="anna"), code).startswith("x")
    session.refresh(task)
    assert (task.status, task.draft) == ("open", None)
    assert incidents.listing(session) == []


@bad
def test_it_is_no_draft(
    session: Session, instance: ProcessInstance, make: Callable[[], dict[str, Any]], code: str
) -> None:
    task = task_of(session, instance)
    refused(lambda: usertasks.save_draft(session, task.id, make(), actor="anna", rev=1), code)


@bad
def test_it_is_no_message_and_no_signal(
    session: Session, instance: ProcessInstance, make: Callable[[], dict[str, Any]], code: str
) -> None:
    def publish() -> object:
        return messages.publish(session, message_id="1", name="m", correlation="k", payload=make())

    assert refused(publish, code).startswith("payload.x")
    refused(lambda: messages.signal(session, instance.id, name="s", payload=make()), code)
    refused(lambda: messages.broadcast(session, name="s", payload=make()), code)
    for table in (Message, OutboxMessage):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert incidents.listing(session) == []


@bad
def test_it_is_no_process_data(
    session: Session, instance: ProcessInstance, make: Callable[[], dict[str, Any]], code: str
) -> None:
    refused(lambda: instances.edit(session, instance.id, make(), actor="boss", reason="r"), code)


def test_process_data_which_grows_beyond_what_is_kept_is_refused(session: Session, instance: ProcessInstance) -> None:
    for number in range(4):
        instances.edit(session, instance.id, {f"x{number}": "y" * (MAX_GIVEN - 100)}, actor="boss", reason="r")
    more = {"more": "y" * (MAX_GIVEN - 100)}
    refused(lambda: instances.edit(session, instance.id, more, actor="boss", reason="r"), "too_much_data")
    assert incidents.listing(session) == []


def test_what_can_be_kept_is_let_through() -> None:
    require_keepable({**deep(58), "text": "复" * 300_000, "none": None, "number": 1.5})
