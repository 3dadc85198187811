"""Timers when the clock does not behave: outages, jumps forward and back, summer time."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, definitions, instances, timers, usertasks
from engine.models import HistoryEvent, ProcessInstance, Timer
from tests.builders import boundary, bundle, catch, end, path, process, start, timer, user

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def late(**kinds: str) -> dict[str, bytes]:
    """A task with a non-interrupting boundary timer for each kind, and a task of that name behind it."""
    parts: list[Any] = [start(), user("A"), end(), *path("Start", "A", "End")]
    for name, body in kinds.items():
        parts += [boundary(f"T{name}", "A", body, interrupting=False), user(name), *path(f"T{name}", name, "End")]
    return bundle(process("P", parts))


def begin(session: Session, files: dict[str, bytes]) -> ProcessInstance:
    definitions.publish_files(session, "test", files, author="anna")
    with clock.at(NOON):
        return instances.start(session, "test", business_key="K", variables={}, actor="anna")


def fired(session: Session, instance: ProcessInstance) -> list[tuple[str | None, float]]:
    """Elements of the timers which fired, in order, with the seconds they were late."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id == instance.id, HistoryEvent.kind == "timer_fired")
    return [
        (event.element_id, event.data["late_seconds"]) for event in session.scalars(query.order_by(HistoryEvent.seq))
    ]


def look(session: Session, moment: dt.datetime) -> int:
    """What a worker does which looks at that moment; how many timers it fired."""
    count = 0
    with clock.at(moment):
        while taken := timers.claim_due(session, limit=10):
            count += sum(timers.fire(session, timer_id) for timer_id in taken)
    return count


def due(session: Session) -> list[dt.datetime]:
    return list(session.scalars(select(Timer.due_at).order_by(Timer.due_at)))


def test_after_an_outage_everything_due_fires_once_in_the_order_it_was_due_and_says_how_late(session: Session) -> None:
    instance = begin(session, late(Second=timer("PT2H"), First=timer("PT1H"), Third=timer("PT9H")))
    look(session, NOON + 5 * HOUR)
    assert fired(session, instance) == [("TFirst", 4 * 3600), ("TSecond", 3 * 3600)]
    assert due(session) == [NOON + 9 * HOUR]
    assert look(session, NOON + 5 * HOUR) == 0


def test_a_cycle_fires_once_after_an_outage_and_goes_on_from_there(session: Session) -> None:
    instance = begin(session, late(Again=timer(cycle="R4/PT1H")))
    look(session, NOON + 10 * HOUR)
    assert len(fired(session, instance)) == 1
    assert due(session) == [NOON + 11 * HOUR]


def test_a_clock_put_forward_fires_what_is_due_then_and_putting_it_back_fires_nothing_again(session: Session) -> None:
    instance = begin(session, late(Soon=timer("PT1H"), Later=timer("PT48H")))
    look(session, NOON + 24 * HOUR)
    assert [element for element, _ in fired(session, instance)] == ["TSoon"]
    for moment in (NOON, NOON + HOUR, NOON + 24 * HOUR, NOON + 47 * HOUR):
        assert look(session, moment) == 0
    assert look(session, NOON + 48 * HOUR) == 1
    assert [element for element, _ in fired(session, instance)] == ["TSoon", "TLater"]


def test_a_task_opened_while_the_clock_was_ahead_keeps_its_own_due_date(session: Session) -> None:
    files = bundle(process("P", start(), catch("C", timer("PT1H")), user("A"), boundary("T", "A", timer("PT1H")), end(),
                           *path("Start", "C", "A", "End"), *path("T", "End")))  # fmt: skip
    begin(session, files)
    look(session, NOON + 24 * HOUR)
    assert due(session) == [NOON + 25 * HOUR]
    assert look(session, NOON + 2 * HOUR) == 0


def test_the_claim_of_a_worker_which_died_does_not_outlive_a_clock_put_back(session: Session) -> None:
    begin(session, late(Soon=timer("PT1H")))
    with clock.at(NOON + 24 * HOUR):
        (timer_id,) = timers.claim_due(session, limit=1)  # and never fired
    with clock.at(NOON + HOUR):
        assert timers.next_due(session) == NOON + HOUR
        assert timers.claim_due(session, limit=1) == [timer_id]
        assert timers.claim_due(session, limit=1) == []


def test_completing_after_the_due_date_fires_first_even_when_the_clock_goes_back_between(session: Session) -> None:
    instance = begin(session, late(Soon=timer("PT1H")))
    (task,) = usertasks.listing(session, instance_id=instance.id)
    with clock.at(NOON + 3 * HOUR):
        usertasks.complete(session, task.id, {}, actor="anna")
    assert [element for element, _ in fired(session, instance)] == ["TSoon"]
    assert look(session, NOON + HOUR) == 0
    assert [each.element_id for each in usertasks.listing(session, instance_id=instance.id)] == ["Soon"]
    assert session.scalar(select(func.count()).select_from(Timer)) == 0


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ('"2026-03-28T09:00:00@Europe/Berlin")', "2026-03-28T08:00Z"),
        ('"2026-03-29T09:00:00@Europe/Berlin")', "2026-03-29T07:00Z"),  # summer time has begun
        ('"2026-03-29T02:30:00@Europe/Berlin")', "2026-03-29T01:30Z"),  # there is no such hour: as if it had not begun
        ('"2026-10-25T02:30:00@Europe/Berlin")', "2026-10-25T00:30Z"),  # there are two: the first
        ('"2026-03-28T09:00:00@Europe/Berlin") + duration("P1D")', "2026-03-29T08:00Z"),  # 24 hours
        ('"2026-07-01T09:00:00+08:00")', "2026-07-01T01:00Z"),
    ],
)
def test_a_timer_is_due_at_one_instant_whatever_summer_time_does(session: Session, text: str, instant: str) -> None:
    begin(session, bundle(process("P", start(), catch("C", timer(date=f"=date and time({text}")), end())))
    assert due(session) == [dt.datetime.fromisoformat(instant)]
