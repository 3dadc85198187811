"""A migration which was ordered is carried out by the workers, and taken up again where one of them died."""

from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from engine import definitions, instances, migration
from engine.db import transaction
from engine.migration import MigrationItem, MigrationStatus
from engine.models import OutboxMessage, ProcessInstance
from tasks import outbox as delivery
from tests.builders import bundle, end, process, start, user

ONE = bundle(process("P", start(), user("A"), end()))
TWO = bundle(process("P", start(), user("A"), user("B"), end()))


def ordered(count: int) -> UUID:
    """A migration of so many instances."""
    with transaction() as session:
        old = definitions.publish_files(session, "test", ONE, author="anna")
        for number in range(count):
            instances.start(session, "test", business_key=str(number), variables={}, actor="anna")
        new = definitions.publish_files(session, "test", TWO, author="anna")
        plan = migration.plan(session, old, new)
        return migration.start(session, plan, actor="owner", reason="better").id


def versions() -> set[int]:
    with transaction() as session:
        return {instance.definition.version for instance in session.scalars(select(ProcessInstance))}


def test_workers_carry_out_what_was_ordered(database: Engine) -> None:
    migration_id = ordered(3)
    delivery.deliver_inside()
    assert versions() == {2}
    with transaction() as session:
        found = migration.get(session, migration_id)
        assert found.status == MigrationStatus.DONE
        assert found.finished_at is not None
        migration.undo(session, migration_id, actor="owner", reason="worse")
    delivery.deliver_inside()
    assert versions() == {1}


def test_a_batch_promises_to_go_on_until_all_is_done(database: Engine) -> None:
    migration_id = ordered(5)
    with transaction() as session:
        migration.carry_on(transaction, session, migration_id, limit=2)
    with transaction() as session:
        assert migration.progress(session, migration_id)["migrated"] == 2
        waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.delivered_at.is_(None))).all()
        assert [message.topic for message in waiting] == ["migrate", "migrate"]
    delivery.deliver_inside()
    assert versions() == {2}


class Crash(Exception):
    """The worker is gone."""


def crash(migration_id: UUID) -> None:
    """Die in the middle of an instance."""
    with transaction() as session:
        assert migration.run_one(session, migration_id)
        raise Crash


def test_after_a_crash_it_goes_on_where_it_stopped(database: Engine) -> None:
    migration_id = ordered(4)
    with pytest.raises(Crash):
        crash(migration_id)
    with transaction() as session:
        assert migration.run_one(session, migration_id)
    assert versions() == {1, 2}
    delivery.deliver_inside()
    assert versions() == {2}
    with transaction() as session:
        rows = session.scalars(select(MigrationItem)).all()
        assert {row.status for row in rows} == {"migrated"}
