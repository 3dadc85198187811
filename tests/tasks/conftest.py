"""A real mail server, real settings from the environment, and real worker processes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from engine import settings as engine_settings
from tasks import settings as tasks_settings

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0


@dataclass
class Mailbox:
    """What a real SMTP server took. `refuse`: recipient -> SMTP answer it gets instead of 250."""

    url: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: object
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert envelope.original_content is not None
        self.mails.append(message_from_bytes(envelope.original_content, policy=default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """A running SMTP server on a free port of this machine."""
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    yield box
    controller.stop()


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


Configure = Callable[..., None]


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Configure]:
    """Set variables of the environment as an operator would, for this test."""

    def put(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget()

    def forget() -> None:
        tasks_settings.settings.cache_clear()
        engine_settings.settings.cache_clear()

    yield put
    monkeypatch.undo()
    forget()


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start real Celery workers (pool `prefork`) on the test's database; they are stopped afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**environment: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "celery", "--app", "tasks.app", "worker", "--concurrency", "1"]
        process = subprocess.Popen(
            [
                *command,
                "--loglevel",
                "INFO",
                "--without-gossip",
                "--without-mingle",
                "--hostname",
                f"w{len(started)}@here",
            ],
            cwd=ROOT,
            env={**os.environ, "REDRESS_VAR": str(tmp_path / "var"), "REDRESS_POLL_SECONDS": "0.5", **environment},
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a worker may die at any moment: that is what the database is for
        process.wait()


def eventually(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds; fail when it does not within a minute."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within a minute")
