"""Messages: correlated by key, kept for those who come later, never delivered twice."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import clock, definitions, instances, messages, outbox, usertasks
from engine.db import transaction
from engine.models import Message, OutboxMessage, ProcessInstance, Subscription
from tests.builders import bundle, catch, element, end, event, message, process, signal, start, throw, user

WAITS = bundle(
    message("M", "answer", "=number"),
    process("P", start(), user("Before"), catch("C", event("message", "M")), user("A"), end()),
)


def begin(session: Session, number: str) -> ProcessInstance:
    definitions.publish_files(session, "test", WAITS, author="anna")
    return instances.start(session, "test", business_key=number, variables={"number": number}, actor="anna")


def go(session: Session, instance: ProcessInstance) -> None:
    (task,) = usertasks.listing(session, instance_id=instance.id)
    usertasks.complete(session, task.id, {}, actor="anna")


def send(session: Session, message_id: str, key: str, **payload: Any) -> bool:
    return messages.publish(session, message_id=message_id, name="answer", correlation=key, payload=payload)


def standing(session: Session, instance: ProcessInstance) -> list[str]:
    return [place.element_id for place in instances.tokens(session, instance)]


def test_a_message_finds_its_instance_by_the_key(session: Session) -> None:
    one, two = begin(session, "1"), begin(session, "2")
    go(session, one)
    go(session, two)
    assert send(session, "m1", "2", said="yes")
    assert (standing(session, one), standing(session, two)) == (["C"], ["A"])
    assert instances.variables(session, two) == {"number": "2", "said": "yes"}
    assert session.scalars(select(Subscription.instance_id)).all() == [one.id]


def test_the_same_message_twice_is_once(session: Session) -> None:
    one = begin(session, "1")
    go(session, one)
    assert send(session, "m1", "1")
    assert not send(session, "m1", "1")
    assert standing(session, one) == ["A"]


def test_a_message_which_comes_too_early_is_kept(session: Session) -> None:
    one = begin(session, "1")
    assert not send(session, "m1", "1", said="early")
    go(session, one)
    assert standing(session, one) == ["A"]
    assert instances.variables(session, one)["said"] == "early"
    found = session.get(Message, "m1", populate_existing=True)
    assert found is not None
    assert found.delivered_at is not None
    assert found.instance_id == one.id


def test_a_message_which_is_too_old_is_not_delivered(session: Session) -> None:
    one = begin(session, "1")
    long_ago = clock.now() - dt.timedelta(days=3)
    with clock.at(long_ago):
        send(session, "m1", "1")
    go(session, one)
    assert standing(session, one) == ["C"]
    assert messages.clean_up(session) == 1


def test_a_message_starts_the_process_which_begins_with_it(session: Session) -> None:
    files = bundle(
        message("M", "complaint received"),
        process("P", element("startEvent", "S", body=event("message", "M")), user("A"), end()),
    )
    definitions.publish_files(session, "test", files, author="anna")
    assert messages.publish(session, message_id="m1", name="complaint received", correlation="K-7", payload={"x": 1})
    (instance,) = instances.by_business_key(session, "K-7")
    assert instances.variables(session, instance) == {"x": 1}
    assert not messages.publish(
        session, message_id="m1", name="complaint received", correlation="K-7", payload={"x": 1}
    )
    assert len(instances.by_business_key(session, "K-7")) == 1


def test_a_message_and_the_token_which_waits_for_it_never_miss_each_other(database: Engine) -> None:
    for number in range(10):
        with transaction() as session:
            instance = begin(session, f"n{number}")
        barrier = Barrier(2)

        def walk(_: int, made: ProcessInstance = instance, gate: Barrier = barrier) -> None:
            gate.wait()
            with transaction() as mine:
                go(mine, made)

        def post(_: int, key: str = f"n{number}", gate: Barrier = barrier) -> None:
            gate.wait()
            with transaction() as mine:
                send(mine, f"m-{key}", key)

        with ThreadPoolExecutor(2) as pool:
            jobs = [pool.submit(walk, 0), pool.submit(post, 0)]
            for job in jobs:
                job.result()
        with transaction() as session:
            assert standing(session, instances.get(session, instance.id)) == ["A"]


def test_a_thrown_message_is_delivered_by_its_promise(session: Session) -> None:
    one = begin(session, "1")
    go(session, one)
    thrower = bundle(
        message("M", "answer", "=to"), process("Q", start(), throw("T", event("message", "M")), end()),
        key="thrower", main="Q",
    )  # fmt: skip
    definitions.publish_files(session, "thrower", thrower, author="anna")
    instances.start(session, "thrower", business_key="t", variables={"to": "1"}, actor="anna")
    (promise,) = outbox.claim(session, limit=10)
    assert promise.topic == "message"
    messages.carry_out(session, promise.topic, promise.payload, promise.id)
    messages.carry_out(session, promise.topic, promise.payload, promise.id)
    assert standing(session, one) == ["A"]


def test_a_signal_reaches_other_instances_by_promises(session: Session) -> None:
    files = bundle(signal("S", "stop sale"), process("P", start(), catch("C", event("signal", "S")), user("A"), end()))
    definitions.publish_files(session, "test", files, author="anna")
    made = [
        instances.start(session, "test", business_key=str(number), variables={}, actor="anna") for number in range(3)
    ]
    assert messages.broadcast(session, name="stop sale", payload={}) == 3
    session.flush()
    for promise in session.scalars(select(OutboxMessage)).all():
        messages.carry_out(session, promise.topic, promise.payload, promise.id)
    assert [standing(session, instance) for instance in made] == [["A"]] * 3


def test_a_signal_thrown_by_an_instance_reaches_the_others_and_does_not_come_back(session: Session) -> None:
    declared = signal("S", "alarm")
    throws = process("P", start(), throw("T", event("signal", "S")), catch("C", event("signal", "S")), end())
    listens = process("Q", start("QS"), catch("C", event("signal", "S")), user("A"), end("QE"))
    definitions.publish_files(session, "test", bundle(declared, throws), author="anna")
    definitions.publish_files(session, "other", bundle(declared, listens, key="other", main="Q"), author="anna")
    other = instances.start(session, "other", business_key="2", variables={}, actor="anna")
    thrower = instances.start(session, "test", business_key="1", variables={}, actor="anna")
    while claimed := outbox.claim(session, limit=10):
        for promise in claimed:
            messages.carry_out(session, promise.topic, promise.payload, promise.id)
            outbox.delivered(session, promise.id)
    assert standing(session, other) == ["A"]
    assert standing(session, thrower) == ["C"]
