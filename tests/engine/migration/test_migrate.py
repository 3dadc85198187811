"""Instances move to another version, and everything people did stays."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, definitions, history, incidents, instances, migration, timers, usertasks
from engine.errors import Conflict, Invalid, StepFailed
from engine.migration import ItemStatus
from engine.models import Incident, InstanceStatus, ProcessInstance, Subscription, Timer
from tests.builders import (
    boundary,
    bundle,
    call,
    catch,
    each,
    end,
    event,
    flow,
    gateway,
    message,
    path,
    process,
    script,
    start,
    subprocess,
    timer,
    user,
    zeebe,
)
from tests.engine.migration.world import (
    begin,
    codes,
    finish,
    migrate,
    moved_to,
    open_tasks,
    plan_to,
    publish,
    run,
    verdict_on,
)

ONE = bundle(process("P", start(), user("A"), user("B"), end()))
TWO = bundle(process("P", start(), user("A"), user("New"), user("B"), end()))


def test_an_instance_goes_on_in_the_new_version(session: Session) -> None:
    instance = begin(session, ONE)
    moved_to(session, instance, TWO)
    assert instance.definition.version == 2
    finish(session, instance, "A", "New", "B")
    assert instance.status is InstanceStatus.COMPLETED
    (told,) = [each for each in history.of(session, instance.id) if each.kind == "migrated"]
    assert (told.actor, told.data["from_version"], told.data["to_version"]) == ("owner", 1, 2)
    assert told.data["reason"] == "better"
    assert history.verify(session, instance.id) is None


def test_claim_draft_and_id_of_a_task_stay(session: Session) -> None:
    instance = begin(session, ONE)
    task = open_tasks(session, instance)["A"]
    usertasks.claim(session, task.id, actor="bert")
    usertasks.save_draft(session, task.id, {"typed": "half"}, actor="bert", rev=2)
    moved_to(session, instance, TWO)
    after = open_tasks(session, instance)["A"]
    assert (after.id, after.assignee, after.draft) == (task.id, "bert", {"typed": "half"})
    assert after.claimed_at is not None
    assert after.rev == 3, "nothing of it looks different, so nobody who has it open meets a conflict"
    assert after.definition_id == instance.definition_id


def test_an_active_element_which_is_gone_is_refused_unless_mapped(session: Session) -> None:
    instance = begin(session, ONE)
    renamed = bundle(process("P", start(), user("A2"), user("B"), end()))
    plan = plan_to(session, instance, renamed)
    assert [(each.element, each.code, each.severity) for each in plan.problems] == [
        ("A", "active_element_gone", "error")
    ]
    found = verdict_on(session, plan)
    assert (found.ok, codes(found)) == (False, ["gone"])
    item = migrate(session, plan)
    assert (item.status, item.reasons[0]["code"]) == (ItemStatus.REFUSED, "gone")
    assert instance.definition.version == 1
    moved_to(session, instance, renamed, mapping={"A": "A2"})
    assert list(open_tasks(session, instance)) == ["A2"]
    finish(session, instance, "A2", "B")
    assert instance.status is InstanceStatus.COMPLETED


def test_a_boundary_event_added_to_the_active_task_is_opened(session: Session) -> None:
    instance = begin(session, ONE)
    late = boundary("T", "A", timer("PT1H"), interrupting=False)
    flows = [*path("Start", "A", "B", "End"), *path("T", "Late", "End")]
    moved_to(session, instance, bundle(process("P", start(), user("A"), user("B"), late, user("Late"), end(), *flows)))
    (row,) = session.scalars(select(Timer))
    assert row.element_id == "T"
    with clock.at(clock.now() + dt.timedelta(hours=2)):
        assert timers.fire(session, row.id)
    assert set(open_tasks(session, instance)) == {"A", "Late"}


def test_a_boundary_event_which_is_gone_leaves_no_timer(session: Session) -> None:
    late = boundary("T", "A", timer("PT1H"))
    flows = [*path("Start", "A", "B", "End"), *path("T", "End")]
    instance = begin(session, bundle(process("P", start(), user("A"), user("B"), late, end(), *flows)))
    item = moved_to(session, instance, ONE)
    assert session.scalars(select(Timer)).all() == []
    assert item.status == ItemStatus.MIGRATED
    finish(session, instance, "A", "B")


def test_a_boundary_timer_which_has_fired_does_not_fire_again(session: Session) -> None:
    late = boundary("T", "A", timer("PT1H"), interrupting=False)
    flows = [*path("Start", "A", "B", "End"), *path("T", "End")]
    files = bundle(process("P", start(), user("A"), user("B"), late, end(), *flows))
    other = bundle(process("P", start(), user("A"), user("B"), user("C"), late, end(),
                           *path("Start", "A", "B", "C", "End"), *path("T", "End")))  # fmt: skip
    instance = begin(session, files)
    with clock.at(clock.now() + dt.timedelta(hours=2)):
        instances.suspend(session, instance.id, actor="boss", reason="")
        instances.resume(session, instance.id, actor="boss", reason="")
    moved_to(session, instance, other)
    assert session.scalars(select(Timer)).all() == []


def due(hours: int) -> dict[str, bytes]:
    return bundle(process("P", start(), user("A"), boundary("T", "A", timer(f"PT{hours}H"), interrupting=False),
                          end(), *path("Start", "A", "End"), *path("T", "End")))  # fmt: skip


@pytest.mark.parametrize(("timers", "hours"), [("keep", 5), ("recompute", 9)])
def test_timers_keep_their_dates_or_are_computed_anew(session: Session, timers: str, hours: int) -> None:
    began = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    with clock.at(began):
        instance = begin(session, due(5))
    with clock.at(began + dt.timedelta(hours=3)):
        plan = plan_to(session, instance, due(9))
        found = verdict_on(session, plan, timers=timers)
        migrate(session, plan, timers=timers)
    expected = began + dt.timedelta(hours=hours)
    assert [(line.element, line.old_due, line.new_due) for line in found.timers if line.kind == "timer"] == [
        ("T", began + dt.timedelta(hours=5), expected)
    ]
    (row,) = session.scalars(select(Timer))
    assert row.due_at == expected
    assert open_tasks(session, instance)["A"].due_at == expected


def test_a_catch_event_is_computed_from_when_it_was_reached(session: Session) -> None:
    def waiting(hours: int) -> dict[str, bytes]:
        return bundle(process("P", start(), user("A"), catch("C", timer(f"PT{hours}H")), end()))

    began = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    with clock.at(began):
        instance = begin(session, waiting(5))
    with clock.at(began + dt.timedelta(hours=1)):
        finish(session, instance, "A")
    with clock.at(began + dt.timedelta(hours=2)):
        moved_to(session, instance, waiting(9), timers="recompute")
    assert session.scalars(select(Timer.due_at)).all() == [began + dt.timedelta(hours=10)]


def test_a_suspended_instance_moves_and_stays_suspended(session: Session) -> None:
    began = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    with clock.at(began):
        instance = begin(session, due(5))
        instances.suspend(session, instance.id, actor="boss", reason="")
    with clock.at(began + dt.timedelta(hours=2)):
        moved_to(session, instance, due(9), timers="recompute")
        assert session.scalars(select(Timer)).all() == []
    with clock.at(began + dt.timedelta(hours=3)):
        instances.resume(session, instance.id, actor="boss", reason="")
    assert session.scalars(select(Timer.due_at)).all() == [began + dt.timedelta(hours=12)]


def test_a_message_of_another_name_is_listened_to(session: Session) -> None:
    def waiting(name: str) -> dict[str, bytes]:
        return bundle(message("M", name, '="k"'), process("P", start(), catch("C", event("message", "M")), end()))

    instance = begin(session, waiting("old"))
    moved_to(session, instance, waiting("new"))
    assert session.scalars(select(Subscription.name)).all() == ["new"]


def test_a_task_nobody_has_taken_follows_its_lane(session: Session) -> None:
    def drawn(lane: str) -> dict[str, bytes]:
        return bundle(process("P", start(), user("A"), end(), lanes={lane: ["A"]}))

    free, taken = begin(session, drawn("sales")), begin(session, drawn("sales"))
    usertasks.claim(session, open_tasks(session, taken)["A"].id, actor="bert")
    plan = plan_to(session, free, drawn("legal"))
    assert [each.code for each in plan.problems] == ["lane_changed"]
    run(session, migration.start(session, plan, actor="owner", reason="r"))
    assert open_tasks(session, free)["A"].department == "legal"
    assert open_tasks(session, taken)["A"].department == "sales"


def parallel(*branches: str) -> dict[str, bytes]:
    flows = [line for branch in branches for line in path("S", branch, "J")]
    nodes = [user(branch) for branch in branches]
    return bundle(process("P", start(), gateway("parallel", "S"), *nodes, gateway("parallel", "J"), user("Z"), end(),
                          *path("Start", "S"), *flows, *path("J", "Z", "End")))  # fmt: skip


def test_a_join_which_would_wait_for_ever_is_refused(session: Session) -> None:
    instance = begin(session, parallel("A", "B"))
    found = verdict_on(session, plan_to(session, instance, parallel("A", "B", "C")))
    assert codes(found) == ["deadlock"]
    assert found.reasons[0].element == "J"


def test_work_which_would_be_done_twice_is_refused(session: Session) -> None:
    instance = begin(session, parallel("A", "B"))
    found = verdict_on(session, plan_to(session, instance, bundle(process("P", start(), user("A"), user("B"), end()))))
    assert codes(found) == ["opens_twice"]


def test_a_join_which_waits_for_less_than_before_goes_on(session: Session) -> None:
    instance = begin(session, parallel("A", "B", "C"))
    finish(session, instance, "A", "B")
    aside = bundle(process("P", start(), gateway("parallel", "S"), user("A"), user("B"), user("C"),
                           gateway("parallel", "J"), user("Z"), end(), *path("Start", "S", "A", "J", "Z", "End"),
                           *path("S", "B", "J"), *path("S", "C", "End")))  # fmt: skip
    moved_to(session, instance, aside)
    assert set(open_tasks(session, instance)) == {"C", "Z"}
    finish(session, instance, "Z", "C")
    assert instance.status is InstanceStatus.COMPLETED


def test_a_token_cannot_be_mapped_behind_a_join_the_others_wait_at(session: Session) -> None:
    instance = begin(session, parallel("A", "B", "C"))
    finish(session, instance, "A", "B")
    plan = plan_to(session, instance, parallel("A", "B"), {"C": "Z"})
    assert codes(verdict_on(session, plan)) == ["opens_twice"]


def test_a_variable_nobody_has_set_is_missed_before_not_after(session: Session) -> None:
    instance = begin(session, bundle(process("P", start(), script("S", "=1", "x"), user("A"), end())))
    asking = bundle(
        process("P", start(), script("S", "=true", "fast"), user("A"), gateway("exclusive", "G"), user("B"), end(),
                *path("Start", "S", "A", "G"), flow("G", "B", "=fast"), flow("G", "End", default=True),
                *path("B", "End")))  # fmt: skip
    found = verdict_on(session, plan_to(session, instance, asking))
    assert codes(found) == ["variable_missing"]
    assert "fast" in found.reasons[0].message_en
    careful = {name: text.replace(b"=fast", b"=fast = true") for name, text in asking.items()}
    moved_to(session, instance, careful)
    finish(session, instance, "A")
    assert instance.status is InstanceStatus.COMPLETED


def test_tokens_in_subprocesses_and_calls_go_over(session: Session) -> None:
    def deep(extra: bool) -> dict[str, bytes]:
        more = [user("X")] if extra else []
        return bundle(
            process("P", start(), subprocess("Sub", start("S1"), call("C", "Q"), end("E1")), *more, end()),
            process("Q", start("S2"), user("A"), *([user("Y")] if extra else []), end("E2")),
        )

    instance = begin(session, deep(False))
    moved_to(session, instance, deep(True))
    finish(session, instance, "A", "Y", "X")
    assert instance.status is InstanceStatus.COMPLETED


def test_rounds_under_way_go_over_but_their_kind_cannot_change(session: Session) -> None:
    def many(body: str, *more: str) -> dict[str, bytes]:
        return bundle(process("P", start(), user("A", body=body), *map(user, more), end()))

    instance = begin(session, many(each("=[1, 2]")))
    assert codes(verdict_on(session, plan_to(session, instance, many("")))) == ["rounds"]
    assert codes(verdict_on(session, plan_to(session, instance, many(each("=[1, 2]", sequential=True))))) == ["rounds"]
    moved_to(session, instance, many(each("=[1, 2, 3]"), "B"))
    for task in usertasks.listing(session, instance_id=instance.id):
        usertasks.complete(session, task.id, {}, actor="anna")
    assert list(open_tasks(session, instance)) == ["B"]


def test_undo_puts_back_what_has_not_moved(session: Session) -> None:
    instance = begin(session, due(5))
    before = (instance.state, [(row.id, row.element_id, row.due_at) for row in session.scalars(select(Timer))])
    item = moved_to(session, instance, due(9), timers="recompute")
    task = open_tasks(session, instance)["A"]
    usertasks.claim(session, task.id, actor="bert")
    migration.undo(session, item.migration_id, actor="owner", reason="worse")
    made = migration.get(session, item.migration_id)
    assert run(session, made)["returned"] == 1
    session.expire_all()
    assert made.status == "undone"
    assert instance.definition.version == 1
    assert (instance.state, [(row.id, row.element_id, row.due_at) for row in session.scalars(select(Timer))]) == before
    again = open_tasks(session, instance)["A"]
    assert (again.id, again.assignee, again.due_at) == (task.id, "bert", before[1][0][2])
    assert [each.kind for each in history.of(session, instance.id)][-1] == "migration_undone"
    finish(session, instance, "A")
    assert instance.status is InstanceStatus.COMPLETED


def test_undo_keeps_what_has_moved_since(session: Session) -> None:
    instance = begin(session, ONE)
    item = moved_to(session, instance, TWO)
    finish(session, instance, "A")
    migration.undo(session, item.migration_id, actor="owner", reason="worse")
    run(session, migration.get(session, item.migration_id))
    session.expire_all()
    assert (item.status, item.reasons[0]["code"]) == (ItemStatus.KEPT, "moved_since")
    assert instance.definition.version == 2
    with pytest.raises(Conflict):
        migration.undo(session, item.migration_id, actor="owner", reason="again")


def test_nothing_to_do_is_never_a_success(session: Session) -> None:
    instance = begin(session, ONE)
    with pytest.raises(Invalid):
        migration.plan(session, instance.definition, instance.definition)
    plan = plan_to(session, instance, TWO)
    instances.cancel(session, instance.id, actor="boss", reason="")
    with pytest.raises(Invalid):
        migration.start(session, plan, actor="owner", reason="r")


def test_a_wrong_mapping_is_refused_before_anything(session: Session) -> None:
    instance = begin(session, ONE)
    plan = plan_to(session, instance, TWO, {"Nope": "A", "A": "Nowhere"})
    assert {each.code for each in plan.refused} == {"mapping_unknown_source", "mapping_unknown_target"}
    with pytest.raises(Invalid):
        migration.start(session, plan, actor="owner", reason="r")
    with pytest.raises(Invalid):
        migration.preview(session, plan)


def test_a_preview_writes_nothing(session: Session) -> None:
    instance = begin(session, due(5))
    plan = plan_to(session, instance, due(9))
    before = (instance.state, instance.rev, instance.history_seq, instance.definition_id)
    assert verdict_on(session, plan, timers="recompute").ok
    assert not session.dirty
    assert not session.new
    session.refresh(instance)
    assert (instance.state, instance.rev, instance.history_seq, instance.definition_id) == before


def test_an_instance_which_ended_before_its_turn_is_left_alone(session: Session) -> None:
    instance = begin(session, ONE)
    made = migration.start(session, plan_to(session, instance, TWO), actor="owner", reason="r")
    finish(session, instance, "A", "B")
    assert run(session, made)["ended"] == 1
    assert instance.definition.version == 1


def test_a_migration_which_fails_on_its_way_leaves_no_trace(session: Session) -> None:
    instance = begin(session, ONE)
    wrong = boundary("T", "A", timer("=unknown"), interrupting=False)
    flows = [*path("Start", "A", "B", "End"), *path("T", "End")]
    files = bundle(process("P", start(), user("A"), user("B"), wrong, end(), *flows))
    plan = plan_to(session, instance, files)
    assert codes(verdict_on(session, plan)) == ["variable_missing"]
    assert migrate(session, plan).status == ItemStatus.REFUSED
    assert session.scalars(select(Incident)).all() == []
    finish(session, instance, "A", "B")
    assert instance.status is InstanceStatus.COMPLETED


def test_what_is_drawn_for_the_form_comes_from_the_new_version(session: Session) -> None:
    instance = begin(session, bundle(process("P", start(), user("A", extension=zeebe("priorityDefinition")), end())))
    named = bundle(process("P", start(), user("A"), user("B"), end()))
    moved_to(session, instance, {name: text.replace(b'name="A"', b'name="Check"') for name, text in named.items()})
    task = open_tasks(session, instance)["A"]
    assert (task.name_zh, task.rev) == ("Check", 2)


def test_a_version_which_fails_is_left_for_one_which_works(session: Session) -> None:
    def computing(text: str) -> dict[str, bytes]:
        flows = [flow("G", "A", text), flow("G", "End", default=True), *path("Start", "G"), *path("A", "End")]
        return bundle(process("P", start(), gateway("exclusive", "G"), user("A"), end(), *flows))

    old = publish(session, computing("=missing"))
    with pytest.raises(StepFailed):
        instances.start(session, "test", business_key="K", variables={}, actor="anna")
    instance = session.scalars(select(ProcessInstance)).one()
    assert instance.definition_id == old.id
    moved_to(session, instance, computing("=missing = null"))
    assert list(open_tasks(session, instance)) == ["A"]
    (incident,) = session.scalars(select(Incident))
    incidents.retry(session, incident.id, actor="owner")
    assert incident.status == "resolved"
    finish(session, instance, "A")
    assert instance.status == InstanceStatus.COMPLETED


def test_a_called_process_follows_to_the_version_which_the_new_one_calls(session: Session) -> None:
    def called(*names: str) -> None:
        files = bundle(process("Q", start(), *map(user, names), end()), key="called", main="Q")
        definitions.publish_files(session, "called", files, author="anna")

    caller = bundle(process("P", start(), call("C", "Q"), end()))
    called("A")
    instance = begin(session, caller)
    called("A", "B")
    plan = plan_to(session, instance, caller)
    assert [(change.kind, change.element) for change in plan.changes if change.sort == "node"] == [("added", "B")]
    assert migrate(session, plan).status == ItemStatus.MIGRATED
    finish(session, instance, "A", "B")
    assert instance.status == InstanceStatus.COMPLETED


def test_an_incident_of_a_task_is_retried_after_the_migration(session: Session) -> None:
    def asking(text: str) -> dict[str, bytes]:
        flows = [flow("G", "B", text), flow("G", "End", default=True), *path("Start", "A", "G"), *path("B", "End")]
        return bundle(process("P", start(), user("A"), gateway("exclusive", "G"), user("B"), end(), *flows))

    instance = begin(session, asking("=missing"))
    with pytest.raises(StepFailed):
        finish(session, instance, "A", typed="once")
    moved_to(session, instance, asking("=missing = null"))
    (incident,) = session.scalars(select(Incident))
    incidents.retry(session, incident.id, actor="owner")
    assert instances.variables(session, instance) == {"typed": "once"}
    assert list(open_tasks(session, instance)) == ["B"]
