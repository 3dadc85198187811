"""Completing one user task through the service layer, beside the bare transaction which writes the same bytes."""

import time
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import select, text

from engine import definitions, hooks, instances, usertasks
from engine.db import counting, transaction
from engine.ids import new_id
from engine.models import HistoryEvent, ProcessInstance, UserTask
from tests.bench import complaint
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


def run(*, rounds: int = 300, warm_up: int = 30, cases: int = 30, **_: Any) -> dict[str, Any]:
    """p50/p95 of one completed task, its SQL statements and state bytes, and the bare transaction of the same run.

    The engine alone on a process of the size of the main one (27 nodes, a call, a decision, 1.9 kB of data); under
    `main_process` the same for `cases` cases of the shipped main process, the domain's own work included.
    """
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", long_process(), author="bench")
        answer = {"opinion": "yes", "again": False}
        alone = _measure([(_in_the_middle(number), "bench", answer) for number in range(rounds + warm_up)], warm_up)
        if cases:
            alone["main_process"] = _main_process(cases)
    return alone


def _main_process(cases: int) -> dict[str, Any]:
    before = hooks.domain()
    try:
        world = complaint.open_house()
        made: list[Work] = []
        for _ in range(cases):
            task_id = complaint.case_at(world, "Task_Plan")
            person, filled = complaint.filled(world, task_id)
            made.append((task_id, str(person.id), filled))
        return _measure(made, warm_up=min(5, cases - 1))
    finally:
        complaint.close_house(before)


Work = tuple[UUID, str, dict[str, Any]]
"""An open task, who completes it, and with what."""


def _measure(work: list[Work], warm_up: int) -> dict[str, Any]:
    """Complete each task; after each, do the bare transaction on the finished instance."""
    steps, baselines, counts, sizes = [], [], [], []
    for number, (task_id, actor, values) in enumerate(work):
        with counting() as seen:
            began = time.perf_counter()
            with transaction() as session:
                done = usertasks.complete(session, task_id, values, actor=actor)
            took = time.perf_counter() - began
        baseline = bare(done.id)
        if number >= warm_up:
            counts.append(len(seen))
            sizes.append(len(done.state))
            steps.append(took)
            baselines.append(baseline)
    return {
        "p50_ms": p50(steps),
        "p95_ms": percentile(steps, 0.95),
        "baseline_p50_ms": p50(baselines),
        "ratio": round(p50(steps) / p50(baselines), 2),
        "sql_statements": max(counts),
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


def bare(instance_id: UUID) -> float:
    """Seconds of a transaction which locks, reads and writes what the last step of the instance did, unthinking."""
    with transaction() as session:
        state = session.get_one(ProcessInstance, instance_id).state
        mine = select(UserTask).where(UserTask.instance_id == instance_id)
        opened = session.scalars(mine.order_by(UserTask.created_at.desc()).limit(1)).one()
        row = {column.key: getattr(opened, column.key) for column in UserTask.__table__.columns} | {"id": new_id()}
        told = select(HistoryEvent).where(HistoryEvent.instance_id == instance_id)
        events = [
            {column.key: getattr(event, column.key) for column in HistoryEvent.__table__.columns}
            | {"seq": event.seq + 1_000_000}
            for event in session.scalars(told.order_by(HistoryEvent.seq.desc()).limit(3))
        ]
    began = time.perf_counter()
    with transaction() as session:
        session.execute(_LOCK, {"id": instance_id}).one()
        session.execute(_READ, {"id": opened.id}).one()
        session.execute(_CLOSE, {"id": opened.id})
        session.execute(_OPEN, {"row": orjson.dumps(row).decode()})
        session.execute(_TELL, {"rows": orjson.dumps(events).decode()})
        session.execute(_WRITE, {"id": instance_id, "state": state, "seq": 1})
    return time.perf_counter() - began
