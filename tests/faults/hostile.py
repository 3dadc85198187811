"""Hostile files, each judged in a process of its own as the publish gate does: the reason, the time, the memory."""

from typing import Any

from tests.engine.hostile.cases import cases
from tests.engine.hostile.measure import MOST_MB, MOST_SECONDS, measure
from tests.faults import report


def run() -> dict[str, Any]:
    """Judge all of them; those which were judged wrongly, or at too high a price, are named."""
    found = {name: measure(case) for name, case in cases().items()}
    wrong = [name for name, row in found.items() if not row["right"]]
    slow = [name for name, row in found.items() if row["cpu_seconds"] >= MOST_SECONDS]
    big = [name for name, row in found.items() if row["peak_mb"] >= MOST_MB]
    return {
        "ok": not (wrong or slow or big),
        "files": len(found),
        "refused": sum(bool(row["codes"]) for row in found.values()),
        "slowest_cpu_s": max(row["cpu_seconds"] for row in found.values()),
        "slowest_s": max(row["seconds"] for row in found.values()),
        "most_mb": max(row["peak_mb"] for row in found.values()),
        "wrong": wrong,
        "slow": slow,
        "big": big,
    }


if __name__ == "__main__":
    report.main(run)
