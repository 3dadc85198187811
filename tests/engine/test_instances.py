"""Commands on instances: look, cancel, move, suspend; and the lists of user tasks."""

import datetime as dt
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, definitions, history, instances, usertasks
from engine.errors import Conflict, Invalid
from engine.models import InstanceStatus, ProcessInstance, Subscription, Timer, UserTask
from tests.builders import (
    boundary,
    bundle,
    call,
    catch,
    end,
    event,
    gateway,
    message,
    path,
    process,
    start,
    timer,
    user,
    zeebe,
)

FORK = bundle(
    message("M", "m", '="k"'),
    process(
        "P", start(), gateway("parallel", "S"), user("A"), user("B"), catch("C", event("message", "M")),
        gateway("parallel", "J"), user("Z"), end(), boundary("T", "A", timer("PT1H"), interrupting=False), end("E2"),
        *path("Start", "S", "A", "J", "Z", "End"), *path("S", "B", "J"), *path("S", "C", "J"), *path("T", "E2"),
    ),
)  # fmt: skip


@pytest.fixture
def instance(session: Session) -> ProcessInstance:
    definitions.publish_files(session, "test", FORK, author="anna")
    return instances.start(session, "test", business_key="K", variables={"x": 1}, actor="anna")


def opened(session: Session, instance: ProcessInstance) -> list[str]:
    return sorted(task.element_id for task in usertasks.listing(session, instance_id=instance.id))


def test_tokens_are_where_work_waits(session: Session, instance: ProcessInstance) -> None:
    places = instances.tokens(session, instance)
    assert sorted((place.element_id, place.process_id, place.kind) for place in places) == [
        ("A", "P", "userTask"), ("B", "P", "userTask"), ("C", "P", "intermediateCatchEvent"),
    ]  # fmt: skip
    assert instances.path_taken(session, instance)["S_A"] == 1


def test_tokens_in_a_called_process_say_so(session: Session) -> None:
    files = bundle(process("P", start(), call("C", "Q"), end()), process("Q", start("QS"), user("A"), end("QE")))
    definitions.publish_files(session, "test", files, author="anna")
    made = instances.start(session, "test", business_key="K", variables={}, actor="anna")
    assert [(place.element_id, place.process_id) for place in instances.tokens(session, made)] == [
        ("C", "P"), ("A", "Q"),
    ]  # fmt: skip


def test_a_cancelled_instance_leaves_nothing_open(session: Session, instance: ProcessInstance) -> None:
    instances.cancel(session, instance.id, actor="boss", reason="withdrawn")
    assert instance.status is InstanceStatus.CANCELLED
    assert opened(session, instance) == []
    for table in (Timer, Subscription):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    found = history.of(session, instance.id)
    assert [event.kind for event in found[-5:]].count("task_cancelled") == 2
    assert found[-1].kind == "instance_cancelled"
    with pytest.raises(Conflict):
        instances.cancel(session, instance.id, actor="boss", reason="again")


def test_a_token_is_moved_with_a_reason(session: Session, instance: ProcessInstance) -> None:
    (place,) = [place for place in instances.tokens(session, instance) if place.element_id == "A"]
    moved = {"actor": "boss", "reason": "wrong way"}
    token = UUID(place.token_id)
    with pytest.raises(Invalid):
        instances.move(session, instance.id, token, "Nowhere", **moved)
    with pytest.raises(Invalid):
        instances.move(session, instance.id, token, "T", **moved)
    instances.move(session, instance.id, token, "J", **moved)
    assert opened(session, instance) == ["B"]
    assert session.scalar(select(func.count()).select_from(Timer)) == 0
    (event,) = [event for event in history.of(session, instance.id) if event.kind == "token_moved"]
    assert (event.actor, event.data["source"], event.data["reason"]) == ("boss", "A", "wrong way")
    with pytest.raises(Conflict):
        instances.move(session, instance.id, token, "J", **moved)


def test_resuming_what_runs_is_a_conflict(session: Session, instance: ProcessInstance) -> None:
    with pytest.raises(Conflict):
        instances.resume(session, instance.id, actor="boss", reason="")
    instances.suspend(session, instance.id, actor="boss", reason="")
    with pytest.raises(Conflict):
        instances.suspend(session, instance.id, actor="boss", reason="")


