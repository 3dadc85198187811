"""The broker's folder is away for a minute: workers go on by themselves, knocks are taken again when it is back.

A real Celery worker and a real beat, started as an operator starts them, on the file transport. New work comes all the
time; without a broker it is done when a worker next looks by itself.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from engine import db
from engine.settings import ROOT
from tests.bench.common import scratch
from tests.faults import load, report
from tests.faults.crew import until
from web.commands.supervisor import kill_group

_POLL = "3"
_WAKE = "1"


def run(*, away: int = 60, patience: int = 90) -> dict[str, Any]:
    """Work for a while, take the broker away for `away` seconds, give it back, and see that all was done."""
    with scratch(), tempfile.TemporaryDirectory(prefix="redress-broker-") as var:
        load.prepare()
        folder, gone = Path(var) / "broker", Path(var) / "gone"
        (folder / "messages").mkdir(parents=True)
        made = 0
        with _parts(var) as parts:
            made = _more(made)
            started = until(lambda: load.done() >= made * 2, patience)
            folder.rename(gone)
            folder.write_text("not a folder")  # nobody can make it anew
            done_before, began, late = load.done(), time.monotonic(), []
            while time.monotonic() - began < away:
                made = _more(made)
                put = time.monotonic()
                until(lambda: load.done() >= made * 2, 20)  # noqa: B023 (called before the loop goes on)
                late.append(time.monotonic() - put)
            done_meanwhile = load.done() - done_before
            folder.unlink()
            gone.rename(folder)
            made = _more(made)
            caught_up = until(lambda: load.done() >= made * 2, patience)
            taken = _knocks(Path(var))
            knocks = until(lambda: _knocks(Path(var)) > taken + 3, patience)
            ended = [name for name, part in parts.items() if part.poll() is not None]
        account = load.account(made)
    return {
        "ok": account.right and started and caught_up and knocks and not ended and done_meanwhile > 0,
        "seconds_away": away,
        "done_meanwhile": done_meanwhile,
        "longest_wait_meanwhile_s": round(max(late), 1),
        "knocks_taken_again": knocks,
        "ended_by_themselves": ended,
        **account.figures(),
    }


def _more(made: int, count: int = 5) -> int:
    load.waiting(count, first=made)
    return made + count


def _knocks(var: Path) -> int:
    """How many knocks the worker has taken so far, by its own log."""
    return (var / "worker.log").read_text("utf-8", "replace").count("received")


@contextmanager
def _parts(var: str) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    environment = {
        **os.environ,
        "DATABASE_URL": db.engine().url.render_as_string(hide_password=False),
        "REDRESS_VAR": var,
        "REDRESS_POLL_SECONDS": _POLL,
        "REDRESS_WAKE_SECONDS": _WAKE,
    }
    environment.pop("BROKER_URL", None)
    celery = [sys.executable, "-m", "celery", "--app", "tasks.app"]
    commands = {
        "worker": [*celery, "worker", "--concurrency", "2", "--include", "tests.faults.load", "--without-gossip"],
        "beat": [*celery, "beat", "--pidfile="],
    }
    parts: dict[str, subprocess.Popen[bytes]] = {}
    with ExitStack() as logs:
        for name, command in commands.items():
            log = logs.enter_context((Path(var) / f"{name}.log").open("wb"))
            parts[name] = subprocess.Popen(
                [*command, "--loglevel", "INFO"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        try:
            yield parts
        finally:
            for part in parts.values():
                kill_group(part)
                part.wait()


if __name__ == "__main__":
    report.main(run)
