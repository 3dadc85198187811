"""Adding and removing signers (加签, 减签) beside tasks which stand alone and beside rounds of a multi-instance."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from engine import clock, definitions, history, instances, signers, timers, usertasks
from engine.errors import Conflict
from engine.models import InstanceStatus, ProcessInstance, TaskStatus, UserTask
from engine.spiff.signing import MAX_SIGNERS, REASONS
from tests.builders import boundary, bundle, call, each, end, path, process, start, timer, user, zeebe
from tests.engine.migration.world import moved_to

ALONE = bundle(
    process(
        "P", start(), user("A", extension=zeebe("assignmentDefinition", assignee="head")), user("Z"), end(),
        boundary("T", "A", timer("PT1H")), user("Late"), end("E2"),
        *path("Start", "A", "Z", "End"), *path("T", "Late", "E2"),
    )
)  # fmt: skip


def several(*, until: str = "", sequential: bool = False) -> dict[str, bytes]:
    """Each of `people` signs A, then Z."""
    assigned = zeebe("assignmentDefinition", assignee="=person")
    body = each("=people", "person", output=("votes", "=vote"), until=until, sequential=sequential)
    return bundle(process("P", start(), user("A", extension=assigned, body=body), user("Z"), end()))


def begin(session: Session, files: dict[str, bytes], **variables: Any) -> ProcessInstance:
    definitions.publish_files(session, "test", files, author="anna")
    return instances.start(session, "test", business_key="K", variables=variables, actor="anna")


def opened(session: Session, instance: ProcessInstance) -> list[tuple[str, str | None]]:
    tasks = usertasks.listing(session, instance_id=instance.id)
    return sorted((task.element_id, task.assignee) for task in tasks)


def of(session: Session, instance: ProcessInstance, person: str) -> UserTask:
    [found] = [task for task in usertasks.listing(session, instance_id=instance.id) if task.assignee == person]
    return found


def finish(session: Session, instance: ProcessInstance, person: str, **data: Any) -> None:
    usertasks.complete(session, of(session, instance, person).id, data, actor=person)


def refused(error: pytest.ExceptionInfo[Conflict]) -> str:
    code = str(error.value.details["code"])
    assert (error.value.details["message_zh"], error.value.details["message_en"]) == REASONS[code]
    return code


def test_a_task_waits_for_its_added_signers_and_its_own_values_count(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    made = signers.add(session, task.id, "lawyer", actor="head", reason="a second opinion")
    assert (made.element_id, made.assignee, made.signing, made.added_by) == ("A", "lawyer", task.id, "head")
    assert made.due_at == task.due_at
    with pytest.raises(Conflict) as early:
        finish(session, instance, "head", ok=True)
    assert refused(early) == "comes_last"
    finish(session, instance, "lawyer", ok=False)
    assert opened(session, instance) == [("A", "head")]
    assert "ok" not in instances.variables(session, instance)
    finish(session, instance, "head", ok=True)
    assert opened(session, instance) == [("Z", None)]
    assert instances.variables(session, instance)["ok"] is True


def test_adding_and_removing_a_signer_stand_in_the_history_with_reason_and_actor(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    made = signers.add(session, task.id, "lawyer", actor="head", reason="a second opinion")
    signers.remove(session, made.id, actor="boss", reason="on leave")
    told = [event for event in history.of(session, instance.id) if event.kind.startswith("signer_")]
    assert [(event.kind, event.actor, event.task_id) for event in told] == [
        ("signer_added", "head", made.id), ("signer_removed", "boss", made.id),
    ]  # fmt: skip
    assert told[0].data == {"signer": "lawyer", "beside": str(task.id), "reason": "a second opinion"}
    assert told[1].data == {"signer": "lawyer", "reason": "on leave"}
    session.refresh(made)
    assert made.status == TaskStatus.CANCELLED
    assert history.verify(session, instance.id) is None
    finish(session, instance, "head")
    assert opened(session, instance) == [("Z", None)]


def test_signers_of_a_task_alone_may_add_others_and_all_stand_beside_the_task(session: Session) -> None:
    instance = begin(session, ALONE)
    first = signers.add(session, of(session, instance, "head").id, "lawyer", actor="head", reason="r")
    second = signers.add(session, first.id, "expert", actor="lawyer", reason="r")
    assert second.signing == first.signing
    assert [task.assignee for task in signers.together(session, second)] == ["head", "lawyer", "expert"]
    finish(session, instance, "lawyer")
    finish(session, instance, "expert")
    finish(session, instance, "head")
    assert opened(session, instance) == [("Z", None)]


def test_a_person_is_not_added_twice_and_does_not_sign_twice(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    for person in ("head", "lawyer", "lawyer"):
        if person == "lawyer" and len(opened(session, instance)) == 1:
            signers.add(session, task.id, person, actor="head", reason="r")
            continue
        with pytest.raises(Conflict) as twice:
            signers.add(session, task.id, person, actor="head", reason="r")
        assert refused(twice) == "signs_already"
    finish(session, instance, "lawyer")
    with pytest.raises(Conflict) as again:
        signers.add(session, task.id, "lawyer", actor="head", reason="r")
    assert refused(again) == "signed_already"
    usertasks.assign(session, task.id, actor="boss", assignee="lawyer")
    with pytest.raises(Conflict) as alone:
        finish(session, instance, "lawyer")
    assert refused(alone) == "signed_already"


def test_an_interrupting_timer_takes_signers_with_the_task(session: Session) -> None:
    instance = begin(session, ALONE)
    made = signers.add(session, of(session, instance, "head").id, "lawyer", actor="head", reason="r")
    with clock.at(clock.now() + dt.timedelta(hours=2)):
        [timer_id] = timers.claim_due(session, limit=5)
        assert timers.fire(session, timer_id)
        assert opened(session, instance) == [("Late", None)]
        session.refresh(made)
        assert made.status == TaskStatus.CANCELLED
        with pytest.raises(Conflict):
            signers.add(session, made.id, "expert", actor="head", reason="too late")


def test_a_signer_cannot_be_added_once_the_deadline_has_ended_the_task(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    with clock.at(clock.now() + dt.timedelta(hours=2)), pytest.raises(Conflict):
        signers.add(session, task.id, "lawyer", actor="head", reason="r")


def test_a_signers_token_does_not_move_but_goes_with_its_task(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    made = signers.add(session, task.id, "lawyer", actor="head", reason="r")
    for move in (instances.move, instances.preview_move):
        with pytest.raises(Conflict) as stays:
            move(session, instance.id, made.id, "Z", actor="boss", reason="r")
        assert refused(stays) == "moves_with"
    instances.move(session, instance.id, task.id, "Z", actor="boss", reason="r")
    assert opened(session, instance) == [("Z", None)]


def test_the_diagrams_own_task_is_not_removed(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    signers.add(session, task.id, "lawyer", actor="head", reason="r")
    with pytest.raises(Conflict) as kept:
        signers.remove(session, task.id, actor="boss", reason="r")
    assert refused(kept) == "not_a_signer"


def test_a_suspended_or_ended_instance_takes_no_signer(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    instances.suspend(session, instance.id, actor="boss", reason="r")
    with pytest.raises(Conflict):
        signers.add(session, task.id, "lawyer", actor="head", reason="r")
    instances.resume(session, instance.id, actor="boss", reason="r")
    made = signers.add(session, task.id, "lawyer", actor="head", reason="r")
    instances.cancel(session, instance.id, actor="boss", reason="r")
    with pytest.raises(Conflict):
        signers.remove(session, made.id, actor="boss", reason="r")


def test_there_is_a_limit_of_signers(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    for number in range(MAX_SIGNERS):
        signers.add(session, task.id, f"p{number}", actor="head", reason="r")
    with pytest.raises(Conflict) as full:
        signers.add(session, task.id, "one more", actor="head", reason="r")
    assert refused(full) == "too_many_signers"


def test_where_all_must_sign_an_added_signer_must_too(session: Session) -> None:
    instance = begin(session, several(), people=["a", "b"])
    made = signers.add(session, of(session, instance, "a").id, "c", actor="a", reason="r")
    assert made.added_by == "a"
    assert len({task.signing for task in signers.together(session, made)}) == 1
    for person in ("a", "b"):
        finish(session, instance, person, vote=person)
    assert opened(session, instance) == [("A", "c")]
    finish(session, instance, "c", vote="c")
    assert opened(session, instance) == [("Z", None)]
    assert instances.variables(session, instance)["votes"] == ["a", "b", "c"]


def test_where_any_may_sign_the_added_one_may_be_it(session: Session) -> None:
    files = several(until="=numberOfCompletedInstances >= 1")
    instance = begin(session, files, people=["a", "b"])
    signers.add(session, of(session, instance, "a").id, "c", actor="a", reason="r")
    finish(session, instance, "c", vote="c")
    assert opened(session, instance) == [("Z", None)]
    assert instances.variables(session, instance)["votes"] == [None, None, "c"]


VOTE = "=numberOfCompletedInstances / numberOfInstances > 0.5"


def test_a_vote_counts_the_added_signer(session: Session) -> None:
    instance = begin(session, several(until=VOTE), people=["a", "b", "c"])
    signers.add(session, of(session, instance, "a").id, "d", actor="a", reason="r")
    finish(session, instance, "a")
    finish(session, instance, "b")
    assert opened(session, instance) == [("A", "c"), ("A", "d")], "two of four are no majority"
    finish(session, instance, "d")
    assert opened(session, instance) == [("Z", None)]


def test_a_vote_may_be_over_when_a_signer_is_removed(session: Session) -> None:
    instance = begin(session, several(until=VOTE), people=["a", "b", "c", "d"])
    finish(session, instance, "a", vote=1)
    finish(session, instance, "b", vote=2)
    signers.remove(session, of(session, instance, "c").id, actor="boss", reason="on leave")
    assert opened(session, instance) == [("Z", None)]
    assert instances.variables(session, instance)["votes"] == [1, 2, None]


def test_the_last_open_signer_stays_unless_it_was_added_and_others_have_signed(session: Session) -> None:
    instance = begin(session, several(), people=["a", "b"])
    added = signers.add(session, of(session, instance, "a").id, "c", actor="a", reason="r")
    signers.remove(session, of(session, instance, "a").id, actor="boss", reason="r")
    signers.remove(session, of(session, instance, "b").id, actor="boss", reason="r")
    with pytest.raises(Conflict) as last:
        signers.remove(session, added.id, actor="boss", reason="r")
    assert refused(last) == "last_signer"
    other = signers.add(session, added.id, "d", actor="c", reason="r")
    finish(session, instance, "c", vote="c")
    signers.remove(session, other.id, actor="boss", reason="r")
    assert opened(session, instance) == [("Z", None)], "who has signed is enough without the added one"
    assert instances.variables(session, instance)["votes"] == ["c"]


def test_the_last_signer_the_diagram_names_is_not_removed(session: Session) -> None:
    instance = begin(session, several(), people=["a", "b"])
    finish(session, instance, "a")
    with pytest.raises(Conflict) as last:
        signers.remove(session, of(session, instance, "b").id, actor="boss", reason="r")
    assert refused(last) == "last_signer"


def test_who_has_signed_one_round_is_not_added_for_another(session: Session) -> None:
    instance = begin(session, several(), people=["a", "b"])
    finish(session, instance, "a")
    with pytest.raises(Conflict) as again:
        signers.add(session, of(session, instance, "b").id, "a", actor="b", reason="r")
    assert refused(again) == "signed_already"


def test_where_people_sign_one_after_the_other_nobody_is_added(session: Session) -> None:
    instance = begin(session, several(sequential=True), people=["a", "b"])
    with pytest.raises(Conflict) as one:
        signers.add(session, of(session, instance, "a").id, "c", actor="a", reason="r")
    assert refused(one) == "one_by_one"


def test_rounds_over_things_get_a_signer_for_the_same_thing(session: Session) -> None:
    assigned = zeebe("assignmentDefinition", candidateGroups="=place")
    files = bundle(process("P", start(), user("A", extension=assigned, body=each("=places", "place")), end()))
    instance = begin(session, files, places=["x", "y"])
    beside = next(task for task in usertasks.listing(session, instance_id=instance.id) if task.department == "y")
    made = signers.add(session, beside.id, "c", actor="a", reason="r")
    assert (made.assignee, made.department) == ("c", "y")
    assert usertasks.context(session, made)["place"] == "y"


def test_a_number_of_rounds_gets_the_next_number(session: Session) -> None:
    files = bundle(process("P", start(), user("A", body=each("", cardinality="2")), end()))
    instance = begin(session, files)
    [first, _] = usertasks.listing(session, instance_id=instance.id)
    made = signers.add(session, first.id, "c", actor="a", reason="r")
    assert usertasks.context(session, made)["loopCounter"] == 3
    for task in usertasks.listing(session, instance_id=instance.id):
        usertasks.complete(session, task.id, {}, actor=str(task.id))
    assert instance.status is InstanceStatus.COMPLETED


def test_signers_work_in_a_called_process_too(session: Session) -> None:
    files = bundle(process("P", start(), call("C", "Q"), end()), process("Q", start("QS"), user("A"), end("QE")))
    instance = begin(session, files)
    [task] = usertasks.listing(session, instance_id=instance.id)
    made = signers.add(session, task.id, "c", actor="a", reason="r")
    usertasks.complete(session, made.id, {}, actor="c")
    usertasks.complete(session, task.id, {}, actor="a")
    assert instance.status is InstanceStatus.COMPLETED


def _ids(session: Session, instance: ProcessInstance) -> set[UUID]:
    return {task.id for task in usertasks.listing(session, instance_id=instance.id)}


def test_open_signers_stay_when_an_instance_goes_to_another_version(session: Session) -> None:
    instance = begin(session, ALONE)
    task = of(session, instance, "head")
    signers.add(session, task.id, "lawyer", actor="head", reason="r")
    before = _ids(session, instance)
    changed = {name: content.replace(b'name="Z"', b'name="Zed"') for name, content in ALONE.items()}
    moved_to(session, instance, changed)
    assert instance.definition.version == 2
    assert _ids(session, instance) == before
    finish(session, instance, "lawyer")
    finish(session, instance, "head")
    assert opened(session, instance) == [("Z", None)]
