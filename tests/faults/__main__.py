"""All faults one after the other, and one table: `make faults`. Exit code 1 where anything was not right.

`python -m tests.faults kills crashes` runs some of them; `--json` prints the figures as JSON instead of the table.
"""

import importlib
import json
import sys
from typing import Any

from tests.faults import report
from tests.faults.cluster import cluster

NAMES = (
    "clients", "kills", "crashes", "broker", "schedulers", "poison", "migrations", "processes", "hostile",
)  # fmt: skip
"""Programs of this folder, in this order."""


def main(arguments: list[str]) -> int:
    """Run the named programs (all without a name), print their figures, and say how many were not right."""
    names = [name for name in arguments if name != "--json"] or NAMES
    unknown = sorted(set(names) - set(NAMES))
    if unknown:
        sys.stderr.write(f"there is no fault {', '.join(unknown)}; there are {', '.join(NAMES)}\n")
        return len(unknown)
    rows = {}
    for name in names:
        sys.stderr.write(f"{name} ...\n")
        rows[name] = report.timed(importlib.import_module(f"tests.faults.{name}").run)
    sys.stdout.write(json.dumps(rows, indent=2) + "\n" if "--json" in arguments else _table(rows))
    return sum(not figures["ok"] for figures in rows.values())


def _table(rows: dict[str, dict[str, Any]]) -> str:
    lines = [f"{'fault':<11} {'right':<5} {'seconds':>7} {'load':>5}  figures"]
    for name, figures in rows.items():
        right = "yes" if figures["ok"] else "NO"
        lines.append(f"{name:<11} {right:<5} {figures['seconds']:>7} {figures['load_before']:>5}  {_short(figures)}")
    whole = sum(figures["seconds"] for figures in rows.values())
    wrong = [name for name, figures in rows.items() if not figures["ok"]]
    return "\n".join([*lines, f"{whole:.0f} s; {'not right: ' + ', '.join(wrong) if wrong else 'all right'}", ""])


def _short(figures: dict[str, Any]) -> str:
    left_out = {"ok", "seconds", "load_before"}
    return ", ".join(
        f"{key} {value}" for key, value in figures.items() if key not in left_out and value not in ("", [], {})
    )


if __name__ == "__main__":
    report.quiet()
    with cluster():
        failed = main(sys.argv[1:])
    sys.exit(min(failed, 1))
