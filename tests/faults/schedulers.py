"""Two schedulers look at the same due timers, with two threads each: every timer fires once."""

import multiprocessing
import os
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from engine import db
from tests.bench.common import scratch
from tests.faults import load, report

_THREADS = 2


def run(*, due: int = 5000, schedulers: int = 2) -> dict[str, Any]:
    """Let so many schedulers drain `due` timers at once, and then once more."""
    with scratch():
        load.prepare()
        load.waiting(due)
        url = db.engine().url.render_as_string(hide_password=False)
        began = time.monotonic()
        with multiprocessing.get_context("spawn").Pool(schedulers, initializer=_use, initargs=(url,)) as pool:
            fired = pool.map(_drain, range(schedulers), chunksize=1)
            seconds = time.monotonic() - began
            late = sum(pool.map(_drain, range(schedulers), chunksize=1))
        account = load.account(due)
    counts = account.figures()
    once = account.timer_events == sum(fired) == account.effects == due and late == 0
    return {
        "ok": once and (account.doubled, account.incidents, account.open) == (0, 0, 0),
        "due": due,
        "fired": sum(fired),
        "by_scheduler": fired,
        "lost": due - counts["effects"] + counts["doubled"],
        "doubled": counts["doubled"],
        "fired_in_a_second_round": late,
        "timers_per_second": round(due / seconds, 1),
    }


def _use(url: str) -> None:
    os.environ["DATABASE_URL"] = url


def _drain(_number: int) -> int:
    from tasks import timers

    with ThreadPoolExecutor(_THREADS) as threads:
        return sum(threads.map(lambda _: timers.fire_due(), range(_THREADS)))


if __name__ == "__main__":
    report.main(run)
