"""Starting an instance and running it to its first task, beside the bare transaction which writes the same rows."""

import time
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from engine import definitions, instances
from engine.db import counting, transaction
from engine.ids import new_id
from engine.models import HistoryEvent, ProcessInstance, Timer, UserTask
from tests.bench.common import data, long_process, p50, percentile, scratch

_WRITES = {
    model.__tablename__: text(
        f"INSERT INTO {model.__tablename__} ({', '.join(names)}) SELECT {', '.join(names)} "
        f"FROM jsonb_populate_recordset(NULL::{model.__tablename__}, CAST(:rows AS jsonb))"
    )
    for model in (UserTask, Timer, HistoryEvent)
    for names in [[column.key for column in model.__table__.columns if column.key != "id" or model is not HistoryEvent]]
}
_INSTANCE = text(
    "INSERT INTO process_instance (id, definition_id, status, business_key, rev, state, history_seq, history_hash, "
    "started_at) SELECT :id, definition_id, status, business_key, rev, state, history_seq, history_hash, started_at "
    "FROM process_instance WHERE id = :like"
)


def run(*, rounds: int = 300, warm_up: int = 30, **_: Any) -> dict[str, Any]:
    """p50/p95 of one start, its SQL statements and state bytes, and the bare transaction of the same run."""
    starts, baselines, statements, size = [], [], 0, 0
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", long_process(), author="bench")
        for number in range(rounds + warm_up):
            with counting() as seen:
                began = time.perf_counter()
                with transaction() as session:
                    made = instances.start(session, "bench", business_key=f"B{number}", variables=data(), actor="bench")
                took = time.perf_counter() - began
            baseline = _bare(made.id)
            if number >= warm_up:
                statements, size = max(statements, len(seen)), max(size, len(made.state))
                starts.append(took)
                baselines.append(baseline)
    return {
        "p50_ms": p50(starts),
        "p95_ms": percentile(starts, 0.95),
        "baseline_p50_ms": p50(baselines),
        "ratio": round(p50(starts) / p50(baselines), 2),
        "sql_statements": statements,
        "state_bytes": size,
    }


def _bare(like: UUID) -> float:
    """Seconds of a transaction which writes rows like those of instance `like`."""
    copy = new_id()
    rows: dict[str, str] = {}
    with transaction() as session:
        for model in (UserTask, Timer, HistoryEvent):
            found = session.query(model).filter_by(instance_id=like)  # type: ignore[var-annotated]  # three tables
            columns = [column.key for column in model.__table__.columns]
            copies = [{name: getattr(row, name) for name in columns} | {"instance_id": copy} for row in found]
            for row in copies:
                row["id"] = row["seq"] if model is HistoryEvent else new_id()
            rows[model.__tablename__] = orjson.dumps(copies).decode()
        assert session.get(ProcessInstance, like) is not None
    began = time.perf_counter()
    with transaction() as session:
        session.execute(_INSTANCE, {"id": copy, "like": like})
        for table, written in rows.items():
            session.execute(_WRITES[table], {"rows": written})
    return time.perf_counter() - began
