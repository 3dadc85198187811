"""The tables of a migration: what was ordered, and what became of each instance."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.clock import now
from engine.ids import new_id
from engine.models import Base, Json, ProcessDefinition


class MigrationStatus(StrEnum):
    """Life of a migration."""

    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class ItemStatus(StrEnum):
    """What became of one instance.

    PENDING: its turn has not come; MIGRATED; REFUSED: it stays where it is, for a reason; ENDED: it was over before its
    turn came; RETURNING: to be put back; RETURNED: was put back; KEPT: could not be put back, for a reason.
    """

    PENDING = "pending"
    MIGRATED = "migrated"
    REFUSED = "refused"
    ENDED = "ended"
    RETURNING = "returning"
    RETURNED = "returned"
    KEPT = "kept"


class Timers(StrEnum):
    """What happens to deadlines: their dates stay, or are computed as the new version draws them."""

    KEEP = "keep"
    RECOMPUTE = "recompute"


class Migration(Base):
    """An order to move instances of one version to another. `mapping`: old -> new element id where they differ."""

    __tablename__ = "migration"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    source_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    target_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    mapping: Mapped[Json] = mapped_column(default=dict)
    timers: Mapped[Timers] = mapped_column(Text(), default=Timers.KEEP)
    actor: Mapped[str]
    reason: Mapped[str]
    status: Mapped[MigrationStatus] = mapped_column(Text(), default=MigrationStatus.RUNNING)
    created_at: Mapped[datetime] = mapped_column(default=now)
    finished_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    undo_reason: Mapped[str | None]

    source: Mapped[ProcessDefinition] = relationship(foreign_keys=[source_id])
    target: Mapped[ProcessDefinition] = relationship(foreign_keys=[target_id])


class MigrationItem(Base):
    """One instance of a migration.

    reasons: why it was refused or kept ({"element", "code", "message_zh", "message_en"}); moved: tokens, old -> new;
    kept_state, kept_tasks: the instance and its open user tasks as they were, for the way back; after_sha256: of the
    state right after the migration, by which one sees whether it has moved since.
    """

    __tablename__ = "migration_item"
    __table_args__ = (
        Index(
            "ix_migration_item_open",
            "migration_id",
            "instance_id",
            postgresql_where=text("status IN ('pending', 'returning')"),
        ),
        Index("ix_migration_item_instance", "instance_id"),
    )

    migration_id: Mapped[UUID] = mapped_column(ForeignKey("migration.id"), primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"), primary_key=True)
    status: Mapped[ItemStatus] = mapped_column(Text(), default=ItemStatus.PENDING)
    reasons: Mapped[list[Json]] = mapped_column(default=list)
    moved: Mapped[list[Json]] = mapped_column(default=list)
    kept_state: Mapped[bytes | None]
    kept_tasks: Mapped[list[Json]] = mapped_column(default=list)
    after_sha256: Mapped[str | None]
    done_at: Mapped[datetime | None]
