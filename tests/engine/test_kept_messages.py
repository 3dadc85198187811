"""What came in time for an instance which cannot take it now is kept for it: it failed, or it stands still."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine import clock, definitions, incidents, instances, messages, outbox, usertasks
from engine.errors import Conflict, StepFailed
from engine.functions import Call, function
from engine.models import Incident, InstanceStatus, Message, OutboxMessage, ProcessInstance, Subscription
from tests import builders as b

WEEK = dt.timedelta(days=7)
broken = {"on": True}


@function("test_kept_breaks", title_zh="出错", title_en="Breaks")
def breaks(call: Call) -> dict[str, Any]:
    if broken["on"]:
        raise RuntimeError("the printer is on fire")
    return {}


@pytest.fixture(autouse=True)
def _broken() -> None:
    broken["on"] = True


WAITS = b.process(
    "P", b.start(), b.user("Before"), b.catch("C", b.event("message", "M")), b.service("S", "test_kept_breaks"),
    b.user("A"), b.end(),
)  # fmt: skip
HEARS = b.process(
    "P", b.start(), b.user("Before"), b.catch("C", b.event("signal", "Sig")), b.user("A"), b.user("Z"), b.end()
)
STARTS = b.process("R", b.element("startEvent", "RS", body=b.event("message", "M")), b.user("New"), b.end("RE"))


def begin(session: Session, *parts: str) -> ProcessInstance:
    definitions.publish_files(session, "test", b.bundle(*parts), author="anna")
    made = instances.start(session, "test", business_key="k", variables={}, actor="anna")
    go(session, made)
    return made


def waiting(session: Session) -> ProcessInstance:
    return begin(session, b.message("M", "answer", '="k"'), WAITS)


def hearing(session: Session) -> ProcessInstance:
    return begin(session, b.signal("Sig", "alarm"), HEARS)


def go(session: Session, instance: ProcessInstance) -> None:
    [task] = usertasks.listing(session, instance_id=instance.id)
    usertasks.complete(session, task.id, {}, actor="anna")


def opened(session: Session, instance: ProcessInstance) -> list[str]:
    return [task.element_id for task in usertasks.listing(session, instance_id=instance.id)]


def send(session: Session, **options: Any) -> bool:
    return messages.publish(session, message_id="m", name="answer", correlation="k", payload={"said": "yes"}, **options)


def deliver(session: Session) -> None:
    """Carry out the promises which are due."""
    session.flush()
    while promises := outbox.claim(session, limit=10):
        for promise in promises:
            messages.carry_out(session, promise.topic, promise.payload, promise.id)
            outbox.delivered(session, promise.id)


def suspend(session: Session, instance: ProcessInstance) -> None:
    instances.suspend(session, instance.id, actor="boss", reason="r")


def resume(session: Session, instance: ProcessInstance) -> None:
    instances.resume(session, instance.id, actor="boss", reason="r")


def failed(session: Session) -> Incident:
    with pytest.raises(StepFailed):
        send(session, ttl=dt.timedelta(minutes=1))
    [incident] = incidents.listing(session)
    return incident


def test_a_message_which_failed_in_time_is_not_too_old_for_its_retry(session: Session) -> None:
    instance = waiting(session)
    incident = failed(session)
    broken["on"] = False
    with clock.at(clock.now() + WEEK):
        incidents.retry(session, incident.id, actor="boss")
    assert opened(session, instance) == ["A"]
    assert instances.variables(session, instance) == {"said": "yes"}
    assert incidents.listing(session) == []


def test_a_message_with_an_open_incident_is_not_swept_away(session: Session) -> None:
    instance = waiting(session)
    failed(session)
    with clock.at(clock.now() + WEEK):
        assert messages.clean_up(session) == 0
        instances.cancel(session, instance.id, actor="boss", reason="r")
        assert messages.clean_up(session) == 1


def test_an_incident_stays_open_where_its_message_is_gone_and_still_waited_for(session: Session) -> None:
    waiting(session)
    incident = failed(session)
    session.delete(session.get_one(Message, "m"))
    session.flush()
    with pytest.raises(Conflict):
        incidents.retry(session, incident.id, actor="boss")
    assert incidents.listing(session) == [incident]


def test_a_message_incident_which_was_overtaken_is_resolved(session: Session) -> None:
    instance = waiting(session)
    incident = failed(session)
    [place] = instances.tokens(session, instance)
    instances.move(session, instance.id, UUID(place.token_id), "A", actor="boss", reason="r")
    incidents.retry(session, incident.id, actor="boss")
    assert opened(session, instance) == ["A"]
    assert incidents.listing(session) == []


def test_a_message_for_a_suspended_instance_starts_no_other_and_waits_for_it(session: Session) -> None:
    broken["on"] = False
    starts = b.bundle(b.message("M", "answer"), STARTS, key="starts", main="R")
    definitions.publish_files(session, "starts", starts, author="anna")
    instance = waiting(session)
    suspend(session, instance)
    assert not send(session, ttl=dt.timedelta(hours=1))
    assert instances.by_business_key(session, "k") == [instance]
    with clock.at(clock.now() + WEEK):
        assert messages.clean_up(session) == 0
        resume(session, instance)
    assert opened(session, instance) == ["A"]
    assert instances.variables(session, instance) == {"said": "yes"}


def test_a_message_goes_to_who_runs_before_who_is_suspended(session: Session) -> None:
    broken["on"] = False
    first, second = waiting(session), waiting(session)
    suspend(session, first)
    assert send(session)
    assert (opened(session, first), opened(session, second)) == ([], ["A"])


def test_a_kept_message_which_fails_is_an_incident_of_its_own_after_the_resumption(session: Session) -> None:
    instance = waiting(session)
    suspend(session, instance)
    assert not send(session, ttl=dt.timedelta(hours=1))
    with clock.at(clock.now() + WEEK):
        resume(session, instance)
        assert instance.status is InstanceStatus.RUNNING
        with pytest.raises(StepFailed):
            deliver(session)
        [incident] = incidents.listing(session)
        assert incident.command["key"] == "message:m"
        broken["on"] = False
        incidents.retry(session, incident.id, actor="boss")
    assert opened(session, instance) == ["A"]


def test_a_signal_on_its_way_when_an_instance_is_suspended_reaches_it_on_resume(session: Session) -> None:
    instance = hearing(session)
    assert messages.broadcast(session, name="alarm", payload={"x": 1}) == 1
    suspend(session, instance)
    deliver(session)
    assert opened(session, instance) == []
    resume(session, instance)
    deliver(session)
    assert opened(session, instance) == ["A"]
    assert instances.variables(session, instance) == {"x": 1}


def test_a_signal_sent_while_an_instance_is_suspended_reaches_it_on_resume(session: Session) -> None:
    instance = hearing(session)
    suspend(session, instance)
    assert messages.broadcast(session, name="alarm", payload={}) == 1
    deliver(session)
    with clock.at(clock.now() + 52 * WEEK):
        deliver(session)
        resume(session, instance)
        deliver(session)
    assert opened(session, instance) == ["A"]


def test_a_kept_signal_nobody_waits_for_any_more_is_gone(session: Session) -> None:
    instance = hearing(session)
    suspend(session, instance)
    messages.broadcast(session, name="alarm", payload={})
    deliver(session)
    instances.cancel(session, instance.id, actor="boss", reason="r")
    with clock.at(clock.now() + 52 * WEEK):
        deliver(session)
        assert session.scalars(select(OutboxMessage.id).where(OutboxMessage.delivered_at.is_(None))).all() == []


def test_an_instance_suspended_before_subscriptions_were_kept_hears_again_when_it_is_resumed(session: Session) -> None:
    broken["on"] = False
    instance = waiting(session)
    suspend(session, instance)
    session.execute(delete(Subscription))
    resume(session, instance)
    assert send(session)
    assert opened(session, instance) == ["A"]
