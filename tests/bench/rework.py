"""A rework loop of a thousand rounds in one instance: the last steps beside the first, in time and in bytes."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from engine import definitions, instances, usertasks
from engine.db import transaction
from engine.models import HistoryEvent, ProcessInstance
from tests.bench.common import data, p50, percentile, scratch
from tests.builders import boundary, bundle, end, flow, gateway, path, process, script, start, timer, user

_WARM = 5


def _bundle() -> dict[str, bytes]:
    """A task with a deadline, a script, and a gateway which sends back."""
    nodes = [user("Work"), boundary("Late", "Work", timer("PT72H"), interrupting=False), end("Told")]
    nodes += [script("Count", "=if rounds = null then 1 else rounds + 1", "rounds"), gateway("exclusive", "Again")]
    flows = [*path("Start", "Work", "Count", "Again"), *path("Late", "Told")]
    flows += [flow("Again", "Work", "=again = true"), flow("Again", "End", default=True)]
    return bundle(process("P", start(), *nodes, end(), *flows), key="bench")


def run(*, rounds: int = 1000, window: int = 30, **_: Any) -> dict[str, Any]:
    """p50/p95 of a step in the first and in the last `window` rounds of an instance; ratio is last to first.

    The first rounds are those of a young instance, one beside each of the last: a machine's speed drifts.
    """
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", _bundle(), author="bench")
        old, young = _begun(), _begun()
        for number in range(rounds - window):
            _round(old, again=True)
            if number < _WARM:
                _round(young, again=True)
        first_bytes = _state_bytes(young)
        last, first = [], []
        for number in range(window):
            if number == window - 1:
                last_bytes = _state_bytes(old)
            last.append(_round(old, again=number < window - 1))
            first.append(_round(young, again=True))
        with transaction() as session:
            done = session.get_one(ProcessInstance, old)
            counted = instances.variables(session, done)["rounds"]
            events = session.scalar(select(func.count()).where(HistoryEvent.instance_id == old))
    if counted != rounds or done.status != "completed":
        raise RuntimeError(f"{counted} rounds were counted, the instance is {done.status}")
    return {
        "rounds": rounds,
        "first_p50_ms": p50(first),
        "last_p50_ms": p50(last),
        "first_p95_ms": percentile(first, 0.95),
        "last_p95_ms": percentile(last, 0.95),
        "ratio": round(p50(last) / p50(first), 2),
        "first_state_bytes": first_bytes,
        "last_state_bytes": last_bytes,
        "history_events": events,
    }


def _begun() -> UUID:
    with transaction() as session:
        variables = {**data(), "rounds": 0}
        return instances.start(session, "bench", business_key="B", variables=variables, actor="bench").id


def _round(instance: UUID, *, again: bool) -> float:
    """Seconds which completing the task of an instance takes."""
    with transaction() as session:
        (task,) = usertasks.listing(session, instance_id=instance)
    began = time.perf_counter()
    with transaction() as session:
        usertasks.complete(session, task.id, {"again": again}, actor="bench")
    return time.perf_counter() - began


def _state_bytes(instance: UUID) -> int:
    with transaction() as session:
        return len(session.get_one(ProcessInstance, instance).state)
