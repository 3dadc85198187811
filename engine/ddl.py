"""Database rules which SQLAlchemy's tables cannot say: one text, used by `create_all` and by the schema revisions."""

from sqlalchemy import DDL, event

from engine.models import HistoryEvent

APPEND_ONLY = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation'; END $$
"""

HISTORY_TRIGGER = """
CREATE TRIGGER history_event_append_only BEFORE UPDATE OR DELETE ON history_event
FOR EACH ROW EXECUTE FUNCTION refuse_change()
"""

UPGRADE: tuple[str, ...] = (APPEND_ONLY, HISTORY_TRIGGER)
"""Statements a schema revision runs after it made `history_event`, in this order."""

DOWNGRADE: tuple[str, ...] = (
    "DROP TRIGGER IF EXISTS history_event_append_only ON history_event",
    "DROP FUNCTION IF EXISTS refuse_change()",
)
"""Their reverse."""

for _statement in UPGRADE:
    _ddl: DDL = DDL(_statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
    event.listen(HistoryEvent.__table__, "after_create", _ddl)
