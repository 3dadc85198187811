"""History: append-only, chained, and whole."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import definitions, history, instances, usertasks
from engine.models import ProcessInstance
from tests.builders import bundle, end, process, script, start, user


@pytest.fixture
def instance(session: Session) -> ProcessInstance:
    files = bundle(process("P", start(), user("A"), script("S", '="\\u0000 nul"', "odd"), end()))
    definitions.publish_files(session, "test", files, author="anna")
    made = instances.start(session, "test", business_key="K", variables={}, actor="anna")
    (task,) = usertasks.listing(session, instance_id=made.id)
    usertasks.claim(session, task.id, actor="anna", reason="mine")
    usertasks.complete(session, task.id, {"price": 0.1, "big": 10**25}, actor="anna")
    odd = {"f": 1e22, "n": -0.0, "i": 2**60, "t": "a\0b\ud800", "d": {"z": 1, "a": [1.5, None]}, "x": float("nan")}
    history.record(session, made, "remark", actor="anna", data=odd)
    return made


def test_what_happened_is_told_in_order(session: Session, instance: ProcessInstance) -> None:
    events = history.of(session, instance.id)
    assert [event.kind for event in events] == [
        "instance_started", "moved", "task_opened", "task_claimed", "task_completed", "moved", "instance_completed",
        "remark",
    ]  # fmt: skip
    assert [event.seq for event in events] == list(range(1, 9))
    assert history.of(session, instance.id, after=6, limit=1)[0].seq == 7
    assert instances.path_taken(session, instance) == {
        "Start": 1, "Start_A": 1, "A": 1, "A_S": 1, "S": 1, "S_End": 1, "End": 1,
    }  # fmt: skip


def test_the_chain_of_an_untouched_history_is_whole(session: Session, instance: ProcessInstance) -> None:
    assert history.verify(session, instance.id) is None


@pytest.mark.parametrize("statement", ["UPDATE history_event SET actor = 'x'", "DELETE FROM history_event"])
def test_the_database_refuses_to_change_the_past(session: Session, instance: ProcessInstance, statement: str) -> None:
    with pytest.raises(IntegrityError):
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "first_wrong"),
    [
        ("UPDATE history_event SET actor = 'bert' WHERE seq = 4", 4),
        ("UPDATE history_event SET data = data || '{\"x\": 1}' WHERE seq = 6", 6),
        ("UPDATE history_event SET at = at + interval '1 second' WHERE seq = 1", 1),
        ("DELETE FROM history_event WHERE seq = 3", 3),
        ("DELETE FROM history_event WHERE seq = 8", 8),
    ],
)
def test_a_changed_past_is_found(session: Session, instance: ProcessInstance, statement: str, first_wrong: int) -> None:
    session.execute(text("ALTER TABLE history_event DISABLE TRIGGER history_event_append_only"))
    session.execute(text(statement))
    assert history.verify(session, instance.id) == first_wrong
