"""What was changed, looked at, taken out and escalated stays as it was recorded: nobody edits or deletes these rows."""

from alembic import op

from workflows.ddl import RECORD

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Guard the tables; no code updates or deletes their rows."""
    for statement in RECORD.values():
        op.execute(statement)


def downgrade() -> None:
    """Take the guards away."""
    for table in RECORD:
        op.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
