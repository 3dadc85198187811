"""Seconds and megabytes of judging every hostile file, each in a process of its own: `python -m ...hostile.measure`.

Prints one line a file and, at the end, JSON. Seconds are of the judgement alone; megabytes are the peak of the process
with all that was imported before.
"""

import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.engine.hostile.cases import Case, cases

MOST_SECONDS, MOST_MB = 1.0, 200
"""What judging one may cost: processor time, so that a busy machine says the same, and the peak of the process."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["web.commands.judging", "tests.engine.hostile.cases"])


def put(case: Case, folder: Path) -> Path:
    """Write the file (or the bundle) of a case into a folder; its path."""
    content, target = case.make(), folder / case.file_name
    if isinstance(content, bytes):
        target.write_bytes(content)
        return target
    target.mkdir()
    for name, text in content.items():
        (target / name).write_bytes(text)
    return target


def _judge(path: str, answer: Any) -> None:
    from engine import garbage
    from web.commands.judging import judge

    garbage.settle()  # as `redress check` does when it has loaded what it needs
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, worked = time.perf_counter(), time.process_time()
    findings = judge(Path(path), dry_run=True)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    codes = sorted({finding.code for finding in findings if finding.severity == "error"})
    answer.send((seconds, cpu, peak / 1024, (peak - before) / 1024, codes, len(findings)))


def measure(case: Case) -> dict[str, Any]:
    """Judge one file in a process of its own: at most a minute."""
    with tempfile.TemporaryDirectory() as folder:
        path = put(case, Path(folder))
        mine, theirs = _CONTEXT.Pipe(duplex=False)
        process = _CONTEXT.Process(target=_judge, args=(str(path), theirs))
        process.start()
        theirs.close()
        try:
            seconds, cpu, peak, grown, codes, count = (
                mine.recv() if mine.poll(60) else (60.0, 60.0, 0.0, 0.0, ["no answer"], 0)
            )
        except EOFError:
            seconds, cpu, peak, grown, codes, count = 0.0, 0.0, 0.0, 0.0, ["died"], 0
        process.kill()
        process.join()
    expected = case.code or case.played
    right = expected in codes if expected else not codes
    return {
        "right": right,
        "expected": expected,
        "codes": codes,
        "findings": count,
        "seconds": round(seconds, 3),
        "cpu_seconds": round(cpu, 3),
        "peak_mb": round(peak),
        "grown_mb": round(grown),
    }


def main(wanted: list[str]) -> int:
    """Measure the named cases (default: all); how many were judged wrongly."""
    found = {name: measure(case) for name, case in cases().items() if not wanted or name in wanted}
    for name, row in found.items():
        figures = f"{row['seconds']:>7} s {row['cpu_seconds']:>7} cpu {row['peak_mb']:>5} MB"
        codes = ",".join(row["codes"])[:60]
        sys.stderr.write(f"{name:<40} {figures}  {codes}{'' if row['right'] else '  WRONG'}\n")
    summary = {
        "files": len(found),
        "wrong": [name for name, row in found.items() if not row["right"]],
        "slowest_s": max(row["seconds"] for row in found.values()),
        "most_cpu_s": max(row["cpu_seconds"] for row in found.values()),
        "most_mb": max(row["peak_mb"] for row in found.values()),
        "too_slow": [name for name, row in found.items() if row["cpu_seconds"] >= MOST_SECONDS],
        "too_big": [name for name, row in found.items() if row["peak_mb"] >= MOST_MB],
    }
    sys.stdout.write(json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    return len(summary["wrong"])


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
