"""All faults one after the other, and one table: `make faults`. Exit code 1 where anything was not right.

`python -m tests.faults kills crashes` runs some of them.
"""

import importlib
import json
import sys
from typing import Any

from tests.faults import report
from tests.faults.cluster import cluster

NAMES = ("clients", "kills", "crashes", "broker", "schedulers", "poison", "processes")
"""Programs of this folder, in this order."""


def main(names: list[str]) -> int:
    """Run the named programs, print their figures, and say how many were not right."""
    rows = []
    for name in names or NAMES:
        sys.stderr.write(f"{name} ...\n")
        rows.append((name, report.timed(importlib.import_module(f"tests.faults.{name}").run)))
    sys.stdout.write(json.dumps(dict(rows), indent=2) + "\n\n")
    sys.stdout.write(f"{'fault':<12} {'right':<6} {'seconds':>8} {'load':>6}  figures\n")
    for name, figures in rows:
        sys.stdout.write(
            f"{name:<12} {'yes' if figures['ok'] else 'NO':<6} {figures['seconds']:>8} {figures['load_before']:>6}"
            f"  {_short(figures)}\n"
        )
    return sum(not figures["ok"] for _, figures in rows)


def _short(figures: dict[str, Any]) -> str:
    left_out = {"ok", "seconds", "load_before"}
    return ", ".join(
        f"{key} {value}" for key, value in figures.items() if key not in left_out and value not in ("", [])
    )


if __name__ == "__main__":
    report.quiet()
    with cluster():
        failed = main(sys.argv[1:])
    sys.exit(min(failed, 1))
