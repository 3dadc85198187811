"""Publishing two versions and moving between them, in a few words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, migration, usertasks
from engine.migration import ItemStatus, Migration, MigrationItem, Plan, Verdict
from engine.models import ProcessDefinition, ProcessInstance, UserTask

Files = Mapping[str, bytes]


def publish(session: Session, files: Files) -> ProcessDefinition:
    return definitions.publish_files(session, "test", files, author="anna")


def begin(session: Session, files: Files, **variables: Any) -> ProcessInstance:
    """An instance of a fresh version with these files."""
    found = publish(session, files)
    return instances.start(session, "test", business_key="K", variables=variables, actor="anna", version=found.version)


def open_tasks(session: Session, instance: ProcessInstance) -> dict[str, UserTask]:
    """Open user tasks by element."""
    session.expire_all()
    return {task.element_id: task for task in usertasks.listing(session, instance_id=instance.id, limit=500)}


def finish(session: Session, instance: ProcessInstance, *path: str, **values: Any) -> None:
    """Complete these tasks in order."""
    for element in path:
        usertasks.complete(session, open_tasks(session, instance)[element].id, values, actor="anna")


def plan_to(
    session: Session, instance: ProcessInstance, files: Files, mapping: Mapping[str, str] | None = None
) -> Plan:
    """A plan from the instance's version to a fresh one with these files."""
    return migration.plan(session, instance.definition, publish(session, files), mapping)


def verdict_on(session: Session, plan: Plan, **options: Any) -> Verdict:
    (found,) = migration.preview(session, plan, **options)
    return found


def codes(found: Verdict) -> list[str]:
    return [reason.code for reason in found.reasons]


def run(session: Session, made: Migration, limit: int = 100) -> dict[str, int]:
    """Carry a migration out inside the test's own session."""

    @contextmanager
    def here() -> Iterator[Session]:
        yield session

    return migration.run_batch(here, made.id, limit=limit)


def migrate(session: Session, plan: Plan, **options: Any) -> MigrationItem:
    """Migrate the one instance there is; what became of it."""
    made = migration.start(session, plan, actor="owner", reason="better", **options)
    run(session, made)
    session.expire_all()
    return session.scalars(select(MigrationItem).where(MigrationItem.migration_id == made.id)).one()


def moved_to(session: Session, instance: ProcessInstance, files: Files, **options: Any) -> MigrationItem:
    """Preview and migrate; both must say yes."""
    plan = plan_to(session, instance, files, options.pop("mapping", None))
    found = verdict_on(session, plan, timers=options.get("timers", "keep"))
    assert found.ok, found.reasons
    item = migrate(session, plan, **options)
    assert item.status == ItemStatus.MIGRATED, item.reasons
    return item
