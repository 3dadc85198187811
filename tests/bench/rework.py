"""A rework loop of a thousand rounds in one instance: the last steps beside the first, in time and in bytes."""

import time
from typing import Any

from sqlalchemy import func, select

from engine import definitions, instances, usertasks
from engine.db import transaction
from engine.models import HistoryEvent, ProcessInstance
from tests.bench.common import data, p50, percentile, scratch
from tests.builders import boundary, bundle, end, flow, gateway, path, process, script, start, timer, user


def _bundle() -> dict[str, bytes]:
    """A task with a deadline, a script, and a gateway which sends back."""
    nodes = [user("Work"), boundary("Late", "Work", timer("PT72H"), interrupting=False), end("Told")]
    nodes += [script("Count", "=if rounds = null then 1 else rounds + 1", "rounds"), gateway("exclusive", "Again")]
    flows = [*path("Start", "Work", "Count", "Again"), *path("Late", "Told")]
    flows += [flow("Again", "Work", "=again = true"), flow("Again", "End", default=True)]
    return bundle(process("P", start(), *nodes, end(), *flows), key="bench")


def run(*, rounds: int = 1000, window: int = 30, **_: Any) -> dict[str, Any]:
    """p50/p95 of a step in the first and in the last `window` rounds of one instance; ratio is last to first."""
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", _bundle(), author="bench")
            made = instances.start(session, "bench", business_key="B", variables={**data(), "rounds": 0}, actor="bench")
        took, sizes = [], []
        for number in range(rounds):
            with transaction() as session:
                (task,) = usertasks.listing(session, instance_id=made.id)
            began = time.perf_counter()
            with transaction() as session:
                usertasks.complete(session, task.id, {"again": number < rounds - 1}, actor="bench")
            took.append(time.perf_counter() - began)
            with transaction() as session:
                sizes.append(len(session.get_one(ProcessInstance, made.id).state))
        with transaction() as session:
            done = session.get_one(ProcessInstance, made.id)
            counted = instances.variables(session, done)["rounds"]
            events = session.scalar(select(func.count()).where(HistoryEvent.instance_id == made.id))
    if counted != rounds or done.status != "completed":
        raise RuntimeError(f"{counted} rounds were counted, the instance is {done.status}")
    first, last = took[5 : window + 5], took[-window - 1 : -1]
    return {
        "rounds": rounds,
        "first_p50_ms": p50(first),
        "last_p50_ms": p50(last),
        "first_p95_ms": percentile(first, 0.95),
        "last_p95_ms": percentile(last, 0.95),
        "ratio": round(p50(last) / p50(first), 2),
        "first_state_bytes": sizes[5],
        "last_state_bytes": sizes[-2],
        "history_events": events,
    }
