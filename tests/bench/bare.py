"""The bare transaction beside a step: it locks, reads and writes the rows which the step did, and thinks nothing."""

import time
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from engine.db import transaction
from engine.ids import new_id

_LOCK = text("SELECT * FROM process_instance WHERE id = :id FOR UPDATE")
_READ_TASK = text("SELECT * FROM user_task WHERE id = :id")
_READ_CASE = text(
    "SELECT * FROM case_file JOIN party ON party.id = case_file.party_id "
    "LEFT JOIN plan ON plan.case_id = case_file.id WHERE case_file.id = :id LIMIT 1"
)
_CLOSE = text("UPDATE user_task SET status = 'completed', completed_at = now(), completed_by = 'x' WHERE id = :id")
_DISARM = text("DELETE FROM timer WHERE instance_id = :id AND id = ANY(:timers)")
_FILE = text("UPDATE case_file SET flags = :flags, rev = rev + 1 WHERE id = :id")
_WRITE = text("UPDATE process_instance SET state = :state, rev = rev + 1, history_seq = :seq WHERE id = :id")
_NEWEST = {
    "user_task": "SELECT to_jsonb(t) FROM user_task t WHERE instance_id = :id ORDER BY created_at DESC LIMIT 1",
    "timer": "SELECT to_jsonb(t) FROM timer t WHERE instance_id = :id",
    "history_event": "SELECT to_jsonb(t) FROM history_event t WHERE instance_id = :id ORDER BY seq DESC LIMIT 3",
    "submission": "SELECT to_jsonb(t) FROM submission t WHERE case_id = :case ORDER BY seq DESC LIMIT 1",
    "plan": "SELECT to_jsonb(t) FROM plan t WHERE case_id = :case AND created_at >= "
    "(SELECT max(at) FROM submission WHERE case_id = :case) LIMIT 1",
}


def bare(instance_id: UUID) -> float:
    """Seconds to lock and read the instance, its task and its case, and to write what its last step wrote: the state,
    the task done and the task opened, its timers, three events, and where it has a case the form, the plan, the file.
    """
    with transaction() as session:
        case = session.execute(
            text(
                "SELECT c.id, c.flags FROM case_file c JOIN process_instance i ON i.business_key = c.number "
                "WHERE i.id = :id"
            ),
            {"id": instance_id},
        ).one_or_none()
        ids = {"id": instance_id, "case": case.id if case else None}
        rows = {table: _copies(session, query, ids) for table, query in _NEWEST.items()}
        state = session.scalar(text("SELECT state FROM process_instance WHERE id = :id"), ids)
        task = session.scalar(text(_NEWEST["user_task"].replace("to_jsonb(t)", "id")), ids)
    began = time.perf_counter()
    with transaction() as session:
        session.execute(_LOCK, ids).one()
        session.execute(_READ_TASK, {"id": task}).one()
        if case:
            session.execute(_READ_CASE, {"id": case.id}).one()
        session.execute(_CLOSE, {"id": task})
        session.execute(_DISARM, {"id": instance_id, "timers": [UUID(row["id"]) for row in rows["timer"]]})
        for table, copies in rows.items():
            if copies:
                session.execute(_insert(table), {"rows": orjson.dumps(copies).decode()})
        if case:
            session.execute(_FILE, {"id": case.id, "flags": orjson.dumps(case.flags).decode()})
        session.execute(_WRITE, {"id": instance_id, "state": state, "seq": 1})
    return time.perf_counter() - began


def _insert(table: str) -> TextClause:
    columns = "instance_id, seq, at, actor, kind, element_id, task_id, data, hash" if table == "history_event" else ""
    return text(
        f"INSERT INTO {table} {columns and f'({columns})'} SELECT {columns or '*'} "
        f"FROM jsonb_populate_recordset(NULL::{table}, CAST(:rows AS jsonb))"
    )


def _copies(session: Session, query: str, ids: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows as they are, with keys which are not taken yet."""
    found = []
    for row in session.scalars(text(query), ids):
        fresh = {name: row[name] + 1_000_000 for name in ("seq", "version") if name in row}
        found.append(row | fresh | ({"id": str(new_id())} if isinstance(row["id"], str) else {}))
    return found