def test_a_suspended_instance_hears_no_message_until_it_is_resumed(session: Session, instance: ProcessInstance) -> None:
    from engine import messages

    instances.suspend(session, instance.id, actor="boss", reason="")
    assert not messages.publish(session, message_id="m", name="m", correlation="k", payload={"y": 2})
    instances.resume(session, instance.id, actor="boss", reason="")
    assert instances.variables(session, instance) == {"x": 1, "y": 2}


def test_claiming_is_for_one_person_at_a_time(session: Session, instance: ProcessInstance) -> None:
    task = usertasks.listing(session, instance_id=instance.id)[0]
    usertasks.claim(session, task.id, actor="anna")
    usertasks.claim(session, task.id, actor="anna")
    with pytest.raises(Conflict):
        usertasks.claim(session, task.id, actor="bert")
    usertasks.unclaim(session, task.id, actor="anna")
    with pytest.raises(Conflict):
        usertasks.unclaim(session, task.id, actor="anna")
    usertasks.assign(session, task.id, actor="boss", assignee="carl", department="legal", reason="knows it")
    usertasks.urge(session, task.id, actor="boss")
    session.refresh(task)
    assert (task.assignee, task.department, task.urged, task.rev) == ("carl", "legal", 1, 4)
    assert history.verify(session, instance.id) is None


def test_a_draft_is_kept_for_the_rev_it_was_typed_at(session: Session, instance: ProcessInstance) -> None:
    task = usertasks.listing(session, instance_id=instance.id)[0]
    usertasks.save_draft(session, task.id, {"typed": "half"}, actor="anna", rev=1)
    with pytest.raises(Conflict):
        usertasks.save_draft(session, task.id, {"typed": "other"}, actor="bert", rev=1)
    session.refresh(task)
    assert task.draft == {"typed": "half"}


def due_in(hours: int | None) -> str:
    return zeebe("taskSchedule", dueDate=f'=now() + duration("PT{hours}H")') if hours is not None else ""


def test_lists_come_by_due_date_page_by_page(session: Session) -> None:
    noon = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
    for number, hours in enumerate([5, None, 1, 3, None, 1]):
        task = user("A", extension=due_in(hours))
        files = bundle(process("P", start(), task, end(), lanes={"legal" if number % 2 else "sales": ["A"]}))
        definitions.publish_files(session, "test", files, author="anna")
        with clock.at(noon):
            instances.start(session, "test", business_key=str(number), variables={}, actor="anna")
    whole = usertasks.listing(session, departments=["legal", "sales"])
    offsets = [None if task.due_at is None else int((task.due_at - noon).total_seconds() // 3600) for task in whole]
    assert offsets == [1, 1, 3, 5, None, None]
    seen: list[UserTask] = []
    while page := usertasks.listing(
        session,
        departments=["legal", "sales"],
        after=(seen[-1].due_at, seen[-1].id) if seen else None,
        limit=2,
    ):
        seen += page
    assert [task.id for task in seen] == [task.id for task in whole]
    assert {task.department for task in usertasks.listing(session, departments=["legal"])} == {"legal"}
    assert usertasks.listing(session, departments=[]) == []


def test_a_list_of_several_kinds_names_no_task_twice(session: Session, instance: ProcessInstance) -> None:
    tasks = usertasks.listing(session, instance_id=instance.id)
    usertasks.assign(session, tasks[0].id, actor="boss", assignee="anna", department="legal")
    found = usertasks.listing(session, departments=["legal"], assignee="anna", candidate="anna")
    assert [task.id for task in found] == [tasks[0].id]


def test_data_beyond_reason_is_refused_at_the_start(session: Session, instance: ProcessInstance) -> None:
    with pytest.raises(Invalid):
        instances.start(session, "test", business_key="big", variables={"x": "y" * 5_000_000}, actor="anna")
    with pytest.raises(Invalid):
        instances.start(session, "test", business_key="a\0b", variables={}, actor="anna")
    with pytest.raises(Invalid):
        instances.start(session, "test", business_key="odd", variables={"x": object()}, actor="anna")
