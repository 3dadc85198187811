"""Completing one user task through the service layer, beside the bare transaction which writes the same bytes."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine import definitions, hooks, instances, usertasks
from engine.db import counting, transaction
from engine.models import ProcessInstance
from tests.bench import complaint
from tests.bench.bare import bare
from tests.bench.common import data, long_process, p50, percentile, scratch
from workflows import usertasks as domain_tasks
from workflows.simulation.world import World


def run(*, rounds: int = 200, warm_up: int = 30, cases: int = 60, **_: Any) -> dict[str, Any]:
    """p50/p95 of one completed task, its SQL statements and state bytes, and the bare transaction of the same run.

    `cases` cases of the shipped main process, half the way: somebody sends the solution plan, the domain's own work
    included. Under `engine` the engine alone, on a process of that size (27 nodes, a call, a decision, 1.9 kB of data).
    """
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "bench", long_process(), author="bench")
        alone = _measure([partial(_completed, _in_the_middle(number)) for number in range(rounds + warm_up)], warm_up)
        return {**_main_process(cases), "engine": alone}


Work = Callable[[Session], ProcessInstance]
"""Completes an open task in a transaction."""


def _completed(task_id: UUID, session: Session) -> ProcessInstance:
    return usertasks.complete(session, task_id, {"opinion": "yes", "again": False}, actor="bench")


def _main_process(cases: int) -> dict[str, Any]:
    before = hooks.domain()
    try:
        world = complaint.open_house()
        return _measure([_sent(world, complaint.case_at(world, "Task_Plan")) for _ in range(cases)], cases // 5)
    finally:
        complaint.close_house(before)


def _sent(world: World, task_id: UUID) -> Work:
    """Sending a form filled in, the way the doors do it: authorised, guarded, kept in the case file."""
    person, values = complaint.filled(world, task_id)
    return lambda session: domain_tasks.complete(session, person, task_id, values)


def _measure(work: list[Work], warm_up: int) -> dict[str, Any]:
    """Complete each task; after each, do the bare transaction on the finished instance."""
    steps, baselines, counts, sizes = [], [], [], []
    for number, complete in enumerate(work):
        with counting() as seen:
            began = time.perf_counter()
            with transaction() as session:
                done = complete(session)
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
