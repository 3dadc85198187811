"""Migrations of running instances: the order, and what became of each instance."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None
phase = "pre"

_OPEN = sa.text("status IN ('pending', 'returning')")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "migration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=False),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("mapping", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("timers", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["process_definition.id"], name=op.f("fk_migration_source_id_process_definition")
        ),
        sa.ForeignKeyConstraint(
            ["target_id"], ["process_definition.id"], name=op.f("fk_migration_target_id_process_definition")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration")),
    )
    op.create_table(
        "migration_item",
        sa.Column("migration_id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("moved", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("kept_state", sa.LargeBinary(), nullable=True),
        sa.Column("kept_tasks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after_sha256", sa.Text(), nullable=True),
        sa.Column("done_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_migration_item_instance_id_process_instance")
        ),
        sa.ForeignKeyConstraint(
            ["migration_id"], ["migration.id"], name=op.f("fk_migration_item_migration_id_migration")
        ),
        sa.PrimaryKeyConstraint("migration_id", "instance_id", name=op.f("pk_migration_item")),
    )
    op.create_index("ix_migration_item_open", "migration_item", ["migration_id", "instance_id"], postgresql_where=_OPEN)
    op.create_index("ix_migration_item_instance", "migration_item", ["instance_id"])


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_migration_item_instance", table_name="migration_item")
    op.drop_index("ix_migration_item_open", table_name="migration_item", postgresql_where=_OPEN)
    op.drop_table("migration_item")
    op.drop_table("migration")
