"""Incidents: repeated with edited data, skipped where that is safe, claimed by one worker at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine import clock, definitions, history, hooks, incidents, instances, messages, timers, usertasks
from engine.db import transaction
from engine.errors import Conflict, Forbidden, StepFailed
from engine.functions import Call, function
from engine.hooks import Command, Domain
from engine.models import Incident, ProcessInstance, Timer, UserTask
from tests.builders import (
    bundle,
    catch,
    end,
    event,
    flow,
    gateway,
    message,
    path,
    process,
    script,
    service,
    signal,
    start,
    timer,
    user,
)


@function("test_divides", title_zh="除", title_en="Divides", gives=("share",))
def divides(call: Call) -> dict[str, Any]:
    return {"share": 100 / float(call.variables["people"])}


class Listens(Domain):
    """A domain which is told of incidents and forbids to skip the gate."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []

    def incident(self, session: Session, instance: ProcessInstance, incident: Incident) -> None:
        self.told.append((incident.cause, incident.attempts))

    def guard(self, session: Session, instance: ProcessInstance, command: Command) -> None:
        if command.kind == "skip" and command.element_id == "Gate":
            raise Forbidden("this is a gate")


@pytest.fixture
def told() -> Iterator[Listens]:
    listens = Listens()
    before = hooks.install(listens)
    yield listens
    hooks.install(before)


def begin(session: Session, *parts: str, **variables: Any) -> ProcessInstance:
    definitions.publish_files(session, "test", bundle(*parts), author="anna")
    return instances.start(session, "test", business_key="K", variables=variables, actor="anna")


def failed(session: Session, instance: ProcessInstance, work: str = "W", **variables: Any) -> Incident:
    (task,) = usertasks.listing(session, instance_id=instance.id)
    with pytest.raises(StepFailed):
        usertasks.complete(session, task.id, variables, actor="anna")
    (incident,) = incidents.listing(session, instance_id=instance.id)
    assert incident.element_id == work
    return incident


TASK = process("P", start(), user("A"), service("W", "test_divides"), user("B"), end())


def open_tasks(session: Session, instance: ProcessInstance) -> list[str]:
    return [task.element_id for task in usertasks.listing(session, instance_id=instance.id)]


def kinds(session: Session, instance: ProcessInstance) -> list[str]:
    return [each.kind for each in history.of(session, instance.id)]


def test_a_failed_task_is_repeated_with_corrected_values(session: Session) -> None:
    instance = begin(session, TASK)
    incident = failed(session, instance, people=0)
    incidents.retry(session, incident.id, actor="admin", data={"people": 4})
    assert instances.variables(session, instance) == {"people": 4, "share": 25}
    assert incidents.listing(session, instance_id=instance.id) == []


def test_process_data_is_corrected_before_a_failed_timer_is_repeated(session: Session) -> None:
    instance = begin(
        session,
        process("P", start(), catch("T", timer("PT1H")), service("W", "test_divides"), user("B"), end()),
        people=0,
    )
    with clock.at(clock.now() + timedelta(hours=2)):
        (timer_id,) = timers.claim_due(session, limit=10)
        with pytest.raises(StepFailed):
            timers.fire(session, timer_id)
        (incident,) = incidents.listing(session, instance_id=instance.id)
        incidents.retry(session, incident.id, actor="admin", data={"people": 5})
        assert open_tasks(session, instance) == ["B"]
    assert instances.variables(session, instance)["share"] == 20
    assert "variables_edited" in kinds(session, instance)
    assert history.verify(session, instance.id) is None


def test_a_failed_start_is_repeated_with_corrected_data(session: Session) -> None:
    definitions.publish_files(
        session, "test", bundle(process("P", start(), service("W", "test_divides"), user("B"), end())), author="anna"
    )
    with pytest.raises(StepFailed):
        instances.start(session, "test", business_key="K", variables={"people": 0}, actor="anna")
    (incident,) = incidents.listing(session)
    instance = incidents.retry(session, incident.id, actor="admin", data={"people": 2})
    assert open_tasks(session, instance) == ["B"]


def test_a_failed_message_is_repeated_with_a_corrected_payload(session: Session) -> None:
    waits = process("P", start(), catch("M", event("message", "Msg")), service("W", "test_divides"), user("B"), end())
    instance = begin(session, message("Msg", "counted", "=1"), waits)
    with pytest.raises(StepFailed):
        messages.publish(session, message_id="m", name="counted", correlation="1", payload={"people": 0})
    (incident,) = incidents.listing(session, instance_id=instance.id)
    incidents.retry(session, incident.id, actor="admin", data={"people": 10})
    assert instances.variables(session, instance)["share"] == 10


def test_a_failed_signal_is_repeated_with_what_it_brought(session: Session) -> None:
    waits = process("P", start(), catch("M", event("signal", "Sig")), service("W", "test_divides"), user("B"), end())
    instance = begin(session, signal("Sig", "counted"), waits, people=0)
    with pytest.raises(StepFailed):
        messages.signal(session, instance.id, name="counted", payload={"people": 0})
    (incident,) = incidents.listing(session, instance_id=instance.id)
    incidents.retry(session, incident.id, actor="admin", data={"people": 50})
    assert instances.variables(session, instance)["share"] == 2


