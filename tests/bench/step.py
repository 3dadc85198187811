"""Completing one user task through the service layer, beside the bare transaction which writes the same bytes."""

import time
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from engine import definitions, instances, usertasks
from engine.db import counting, transaction
from engine.models import HistoryEvent, ProcessInstance, UserTask
from tests.bench.common import data, long_process, p50, percentile, scratch

_LOCK = text("SELECT state, rev FROM process_instance WHERE id = :id FOR UPDATE")
_READ = text("SELECT * FROM user_task WHERE id = :id")
_CLOSE = text("UPDATE user_task SET status = 'completed', completed_at = now(), completed_by = 'x' WHERE id = :id")
_OPEN = text("INSERT INTO user_task SELECT * FROM jsonb_populate_record(NULL::user_task, CAST(:row AS jsonb))")
_TELL = text(
    "INSERT INTO history_event (instance_id, seq, at, actor, kind, element_id, task_id, data, hash) "
    "SELECT instance_id, seq, at, actor, kind, element_id, task_id, data, hash "
    "FROM jsonb_populate_recordset(NULL::history_event, CAST(:rows AS jsonb))"
)
_WRITE = text("UPDATE process_instance SET state = :state, rev = rev + 1, history_seq = :seq WHERE id = :id")


def run(*, rounds: int = 300, warm_up: int = 30, **_: Any) -> dict[str, Any]:
    """p50/p95 of one completed task, its SQL statements and state bytes, and the bare transaction of the same run."""
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", long_process(), author="bench")
        ids = [_in_the_middle(number) for number in range(rounds + warm_up)]
        bare = [_in_the_middle(number) for number in range(rounds + warm_up)]
        steps, baselines, statements, sizes = [], [], 0, []
        for number, (mine, theirs) in enumerate(zip(ids, bare, strict=True)):
            with counting() as seen:
                began = time.perf_counter()
                with transaction() as session:
                    done = usertasks.complete(session, mine, {"opinion": "yes", "again": False}, actor="bench")
                took = time.perf_counter() - began
            statements = max(statements, len(seen))
            sizes.append(len(done.state))
            baseline = _bare(theirs, done.id, number)
            if number >= warm_up:
                steps.append(took)
                baselines.append(baseline)
    return {
        "p50_ms": p50(steps),
        "p95_ms": percentile(steps, 0.95),
        "baseline_p50_ms": p50(baselines),
        "ratio": round(p50(steps) / p50(baselines), 2),
        "sql_statements": statements,
        "state_bytes": max(sizes),
    }


def _in_the_middle(number: int) -> UUID:
    """An instance which has come half the way; the id of its open task (legal review)."""
    with transaction() as session:
        made = instances.start(session, "bench", business_key=f"B{number}", variables=data(), actor="bench")
    while True:
        with transaction() as session:
            (task,) = usertasks.listing(session, instance_id=made.id)
            if task.element_id == "Task_Legal":
                return task.id
            usertasks.complete(session, task.id, {"opinion": "yes"}, actor="bench")


def _bare(task_id: UUID, like: UUID, number: int) -> float:
    """Seconds of a transaction which locks, reads and writes what the step of `like` did, and thinks nothing."""
    with transaction() as session:
        instance_id = session.get_one(UserTask, task_id).instance_id
        state = session.get_one(ProcessInstance, like).state
        opened = session.query(UserTask).filter_by(instance_id=like, status="open").one()
        row = {column.key: getattr(opened, column.key) for column in UserTask.__table__.columns}
        row |= {"id": UUID(int=task_id.int ^ 1), "instance_id": instance_id}
        told = session.query(HistoryEvent).filter_by(instance_id=like).order_by(HistoryEvent.seq.desc()).limit(3)
        events = [
            {column.key: getattr(event, column.key) for column in HistoryEvent.__table__.columns}
            | {"instance_id": instance_id, "seq": event.seq + 1000}
            for event in told
        ]
    began = time.perf_counter()
    with transaction() as session:
        session.execute(_LOCK, {"id": instance_id}).one()
        session.execute(_READ, {"id": task_id}).one()
        session.execute(_CLOSE, {"id": task_id})
        session.execute(_OPEN, {"row": orjson.dumps(row).decode()})
        session.execute(_TELL, {"rows": orjson.dumps(events).decode()})
        session.execute(_WRITE, {"id": instance_id, "state": state, "seq": number})
    return time.perf_counter() - began
