"""Migration: instances previewed, moved and put back per second, on a process of the size of the main one."""

import time
from typing import Any

from engine import db, definitions, instances, migration, usertasks
from engine.db import transaction
from tests.bench.common import data, long_process, p50, percentile, scratch


def run(*, count: int = 1_000, timers: str = "keep", **_: Any) -> dict[str, Any]:
    """Move so many instances, a user task open in each, to a version with a task and a deadline more."""
    with scratch():
        old, new = _two_versions()
        _seed(count)
        previewed, seconds = _preview(old, new, timers)
        assert previewed == count
        with transaction() as session:
            plan = migration.plan(session, definitions.get(session, old), definitions.get(session, new))
            made = migration.start(session, plan, actor="bench", reason="bench", timers=timers).id
        moved, statements = _carry_out(made)
        with transaction() as session:
            counted = migration.progress(session, made)
            migration.undo(session, made, actor="bench", reason="bench")
        back, _ = _carry_out(made)
        with transaction() as session:
            returned = migration.progress(session, made)["returned"]
        assert (counted["migrated"], returned) == (count, count)
    return {
        "instances": count,
        "timers": timers,
        "previewed_per_second": round(count / seconds, 1),
        "migrated_per_second": round(count / sum(moved), 1),
        "one_p50_ms": p50(moved),
        "one_p95_ms": percentile(moved, 0.95),
        "statements": statements,
        "undone_per_second": round(count / sum(back), 1),
        "refused": counted["refused"],
    }


def _two_versions() -> tuple[Any, Any]:
    files = long_process()
    more = files["main.bpmn"].replace(
        b'<bpmn:sequenceFlow id="Task_Legal_Again"',
        b'<bpmn:userTask id="Task_Extra"><bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>'
        b'</bpmn:userTask><bpmn:sequenceFlow id="Extra_Again" sourceRef="Task_Extra" targetRef="Again"/>'
        b'<bpmn:sequenceFlow id="Task_Legal_Again"',
    )
    more = more.replace(b'sourceRef="Task_Legal" targetRef="Again"', b'sourceRef="Task_Legal" targetRef="Task_Extra"')
    with transaction() as session:
        old = definitions.publish_files(session, "bench", files, author="bench")
        new = definitions.publish_files(session, "bench", {**files, "main.bpmn": more}, author="bench")
        assert old.id != new.id
        return old.id, new.id


def _seed(count: int) -> None:
    for low in range(0, count, 200):
        with transaction() as session:
            for number in range(low, min(low + 200, count)):
                made = instances.start(
                    session, "bench", business_key=str(number), variables=data(), actor="bench", version=1
                )
                (task,) = usertasks.listing(session, instance_id=made.id)
                usertasks.complete(session, task.id, {"opinion": "x"}, actor="bench")


def _preview(old: Any, new: Any, timers: str) -> tuple[int, float]:
    seen, after, began = 0, None, time.perf_counter()
    while True:
        with transaction() as session:
            plan = migration.plan(session, definitions.get(session, old), definitions.get(session, new))
            page = migration.preview(session, plan, timers=timers, after=after, limit=500)
        if not page:
            return seen, time.perf_counter() - began
        assert all(verdict.ok for verdict in page), page[0].reasons
        seen, after = seen + len(page), page[-1].instance_id


def _carry_out(made: Any) -> tuple[list[float], int]:
    """Seconds of each instance and how many statements one takes."""
    orders: Any = {}
    seconds: list[float] = []
    statements = 0
    while True:
        with db.counting() as counted:
            began = time.perf_counter()
            with transaction() as session:
                more = migration.run_one(session, made, orders)
            if not more:
                return seconds, statements
            seconds.append(time.perf_counter() - began)
            statements = len(counted)
