"""`kill -9` of random workers while they work: nothing is lost, nothing is done twice."""

import time
from typing import Any

from tests.bench.common import scratch
from tests.faults import load, report
from tests.faults.crew import crew, until


def run(*, steps: int = 2000, workers: int = 4, kills: int = 25, seed: int = 1, patience: int = 400) -> dict[str, Any]:
    """Do `steps` steps with so many workers, of which about `kills` die on the way."""
    with scratch():
        load.prepare()
        load.waiting(steps // 2)
        stride = max(steps // (kills + 1), 1)
        began = time.monotonic()
        with crew(workers, seed) as members:

            def disturb() -> None:
                if members.killed < kills and load.done() >= members.killed * stride:
                    members.kill_one()

            finished = until(lambda: load.done() >= steps, patience, disturb)
            seconds = time.monotonic() - began
            fallen, killed = members.fallen, members.killed
        account = load.account(steps // 2)
    return {
        "ok": account.right and finished and fallen == 0 and killed == kills and account.timer_events == steps // 2,
        "finished_in_time": finished,
        "killed": killed,
        "fallen": fallen,
        **account.figures(),
        "steps_per_second": round(steps / seconds, 1),
    }


if __name__ == "__main__":
    report.main(run)
