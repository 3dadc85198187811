"""Commands in awkward moments: at joins, inside rounds and calls, twice at once, on what stands still or is over."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import clock, definitions, history, hooks, incidents, instances, messages, timers, usertasks
from engine.db import transaction
from engine.errors import Conflict, Invalid, StepFailed
from engine.functions import Call, function
from engine.models import Incident, IncidentStatus, InstanceStatus, Message, ProcessInstance, Timer, UserTask
from tests import builders as b

BROKEN = "command-attacks-broken"
HOUR = dt.timedelta(hours=1)


@function(BROKEN, title_zh="失败", title_en="Fails")
def _broken(call: Call) -> dict[str, Any]:
    raise RuntimeError("always")


def begin(session: Session, *parts: str, key: str = "K", **variables: Any) -> ProcessInstance:
    definitions.publish_files(session, "test", b.bundle(*parts), author="anna")
    return instances.start(session, "test", business_key=key, variables=variables, actor="anna")


def open_tasks(session: Session, instance: ProcessInstance) -> list[UserTask]:
    return usertasks.listing(session, instance_id=instance.id)


def opened(session: Session, instance: ProcessInstance) -> list[str]:
    return sorted(task.element_id for task in open_tasks(session, instance))


def finish(session: Session, instance: ProcessInstance, element: str, **data: Any) -> None:
    [task, *_] = [task for task in open_tasks(session, instance) if task.element_id == element]
    usertasks.complete(session, task.id, data, actor="anna")


def move(session: Session, instance: ProcessInstance, source: str, target: str) -> None:
    token = next(place.token_id for place in instances.tokens(session, instance) if place.element_id == source)
    instances.move(session, instance.id, UUID(token), target, actor="boss", reason="r")


def forked(kind: str) -> str:
    return b.process(
        "P", b.start(), b.gateway(kind, "S"), b.user("A"), b.user("B"), b.gateway(kind, "J"), b.user("Z"), b.end(),
        b.path("Start", "S", "A", "J", "Z", "End"), b.path("S", "B", "J"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_a_token_moved_to_a_join_counts_for_its_branch(session: Session, kind: str) -> None:
    instance = begin(session, forked(kind))
    move(session, instance, "A", "J")
    assert opened(session, instance) == ["B"], "the join waits for the other branch"
    finish(session, instance, "B")
    assert opened(session, instance) == ["Z"]


def test_a_token_moved_to_a_join_from_before_the_split_goes_through(session: Session) -> None:
    parts = (
        b.start(), b.user("Before"), b.gateway("parallel", "S"), b.user("A"), b.user("B"), b.gateway("parallel", "J"),
        b.user("Z"), b.end(), b.path("Start", "Before", "S", "A", "J", "Z", "End"), b.path("S", "B", "J"),
    )  # fmt: skip
    instance = begin(session, b.process("P", *parts))
    move(session, instance, "Before", "J")
    assert opened(session, instance) == ["Z"]


def refused(session: Session, instance: ProcessInstance, source: str, target: str) -> list[tuple[str, str]]:
    """What the preview and the move say against it, alike."""
    token = UUID(next(each.token_id for each in instances.tokens(session, instance) if each.element_id == source))
    told = []
    for door in (instances.preview_move, instances.move):
        with pytest.raises(Invalid) as error:
            door(session, instance.id, token, target, actor="boss", reason="r")
        assert all(each["message_zh"] and each["message_en"] for each in error.value.problems)
        told.append([(each["code"], each["path"]) for each in error.value.problems])
    assert told[0] == told[1]
    return told[0]


def test_a_move_which_would_leave_a_join_waiting_for_ever_is_refused(session: Session) -> None:
    instance = begin(session, forked("parallel"))
    assert refused(session, instance, "A", "End") == [("deadlock", "J")]
    assert refused(session, instance, "A", "Z") == [("deadlock", "J")]
    finish(session, instance, "B")
    assert refused(session, instance, "A", "End") == [("deadlock", "J")]
    finish(session, instance, "A")
    assert opened(session, instance) == ["Z"]


def test_a_move_which_would_do_work_twice_is_refused(session: Session) -> None:
    instance = begin(session, forked("parallel"))
    assert refused(session, instance, "A", "B") == [("opens_twice", "B")]


def test_a_move_which_harms_nothing_is_let_through(session: Session) -> None:
    inner = (b.start("SS"), b.user("A"), b.user("B"), b.end("SE"))
    instance = begin(session, b.process("P", b.start(), b.subprocess("Sub", *inner), b.user("Z"), b.end()))
    move(session, instance, "A", "B")
    finish(session, instance, "B")
    move(session, instance, "Z", "Sub")
    assert opened(session, instance) == ["A"]


def test_an_inclusive_join_does_without_a_branch_moved_away(session: Session) -> None:
    instance = begin(session, forked("inclusive"))
    move(session, instance, "A", "End")
    finish(session, instance, "B")
    assert opened(session, instance) == ["Z"]


def test_an_event_subprocess_or_a_boundary_event_is_no_place_to_move_to(session: Session) -> None:
    aside = b.subprocess(
        "Aside", b.element("startEvent", "ES", body=b.timer("PT9H")), b.user("H"), b.end("EE"), triggeredByEvent="true"
    )
    parts = (b.start(), b.user("A"), b.end(), b.boundary("T", "A", b.timer("PT9H")), b.end("E2"), aside,
             b.path("Start", "A", "End"), b.path("T", "E2"))  # fmt: skip
    instance = begin(session, b.process("P", *parts))
    for target in ("Aside", "T", "#Aside", "ES", "nowhere"):
        with pytest.raises(Invalid):
            move(session, instance, "A", target)
    assert opened(session, instance) == ["A"]


def test_moving_a_round_takes_the_others_with_it_as_the_preview_says(session: Session) -> None:
    instance = begin(session, b.process("P", b.start(), b.user("A", body=b.each("=[1, 2]")), b.user("Z"), b.end()))
    [first, _] = open_tasks(session, instance)
    said = instances.preview_move(session, instance.id, first.id, "Z", actor="boss")
    assert (said.closes, said.opens) == (["A", "A", "A"], ["Z"])
    instances.move(session, instance.id, first.id, "Z", actor="boss", reason="r")
    assert opened(session, instance) == ["Z"]


def test_a_move_inside_a_called_process_stays_inside(session: Session) -> None:
    calling = b.process("P", b.start(), b.call("C", "Q"), b.user("After"), b.end())
    called = b.process("Q", b.start("QS"), b.user("A"), b.user("B"), b.end("QE"))
    instance = begin(session, calling, called)
    with pytest.raises(Invalid):
        move(session, instance, "A", "After")
    move(session, instance, "A", "B")
    finish(session, instance, "B")
    assert opened(session, instance) == ["After"]


def conflicts(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except Conflict:
        return True
    return False


def test_what_stands_still_or_is_over_takes_no_command_but_the_right_one(session: Session) -> None:
    instance = begin(session, b.process("P", b.start(), b.user("A"), b.user("Z"), b.end()))
    [task] = open_tasks(session, instance)
    instances.suspend(session, instance.id, actor="boss", reason="r")
    attempts: dict[str, Callable[[], object]] = {
        "suspend": lambda: instances.suspend(session, instance.id, actor="boss", reason="r"),
        "move": lambda: instances.move(session, instance.id, task.id, "Z", actor="boss", reason="r"),
        "edit": lambda: instances.edit(session, instance.id, {"x": 1}, actor="boss", reason="r"),
        "complete": lambda: usertasks.complete(session, task.id, {}, actor="anna"),
        "urge": lambda: usertasks.urge(session, task.id, actor="boss"),
    }
    assert [name for name, attempt in attempts.items() if not conflicts(attempt)] == []
    instances.cancel(session, instance.id, actor="boss", reason="r")
    attempts["resume"] = lambda: instances.resume(session, instance.id, actor="boss", reason="r")
    attempts["cancel"] = lambda: instances.cancel(session, instance.id, actor="boss", reason="r")
    session.refresh(task)
    assert [name for name, attempt in attempts.items() if not conflicts(attempt)] == []
    assert instance.status == InstanceStatus.CANCELLED


LATE = b.process(
    "P", b.start(), b.user("A"), b.end(), b.boundary("T", "A", b.timer("PT2H")), b.user("Late"), b.end("E2"),
    b.path("Start", "A", "End"), b.path("T", "Late", "E2"),
)  # fmt: skip


@pytest.mark.parametrize("keep_dates", [True, False])
def test_a_deadline_which_passed_while_an_instance_stood_still(session: Session, keep_dates: bool) -> None:
    instance = begin(session, LATE)
    instances.suspend(session, instance.id, actor="boss", reason="r")
    with clock.at(clock.now() + 3 * HOUR):
        assert timers.claim_due(session, limit=9) == []
        instances.resume(session, instance.id, actor="boss", reason="r", keep_dates=keep_dates)
        assert opened(session, instance) == (["Late"] if keep_dates else ["A"])
    with clock.at(clock.now() + 5 * HOUR + dt.timedelta(minutes=1)):
        for timer in timers.claim_due(session, limit=9):
            timers.fire(session, timer)
        assert opened(session, instance) == ["Late"]


def test_suspending_after_the_deadline_lets_the_deadline_happen_when_it_is_resumed(session: Session) -> None:
    instance = begin(session, LATE)
    with clock.at(clock.now() + 3 * HOUR):
        instances.suspend(session, instance.id, actor="boss", reason="r")
        assert opened(session, instance) == ["A"]
        instances.resume(session, instance.id, actor="boss", reason="r")
        assert opened(session, instance) == ["Late"]
        kinds = [event.kind for event in history.of(session, instance.id)]
        assert kinds.index("instance_resumed") < kinds.index("timer_fired") < kinds.index("task_opened", 3)


class Warns(hooks.Domain):
    """Warns half an hour and an hour before the due date."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def warnings(
        self, session: Session, instance: ProcessInstance, task: UserTask
    ) -> Sequence[tuple[int, dt.datetime]]:
        assert task.due_at is not None
        return [(50, task.due_at - HOUR), (80, task.due_at - HOUR / 2)]

    def warned(self, session: Session, instance: ProcessInstance, task: UserTask, level: int) -> None:
        self.told.append(level)


