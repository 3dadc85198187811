"""Steps: what a failing one leaves behind, how many statements one takes, who wins when many try."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from engine import definitions, history, hooks, incidents, instances, outbox, usertasks
from engine.db import counting, transaction
from engine.errors import Conflict, Forbidden, Invalid, NotFound, StepFailed
from engine.functions import Call, function
from engine.hooks import Assignment, Command, Domain, Wanted
from engine.ids import new_id
from engine.models import HistoryEvent, Incident, InstanceStatus, OutboxMessage, ProcessInstance, TaskStatus, UserTask
from tests.builders import boundary, bundle, end, form, path, process, service, start, timer, user

broken = {"on": True}


@function("test_breaks", title_zh="出错", title_en="Breaks")
def breaks(call: Call) -> dict[str, Any]:
    outbox.promise(call.session, "mail", {"to": "x"}, instance_id=call.instance.id)
    call.session.flush()
    if broken["on"]:
        raise RuntimeError("the printer is on fire")
    return {"printed": True}


@pytest.fixture(autouse=True)
def _broken() -> None:
    broken["on"] = True


TWO_TASKS = bundle(process("P", start(), user("A"), service("W", "test_breaks"), user("B"), end()))


def begin(session: Session, files: dict[str, bytes], **variables: Any) -> tuple[ProcessInstance, UserTask]:
    definitions.publish_files(session, "test", files, author="anna")
    instance = instances.start(session, "test", business_key="K", variables=variables, actor="anna")
    return instance, usertasks.listing(session, instance_id=instance.id)[0]


def test_a_failing_step_is_rolled_back_and_an_incident_names_the_element(session: Session) -> None:
    instance, task = begin(session, TWO_TASKS)
    before = (instance.rev, instance.state)
    with pytest.raises(StepFailed) as failed:
        usertasks.complete(session, task.id, {"typed": "much"}, actor="anna")
    assert failed.value.details["element"] == "W"
    assert (instance.rev, instance.state) == before
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    (incident,) = incidents.listing(session, instance_id=instance.id)
    assert (incident.element_id, incident.cause, incident.attempts) == ("W", "W:RuntimeError", 1)
    session.refresh(task)
    assert (task.status, task.draft) == (TaskStatus.OPEN, {"typed": "much"})
    assert history.verify(session, instance.id) is None


def test_the_incident_of_the_same_command_counts_up_and_is_resolved_when_it_succeeds(session: Session) -> None:
    instance, task = begin(session, TWO_TASKS)
    for _ in range(2):
        with pytest.raises(StepFailed):
            usertasks.complete(session, task.id, {}, actor="anna")
    (incident,) = incidents.listing(session, instance_id=instance.id)
    assert incident.attempts == 2
    broken["on"] = False
    usertasks.complete(session, task.id, {}, actor="anna")
    assert incidents.listing(session, instance_id=instance.id) == []
    session.refresh(incident)
    assert incident.resolved_by == "anna"


def test_a_retry_of_an_incident_completes_the_task_with_what_was_typed(session: Session) -> None:
    instance, task = begin(session, TWO_TASKS)
    with pytest.raises(StepFailed):
        usertasks.complete(session, task.id, {"typed": 1}, actor="anna")
    (incident,) = incidents.listing(session, instance_id=instance.id)
    with pytest.raises(StepFailed):
        incidents.retry(session, incident.id, actor="admin")
    broken["on"] = False
    incidents.retry(session, incident.id, actor="admin")
    assert instances.variables(session, instance) == {"typed": 1, "printed": True}
    assert incidents.listing(session, instance_id=instance.id) == []
    with pytest.raises(Conflict):
        incidents.retry(session, incident.id, actor="admin")


def test_an_instance_whose_first_step_fails_is_started_by_a_retry(session: Session) -> None:
    files = bundle(process("P", start(), service("W", "test_breaks"), user("B"), end()))
    definitions.publish_files(session, "test", files, author="anna")
    with pytest.raises(StepFailed) as failed:
        instances.start(session, "test", business_key="K", variables={"x": 1}, actor="anna")
    (incident,) = incidents.listing(session)
    assert incident.retry_at is not None
    broken["on"] = False
    instance = incidents.retry(session, incident.id, actor="admin")
    assert str(instance.id) == failed.value.details["instance"]
    assert instances.variables(session, instance) == {"x": 1, "printed": True}
    assert [task.element_id for task in usertasks.listing(session, instance_id=instance.id)] == ["B"]


def test_an_incident_survives_the_transaction_of_the_door(database: Engine) -> None:
    with transaction() as session:
        _, task = begin(session, TWO_TASKS)
    with pytest.raises(StepFailed), transaction() as session:
        usertasks.complete(session, task.id, {}, actor="anna")
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(Incident)) == 1
        assert usertasks.get(session, task.id).status == TaskStatus.OPEN


def test_of_eight_who_complete_one_task_exactly_one_succeeds(database: Engine) -> None:
    broken["on"] = False
    for _ in range(5):
        with transaction() as session:
            instance, task = begin(session, TWO_TASKS)
        barrier = Barrier(8)

        def attempt(number: int, task_id: Any = task.id, gate: Barrier = barrier) -> str:
            gate.wait()
            try:
                with transaction() as mine:
                    usertasks.complete(mine, task_id, {"by": number}, actor=str(number))
            except Conflict:
                return "conflict"
            return "done"

        with ThreadPoolExecutor(8) as pool:
            outcomes = sorted(pool.map(attempt, range(8)))
        assert outcomes == ["conflict"] * 7 + ["done"]
        with transaction() as session:
            completed = select(func.count()).where(HistoryEvent.instance_id == instance.id)
            assert session.scalar(completed.where(HistoryEvent.kind == "task_completed")) == 1
            assert history.verify(session, instance.id) is None


def test_a_step_is_at_most_eight_statements_and_a_small_state(database: Engine) -> None:
    overdue = boundary("T", "B", timer("PT1H"), interrupting=False)
    files = bundle(
        process(
            "P",
            start(),
            user("A"),
            user("B"),
            overdue,
            user("C"),
            end(),
            *path("Start", "A", "B", "End"),
            *path("T", "C", "End"),
        )
    )
    with transaction() as session:
        instance, task = begin(session, files, text="x" * 500)
    with counting() as statements, transaction() as session:
        usertasks.complete(session, task.id, {"y": 1}, actor="anna")
    assert len(statements) <= 8, statements
    with transaction() as session:
        assert len(instances.get(session, instance.id).state) < 1000


def test_a_stale_rev_is_a_conflict(session: Session) -> None:
    _, task = begin(session, TWO_TASKS)
    usertasks.claim(session, task.id, actor="anna")
    with pytest.raises(Conflict):
        usertasks.complete(session, task.id, {}, actor="anna", rev=1)


def test_a_wrong_form_value_names_its_field_and_changes_nothing(session: Session) -> None:
    fields = form("f", {"type": "number", "key": "amount", "id": "x", "label": "金额", "validate": {"required": True}})
    files = bundle(process("P", start(), user("A", form="f"), end()), files={"f.form": fields})
    instance, task = begin(session, files)
    with pytest.raises(Invalid) as refused:
        usertasks.complete(session, task.id, {"amount": "much"}, actor="anna")
    assert refused.value.problems[0]["path"] == "amount"
    assert incidents.listing(session, instance_id=instance.id) == []
    usertasks.complete(session, task.id, {"amount": 5, "smuggled": True}, actor="anna")
    assert instances.variables(session, instance) == {"amount": 5}


class Answers(Domain):
    """A domain which remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def assignment(self, session: Session, instance: ProcessInstance, lane: str | None, wanted: Wanted) -> Assignment:
        self.asked.append(("assignment", lane, wanted.element_id))
        return Assignment(department="legal", candidates=["bert"])

    def guard(self, session: Session, instance: ProcessInstance, command: Command) -> None:
        if command.actor == "thief":
            raise Forbidden("not you")

    def completed(self, session: Session, instance: ProcessInstance, task: UserTask, values: Any) -> None:
        self.asked.append(("completed", task.element_id, task.completed_by, dict(values)))

    def ended(self, session: Session, instance: ProcessInstance) -> None:
        self.asked.append(("ended", str(instance.status)))


