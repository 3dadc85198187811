"""The sums behind the dashboard, kept by a trigger; the cases there are wait as entries until they are folded."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from workflows.ddl import TALLY

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
phase = "pre"

_TIME = postgresql.TIMESTAMP(timezone=True)
_COLUMNS = "status, received_at, closed_at, promised_at, channel, nature, issue, risk, outcome, satisfaction, region"


def upgrade() -> None:
    """Make both tables, attach the trigger, note every case once."""
    op.create_table(
        "case_tally",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("zone", "event", "dimension")),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("value", "detail")),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("zone", "event", "dimension", "day", "value", "detail", name=op.f("pk_case_tally")),
    )
    op.create_table(
        "case_tally_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("sign", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("received_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.Column("promised_at", _TIME, nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=True)
            for name in ("nature", "issue", "risk", "outcome", "satisfaction", "region")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_tally_entry")),
    )
    for statement in TALLY:
        op.execute(statement)
    op.execute(
        f"INSERT INTO case_tally_entry (sign, {_COLUMNS}) SELECT 1, {_COLUMNS} FROM case_file WHERE source = 'external'"
    )


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP FUNCTION IF EXISTS note_case() CASCADE")
    op.drop_table("case_tally_entry")
    op.drop_table("case_tally")