@pytest.fixture
def warns() -> Iterator[Warns]:
    asked = Warns()
    before = hooks.install(asked)
    yield asked
    hooks.install(before)


@pytest.mark.parametrize("keep_dates", [True, False])
def test_nobody_is_warned_twice_because_an_instance_stood_still(
    session: Session, warns: Warns, keep_dates: bool
) -> None:
    instance = begin(session, LATE)
    start = clock.now()

    def due() -> None:
        for timer in timers.claim_due(session, limit=9):
            timers.fire(session, timer)

    with clock.at(start + HOUR + dt.timedelta(minutes=1)):
        due()
        assert warns.told == [50]
        instances.suspend(session, instance.id, actor="boss", reason="r")
    with clock.at(start + HOUR + dt.timedelta(minutes=20)):
        instances.resume(session, instance.id, actor="boss", reason="r", keep_dates=keep_dates)
        due()
        assert warns.told == [50]
    with clock.at(start + HOUR + dt.timedelta(minutes=55)):
        due()
    assert warns.told == [50, 80]


def test_a_message_goes_to_who_waits_next_when_the_first_waits_no_more(session: Session) -> None:
    waiting = b.process(
        "P", b.start(), b.catch("C", b.event("message", "M")), b.user("Got"), b.end(),
    )  # fmt: skip
    patient = begin(session, b.message("M", "m", '="k"'), waiting)
    hurried = b.process(
        "P", b.start(), b.gateway("eventBased", "G"), b.catch("C", b.event("message", "M")),
        b.catch("T", b.timer("PT1H")), b.user("Got"), b.user("Gone"), b.end(),
        b.path("Start", "G", "C", "Got", "End"), b.path("G", "T", "Gone", "End"),
    )  # fmt: skip
    first = begin(session, b.message("M", "m", '="k"'), hurried, key="H")
    second = instances.start(session, "test", business_key="P", variables={}, actor="anna", version=1)
    instances.cancel(session, patient.id, actor="boss", reason="r")
    with clock.at(clock.now() + 2 * HOUR):  # the first one's timer is due, but no worker has come by yet
        assert messages.publish(session, message_id="1", name="m", correlation="k", payload={})
        assert opened(session, second) == ["Got"]
        assert session.get_one(Message, "1").instance_id == second.id
        assert "Got" not in opened(session, first)


