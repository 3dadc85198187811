"""Due timers drained by two worker processes: each exactly once."""

import datetime as dt
import multiprocessing
import os
import time
from typing import Any

from sqlalchemy import func, select

from engine import clock, db, definitions, instances, timers
from engine.db import transaction
from engine.models import HistoryEvent, Timer, UserTask
from tests.bench.common import scratch
from tests.builders import boundary, bundle, end, path, process, start, timer, user

DEADLINE = dt.timedelta(hours=1)


def _bundle() -> dict[str, bytes]:
    late = boundary("T", "A", timer("PT1H"), interrupting=False)
    flows = [*path("Start", "A", "End"), *path("T", "Late", "End")]
    return bundle(process("P", start(), user("A"), late, user("Late"), end(), *flows), key="bench")


def run(*, due: int = 10_000, workers: int = 2, **_: Any) -> dict[str, Any]:
    """How many of the due timers fired, were lost or fired twice, and in how many seconds."""
    with scratch():
        _seed(due)
        url = db.engine().url.render_as_string(hide_password=False)
        context = multiprocessing.get_context("spawn")
        began = time.perf_counter()
        with context.Pool(workers, initializer=_use, initargs=(url,)) as pool:
            counted = sum(pool.map(_drain, range(workers), chunksize=1))
        seconds = time.perf_counter() - began
        with transaction() as session:
            fired = session.scalar(select(func.count()).where(HistoryEvent.kind == "timer_fired")) or 0
            once = session.scalar(
                select(func.count(func.distinct(HistoryEvent.task_id))).where(HistoryEvent.kind == "timer_fired")
            )
            opened = session.scalar(select(func.count()).where(UserTask.element_id == "Late"))
            left = session.scalar(select(func.count()).select_from(Timer)) or 0
    assert counted == fired == opened
    return {
        "due": due,
        "fired": fired,
        "lost": due - (once or 0),
        "doubled": fired - (once or 0),
        "left": left,
        "seconds": round(seconds, 2),
        "per_second": round(fired / seconds, 1),
    }


def _seed(count: int) -> None:
    with transaction() as session:
        definitions.publish_files(session, "bench", _bundle(), author="bench")
    for low in range(0, count, 500):
        with transaction() as session, clock.at(clock.now() - 2 * DEADLINE):
            for number in range(low, min(low + 500, count)):
                instances.start(session, "bench", business_key=str(number), variables={}, actor="bench")


def _use(url: str) -> None:
    os.environ["DATABASE_URL"] = url


def _drain(_worker: int) -> int:
    fired = 0
    while True:
        with transaction() as session:
            taken = timers.claim_due(session, limit=100)
        if not taken:
            return fired
        for timer_id in taken:
            with transaction() as session:
                fired += timers.fire(session, timer_id)
