"""Call activities show what waits inside the processes they call, for the calling process alone."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, usertasks
from engine.clock import at
from engine.models import ProcessDefinition, UserTask
from tests.builders import bundle, call, end, process, start, user
from workflows import rollup

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def publish(session: Session) -> ProcessDefinition:
    """`outer` calls `middle`, which has a task and calls `inner`, which has another."""
    inner = bundle(process("I", start("IS"), user("B"), end("IE")), key="inner", main="I")
    middle = bundle(process("M", start("MS"), user("A"), call("C2", "I"), end("ME")), key="middle", main="M")
    outer = bundle(process("P", start(), call("C", "M"), user("Z"), end()), key="outer")
    return [definitions.publish_files(session, key, files, author="anna")
            for key, files in (("inner", inner), ("middle", middle), ("outer", outer))][-1]  # fmt: skip


def begin(session: Session, key: str, moment: datetime) -> None:
    with at(moment):
        instances.start(session, key, business_key=f"{key}{moment}", variables={}, actor="anna")


def complete(session: Session, element: str, moment: datetime) -> None:
    with at(moment):
        for task in session.scalars(select(UserTask).where(UserTask.element_id == element, UserTask.status == "open")):
            usertasks.complete(session, task.id, {}, actor="anna")


def test_open_and_overdue_tasks_of_called_processes_count_at_the_call(session: Session) -> None:
    outer = publish(session)
    begin(session, "outer", NOON)
    begin(session, "outer", NOON)
    begin(session, "middle", NOON)  # runs by itself: no call
    for task in session.scalars(select(UserTask)):
        task.due_at = NOON
    with at(NOON + timedelta(hours=1)):
        (found,) = rollup.heat(session, outer)
    assert (found.element_id, found.called, found.open, found.overdue, found.completed) == ("C", "middle", 2, 2, 0)


def test_a_call_lasts_from_its_first_task_to_its_last_even_in_a_call_below(session: Session) -> None:
    outer = publish(session)
    begin(session, "outer", NOON)
    complete(session, "A", NOON + timedelta(hours=2))
    with at(NOON + timedelta(hours=2)):
        (found,) = rollup.heat(session, outer)
        assert (found.open, found.completed) == (1, 0)
    complete(session, "B", NOON + timedelta(hours=5))
    with at(NOON + timedelta(hours=6)):
        (found,) = rollup.heat(session, outer)
        assert (found.open, found.completed, found.median_hours, found.p90_hours) == (0, 1, 5.0, 5.0)
        assert rollup.heat(session, outer, since=NOON + timedelta(hours=5, minutes=1))[0].completed == 0
        assert rollup.heat(session, outer, version=7)[0].completed == 0
    assert session.scalars(select(UserTask.element_id).where(UserTask.status == "open")).all() == ["Z"]


def test_a_diagram_which_calls_nothing_has_none(session: Session) -> None:
    publish(session)
    inner = session.scalars(select(ProcessDefinition).where(ProcessDefinition.key == "inner")).one()
    assert rollup.heat(session, inner) == []
