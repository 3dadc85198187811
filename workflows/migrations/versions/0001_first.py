"""The first schema: all tables of the engine and the domain."""

from alembic import op

from engine.models import Base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
phase = "pre"


def upgrade() -> None:
    """Make all tables."""
    Base.metadata.create_all(op.get_bind())


def downgrade() -> None:
    """Drop all tables."""
    Base.metadata.drop_all(op.get_bind())
