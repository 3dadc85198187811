"""Skipping leaves out the one piece of work which failed: not other rounds, other turns or other processes."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import clock, definitions, history, incidents, instances, timers, usertasks
from engine.errors import Conflict, Invalid, StepFailed
from engine.functions import Call, function
from engine.models import Incident, ProcessInstance
from tests import builders as b

paid: list[Any] = []
refuses: list[Any] = []


@function("test_pays", title_zh="付款", title_en="Pays")
def pays(call: Call) -> dict[str, Any]:
    what = call.variables.get("what", call.element_id)
    if what in refuses:
        raise RuntimeError("the bank is closed")
    paid.append(what)
    return {"paid": what}


@pytest.fixture(autouse=True)
def _fresh() -> None:
    paid.clear()
    refuses.clear()


def begin(session: Session, *parts: str, **variables: Any) -> ProcessInstance:
    definitions.publish_files(session, "test", b.bundle(*parts), author="anna")
    return instances.start(session, "test", business_key="K", variables=variables, actor="anna")


def complete(session: Session, instance: ProcessInstance, **values: Any) -> None:
    usertasks.complete(session, usertasks.listing(session, instance_id=instance.id)[0].id, values, actor="anna")


def failed(session: Session, instance: ProcessInstance, **values: Any) -> Incident:
    with pytest.raises(StepFailed):
        complete(session, instance, **values)
    [incident] = incidents.listing(session, instance_id=instance.id)
    paid.clear()
    return incident


def skip(session: Session, incident: Incident, **results: Any) -> None:
    incidents.skip(session, incident.id, actor="boss", reason="r", results=results)


def opened(session: Session, instance: ProcessInstance) -> list[str]:
    return [task.element_id for task in usertasks.listing(session, instance_id=instance.id)]


@pytest.mark.parametrize("sequential", [False, True])
def test_of_three_rounds_only_the_one_which_failed_is_skipped(session: Session, sequential: bool) -> None:
    refuses.append(2)
    work = b.service("S", "test_pays", body=b.each("=[1, 2, 3]", item="what", sequential=sequential))
    instance = begin(session, b.process("P", b.start(), b.user("A"), work, b.user("B"), b.end()))
    skip(session, failed(session, instance))
    assert paid == [1, 3]
    assert opened(session, instance) == ["B"]
    [event] = [event for event in history.of(session, instance.id) if event.kind == "incident_skipped"]
    assert event.data["place"] == "S[2]"


def test_two_rounds_which_fail_are_skipped_one_after_the_other(session: Session) -> None:
    refuses.extend([1, 3])
    work = b.service("S", "test_pays", body=b.each("=[1, 2, 3]", item="what"))
    instance = begin(session, b.process("P", b.start(), b.user("A"), work, b.user("B"), b.end()))
    incident = failed(session, instance)
    with pytest.raises(StepFailed):
        skip(session, incident)
    paid.clear()
    session.refresh(incident)
    skip(session, incident)
    assert paid == [2]
    assert opened(session, instance) == ["B"]


CALLED = b.process("Q", b.start("QS"), b.service("S", "test_pays"), b.end("QE"))


def test_an_element_of_the_same_id_in_a_called_process_is_not_skipped(session: Session) -> None:
    refuses.append("outer")
    work = b.service("S", "test_pays", extension=b.mapping(inputs={"what": '="outer"'}))
    inner = b.service("S", "test_pays", extension=b.mapping(inputs={"what": '="inner"'}))
    called = b.bundle(b.process("Q", b.start("QS"), inner, b.end("QE")), key="called", main="Q")
    definitions.publish_files(session, "called", called, author="anna")
    instance = begin(session, b.process("P", b.start(), b.user("A"), b.call("C", "Q"), work, b.user("B"), b.end()))
    skip(session, failed(session, instance))
    assert paid == ["inner"]
    assert opened(session, instance) == ["B"]


def test_of_two_calls_of_one_process_only_the_one_which_failed_is_skipped(session: Session) -> None:
    refuses.append("second")

    def calling(element: str, what: str) -> str:
        return b.call(element, "Q", extension=b.mapping(inputs={"what": f'="{what}"'}))

    both = [calling("C1", "first"), calling("C2", "second")]
    instance = begin(session, b.process("P", b.start(), b.user("A"), *both, b.user("B"), b.end()), CALLED)
    skip(session, failed(session, instance))
    assert paid == ["first"]
    assert opened(session, instance) == ["B"]


def test_of_three_turns_of_a_loop_only_the_one_which_failed_is_skipped(session: Session) -> None:
    refuses.append(2)
    parts = b.process(
        "P", b.start(), b.user("A"), b.script("Z", "=0", "what"), b.script("N", "=what + 1", "what"),
        b.service("S", "test_pays"), b.gateway("exclusive", "G"), b.user("B"), b.end(),
        b.catch("T", b.timer("PT0S")), b.path("Start", "A", "Z", "N", "S", "G"), b.flow("G", "T", "=what < 3"),
        b.path("T", "N"), b.flow("G", "B", default=True), b.path("B", "End"),
    )  # fmt: skip
    instance = begin(session, parts)
    skip(session, failed(session, instance))
    assert paid == [1, 3]
    assert opened(session, instance) == ["B"]


def test_what_another_timer_does_meanwhile_is_not_skipped(session: Session) -> None:
    """The retry of a step may fire what was not due when it failed: its work comes first, and is other work."""
    refuses.append("task")
    parts = b.process(
        "P", b.start(), b.gateway("parallel", "F"), b.user("A"), b.user("L"), b.end("E1"), b.end("E2"),
        b.boundary("T", "L", b.timer("PT1H"), interrupting=False), b.script("X", '="timer"', "what"),
        b.script("Y", '="task"', "what"), b.service("S", "test_pays"), b.user("B"),
        b.path("Start", "F", "A", "Y", "S", "B", "E1"), b.path("F", "L", "E2"), b.path("T", "X", "S"),
    )  # fmt: skip
    instance = begin(session, parts)
    [task] = [one for one in usertasks.listing(session, instance_id=instance.id) if one.element_id == "A"]
    with pytest.raises(StepFailed):
        usertasks.complete(session, task.id, {}, actor="anna")
    [incident] = incidents.listing(session, instance_id=instance.id)
    with clock.at(clock.now() + dt.timedelta(hours=2)):
        skip(session, incident)
    assert paid == ["timer"]
    assert sorted(opened(session, instance)) == ["B", "B", "L"]


def test_work_which_the_step_does_not_come_to_again_is_not_said_to_be_skipped(session: Session) -> None:
    refuses.append("S")
    parts = b.process(
        "P", b.start(), b.catch("T", b.timer("PT1H")), b.gateway("exclusive", "G"), b.service("S", "test_pays"),
        b.user("B"), b.end(), b.flow("Start", "T"), b.flow("T", "G"), b.flow("G", "S", "=go = 1"),
        b.flow("G", "B", default=True), b.flow("S", "B"), b.flow("B", "End"),
    )  # fmt: skip
    instance = begin(session, parts, go=1)
    with clock.at(clock.now() + dt.timedelta(hours=2)):
        [timer] = timers.claim_due(session, limit=9)
        with pytest.raises(StepFailed):
            timers.fire(session, timer)
        [incident] = incidents.listing(session, instance_id=instance.id)
        instances.edit(session, instance.id, {"go": 0}, actor="boss", reason="r")
        with pytest.raises(Conflict):
            skip(session, incident)


def test_an_incident_which_does_not_say_which_work_failed_is_to_be_repeated_first(session: Session) -> None:
    refuses.append("S")
    instance = begin(session, b.process("P", b.start(), b.user("A"), b.service("S", "test_pays"), b.user("B"), b.end()))
    incident = failed(session, instance)
    incident.command = {key: value for key, value in incident.command.items() if key != "work"}
    session.flush()
    with pytest.raises(Conflict):
        skip(session, incident)
    with pytest.raises(StepFailed):
        incidents.retry(session, incident.id, actor="boss")
    session.refresh(incident)
    skip(session, incident)
    assert opened(session, instance) == ["B"]


def test_results_which_cannot_be_kept_are_refused(session: Session) -> None:
    refuses.append("S")
    instance = begin(session, b.process("P", b.start(), b.user("A"), b.service("S", "test_pays"), b.user("B"), b.end()))
    incident = failed(session, instance)
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    with pytest.raises(Invalid):
        skip(session, incident, deep=deep)
