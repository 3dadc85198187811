"""One complete user task through HTTP: gunicorn with threads, a database of its own, everything on this machine.

`redress bench api --json`. Milliseconds of `POST /tasks/{id}/complete` in the middle of the shipped main process, as a
program sees them over one kept-alive connection. `baseline` is the bare transaction of the step bench, in the same run
and on the same instances; `floor` is `GET /live` over the same connection: what HTTP itself costs.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPConnection
from typing import IO, Any
from uuid import UUID

from engine import db, hooks
from engine.models import ProcessInstance
from engine.settings import ROOT
from tests.bench import complaint
from tests.bench.bare import bare
from tests.bench.common import p50, percentile, scratch
from web.create_app import create_app
from workflows import people, usertasks
from workflows.simulation.world import World

WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Work:
    """A user task to complete: where, with what, and the token of somebody who may."""

    path: str
    instance: UUID
    body: bytes
    token: str


def run(*, cases: int = 40, clients: int = 4, threads: int = 4, element: str = "Task_Plan", **_: Any) -> dict[str, Any]:
    """Complete `cases` tasks at `element` one after the other, then as many by `clients` at once."""
    before = hooks.domain()
    with scratch():
        try:
            work = prepare(2 * cases + WARM_UP + 2, element)
        finally:
            complaint.close_house(before)
        with server(threads) as port:
            with _client(port) as send:
                took = [_timed(partial(send, item)) for item in work[: cases + WARM_UP]][WARM_UP:]
                floor = [_timed(partial(send, None)) for _ in range(200)]
            together = work[cases + WARM_UP : -2]
            seconds = _timed(lambda: _all_at_once(port, together, clients))
        statements = _statements(*work[-2:])
        done = [item.instance for item in work[WARM_UP : cases + WARM_UP]]
        size, baseline = _largest(done), [bare(instance) for instance in done]
    return {
        "p50_ms": p50(took),
        "p95_ms": percentile(took, 0.95),
        "baseline_p50_ms": p50(baseline),
        "ratio": round(p50(took) / p50(baseline), 2),
        "sql_statements": statements,
        "state_bytes": size,
        "floor_p50_ms": p50(floor),
        "clients": clients,
        "requests_per_second": round(len(together) / seconds, 1),
    }


def prepare(count: int, element: str) -> list[Work]:
    """So many cases brought to an open task at `element`, each with somebody's token who may complete it."""
    world = complaint.open_house()
    tokens: dict[UUID, str] = {}
    return [_work(world, complaint.case_at(world, element), tokens) for _ in range(count)]


def _work(world: World, task_id: UUID, tokens: dict[UUID, str]) -> Work:
    _, values = complaint.filled(world, task_id)
    with db.transaction() as session:
        found = usertasks.find(session, task_id)
        staff = people.listing(session, department=found.task.department)
        person = next(one for one in staff if people.may(session, one, "task.complete", found))
        if person.id not in tokens:
            tokens[person.id] = people.issue_token(session, person, by=person, name="bench")[1]
    body = json.dumps({"data": values}, default=str).encode()
    return Work(f"/api/v1/tasks/{task_id}/complete", found.task.instance_id, body, tokens[person.id])


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _all_at_once(port: int, work: list[Work], clients: int) -> None:
    def some(mine: list[Work]) -> None:
        with _client(port) as send:
            for item in mine:
                send(item)

    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(some, [work[number::clients] for number in range(clients)]))


def _statements(first: Work, second: Work) -> int:
    """SQL statements of one request, counted inside this process once everything is loaded."""
    client = create_app().test_client()
    for item in (first, second):
        headers = {"Authorization": f"Bearer {item.token}", "Content-Type": "application/json"}
        with db.counting() as statements:
            answer = client.post(item.path, data=item.body, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(answer.text)
    return len(statements)


def _largest(instances: list[UUID]) -> int:
    with db.transaction() as session:
        return max(len(session.get_one(ProcessInstance, instance).state) for instance in instances)


@contextmanager
def server(threads: int) -> Iterator[int]:
    """gunicorn with one process and so many threads, over the database in use; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "web.wsgi:app", "--bind", f"127.0.0.1:{port}"),
                *("--worker-class", "gthread", "--workers", "1", "--threads", str(threads), "--no-control-socket"),
            ],
            env={**os.environ, "DATABASE_URL": db.database_url()},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
        try:
            _wait(port, process, log)
            yield port
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes], log: IO[str]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"the server did not start: {log.read()[-2000:]}")


@contextmanager
def _client(port: int) -> Iterator[Callable[[Work | None], None]]:
    """A program with one kept-alive connection: sends work, or asks whether the server is alive for None."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def send(item: Work | None) -> None:
        if item is None:
            connection.request("GET", "/live")
        else:
            headers = {"Authorization": f"Bearer {item.token}", "Content-Type": "application/json"}
            connection.request("POST", item.path, item.body, headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {content.decode()[:500]}")

    try:
        yield send
    finally:
        connection.close()
