"""The step, the start and the inbox with more and more open instances in the database; `most=1000000` for a million.

The crowd is copied by SQL from one real instance (its row and state, its open task, timer and history); what is
measured are real instances among it.
"""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, text

from engine import definitions, instances, usertasks
from engine.db import transaction
from tests.bench.bare import bare
from tests.bench.common import data, long_process, p50, percentile, scratch

_SIZES = (1_000, 10_000, 100_000, 1_000_000)
_AT_ONCE = 50_000
_TABLES = ("process_instance", "user_task", "timer", "history_event")
_COPY = """
CREATE TEMPORARY TABLE crowd ON COMMIT DROP AS
SELECT n, gen_random_uuid() AS id FROM generate_series(CAST(:low AS int), CAST(:high AS int)) AS n;
"""
_INSERTS = (
    """
    INSERT INTO process_instance (id, definition_id, status, business_key, rev, state, history_seq, history_hash,
        started_at)
    SELECT crowd.id, definition_id, status, 'C' || n, rev, state, history_seq, history_hash, started_at
    FROM process_instance, crowd WHERE process_instance.id = :like
    """,
    """
    INSERT INTO user_task (id, instance_id, definition_id, element_id, name_zh, name_en, lane, department, candidates,
        priority, due_at, status, rev, urged, created_at)
    SELECT gen_random_uuid(), crowd.id, definition_id, element_id, name_zh, name_en, lane, 'department_' || n % 8,
        candidates, priority, :now + n % 9973 * interval '1 minute', status, rev, urged, created_at
    FROM user_task, crowd WHERE instance_id = :like AND status = 'open'
    """,
    """
    INSERT INTO timer (id, instance_id, element_id, kind, due_at, attempts)
    SELECT gen_random_uuid(), crowd.id, element_id, kind, due_at + n % 9973 * interval '1 minute', 0
    FROM timer, crowd WHERE instance_id = :like
    """,
    """
    INSERT INTO history_event (instance_id, seq, at, actor, kind, element_id, task_id, data, hash)
    SELECT crowd.id, seq, at, actor, kind, element_id, task_id, data, hash
    FROM history_event, crowd WHERE instance_id = :like
    """,
)


def run(*, most: int = 100_000, rounds: int = 60, warm_up: int = 10, **_: Any) -> dict[str, Any]:
    """p50/p95 in ms at 1,000, 10,000 ... `most` open instances; ratios are of the largest to the smallest.

    step: one user task completed; start: an instance started; inbox: two pages of 50 of a department; bare: the
    transaction which writes what the step wrote, so that `step_beside_bare_ratio` leaves out what the machine did.
    """
    rows: dict[str, dict[str, float]] = {}
    with scratch() as engine:
        with transaction() as session:
            definitions.publish_files(session, "bench", long_process(), author="bench")
        _, like = _started(0)
        crowd = 1
        for size in (size for size in _SIZES if size <= most):
            _grow(engine, like, crowd, size)
            crowd = size
            rows[str(size)] = _measure(rounds, warm_up)
    first, last = rows[str(min(map(int, rows)))], rows[str(max(map(int, rows)))]
    ratios = {f"{name}_ratio": round(last[f"{name}_p50_ms"] / first[f"{name}_p50_ms"], 2) for name in ("step", "inbox")}
    beside = (last["step_p50_ms"] / last["bare_p50_ms"]) / (first["step_p50_ms"] / first["bare_p50_ms"])
    return {"rows": rows, **ratios, "step_beside_bare_ratio": round(beside, 2)}


def _started(number: int) -> tuple[float, UUID]:
    began = time.perf_counter()
    with transaction() as session:
        made = instances.start(session, "bench", business_key=f"B{number}", variables=data(), actor="bench")
    return time.perf_counter() - began, made.id


def _grow(engine: Engine, like: UUID, low: int, high: int) -> None:
    for first in range(low, high, _AT_ONCE):
        last = min(first + _AT_ONCE, high) - 1
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text(_COPY), {"low": first, "high": last})
            began = connection.execute(text("SELECT now()")).scalar_one()
            for insert in _INSERTS:
                connection.execute(text(insert), {"like": like, "now": began})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        for table in _TABLES:
            connection.execute(text(f"VACUUM ANALYZE {table}"))


def _measure(rounds: int, warm_up: int) -> dict[str, float]:
    starts, steps, pages, bares = [], [], [], []
    for number in range(rounds + warm_up):
        took, instance = _started(number)
        with transaction() as session:
            (task,) = usertasks.listing(session, instance_id=instance)
        began = time.perf_counter()
        with transaction() as session:
            usertasks.complete(session, task.id, {"opinion": "yes"}, actor="bench")
        done = time.perf_counter()
        with transaction() as session:
            department = [f"department_{number % 8}"]  # of which even a thousand instances fill two pages
            first = usertasks.listing(session, departments=department, limit=50)
            second = usertasks.listing(
                session, departments=department, limit=50, after=(first[-1].due_at, first[-1].id)
            )
        assert len(first) == len(second) == 50
        listed = time.perf_counter()
        starts.append(took)
        steps.append(done - began)
        pages.append(listed - done)
        bares.append(bare(instance))
    named = {"start": starts, "step": steps, "inbox": pages, "bare": bares}
    return {
        f"{name}_{label}_ms": value
        for name, took in named.items()
        for label, value in (("p50", p50(took[warm_up:])), ("p95", percentile(took[warm_up:], 0.95)))
    }
