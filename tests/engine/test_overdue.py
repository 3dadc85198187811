"""What is overdue happens before a command; where it fails it is its own incident, and no command out of it fails."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, definitions, history, incidents, instances, messages, timers, usertasks
from engine.errors import Conflict, StepFailed
from engine.failing import Attempt, fail
from engine.functions import Call, function
from engine.hooks import Command
from engine.models import Incident, IncidentStatus, InstanceStatus, Message, ProcessInstance, Timer
from tests import builders as b

broken = {"on": True}
LATER = dt.timedelta(hours=2)


@function("test_overdue_breaks", title_zh="出错", title_en="Breaks")
def breaks(call: Call) -> dict[str, Any]:
    if broken["on"]:
        raise RuntimeError("the printer is on fire")
    return {}


@pytest.fixture(autouse=True)
def _broken() -> Iterator[None]:
    broken["on"] = True
    yield
    broken["on"] = True


PARTS = (
    b.start(), b.gateway("parallel", "F"), b.user("A"), b.user("B"), b.user("Y"), b.user("Z"), b.end("EA"), b.end("EB"),
    b.boundary("T", "A", b.timer("PT1H"), interrupting=False), b.service("S", "test_overdue_breaks"), b.end("ES"),
    b.path("Start", "F", "A", "Y", "EA"), b.path("F", "B", "Z", "EB"), b.path("T", "S", "ES"),
)  # fmt: skip
HOLE = b.process("P", *PARTS)


def begin(session: Session, *parts: str) -> ProcessInstance:
    definitions.publish_files(session, "test", b.bundle(*parts), author="anna")
    return instances.start(session, "test", business_key="K", variables={}, actor="anna")


@pytest.fixture
def hole(session: Session) -> Iterator[ProcessInstance]:
    """An instance whose overdue timer fails whenever it fires."""
    made = begin(session, HOLE)
    with clock.at(clock.now() + LATER):
        yield made


def token(session: Session, instance: ProcessInstance, element: str) -> UUID:
    return next(UUID(one.token_id) for one in instances.tokens(session, instance) if one.element_id == element)


def opened(session: Session, instance: ProcessInstance) -> list[str]:
    return sorted(task.element_id for task in usertasks.listing(session, instance_id=instance.id))


def kinds(session: Session, instance: ProcessInstance) -> list[str]:
    return [event.kind for event in history.of(session, instance.id)]


def failed_timer(session: Session) -> Incident:
    [timer] = timers.claim_due(session, limit=9)
    with pytest.raises(StepFailed):
        timers.fire(session, timer)
    [incident] = incidents.listing(session)
    return incident


def test_an_instance_whose_overdue_timer_fails_is_cancelled_and_its_incidents_closed(
    session: Session, hole: ProcessInstance
) -> None:
    failed_timer(session)
    instances.cancel(session, hole.id, actor="boss", reason="r")
    assert hole.status is InstanceStatus.CANCELLED
    assert incidents.listing(session, instance_id=hole.id) == []
    assert "timer_fired" not in kinds(session, hole)


def test_an_instance_whose_overdue_timer_fails_is_suspended_and_resumed(
    session: Session, hole: ProcessInstance
) -> None:
    instances.suspend(session, hole.id, actor="boss", reason="r")
    assert hole.status is InstanceStatus.SUSPENDED
    assert session.scalars(select(Timer)).all() == []
    instances.resume(session, hole.id, actor="boss", reason="r")
    assert hole.status is InstanceStatus.RUNNING
    assert incidents.listing(session, instance_id=hole.id) == []
    assert failed_timer(session).element_id == "S"


@pytest.mark.parametrize(("element", "target"), [("A", "Y"), ("B", "Z")])
def test_a_token_is_moved_out_of_an_instance_whose_overdue_timer_fails(
    session: Session, hole: ProcessInstance, element: str, target: str
) -> None:
    where = token(session, hole, element)
    said = instances.preview_move(session, hole.id, where, target, actor="boss")
    instances.move(session, hole.id, where, target, actor="boss", reason="r")
    assert (said.closes, said.opens, said.fails) == ([element], [target], "")
    assert opened(session, hole) == sorted({"A", "B", target} - {element})
    assert incidents.listing(session, instance_id=hole.id) == []


def test_an_incident_of_a_deadline_is_closed_when_its_token_is_moved_away(
    session: Session, hole: ProcessInstance
) -> None:
    failed_timer(session)
    instances.move(session, hole.id, token(session, hole, "A"), "Y", actor="boss", reason="r")
    assert incidents.listing(session, instance_id=hole.id) == []


def test_an_incident_of_a_deadline_is_closed_by_whoever_comes_along_when_it_succeeds(
    session: Session, hole: ProcessInstance
) -> None:
    failed_timer(session)
    broken["on"] = False
    task = next(task for task in usertasks.listing(session, instance_id=hole.id) if task.element_id == "B")
    usertasks.complete(session, task.id, {}, actor="anna")
    assert incidents.listing(session, instance_id=hole.id) == []


def test_a_move_lets_what_is_overdue_happen_first_where_it_succeeds(session: Session, hole: ProcessInstance) -> None:
    broken["on"] = False
    instances.move(session, hole.id, token(session, hole, "A"), "Y", actor="boss", reason="r")
    told = kinds(session, hole)
    assert told.index("timer_fired") < told.index("token_moved")


def test_an_instance_whose_start_failed_is_suspended_resumed_moved_and_cancelled(session: Session) -> None:
    definitions.publish_files(
        session, "test",
        b.bundle(b.process("P", b.start(), b.service("S", "test_overdue_breaks"), b.user("A"), b.end())), author="anna",
    )  # fmt: skip
    for number in range(2):
        with pytest.raises(StepFailed):
            instances.start(session, "test", business_key=str(number), variables={}, actor="anna")
    one, two = (incident.instance_id for incident in incidents.listing(session))
    instances.suspend(session, one, actor="boss", reason="r")
    instances.resume(session, one, actor="boss", reason="r")
    instances.move(session, one, token(session, instances.get(session, one), "Start"), "A", actor="boss", reason="r")
    assert opened(session, instances.get(session, one)) == ["A"]
    instances.cancel(session, two, actor="boss", reason="r")
    assert incidents.listing(session, instance_id=two) == []


def test_a_failing_overdue_timer_is_one_incident_whoever_comes_along(session: Session, hole: ProcessInstance) -> None:
    for task in usertasks.listing(session, instance_id=hole.id):
        with pytest.raises(StepFailed):
            usertasks.complete(session, task.id, {"typed": task.element_id}, actor="anna")
        session.refresh(task)
        assert task.draft == {"typed": task.element_id}
    with clock.at(clock.now() + LATER):
        incident = failed_timer(session)
    assert (incident.element_id, incident.attempts, incident.command["kind"]) == ("S", 3, "timer")
    broken["on"] = False
    incidents.retry(session, incident.id, actor="boss")
    assert "timer_fired" in kinds(session, hole)
    assert incidents.listing(session) == []


def test_a_message_which_an_overdue_timer_holds_up_comes_again_by_itself(session: Session) -> None:
    parts = b.process(
        "P", b.start(), b.gateway("parallel", "F"), b.user("A"), b.end("EA"), b.catch("C", b.event("message", "M")),
        b.user("Got"), b.end("EB"), b.boundary("T", "A", b.timer("PT1H"), interrupting=False),
        b.service("S", "test_overdue_breaks"), b.end("ES"),
        b.path("Start", "F", "A", "EA"), b.path("F", "C", "Got", "EB"), b.path("T", "S", "ES"),
    )  # fmt: skip
    instance = begin(session, b.message("M", "m", '="k"'), parts)
    with clock.at(clock.now() + LATER):
        with pytest.raises(StepFailed):
            messages.publish(session, message_id="1", name="m", correlation="k", payload={})
        [incident] = incidents.listing(session, instance_id=instance.id)
        assert incident.retry_at is not None
        broken["on"] = False
        incidents.retry(session, incident.id, actor="system")
        assert opened(session, instance) == ["A", "Got"]


def test_a_condition_which_came_true_and_fails_is_one_incident_which_can_be_repeated(session: Session) -> None:
    parts = b.process(
        "P", b.start(), b.user("A"), b.user("B"), b.end("EA"),
        b.boundary("T", "A", b.condition("=x = 1"), interrupting=False),
        b.service("S", "test_overdue_breaks"), b.end("ES"), b.path("Start", "A", "B", "EA"), b.path("T", "S", "ES"),
    )  # fmt: skip
    instance = begin(session, parts)
    instances.edit(session, instance.id, {"x": 1}, actor="boss", reason="r")
    [task] = usertasks.listing(session, instance_id=instance.id)
    for _ in range(2):
        with pytest.raises(StepFailed):
            usertasks.complete(session, task.id, {}, actor="anna")
    [incident] = incidents.listing(session)
    assert (incident.command["key"], incident.attempts) == ("condition:T", 2)
    with pytest.raises(StepFailed):
        incidents.retry(session, incident.id, actor="boss")
    incidents.retry(session, incident.id, actor="boss", data={"x": 2})
    assert incidents.listing(session) == []
    usertasks.complete(session, task.id, {}, actor="anna")
    assert opened(session, instance) == ["B"]


def test_a_second_timer_does_not_keep_a_worker_busy_behind_the_one_which_fails(session: Session) -> None:
    second = b.boundary("T2", "B", b.timer("PT90M"), interrupting=False)
    instance = begin(session, b.process("P", *PARTS, second, b.user("L"), b.end("EL"), b.path("T2", "L", "EL")))
    with clock.at(clock.now() + LATER):
        for timer in timers.claim_due(session, limit=9):
            with pytest.raises(StepFailed):
                timers.fire(session, timer)
        [incident] = incidents.listing(session, instance_id=instance.id)
        assert incident.attempts == 2
        assert all(row.attempts for row in session.scalars(select(Timer)))


def test_what_is_overdue_is_told_before_what_was_done(session: Session) -> None:
    parts = b.process(
        "P", b.start(), b.user("A"), b.user("Z"), b.end(), b.boundary("T", "A", b.timer("PT1H"), interrupting=False),
        b.script("L", "=1", "late"), b.end("E2"), b.path("Start", "A", "Z", "End"), b.path("T", "L", "E2"),
    )  # fmt: skip
    instance = begin(session, parts)
    [task] = usertasks.listing(session, instance_id=instance.id)
    with clock.at(clock.now() + LATER):
        usertasks.complete(session, task.id, {}, actor="anna")
    assert kinds(session, instance) == [
        "instance_started", "moved", "task_opened", "timer_fired", "moved", "task_completed", "moved", "task_opened",
    ]  # fmt: skip
    assert instances.path_taken(session, instance)["L"] == 1
    assert history.verify(session, instance.id) is None


def test_suspending_what_an_overdue_timer_would_end_leaves_it_whole(session: Session) -> None:
    parts = b.process(
        "P", b.start(), b.user("A"), b.end(), b.boundary("T", "A", b.timer("PT1H")), b.end("E2"),
        b.path("Start", "A", "End"), b.path("T", "E2"),
    )  # fmt: skip
    instance = begin(session, parts)
    with clock.at(clock.now() + LATER):
        instances.suspend(session, instance.id, actor="boss", reason="r")
        assert [one.element_id for one in instances.tokens(session, instance)] == ["A"]
        instances.resume(session, instance.id, actor="boss", reason="r")
    assert instance.status is InstanceStatus.COMPLETED
    assert instance.ended_at is not None


def test_an_incident_of_a_command_nobody_can_repeat_is_dismissed_with_a_reason(
    session: Session, hole: ProcessInstance
) -> None:
    raised = fail(session, hole, Attempt(Command("suspend", "boss"), "suspend:"), RuntimeError("no"))
    incident = incidents.get(session, UUID(str(raised.details["incident"])))
    for refused in (incidents.retry, lambda *a, **k: incidents.skip(*a, reason="r", **k)):
        with pytest.raises(Conflict):
            refused(session, incident.id, actor="boss")
    incidents.dismiss(session, incident.id, actor="boss", reason="not wanted any more")
    assert (incident.status, incident.resolved_by) == (IncidentStatus.RESOLVED, "boss")
    [event] = [event for event in history.of(session, hole.id) if event.kind == "incident_dismissed"]
    assert event.data["reason"] == "not wanted any more"
    with pytest.raises(Conflict):
        incidents.dismiss(session, incident.id, actor="boss", reason="again")


def test_an_incident_of_a_suspension_is_closed_by_the_next_which_succeeds(
    session: Session, hole: ProcessInstance
) -> None:
    fail(session, hole, Attempt(Command("suspend", "boss"), "suspend:"), RuntimeError("no"))
    instances.suspend(session, hole.id, actor="boss", reason="r")
    assert incidents.listing(session, instance_id=hole.id) == []


def test_a_failed_start_is_not_dismissed(session: Session) -> None:
    definitions.publish_files(
        session, "test", b.bundle(b.process("P", b.start(), b.service("S", "test_overdue_breaks"), b.end())), author="a"
    )
    with pytest.raises(StepFailed):
        instances.start(session, "test", business_key="K", variables={}, actor="anna")
    [incident] = incidents.listing(session)
    with pytest.raises(Conflict):
        incidents.dismiss(session, incident.id, actor="boss", reason="r")


def test_a_poisoned_message_keeps_no_instance_suspended(session: Session) -> None:
    parts = b.process(
        "P", b.start(), b.catch("C", b.event("message", "M")), b.service("S", "test_overdue_breaks"), b.user("A"),
        b.end(),
    )  # fmt: skip
    instance = begin(session, b.message("M", "m", '="k"'), parts)
    instances.suspend(session, instance.id, actor="boss", reason="r")
    assert not messages.publish(session, message_id="1", name="m", correlation="k", payload={})
    instances.resume(session, instance.id, actor="boss", reason="r")
    assert instance.status is InstanceStatus.RUNNING
    assert session.get_one(Message, "1", populate_existing=True).delivered_at is None
