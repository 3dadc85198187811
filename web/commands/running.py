"""`redress up serve worker beat migrate`: start the software, all of it on one machine or part by part."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Literal

import click

from engine import db
from engine.settings import settings
from web.commands import demo, ready
from web.commands.output import CONSOLE, remark
from web.commands.supervisor import Supervisor
from workflows import migrations

_START_TIMEOUT = 120.0


@click.command("up")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the pages; default: 8000, or the next free one.")
@click.option("--no-demo", is_flag=True, help="Start with an empty database: no people, no processes, no cases.")
@click.option(
    "--cases",
    type=click.IntRange(0, 5000),
    default=400,
    show_default=True,
    help="Demo cases: a few at once, the others while the pages are open already.",
)
def up_command(host: str, port: int | None, no_demo: bool, cases: int) -> None:
    """Start everything on this machine: database, web, worker, beat and a mail server which keeps the mails here."""
    port = _free_port(host, port)
    with CONSOLE.status("starting the database"):
        url = db.database_url()
    if no_demo:
        migrations.upgrade(url)
    else:
        demo.open_house(cases)
    _share_measurements(port)
    environment = {**os.environ, "DATABASE_URL": url, "REDRESS_VAR": str(settings().var), "PYTHONUNBUFFERED": "1"}
    logins = [] if no_demo else demo.logins()
    environment["REDRESS_DEMO"] = "1" if logins else "0"
    environment.setdefault("REDRESS_SITE", f"http://{host}:{port}")
    if logins:
        environment.setdefault("REDRESS_HOTLINE", "400 000 0000")
    supervisor = Supervisor(environment, settings().var, remark)
    with supervisor.on_duty():
        if "SMTP_URL" not in environment:
            smtp = _free_port("127.0.0.1", None, first=8025)
            environment["SMTP_URL"] = f"smtp://127.0.0.1:{smtp}"
            supervisor.start("mail", [sys.executable, "-m", "tasks.demo_smtp", str(smtp)])
        supervisor.start("web", _web(host, port, workers=2, threads=4))
        supervisor.start("worker", _worker(concurrency=2))
        supervisor.start("beat", _beat())
        if _is_up(supervisor, host, port):
            _welcome(host, port, logins)
            if logins:
                plant = (sys.executable, "-m", "web.cli", "plant", "--cases", str(cases))
                supervisor.start("plant", plant, once=True)
            supervisor.watch()
    remark("stopped")


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
@click.option("--threads", type=click.IntRange(1, 64), default=4, show_default=True, help="Threads of each process.")
def serve_command(host: str, port: int, workers: int, threads: int) -> None:
    """The web server alone (gunicorn)."""
    _share_measurements(port)
    _become(_web(host, port, workers, threads))


@click.command("worker")
@click.option("--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes.")
def worker_command(concurrency: int) -> None:
    """A worker: fires timers, delivers what was promised, sweeps. Any number may run."""
    _become(_worker(concurrency))


@click.command("beat")
def beat_command() -> None:
    """The clock which wakes the workers. Run one; without it they look by themselves, only less often."""
    _become(_beat())


@click.command("migrate")
@click.option("--shipped", is_flag=True, help="Put in master data, and the shipped processes where there are none yet.")
@click.option("--phase", type=click.Choice(["pre", "all"]), default="all", show_default=True)
def migrate_command(shipped: bool, phase: Literal["pre", "all"]) -> None:
    """Bring the database to the schema of this version.

    Phase `pre` stops before the first revision which the version running now could not live with.
    """
    migrations.upgrade(db.database_url(), phase)
    if shipped:
        ready.prepare()
    remark("the database has the schema of this version" if phase == "all" else "the new version may be started")


def _web(host: str, port: int, workers: int, threads: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gunicorn", "web.wsgi:app"),
        *("--bind", f"[{host}]:{port}" if ":" in host else f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
        *(
            "--graceful-timeout",
            "15",
            "--max-requests",
            "20000",
            "--max-requests-jitter",
            "2000",
            "--no-control-socket",
        ),
    ]


def _worker(concurrency: int) -> list[str]:
    # what waits in the broker are old knocks, which say nothing the database does not
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--purge")
    celery = (sys.executable, "-m", "celery", "--app", "tasks.app", "worker")
    return [*celery, "--pool", "prefork", "--concurrency", str(concurrency), "--loglevel", "WARNING", *quiet]


def _beat() -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "tasks.app", "beat", "--loglevel", "WARNING", "--pidfile="]


def _become(command: list[str]) -> None:
    """Run a part in the foreground: with a database server of one's own this process turns into it."""
    if settings().database_url is not None:
        os.execv(command[0], command)  # noqa: S606 (our own command lines)
    environment = {**os.environ, "DATABASE_URL": db.database_url()}  # the embedded server lives as long as we do
    process = subprocess.Popen(command, env=environment)  # noqa: S603 (our own command lines)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal tells the child itself
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    sys.exit(process.wait())


def _share_measurements(port: int) -> None:
    """Give the web processes one folder for their counters, so that `/metrics` speaks for all of them."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        return
    folder = settings().var / "metrics" / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _free_port(host: str, wanted: int | None, first: int = 8000) -> int:
    """`wanted` if it is free, else an error; without a wish the first free port from `first` on."""
    for port in [wanted] if wanted is not None else range(first, first + 100):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if wanted is not None:
                    raise click.ClickException(f"port {port} on {host} cannot be used: {error.strerror}") from error
                continue
            return port
    raise click.ClickException(f"no free port from {first} to {first + 99} on {host}")


def _is_up(supervisor: Supervisor, host: str, port: int) -> bool:
    """Wait until the pages answer; False where somebody stops us before.

    Raises click.ClickException with the end of the log when they never do.
    """
    until = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < until and supervisor.alive("web"):
        if supervisor.stopping.is_set():
            return False
        connection = HTTPConnection("127.0.0.1" if host in {"0.0.0.0", "::"} else host, port, timeout=5)  # noqa: S104
        try:
            connection.request("GET", "/ready")
            if connection.getresponse().status == 200:
                return True
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.2)
    log: Path = settings().var / "log" / "web.log"
    lines = log.read_text("utf-8", "replace").splitlines()[-8:]
    raise click.ClickException("\n  ".join(["the web server does not come up:", *lines, f"(more in {log})"]))


def _welcome(host: str, port: int, logins: list[tuple[str, str, str]]) -> None:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    click.echo(f"\nRedress: http://{shown}:{port}/\n")
    for login, password, who in logins:
        click.echo(f"  {login:<12} {password:<10} {who}")
    click.echo(f"\nlogs: {settings().var / 'log'}; Ctrl-C stops everything\n")
