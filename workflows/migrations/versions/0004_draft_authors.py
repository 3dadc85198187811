"""All authors of a draft and of a version, so that none of them is its second person."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Add the columns; whoever is known as the author is the only one known."""
    for table in ("draft", "process_definition"):
        op.add_column(
            table, sa.Column("authors", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False)
        )
        op.execute(f"UPDATE {table} SET authors = ARRAY[author]")  # a name of the list above, nothing from outside


def downgrade() -> None:
    """Take them away."""
    for table in ("process_definition", "draft"):
        op.drop_column(table, "authors")
