"""Timers fire once each, whoever drains them and however many; one which fails stops no other."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from subprocess import Popen

from sqlalchemy import Engine, func, select

from engine import clock, definitions, instances, outbox
from engine.db import transaction
from engine.functions import Call, function
from engine.models import (
    HistoryEvent,
    Incident,
    IncidentStatus,
    InstanceStatus,
    OutboxMessage,
    ProcessInstance,
    Timer,
)
from tasks import outbox as delivery
from tasks import timers as jobs
from tests.builders import bundle, catch, end, process, service, start, timer
from tests.tasks.conftest import eventually

NO_BROKER = "redis://127.0.0.1:1/0"
healed: set[str] = set()


@function("test_break_if_bad", title_zh="测试", title_en="Test")
def break_if_bad(call: Call) -> None:
    """Fails for the instance `bad` until it is healed."""
    if call.instance.business_key == "bad" and "bad" not in healed:
        raise RuntimeError("broken")


def waiting(*keys: str, breaks: bool = False) -> None:
    """Instances which began two hours ago and have waited an hour too long."""
    parts = [start(), catch("Hour", timer("PT1H")), *([service("Break", "test_break_if_bad")] if breaks else []), end()]
    with transaction() as session:
        definitions.publish_files(session, "wait", bundle(process("P", *parts), key="wait"), author="anna")
    with clock.at(clock.now() - timedelta(hours=2)):
        for key in keys:
            with transaction() as session:
                instances.start(session, "wait", business_key=key, variables={}, actor="anna")


def left() -> int:
    with transaction() as session:
        return session.scalar(select(func.count()).select_from(Timer)) or 0


def completed() -> list[str]:
    with transaction() as session:
        query = select(ProcessInstance.business_key).where(ProcessInstance.status == InstanceStatus.COMPLETED)
        return sorted(session.scalars(query))


def test_every_due_timer_fires_once_in_one_drain(database: Engine) -> None:
    keys = [f"{number:03}" for number in range(45)]
    waiting(*keys)
    assert jobs.fire_due() == 45
    assert jobs.fire_due() == 0
    assert completed() == keys


def test_a_timer_which_is_not_due_waits(database: Engine) -> None:
    waiting("a")
    with clock.at(clock.now() - timedelta(hours=1, minutes=30)):
        assert jobs.fire_due() == 0
    assert left() == 1


def test_two_workers_fire_each_timer_once(database: Engine, start_worker: Callable[..., "Popen[bytes]"]) -> None:
    keys = [f"{number:03}" for number in range(120)]
    waiting(*keys)
    for _ in range(2):
        start_worker(BROKER_URL=NO_BROKER)
    eventually(lambda: len(completed()) == len(keys))
    with transaction() as session:
        ends = session.execute(
            select(HistoryEvent.instance_id, HistoryEvent.kind).where(HistoryEvent.element_id == "Hour")
        ).all()
        incidents = session.scalar(select(func.count()).select_from(Incident))
    assert set(Counter((row.instance_id, row.kind) for row in ends).values()) == {1}
    assert incidents == 0
    assert left() == 0


def test_a_timer_whose_step_fails_leaves_an_incident_and_stops_no_other(database: Engine) -> None:
    healed.clear()
    waiting("a", "bad", "c", breaks=True)
    assert jobs.fire_due() == 2
    assert completed() == ["a", "c"]
    with transaction() as session:
        (incident,) = session.scalars(select(Incident))
        assert incident.status == IncidentStatus.OPEN
        assert incident.element_id == "Break"


def test_a_failed_step_is_tried_again_by_itself_and_succeeds_when_the_cause_is_gone(database: Engine) -> None:
    healed.clear()
    waiting("bad", breaks=True)
    jobs.fire_due()
    assert completed() == []
    healed.add("bad")
    with clock.at(clock.now() + timedelta(days=2)):
        jobs.retry_due()
        jobs.fire_due()
    assert completed() == ["bad"]
    with transaction() as session:
        assert session.scalars(select(Incident.status)).all() == [IncidentStatus.RESOLVED]


def test_a_promised_process_is_started_once(database: Engine) -> None:
    waiting()
    with transaction() as session:
        outbox.promise(session, "start_process", {"process": "wait", "business_key": "TS-1", "variables": {}})
    assert delivery.deliver_inside() == 1
    with clock.at(clock.now() + outbox.LEASE * 2):
        assert delivery.deliver_inside() == 0
    with transaction() as session:
        assert session.scalars(select(ProcessInstance.business_key)).all() == ["TS-1"]


def test_a_process_which_fails_at_once_is_started_and_waits_with_an_incident(database: Engine) -> None:
    healed.clear()
    files = bundle(process("P", start(), service("Break", "test_break_if_bad"), end()), key="breaks")
    with transaction() as session:
        definitions.publish_files(session, "breaks", files, author="anna")
        message_id = outbox.promise(
            session, "start_process", {"process": "breaks", "business_key": "bad", "variables": {}}
        )
    delivery.deliver_inside()
    with transaction() as session:
        message = session.get(OutboxMessage, message_id)
        assert message is not None
        assert message.delivered_at is not None
        assert session.scalar(select(func.count()).select_from(Incident)) == 1


def test_a_promise_to_start_an_unknown_process_waits_and_says_why(database: Engine) -> None:
    with transaction() as session:
        message_id = outbox.promise(session, "start_process", {"process": "nope", "business_key": "1", "variables": {}})
    assert delivery.deliver_inside() == 0
    with transaction() as session:
        message = session.get(OutboxMessage, message_id)
        assert message is not None
        assert message.delivered_at is None
        assert message.error
