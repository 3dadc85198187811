"""The list of a department, a person's list, and the second page, with 1,000 to 100,000 open tasks."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from engine import definitions, instances, usertasks
from engine.db import transaction
from tests.bench.common import long_process, p50, percentile, scratch

_FILL = text(
    """
INSERT INTO user_task (id, instance_id, definition_id, element_id, name_zh, name_en, lane, department, assignee,
    candidates, priority, due_at, status, rev, urged, created_at)
SELECT gen_random_uuid(), :instance, :definition, 'Task_Plan', '拟定方案', 'Draft the solution', '客服',
    'department_' || n % 20, CASE WHEN n % 3 = 0 THEN 'person_' || n % 200 END,
    CASE WHEN n % 50 = 0 THEN ARRAY['person_' || n % 7] ELSE '{}' END, 50,
    CASE WHEN n % 10 <> 0 THEN now() + n % 9973 * interval '1 minute' END, 'open', 1, 0, now()
FROM generate_series(CAST(:low AS int), CAST(:high AS int)) AS n
"""
)


def run(*, sizes: Sequence[int] = (1_000, 10_000, 100_000), rounds: int = 200, **_: Any) -> dict[str, Any]:
    """p50/p95 of a page of 50 for each number of open tasks; ratio is p95 of the largest to that of the smallest.

    Each size has a database of its own, and they are asked in turn: what the machine does meanwhile meets all alike.
    """
    with ExitStack() as stack:
        filled = {size: _filled(stack.enter_context(scratch()), size) for size in sorted(sizes)}
        took: dict[int, list[float]] = {size: [] for size in filled}
        for number in range(rounds + 20):
            for size, engine in filled.items():
                took[size].append(_page(engine, number))
        for engine in filled.values():
            engine.dispose()
    rows = {str(size): {"p50_ms": p50(each[20:]), "p95_ms": percentile(each[20:], 0.95)} for size, each in took.items()}
    first, last = rows[str(min(sizes))], rows[str(max(sizes))]
    return {"rows": rows, "ratio": round(last["p95_ms"] / first["p95_ms"], 2)}


def _filled(engine: Engine, size: int) -> Engine:
    """The database, with so many open tasks in it."""
    with transaction() as session:
        found = definitions.publish_files(session, "bench", long_process(), author="bench")
        made = instances.start(session, "bench", business_key="B", variables={}, actor="bench")
        session.execute(_FILL, {"instance": made.id, "definition": found.id, "low": 1, "high": size})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE user_task"))
    return engine


def _page(engine: Engine, number: int) -> float:
    """Seconds for the first and the second page of a department and a person's own list."""
    began = time.perf_counter()
    with Session(engine) as session, session.begin():
        department = [f"department_{number % 20}"]
        first = usertasks.listing(session, departments=department, limit=50)
        usertasks.listing(session, departments=department, limit=50, after=(first[-1].due_at, first[-1].id))
        person = f"person_{number % 7}"
        usertasks.listing(session, departments=department, assignee=person, candidate=person, limit=50)
    return time.perf_counter() - began
