"""Alembic's entry: runs the revisions on the connection `workflows.migrations.upgrade` hands over."""

from alembic import context
from sqlalchemy import text

import engine.migration.models  # noqa: F401 - declares its tables
import workflows.ddl
import workflows.models  # noqa: F401 - declares the tables
from engine.models import Base
from workflows.migrations import LOCK

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.config.attributes["connection"].execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
    context.run_migrations()
