"""One instance of a migration: moved over in a step of its own, or put back from the state that was kept."""

import hashlib
from dataclasses import asdict
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import steps
from engine.errors import Busy, EngineError, StepFailed
from engine.migration import tasks
from engine.migration.carrying import Order, Reason, TokenLine, look, put
from engine.migration.models import ItemStatus, Migration, MigrationItem
from engine.migration.plans import ALIVE
from engine.migration.verdicts import reason_of
from engine.models import InstanceStatus, ProcessInstance, Subscription, Timer, TimerKind
from engine.spiff import execution, state


def migrate_one(
    session: Session, migration: Migration, item: MigrationItem, instance: ProcessInstance, order: Order
) -> None:
    """Move one instance, which is locked, or write down why not. Raises Busy."""
    if instance.status not in ALIVE:
        item.status = ItemStatus.ENDED
        return
    if instance.definition_id != order.old.id:
        zh, en = "实例已不在旧版本上", "The instance is not on the old version any more"
        _refuse(item, ItemStatus.REFUSED, [Reason("", "other_version", zh, en)])
        return
    try:
        top = steps.loaded(session, instance)
        _, tokens, reasons = look(order, top)
    except Busy:
        raise
    except EngineError as error:
        tokens, reasons = [], [reason_of(error)]
    if reasons:
        _refuse(item, ItemStatus.REFUSED, reasons)
        return
    kept_state = instance.state
    try:
        with session.begin_nested():  # a failing step's incident goes with it: the instance is where it was, and well
            rows = _move(session, migration, instance, order, tokens)
    except Busy:
        raise
    except EngineError as error:
        session.refresh(instance)
        _refuse(item, ItemStatus.REFUSED, [_why(error)])
        return
    item.status, item.reasons = ItemStatus.MIGRATED, []
    item.moved = [asdict(line) for line in tokens]
    item.kept_state, item.kept_tasks = kept_state, rows
    item.after_sha256 = _digest(instance.state)


def _refuse(item: MigrationItem, status: ItemStatus, reasons: list[Reason]) -> None:
    item.status, item.reasons = status, [reason.as_json() for reason in reasons]


def _why(error: EngineError) -> Reason:
    """The cause of a failed step in its own words."""
    if isinstance(error, StepFailed) and isinstance(error.__cause__, EngineError):
        return reason_of(error.__cause__)
    return reason_of(error)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _move(
    session: Session, migration: Migration, instance: ProcessInstance, order: Order, tokens: list[TokenLine]
) -> list[dict[str, object]]:
    """The step which moves an instance; its open tasks as they were."""
    rows: list[dict[str, object]] = []

    def change(step: steps.Step) -> None:
        found, _, reasons = look(order, step.top)
        assert not reasons  # noqa: S101 - the instance is locked since it was looked at
        drawn = tasks.drawn(step.top)
        put(session, instance, order, step.top, found)
        redrawn = tasks.redraw(session, instance, step.top, drawn, order.timers)
        rows.extend(tasks.kept(redrawn))
        step.rewarn = tasks.write(session, instance, redrawn)
        _arrive(step, order.new.id)
        step.note(
            "migrated",
            from_version=order.old.version,
            to_version=order.new.version,
            migration=migration.id,
            reason=migration.reason,
            timers=str(order.timers),
            tokens=[{"from": line.element, "to": line.target} for line in tokens if line.element != line.target],
        )

    command = order.command(migration.actor, migration.reason, tokens)
    steps.step(session, instance.id, command, change, key=f"migrate:{migration.id}", locked=instance)
    return rows


def _arrive(step: steps.Step, definition_id: UUID) -> None:
    """The instance runs on another version from now on; all its deadlines and subscriptions are written anew."""
    session, instance = step.session, step.instance
    instance.definition_id = definition_id
    session.flush()
    session.expire(instance, ["definition"])
    quiet = {"synchronize_session": False}
    if step.before.deadlines:
        events = delete(Timer).where(Timer.instance_id == instance.id, Timer.kind == TimerKind.EVENT)
        session.execute(events, execution_options=quiet)
    if step.before.listening:
        listening = delete(Subscription).where(Subscription.instance_id == instance.id)
        session.execute(listening, execution_options=quiet)
    step.before.deadlines, step.before.listening = {}, {}
    step.movement.ready.clear()
    execution.wake(step.top)
    if step.status is InstanceStatus.SUSPENDED:
        step.movement.ready.clear()


def put_back(
    session: Session, migration: Migration, item: MigrationItem, instance: ProcessInstance, order: Order
) -> None:
    """Give one instance, which is locked, back what was kept, or write down why not. Raises Busy."""
    moved = instance.definition_id != order.new.id or _digest(instance.state) != item.after_sha256
    if moved or instance.status not in ALIVE or item.kept_state is None:
        zh, en = "迁移之后实例已经前进，不能撤销", "The instance has moved on since it was migrated"
        _refuse(item, ItemStatus.KEPT, [Reason("", "moved_since", zh, en)])
        return
    kept_state = item.kept_state

    def change(step: steps.Step) -> None:
        movement = step.movement
        step.top = state.load(kept_state, order.source.main)
        step.top.movement = movement
        redrawn = list(tasks.restored(session, instance, item.kept_tasks))
        step.rewarn = tasks.write(session, instance, redrawn)
        _arrive(step, order.old.id)
        step.note(
            "migration_undone",
            from_version=order.new.version,
            to_version=order.old.version,
            migration=migration.id,
            reason=migration.undo_reason or "",
        )

    tokens = [_reversed(line) for line in item.moved]
    command = order.command(migration.undone_by or migration.actor, migration.undo_reason or "", tokens, back=True)
    try:
        with session.begin_nested():
            steps.step(session, instance.id, command, change, key=f"migrate:{migration.id}", locked=instance)
    except Busy:
        raise
    except EngineError as error:
        session.refresh(instance)
        _refuse(item, ItemStatus.KEPT, [_why(error)])
        return
    item.status, item.reasons, item.kept_state, item.kept_tasks = ItemStatus.RETURNED, [], None, []


def _reversed(line: dict[str, str]) -> TokenLine:
    return TokenLine(
        line["token_id"], line["target"], line["element"], line["kind"], line["target_process"], line["process"]
    )
