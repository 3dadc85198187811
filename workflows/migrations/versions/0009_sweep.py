"""When a finished instance lost its token state, and the index by which the sweep finds those which still have it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Add both; what was swept before is so marked."""
    op.add_column("process_instance", sa.Column("swept_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.execute("UPDATE process_instance SET swept_at = ended_at WHERE ended_at IS NOT NULL AND octet_length(state) = 0")
    op.create_index(
        "ix_process_instance_sweep",
        "process_instance",
        ["ended_at"],
        postgresql_where=sa.text("ended_at IS NOT NULL AND swept_at IS NULL"),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_process_instance_sweep", table_name="process_instance")
    op.drop_column("process_instance", "swept_at")