def test_a_suspended_instance_is_not_put_right_by_a_retry(session: Session) -> None:
    parts = b.process(
        "P", b.start(), b.user("A"), b.end(), b.boundary("T", "A", b.timer("PT1H")), b.service("S", BROKEN),
        b.end("E2"), b.path("Start", "A", "End"), b.path("T", "S", "E2"),
    )  # fmt: skip
    instance = begin(session, parts)
    with clock.at(clock.now() + 2 * HOUR):
        [timer] = timers.claim_due(session, limit=9)
        with pytest.raises(StepFailed):
            timers.fire(session, timer)
        instance.status = InstanceStatus.SUSPENDED  # as a suspension would leave it, had it come before the deadline
        session.flush()
        [incident] = session.scalars(select(Incident).where(Incident.instance_id == instance.id))
        assert conflicts(lambda: incidents.retry(session, incident.id, actor="boss"))
        assert conflicts(lambda: incidents.skip(session, incident.id, actor="boss", reason="r"))
        session.refresh(incident)
        assert incident.status == IncidentStatus.OPEN


@pytest.mark.parametrize("verb", ["suspend", "cancel", "move"])
def test_two_at_once_make_one_command(database: Engine, verb: str) -> None:
    with transaction() as session:
        instance = begin(session, b.process("P", b.start(), b.user("A"), b.user("Z"), b.end()))
        [task] = open_tasks(session, instance)
    together = threading.Barrier(4)

    def attempt(number: int) -> bool:
        together.wait()
        try:
            with transaction() as session:
                if verb == "move":
                    instances.move(session, instance.id, task.id, "Z", actor=str(number), reason="r")
                else:
                    getattr(instances, verb)(session, instance.id, actor=str(number), reason="r")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(attempt, range(4))) == [False, False, False, True]
    with transaction() as session:
        assert history.verify(session, instance.id) is None
        left = session.scalars(select(Timer).where(Timer.instance_id == instance.id)).all()
        assert left == []


def test_a_command_without_an_element_which_fails_leaves_its_incident(session: Session) -> None:
    class Fails(hooks.Domain):
        def ended(self, session: Session, instance: ProcessInstance) -> None:
            raise RuntimeError("no")

    instance = begin(session, b.process("P", b.start(), b.user("A"), b.end()))
    before = hooks.install(Fails())
    try:
        session.expire(instance, ["definition"])
        with pytest.raises(StepFailed):
            instances.cancel(session, instance.id, actor="boss", reason="r")
    finally:
        hooks.install(before)
    [incident] = session.scalars(select(Incident).where(Incident.instance_id == instance.id))
    assert incident.cause == "P:RuntimeError"