@pytest.fixture
def answers() -> Iterator[Answers]:
    asked = Answers()
    before = hooks.install(asked)
    yield asked
    hooks.install(before)


def test_the_domain_is_asked_at_its_moments(session: Session, answers: Answers) -> None:
    files = bundle(process("P", start(), user("A"), end(), lanes={"法务": ["Start", "A", "End"]}))
    instance, task = begin(session, files)
    assert (task.department, task.candidates, task.lane) == ("legal", ["bert"], "法务")
    with pytest.raises(Forbidden):
        usertasks.complete(session, task.id, {}, actor="thief")
    usertasks.complete(session, task.id, {"x": 1}, actor="anna")
    assert instance.status is InstanceStatus.COMPLETED
    assert answers.asked == [("assignment", "法务", "A"), ("completed", "A", "anna", {"x": 1}), ("ended", "running")]


def test_every_command_on_something_unknown_is_not_found(session: Session) -> None:
    nothing = new_id()
    for verb in (usertasks.claim, usertasks.unclaim, usertasks.urge, usertasks.assign):
        with pytest.raises(NotFound):
            verb(session, nothing, actor="anna")
    for command in (instances.suspend, instances.resume, instances.cancel):
        with pytest.raises(NotFound):
            command(session, nothing, actor="anna", reason="")
    with pytest.raises(NotFound):
        incidents.retry(session, nothing, actor="anna")
