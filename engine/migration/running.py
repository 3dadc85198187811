"""Carrying a migration out and taking it back: one transaction, one lock, one instance at a time."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session, joinedload

from engine import definitions, outbox
from engine.clock import now
from engine.errors import Conflict, Invalid, NotFound
from engine.ids import new_id
from engine.migration.carrying import Order
from engine.migration.items import migrate_one, put_back
from engine.migration.models import ItemStatus, Migration, MigrationItem, MigrationStatus, Timers
from engine.migration.plans import ALIVE, Plan
from engine.migration.verdicts import refuse
from engine.models import ProcessInstance

TOPIC = "migrate"
PAUSE = timedelta(seconds=2)
OPEN = (ItemStatus.PENDING, ItemStatus.RETURNING)
Transaction = Callable[[], AbstractContextManager[Session]]
Orders = dict[tuple[UUID, str], tuple[Migration, Order]]


def start(
    session: Session,
    plan: Plan,
    *,
    actor: str,
    reason: str,
    instance_ids: Sequence[UUID] | None = None,
    timers: str | Timers = Timers.KEEP,
) -> Migration:
    """Write a migration down for all living instances of the old version (or those named) and promise to carry it out.

    Raises Invalid where the mapping is wrong, or where there is no instance to move: a migration never succeeds in
    doing nothing.
    """
    refuse(plan)
    made = Migration(
        id=new_id(),
        source_id=plan.old.id,
        target_id=plan.new.id,
        mapping=dict(plan.mapping),
        timers=Timers(timers),
        actor=actor,
        reason=reason,
        status=MigrationStatus.RUNNING,
        created_at=now(),
        source=plan.old,
        target=plan.new,
    )
    session.add(made)
    session.flush()
    chosen = select(
        literal(made.id, type_=Migration.id.type),
        ProcessInstance.id,
        literal(ItemStatus.PENDING.value),
        literal([], type_=MigrationItem.reasons.type),
        literal([], type_=MigrationItem.moved.type),
        literal([], type_=MigrationItem.kept_tasks.type),
    ).where(ProcessInstance.definition_id == plan.old.id, ProcessInstance.status.in_(ALIVE))
    if instance_ids is not None:
        chosen = chosen.where(ProcessInstance.id.in_(instance_ids))
    columns = ["migration_id", "instance_id", "status", "reasons", "moved", "kept_tasks"]
    session.execute(insert(MigrationItem).from_select(columns, chosen, include_defaults=False))
    if sum(progress(session, made.id).values()) == 0:
        zh, en = "旧版本中没有可迁移的实例", "There is no living instance of the old version to migrate"
        problem = {"path": "instance_ids", "code": "no_instances", "message_zh": zh, "message_en": en}
        raise Invalid(en, problems=[problem])
    _promise(session, made.id)
    return made


def _promise(session: Session, migration_id: UUID, delay: timedelta | None = None) -> None:
    outbox.promise(session, TOPIC, {"migration": str(migration_id)}, delay=delay)


def get(session: Session, migration_id: UUID) -> Migration:
    """A migration. Raises NotFound."""
    found = session.get(Migration, migration_id, options=[joinedload(Migration.source), joinedload(Migration.target)])
    if found is None:
        raise NotFound("There is no such migration", migration=str(migration_id))
    return found


def listing(session: Session, *, key: str | None = None, after: UUID | None = None, limit: int = 50) -> list[Migration]:
    """Migrations, newest first; key: of the process definition; after: the last id of the page before."""
    query = select(Migration).options(joinedload(Migration.source), joinedload(Migration.target))
    if key is not None:
        query = query.where(Migration.source.has(key=key))
    if after is not None:
        query = query.where(Migration.id < after)
    return list(session.scalars(query.order_by(Migration.id.desc()).limit(limit)))


def items(
    session: Session,
    migration_id: UUID,
    *,
    status: ItemStatus | None = None,
    after: UUID | None = None,
    limit: int = 50,
) -> list[tuple[MigrationItem, str]]:
    """Instances of a migration with their business keys, by instance id."""
    query = (
        select(MigrationItem, ProcessInstance.business_key)
        .join(ProcessInstance, ProcessInstance.id == MigrationItem.instance_id)
        .where(MigrationItem.migration_id == migration_id)
    )
    if status is not None:
        query = query.where(MigrationItem.status == status)
    if after is not None:
        query = query.where(MigrationItem.instance_id > after)
    found = session.execute(query.order_by(MigrationItem.instance_id).limit(limit))
    return [(item, business_key) for item, business_key in found]


def progress(session: Session, migration_id: UUID) -> dict[str, int]:
    """How many instances are in which status; statuses without any are 0."""
    query = (
        select(MigrationItem.status, func.count())
        .where(MigrationItem.migration_id == migration_id)
        .group_by(MigrationItem.status)
    )
    counted = {str(status): count for status, count in session.execute(query)}
    return {status.value: counted.get(status.value, 0) for status in ItemStatus}


def run_batch(transaction: Transaction, migration_id: UUID, *, limit: int = 100) -> dict[str, int]:
    """Take up to `limit` instances further, each in a `transaction` of its own; the progress afterwards.

    Any number of workers may do this at once, and after a crash it goes on where it stopped: an instance is either
    migrated and marked so, or neither. What goes wrong with one is written beside it and stops no other; one which
    somebody is working on at this moment is left for a later batch. Raises NotFound, Busy.
    """
    orders: Orders = {}
    for _ in range(limit):
        with transaction() as session:
            if not run_one(session, migration_id, orders):
                break
    with transaction() as session:
        return progress(session, migration_id)


def run_one(session: Session, migration_id: UUID, orders: Orders | None = None) -> bool:
    """Take one instance further, in the door's transaction; False where none is left which nobody is working on.

    orders: kept between calls. Raises NotFound, Busy.
    """
    query = (
        select(MigrationItem, ProcessInstance)
        .join(ProcessInstance, ProcessInstance.id == MigrationItem.instance_id)
        .where(MigrationItem.migration_id == migration_id, MigrationItem.status.in_(OPEN))
        .order_by(MigrationItem.instance_id)
        .limit(1)
        .with_for_update(of=[MigrationItem, ProcessInstance], skip_locked=True)
    )
    row = session.execute(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        _finish(session, get(session, migration_id))
        return False
    item, instance = row
    known = orders if orders is not None else {}
    key = (migration_id, str(item.status))
    if key not in known:
        migration = get(session, migration_id)
        known[key] = migration, _order(session, migration)
    work = migrate_one if item.status == ItemStatus.PENDING else put_back
    work(session, known[key][0], item, instance, known[key][1])
    item.done_at = now()
    session.flush()
    return True


def _order(session: Session, migration: Migration) -> Order:
    return Order(
        migration.source,
        migration.target,
        definitions.compiled(session, migration.source),
        definitions.compiled(session, migration.target),
        migration.mapping,
        Timers(migration.timers),
    )


def _finish(session: Session, migration: Migration) -> None:
    """Mark a migration as done unless another worker still has one of its instances."""
    left = select(func.count()).where(MigrationItem.migration_id == migration.id, MigrationItem.status.in_(OPEN))
    ends = {MigrationStatus.RUNNING: MigrationStatus.DONE, MigrationStatus.UNDOING: MigrationStatus.UNDONE}
    status = MigrationStatus(migration.status)
    if status in ends and not session.scalar(left):
        migration.status, migration.finished_at = ends[status], now()
        session.flush()


def undo(
    session: Session, migration_id: UUID, *, actor: str, reason: str, instance_ids: Sequence[UUID] | None = None
) -> Migration:
    """Order that what was migrated be put back where it was, and promise to do so; what is pending stays unmoved.

    An instance which has moved since is kept where it is, with a reason. Raises NotFound, Conflict where nothing of it
    is left to undo.
    """
    found = session.get(Migration, migration_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such migration", migration=str(migration_id))
    mine = [MigrationItem.migration_id == migration_id]
    if instance_ids is not None:
        mine.append(MigrationItem.instance_id.in_(instance_ids))
    quiet: dict[str, Any] = {"synchronize_session": False}
    taken = session.execute(
        update(MigrationItem)
        .where(*mine, MigrationItem.status == ItemStatus.MIGRATED)
        .values(status=ItemStatus.RETURNING)
        .returning(MigrationItem.instance_id),
        execution_options=quiet,
    ).all()
    stopped = session.execute(
        update(MigrationItem)
        .where(*mine, MigrationItem.status == ItemStatus.PENDING)
        .values(status=ItemStatus.RETURNED)
        .returning(MigrationItem.instance_id),
        execution_options=quiet,
    ).all()
    if not taken and not stopped:
        raise Conflict("There is nothing of this migration to undo", migration=str(migration_id))
    found.status, found.finished_at = MigrationStatus.UNDOING, None
    found.undone_by, found.undo_reason = actor, reason
    session.flush()
    _promise(session, migration_id)
    return found


def carry_on(transaction: Transaction, session: Session, migration_id: UUID, *, limit: int = 200) -> None:
    """Deliver the promise of a migration: a batch, and where that was not all, the promise to go on.

    session: of the delivery, which is committed after the batch; a crash before that delivers the promise again.
    """
    before = progress(session, migration_id)
    after = run_batch(transaction, migration_id, limit=limit)
    if after[ItemStatus.PENDING] or after[ItemStatus.RETURNING]:
        _promise(session, migration_id, delay=PAUSE if after == before else None)
