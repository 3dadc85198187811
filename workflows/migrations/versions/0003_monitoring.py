"""What managers watch: who exported what, and the indexes which count open tasks and a period's cases."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("columns", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_export_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    op.create_index("ix_export_at", "export", ["at"])
    op.create_index(
        "ix_case_file_closed", "case_file", ["closed_at", "id"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )
    op.create_index("ix_case_file_open", "case_file", ["source"], postgresql_where=sa.text("status = 'open'"))
    op.create_index(
        "ix_process_instance_key_prefix",
        "process_instance",
        ["business_key"],
        postgresql_ops={"business_key": "text_pattern_ops"},
    )
    op.create_index(
        "ix_user_task_board",
        "user_task",
        ["definition_id", "element_id", "department", "due_at", "assignee"],
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index(
        "ix_user_task_completed",
        "user_task",
        ["definition_id", "completed_at"],
        postgresql_include=["element_id", "created_at", "due_at"],
        postgresql_where=sa.text("status = 'completed'"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_user_task_completed", table_name="user_task")
    op.drop_index("ix_user_task_board", table_name="user_task")
    op.drop_index("ix_process_instance_key_prefix", table_name="process_instance")
    op.drop_index("ix_case_file_open", table_name="case_file")
    op.drop_index("ix_case_file_closed", table_name="case_file")
    op.drop_index("ix_export_at", table_name="export")
    op.drop_table("export")
