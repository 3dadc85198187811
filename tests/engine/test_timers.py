"""Timers: claimed by one worker at a time, fired once, pushed forward when they fail."""

import datetime as dt
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from engine import clock, definitions, failing, hooks, incidents, instances, timers, usertasks
from engine.db import transaction
from engine.errors import Conflict, StepFailed
from engine.functions import Call, function
from engine.hooks import Domain
from engine.models import HistoryEvent, Incident, ProcessInstance, Timer, TimerKind, UserTask
from tests.builders import boundary, bundle, catch, end, path, process, service, start, timer, user

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def overdue(*, interrupting: bool = False) -> dict[str, bytes]:
    return bundle(
        process(
            "P",
            start(),
            user("A"),
            boundary("T", "A", timer("PT1H"), interrupting=interrupting),
            user("L"),
            end(),
            *path("Start", "A", "End"),
            *path("T", "L", "End"),
        )
    )


def begin(session: Session, files: dict[str, bytes]) -> ProcessInstance:
    definitions.publish_files(session, "test", files, author="anna")
    with clock.at(NOON):
        return instances.start(session, "test", business_key="K", variables={}, actor="anna")


def elements(session: Session, instance: ProcessInstance) -> list[str]:
    return sorted(task.element_id for task in usertasks.listing(session, instance_id=instance.id))


def kinds(session: Session, instance: ProcessInstance) -> list[str]:
    query = select(HistoryEvent.kind).where(HistoryEvent.instance_id == instance.id)
    return list(session.scalars(query.order_by(HistoryEvent.seq)))


def test_a_timer_is_claimed_when_due_by_one_worker_at_a_time(session: Session) -> None:
    begin(session, overdue())
    with clock.at(NOON + HOUR - dt.timedelta(seconds=1)):
        assert timers.claim_due(session, limit=10) == []
        assert timers.next_due(session) == NOON + HOUR
    with clock.at(NOON + HOUR):
        (timer_id,) = timers.claim_due(session, limit=10)
        assert timers.claim_due(session, limit=10) == []
    with clock.at(NOON + HOUR + timers.LEASE):
        assert timers.claim_due(session, limit=10) == [timer_id]


def test_a_timer_fires_once(session: Session) -> None:
    instance = begin(session, overdue())
    with clock.at(NOON + 2 * HOUR):
        (timer_id,) = timers.claim_due(session, limit=10)
        assert timers.fire(session, timer_id) is True
        assert timers.fire(session, timer_id) is False
    assert elements(session, instance) == ["A", "L"]
    assert kinds(session, instance).count("timer_fired") == 1
    assert session.scalar(select(func.count()).select_from(Timer)) == 0


def test_a_timer_does_not_fire_before_its_time(session: Session) -> None:
    begin(session, overdue())
    timer_id = session.scalars(select(Timer.id)).one()
    with clock.at(NOON):
        assert timers.fire(session, timer_id) is False


def test_the_due_date_of_a_task_is_its_earliest_boundary_timer(session: Session) -> None:
    instance = begin(session, overdue())
    (task,) = usertasks.listing(session, instance_id=instance.id)
    assert task.due_at == NOON + HOUR


def test_completing_after_the_due_date_fires_the_overdue_timer_first(session: Session) -> None:
    instance = begin(session, overdue())
    (task,) = usertasks.listing(session, instance_id=instance.id)
    with clock.at(NOON + 2 * HOUR):
        usertasks.complete(session, task.id, {}, actor="anna")
    assert elements(session, instance) == ["L"]
    found = kinds(session, instance)
    assert found.index("timer_fired") > 0


def test_completing_a_task_which_its_overdue_timer_takes_away_is_a_conflict(session: Session) -> None:
    instance = begin(session, overdue(interrupting=True))
    (task,) = usertasks.listing(session, instance_id=instance.id)
    with clock.at(NOON + 2 * HOUR):
        with pytest.raises(Conflict):
            usertasks.complete(session, task.id, {}, actor="anna")
        (timer_id,) = timers.claim_due(session, limit=1)
        assert timers.fire(session, timer_id)
    assert elements(session, instance) == ["L"]


