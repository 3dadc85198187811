"""One complete user task through HTTP: gunicorn with threads, a database of its own, everything on this machine.

`redress bench api --json`. Milliseconds of `POST /tasks/{id}/complete` as a program sees them, over one kept-alive
connection; `baseline` is the bare transaction which locks, reads and writes the same bytes, in the same run; `floor`
is `GET /live` over the same connection: what HTTP itself costs.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from engine import db, usertasks
from engine.clock import now
from engine.models import ProcessInstance, TaskStatus, UserTask
from engine.settings import ROOT
from web.commands import scratch
from workflows import demo, migrations, people, receiving
from workflows.models import Person
from workflows.simulation import filling, stories

Send = Callable[[str, str, Any], Any]
Work = tuple[UUID, UUID, dict[str, Any]]
"""A user task, its instance, and the values its form wants."""


def run(cases: int = 200, clients: int = 4, threads: int = 4, seed: int = 7, bundles: str = "") -> dict[str, Any]:
    """Complete the first user task of `cases` complaints, one after the other, then as many by `clients` at once.

    bundles: folder of the processes to publish; empty = the ones which ship.
    """
    import workflows

    workflows.install()
    with scratch.database():
        migrations.upgrade(db.database_url())
        token, work = _prepare(2 * cases + 1, seed, Path(bundles) if bundles else ROOT / "diagrams")
        alone, together = work[:cases], work[cases : 2 * cases]
        with _server(threads) as port:
            with _client(port, token) as send:
                _repeat(lambda: send("GET", "/live", None), 50)
                floor = _repeat(lambda: send("GET", "/live", None), cases)
                took = [_complete(send, item) for item in alone]
            seconds = _all_at_once(port, token, together, clients)
        statements = _statements(token, work[-1])
        size, baseline = _baseline([instance for _, instance, _ in alone])
    p50, bare = statistics.median(took), statistics.median(baseline)
    return {
        "p50_ms": round(p50, 2),
        "p95_ms": round(_percentile(took, 95), 2),
        "baseline_p50_ms": round(bare, 2),
        "ratio": round(p50 / bare, 2),
        "sql_statements": statements,
        "state_bytes": size,
        "floor_p50_ms": round(statistics.median(floor), 2),
        "clients": clients,
        "requests_per_second": round(len(together) / seconds, 1),
    }


def _prepare(cases: int, seed: int, bundles: Path) -> tuple[str, list[Work]]:
    """Take in complaints; the token of somebody who may do their first user tasks, and what each task wants."""
    rng, work, department = Random(seed), list[Work](), ""
    with db.transaction() as session:
        demo.plant(session, bundles=bundles)
    for _ in range(cases):
        with db.transaction() as session:
            complaint = stories.complaint(rng, now() - timedelta(days=1))
            case = receiving.receive(session, complaint, actor="system")
            waiting = select(UserTask).where(
                UserTask.instance_id == case.instance_id, UserTask.status == TaskStatus.OPEN.value
            )
            task = session.scalars(waiting).first()
            if task is None:
                raise RuntimeError(f"no user task waits in case {case.number}")
            department = task.department or ""
            values = filling.fill(usertasks.form(session, task), usertasks.context(session, task), rng)
            work.append((task.id, task.instance_id, values))
    with db.transaction() as session:
        person = _worker(session, department)
        _, token = people.issue_token(session, person, by=person, name="bench")
    return token, work


def _worker(session: Any, department: str) -> Person:
    found = people.listing(session, department=department, role=people.Role.STAFF)
    if not found:
        raise RuntimeError(f"nobody works in {department}")
    return found[0]


def _complete(send: Send, item: Work) -> float:
    task_id, _, values = item
    began = time.perf_counter()
    send("POST", f"/api/v1/tasks/{task_id}/complete", {"data": values})
    return (time.perf_counter() - began) * 1000


def _repeat(act: Callable[[], Any], times: int) -> list[float]:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        act()
        took.append((time.perf_counter() - began) * 1000)
    return took


def _all_at_once(port: int, token: str, work: list[Work], clients: int) -> float:
    def some(mine: list[Work]) -> None:
        with _client(port, token) as send:
            for item in mine:
                _complete(send, item)

    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(some, [work[number::clients] for number in range(clients)]))
    return time.perf_counter() - began


def _statements(token: str, item: Work) -> int:
    """SQL statements of one request, counted inside this process."""
    from web.create_app import create_app

    client = create_app().test_client()
    headers = {"Authorization": f"Bearer {token}"}
    client.get("/api/v1/departments", headers=headers)
    with db.counting() as statements:
        answer = client.post(f"/api/v1/tasks/{item[0]}/complete", json={"data": item[2]}, headers=headers)
    if answer.status_code != 200:
        raise RuntimeError(answer.text)
    return len(statements)


def _baseline(instances: list[UUID]) -> tuple[int, list[float]]:
    """Mean bytes of the states, and the milliseconds of transactions which only lock, read and write them back."""
    with db.transaction() as session:
        size = session.scalar(
            select(func.avg(func.octet_length(ProcessInstance.state))).where(ProcessInstance.id.in_(instances))
        )
    took = []
    for instance in instances:
        began = time.perf_counter()
        with db.transaction() as session:
            given = {"id": instance}
            state = session.execute(
                text("SELECT state FROM process_instance WHERE id = :id FOR UPDATE"), given
            ).scalar()
            session.execute(
                text("UPDATE process_instance SET state = :state, rev = rev + 1 WHERE id = :id"),
                {**given, "state": state},
            )
        took.append((time.perf_counter() - began) * 1000)
    return round(float(size or 0)), took


def _percentile(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


@contextmanager
def _server(threads: int) -> Iterator[int]:
    """gunicorn with one process and so many threads, over the database in use; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "web.create_app:create_app()", "--bind", f"127.0.0.1:{port}"),
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


def _wait(port: int, process: subprocess.Popen[bytes], log: Any) -> None:
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
def _client(port: int, token: str) -> Iterator[Send]:
    """A program with one kept-alive connection; raises RuntimeError for any refusal."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(method: str, path: str, body: Any) -> Any:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{answer.status}: {content.decode()[:500]}")
        return json.loads(content)

    try:
        yield send
    finally:
        connection.close()
