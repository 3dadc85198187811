"""Which user tasks are signed together, and who added a signer (加签)."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Add the columns."""
    op.add_column("user_task", sa.Column("signing", sa.Uuid(), nullable=True))
    op.add_column("user_task", sa.Column("added_by", sa.Text(), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("user_task", "added_by")
    op.drop_column("user_task", "signing")