def test_completing_in_time_takes_the_timer_away(session: Session) -> None:
    instance = begin(session, overdue())
    (task,) = usertasks.listing(session, instance_id=instance.id)
    with clock.at(NOON):
        usertasks.complete(session, task.id, {}, actor="anna")
    assert session.scalar(select(func.count()).select_from(Timer)) == 0


@function("test_timer_breaks", title_zh="出错", title_en="Breaks")
def breaks(call: Call) -> None:
    raise RuntimeError("no")


def test_a_timer_whose_step_fails_comes_back_later_and_waits_as_an_incident(session: Session) -> None:
    files = bundle(
        process(
            "P",
            start(),
            user("A"),
            boundary("T", "A", timer("PT1H")),
            service("W", "test_timer_breaks"),
            end(),
            *path("Start", "A", "End"),
            *path("T", "W", "End"),
        )
    )
    instance = begin(session, files)
    with clock.at(NOON + HOUR):
        (timer_id,) = timers.claim_due(session, limit=1)
        with pytest.raises(StepFailed):
            timers.fire(session, timer_id)
        assert timers.claim_due(session, limit=1) == []
        (incident,) = incidents.listing(session, instance_id=instance.id)
        assert (incident.element_id, incident.attempts) == ("W", 1)
    with clock.at(NOON + HOUR + dt.timedelta(minutes=3)):
        assert timers.claim_due(session, limit=1) == [timer_id]
        assert incidents.due_retries(session) == [incident.id]
        with pytest.raises(StepFailed):
            incidents.retry(session, incident.id, actor="timer")


class Told(Domain):
    """A domain which counts how often it is told of an incident."""

    def __init__(self) -> None:
        self.times = 0

    def incident(self, session: Session, instance: ProcessInstance, incident: Incident) -> None:
        self.times += 1


def test_a_timer_which_goes_on_failing_comes_back_within_the_hour_and_its_owner_is_not_told_for_ever(
    session: Session,
) -> None:
    told = Told()
    before = hooks.install(told)
    parts = [start(), catch("C", timer("PT1H")), service("W", "test_timer_breaks"), end()]
    instance = begin(session, bundle(process("P", *parts)))
    timer_id, moment, pauses = session.scalars(select(Timer.id)).one(), NOON + HOUR, []
    for _ in range(12):
        with clock.at(moment):
            assert timers.claim_due(session, limit=5) == [timer_id]
            with pytest.raises(StepFailed):
                timers.fire(session, timer_id)
        back = session.scalars(select(Timer.claimed_until)).one()
        assert back is not None
        pauses.append((back - moment).total_seconds() / 60)
        with clock.at(back - dt.timedelta(seconds=1)):
            assert timers.claim_due(session, limit=5) == []
        moment = back
    hooks.install(before)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60, 60]
    (incident,) = incidents.listing(session, instance_id=instance.id)
    assert (incident.attempts, told.times) == (12, failing.TRIES + 1)


def test_a_suspended_instance_stands_still_and_its_deadlines_move(session: Session) -> None:
    instance = begin(session, overdue())
    with clock.at(NOON):
        instances.suspend(session, instance.id, actor="anna", reason="waiting for the customer")
    with clock.at(NOON + 10 * HOUR):
        assert timers.claim_due(session, limit=1) == []
        (task,) = usertasks.listing(session, instance_id=instance.id)
        with pytest.raises(Conflict):
            usertasks.complete(session, task.id, {}, actor="anna")
        instances.resume(session, instance.id, actor="anna", reason="")
        assert timers.next_due(session) == NOON + 11 * HOUR
        assert usertasks.get(session, task.id).due_at == NOON + 11 * HOUR
        usertasks.complete(session, task.id, {}, actor="anna")
    assert elements(session, instance) == []