def test_a_failed_function_is_skipped_with_results_that_stand_for_it(session: Session) -> None:
    instance = begin(session, TASK)
    incident = failed(session, instance, people=0)
    incidents.skip(session, incident.id, actor="admin", reason="counted by hand", results={"share": 7})
    assert instances.variables(session, instance) == {"people": 0, "share": 7}
    assert open_tasks(session, instance) == ["B"]
    assert {"incident_skipped", "element_skipped"} <= set(kinds(session, instance))
    assert incidents.listing(session, instance_id=instance.id) == []


def test_what_fails_behind_a_skipped_element_is_skipped_without_asking_again_for_the_first(session: Session) -> None:
    twice = process(
        "P", start(), user("A"), service("W", "test_divides"), service("X", "test_divides"), user("B"), end()
    )
    instance = begin(session, twice)
    incident = failed(session, instance, people=0)
    with pytest.raises(StepFailed):
        incidents.skip(session, incident.id, actor="admin", reason="one")
    session.refresh(incident)
    assert (incident.element_id, incident.attempts) == ("X", 2)
    incidents.skip(session, incident.id, actor="admin", reason="two")
    assert open_tasks(session, instance) == ["B"]


def test_a_choice_cannot_be_skipped(session: Session) -> None:
    parts = process(
        "P", start(), user("A"), gateway("exclusive", "G"), script("B", "1", "b"), script("C", "1", "c"), end(),
        *path("Start", "A", "G"), flow("G", "B", "=1 = x"), flow("G", "C", "=2 = x"), *path("B", "End"),
        *path("C", "End"),
    )  # fmt: skip
    instance = begin(session, parts)
    incident = failed(session, instance, "G", x=3)
    with pytest.raises(Conflict):
        incidents.skip(session, incident.id, actor="admin", reason="hurry")
    incidents.retry(session, incident.id, actor="admin", data={"x": 2})
    assert instances.variables(session, instance) == {"x": 2, "c": 1}


def test_a_gate_cannot_be_skipped(session: Session, told: Listens) -> None:
    instance = begin(session, process("P", start(), user("A"), service("Gate", "test_divides"), end()))
    incident = failed(session, instance, "Gate", people=0)
    with pytest.raises(Forbidden):
        incidents.skip(session, incident.id, actor="admin", reason="hurry")


def test_the_owner_is_told_of_every_try_and_equal_failures_have_one_cause(session: Session, told: Listens) -> None:
    for key in ("1", "2"):
        definitions.publish_files(session, "test", bundle(TASK), author="anna")
        instance = instances.start(session, "test", business_key=key, variables={}, actor="anna")
        failed(session, instance, people=0)
    assert told.told == [("W:ZeroDivisionError", 1), ("W:ZeroDivisionError", 1)]
    assert incidents.causes(session) == [("W:ZeroDivisionError", 2)]


def test_two_workers_never_claim_the_same_incident(database: Engine) -> None:
    with transaction() as session:
        definitions.publish_files(
            session, "test", bundle(process("P", start(), service("W", "test_divides"), end())), author="anna"
        )
    for number in range(20):
        with pytest.raises(StepFailed), transaction() as session:
            instances.start(session, "test", business_key=str(number), variables={"people": 0}, actor="anna")

    def claim(minutes: float) -> list[UUID]:
        with clock.at(clock.now() + timedelta(minutes=minutes)), transaction() as mine:
            return incidents.due_retries(mine, limit=7)

    with ThreadPoolExecutor(4) as pool:
        claimed = [incident for found in pool.map(claim, [60] * 8) for incident in found]
    assert len(claimed) == len(set(claimed)) == 20
    assert claim(60) == []
    assert len(claim(60 + incidents.LEASE.total_seconds() / 30)) == 7


def test_pauses_between_tries_grow_and_end(session: Session) -> None:
    definitions.publish_files(
        session, "test", bundle(process("P", start(), service("W", "test_divides"), end())), author="anna"
    )
    with pytest.raises(StepFailed):
        instances.start(session, "test", business_key="K", variables={"people": 0}, actor="anna")
    (incident,) = incidents.listing(session)
    pauses = []
    while incident.retry_at is not None:
        pauses.append((incident.retry_at - clock.now()).total_seconds() // 60 + 1)
        with pytest.raises(StepFailed):
            incidents.retry(session, incident.id, actor="system")
        session.refresh(incident)
    assert pauses == [1, 2, 4, 8, 16]


def test_a_move_is_previewed_without_moving_anything(session: Session) -> None:
    instance = begin(session, process("P", start(), user("A"), service("W", "test_divides"), user("B"), end()))
    (place,) = instances.tokens(session, instance)
    rev = instance.rev
    found = instances.preview_move(session, instance.id, UUID(place.token_id), "W", actor="admin")
    assert (found.closes, found.opens, found.ends, found.fails) == (["A"], ["B"], False, "")
    over = instances.preview_move(session, instance.id, UUID(place.token_id), "End", actor="admin")
    assert (over.closes, over.opens, over.ends) == (["A"], [], True)
    session.refresh(instance)
    assert (instance.rev, open_tasks(session, instance)) == (rev, ["A"])
    assert session.query(Timer).count() == 0
    assert session.query(UserTask).count() == 1
