"""Database rules of the domain which tables cannot say: what was recorded stays as it was recorded."""

from sqlalchemy import DDL, event

from engine.ddl import APPEND_ONLY
from workflows.models import Case, Decision, Evidence

KEEP_ORIGINAL = """
CREATE OR REPLACE FUNCTION keep_original() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the original narrative never changes' USING ERRCODE = 'restrict_violation'; END $$
"""
_GUARDS: tuple[tuple[str, str], ...] = (
    (
        "case_file",
        """CREATE TRIGGER case_file_keep_original BEFORE UPDATE OF original, number ON case_file FOR EACH ROW
        WHEN (OLD.original IS DISTINCT FROM NEW.original OR OLD.number IS DISTINCT FROM NEW.number)
        EXECUTE FUNCTION keep_original()""",
    ),
    (
        "evidence",
        """CREATE TRIGGER evidence_append_only BEFORE UPDATE OR DELETE ON evidence
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    ),
    (
        "decision",
        """CREATE TRIGGER decision_append_only BEFORE UPDATE OR DELETE ON decision
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""",
    ),
)

UPGRADE: tuple[str, ...] = (APPEND_ONLY, KEEP_ORIGINAL, *(statement for _, statement in _GUARDS))
"""Statements a schema revision runs after it made the tables, in this order."""

DOWNGRADE: tuple[str, ...] = ("DROP FUNCTION IF EXISTS keep_original() CASCADE",)
"""Their reverse (the triggers go with their tables)."""

_TABLES = {"case_file": Case.__table__, "evidence": Evidence.__table__, "decision": Decision.__table__}
for _table, _statement in _GUARDS:
    for _ddl in (APPEND_ONLY, KEEP_ORIGINAL, _statement):
        event.listen(_TABLES[_table], "after_create", DDL(_ddl.replace("%", "%%")))  # type: ignore[no-untyped-call]
