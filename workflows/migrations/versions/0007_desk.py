"""Delegated tasks, filters people save, and who read a complaint back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Make the table and the columns."""
    op.add_column("user_task", sa.Column("lender", sa.Text(), nullable=True))
    op.create_index("ix_user_task_lender_open", "user_task", ["lender"], postgresql_where=sa.text("status = 'open'"))
    op.add_column("case_file", sa.Column("read_back_by", sa.Text(), nullable=True))
    op.add_column("case_file", sa.Column("read_back_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_saved_filter_person_id_person")),
        sa.ForeignKeyConstraint(
            ["department"], ["department.code"], name=op.f("fk_saved_filter_department_department")
        ),
    )
    op.create_index("uq_saved_filter_name", "saved_filter", ["person_id", "name"], unique=True)
    op.create_index("ix_saved_filter_department", "saved_filter", ["department"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("saved_filter")
    op.drop_column("case_file", "read_back_at")
    op.drop_column("case_file", "read_back_by")
    op.drop_index("ix_user_task_lender_open", "user_task")
    op.drop_column("user_task", "lender")
