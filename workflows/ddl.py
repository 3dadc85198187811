"""Database rules of the domain which tables cannot say: what was recorded stays as it was recorded."""

from typing import Any

from sqlalchemy import DDL, event

from engine.ddl import APPEND_ONLY
from workflows.models import (
    AuthorityBand,
    CalendarDay,
    Case,
    CaseChange,
    DeadlinePolicy,
    Decision,
    Department,
    DirectoryChange,
    Disclosure,
    Escalation,
    Evidence,
    Export,
    WorkCalendar,
)

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

DIRECTORY = """CREATE TRIGGER directory_change_append_only BEFORE UPDATE OR DELETE ON directory_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
"""Came with a later revision than the guards above."""

RECORD = {
    table: f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
    for table in ("case_change", "disclosure", "escalation", "export")
}
"""Came later too: by table, what was changed of a case, looked at in clear, escalated, and taken out of the house."""

NOTE_CASE = """
CREATE OR REPLACE FUNCTION note_case() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP <> 'INSERT' AND OLD.source = 'external' THEN
        INSERT INTO case_tally_entry (sign, status, received_at, closed_at, promised_at,
            channel, nature, issue, risk, outcome, satisfaction, region)
        VALUES (-1, OLD.status, OLD.received_at, OLD.closed_at, OLD.promised_at,
            OLD.channel, OLD.nature, OLD.issue, OLD.risk, OLD.outcome, OLD.satisfaction, OLD.region);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.source = 'external' THEN
        INSERT INTO case_tally_entry (sign, status, received_at, closed_at, promised_at,
            channel, nature, issue, risk, outcome, satisfaction, region)
        VALUES (1, NEW.status, NEW.received_at, NEW.closed_at, NEW.promised_at,
            NEW.channel, NEW.nature, NEW.issue, NEW.risk, NEW.outcome, NEW.satisfaction, NEW.region);
    END IF;
    RETURN NULL;
END $$
"""
TALLY = (
    NOTE_CASE,
    """CREATE TRIGGER case_file_note AFTER INSERT OR DELETE ON case_file
    FOR EACH ROW EXECUTE FUNCTION note_case()""",
    """CREATE TRIGGER case_file_note_change AFTER UPDATE ON case_file FOR EACH ROW
    WHEN ((OLD.source, OLD.status, OLD.received_at, OLD.closed_at, OLD.promised_at, OLD.channel, OLD.nature,
           OLD.issue, OLD.risk, OLD.outcome, OLD.satisfaction, OLD.region) IS DISTINCT FROM
          (NEW.source, NEW.status, NEW.received_at, NEW.closed_at, NEW.promised_at, NEW.channel, NEW.nature,
           NEW.issue, NEW.risk, NEW.outcome, NEW.satisfaction, NEW.region))
    EXECUTE FUNCTION note_case()""",
)
"""What keeps the tally (`workflows.tallies`); came with a later revision than the guards above."""

LETTER_PAIRS = """
CREATE OR REPLACE FUNCTION letter_pairs(told text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT coalesce(array_agg(DISTINCT substr(low, n, 2)), '{}')
   FROM (SELECT lower(told) AS low) AS text_, generate_series(1, length(low) - 1) AS n $$
"""
"""Every two letters in a row, for an index which finds parts of Chinese texts, too; came with a later revision."""

RENEW_MARK = """
CREATE OR REPLACE FUNCTION renew_rules_mark() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    INSERT INTO rules_mark (single, mark) VALUES (true, gen_random_uuid())
    ON CONFLICT (single) DO UPDATE SET mark = excluded.mark;
    RETURN NULL;
END $$
"""
_MARKED = (Department, WorkCalendar, CalendarDay, DeadlinePolicy, AuthorityBand)


def _mark(table: str) -> str:
    return f"""CREATE TRIGGER {table}_renew_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION renew_rules_mark()"""


UPGRADE: tuple[str, ...] = (
    APPEND_ONLY,
    KEEP_ORIGINAL,
    RENEW_MARK,
    *(statement for _, statement in _GUARDS),
    *(_mark(table.__tablename__) for table in _MARKED),
)
"""Statements a schema revision runs after it made the tables, in this order."""

DOWNGRADE: tuple[str, ...] = (
    "DROP FUNCTION IF EXISTS keep_original() CASCADE",
    "DROP FUNCTION IF EXISTS renew_rules_mark() CASCADE",
)
"""Their reverse (the triggers go with their tables)."""


def _attach(table: Any, *statements: str, when: str = "after_create") -> None:
    for statement in statements:
        rule: DDL = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped
        event.listen(table, when, rule)


_TABLES = {"case_file": Case.__table__, "evidence": Evidence.__table__, "decision": Decision.__table__}
for _table, _statement in _GUARDS:
    _attach(_TABLES[_table], APPEND_ONLY, KEEP_ORIGINAL, _statement)
for _model in _MARKED:
    _attach(_model.__table__, RENEW_MARK, _mark(_model.__tablename__))
_attach(Case.__table__, LETTER_PAIRS, when="before_create")
_attach(Case.__table__, *TALLY)
_attach(DirectoryChange.__table__, APPEND_ONLY, DIRECTORY)
for _recorded in (CaseChange, Disclosure, Escalation, Export):
    _attach(_recorded.__table__, APPEND_ONLY, RECORD[_recorded.__tablename__])
