"""What administrators change of people and departments is recorded; a department has a leader."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from workflows.ddl import DIRECTORY

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Make the table and the columns."""
    op.add_column("department", sa.Column("leader", sa.Uuid(), nullable=True))
    op.add_column("department", sa.Column("rev", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.create_table(
        "directory_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_change")),
    )
    op.create_index("ix_directory_change_key", "directory_change", ["key", "id"])
    op.execute(DIRECTORY)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("directory_change")
    op.drop_column("department", "rev")
    op.drop_column("department", "leader")