def test_a_resumed_instance_may_keep_its_dates(session: Session) -> None:
    instance = begin(session, overdue())
    with clock.at(NOON):
        instances.suspend(session, instance.id, actor="anna", reason="")
    with clock.at(NOON + 10 * HOUR):
        instances.resume(session, instance.id, actor="anna", reason="", keep_dates=True)
    assert elements(session, instance) == ["A", "L"]


class Warning50(Domain):
    """Warns half an hour before the due date."""

    def __init__(self) -> None:
        self.warned_of: list[tuple[str, int]] = []

    def warnings(
        self, session: Session, instance: ProcessInstance, task: UserTask
    ) -> Sequence[tuple[int, dt.datetime]]:
        return [(50, task.due_at - HOUR / 2)] if task.due_at else []

    def warned(self, session: Session, instance: ProcessInstance, task: UserTask, level: int) -> None:
        self.warned_of.append((task.element_id, level))


@pytest.fixture
def warning() -> Iterator[Warning50]:
    made = Warning50()
    before = hooks.install(made)
    yield made
    hooks.install(before)


def test_a_warning_comes_once_ahead_of_the_due_date(session: Session, warning: Warning50) -> None:
    instance = begin(session, overdue())
    with clock.at(NOON + HOUR / 2):
        (timer_id,) = timers.claim_due(session, limit=10)
        assert timers.fire(session, timer_id)
        assert not timers.fire(session, timer_id)
    assert warning.warned_of == [("A", 50)]
    assert elements(session, instance) == ["A"]
    assert kinds(session, instance)[-1] == "warned"


def test_a_task_done_takes_its_warnings_with_it(session: Session, warning: Warning50) -> None:
    instance = begin(session, overdue())
    assert session.scalar(select(func.count()).where(Timer.kind == TimerKind.WARNING)) == 1
    (task,) = usertasks.listing(session, instance_id=instance.id)
    with clock.at(NOON):
        usertasks.complete(session, task.id, {}, actor="anna")
    assert session.scalar(select(func.count()).select_from(Timer)) == 0


def test_a_suspension_takes_the_warnings_away_and_a_resumption_sets_them_anew(
    session: Session, warning: Warning50
) -> None:
    instance = begin(session, overdue())
    with clock.at(NOON):
        instances.suspend(session, instance.id, actor="anna", reason="")
        assert session.scalar(select(func.count()).select_from(Timer)) == 0
    with clock.at(NOON + HOUR):
        instances.resume(session, instance.id, actor="anna", reason="")
    due = {str(timer.kind): timer.due_at for timer in session.scalars(select(Timer))}
    assert due == {"event": NOON + 2 * HOUR, "warning": NOON + 1.5 * HOUR}


def test_four_workers_fire_every_timer_exactly_once(database: Engine) -> None:
    with transaction() as session:
        definitions.publish_files(session, "test", overdue(), author="anna")
        with clock.at(NOON):
            for number in range(40):
                instances.start(session, "test", business_key=str(number), variables={}, actor="anna")

    def work(_: int) -> int:
        fired = 0
        while True:
            with transaction() as mine:
                taken: list[UUID] = timers.claim_due(mine, limit=5)
            if not taken:
                return fired
            for timer_id in taken:
                with transaction() as mine:
                    fired += timers.fire(mine, timer_id)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(work, range(4))) == 40
    with transaction() as session:
        assert session.scalar(select(func.count()).where(HistoryEvent.kind == "timer_fired")) == 40
        assert session.scalar(select(func.count()).where(UserTask.element_id == "L")) == 40


def test_a_preview_of_a_move_names_the_deadlines_which_stop_and_begin(session: Session) -> None:
    instance = begin(session, overdue())
    (place,) = instances.tokens(session, instance)
    found = instances.preview_move(session, instance.id, UUID(place.token_id), place.element_id, actor="admin")
    (armed,) = session.scalars(select(Timer)).all()
    assert found.stops == [armed.element_id]
    assert [one.element_id for one in found.starts] == [armed.element_id]
    over = instances.preview_move(session, instance.id, UUID(place.token_id), "End", actor="admin")
    assert (over.stops, over.starts) == ([armed.element_id], [])
