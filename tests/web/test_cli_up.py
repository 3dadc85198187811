"""`redress up` from nothing to a working site and back, as a person at a terminal sees it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.tasks.conftest import free_port

ROOT = Path(__file__).resolve().parents[2]
STRANGERS = ("DATABASE_URL", "BROKER_URL", "SMTP_URL", "PROMETHEUS_MULTIPROC_DIR")


class House:
    """A running `redress up` with everything of its own in `var`."""

    def __init__(self, var: Path, *arguments: str) -> None:
        self.var, self.port = var, free_port()
        environment = {name: value for name, value in os.environ.items() if name not in STRANGERS}
        command = [sys.executable, "-m", "web.cli", "up", "--port", str(self.port), *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "REDRESS_VAR": str(var), "REDRESS_POLL_SECONDS": "0.5"},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.said = self._until_welcome()

    def _until_welcome(self) -> str:
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        return "".join(lines)

    def get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def processes(self, part: str) -> list[int]:
        """Ids of living processes of this house whose command line holds `part`."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                mine = f"REDRESS_VAR={self.var}".encode() in (folder / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if part in command and (mine or str(self.var) in command):
                found.append(int(folder.name))
        return found


@pytest.fixture
def start() -> Iterator[Callable[..., House]]:
    houses: list[House] = []
    folder = Path(tempfile.mkdtemp(prefix="redress-up-"))  # not pytest's: PostgreSQL is another user there under root
    folder.chmod(0o755)

    def up(*arguments: str) -> House:
        houses.append(House(folder / "var", *arguments))
        return houses[-1]

    yield up
    for house in houses:
        if house.process.poll() is None:
            house.process.send_signal(signal.SIGTERM)
            house.process.wait(60)
        assert house.process.stdout is not None
        house.process.stdout.close()
    shutil.rmtree(folder)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not happen within a minute"
        time.sleep(0.05)


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks at processes through /proc"),
]


def test_everything_starts_survives_a_crash_and_stops(start: Callable[..., House]) -> None:
    house = start("--no-demo")
    assert f"http://127.0.0.1:{house.port}/" in house.said
    assert house.get("/ready")[0] == 200
    (beat,) = house.processes("tasks.app beat")
    os.kill(beat, signal.SIGKILL)
    until(lambda: house.processes("tasks.app beat") not in ([], [beat]))
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(60) == 0
    for part in ("gunicorn", "celery", "demo_smtp", "postgres"):
        assert house.processes(part) == []


def test_a_port_which_is_taken_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = subprocess.run(
            [sys.executable, "-m", "web.cli", "up", "--port", port],
            cwd=ROOT,
            env={**os.environ, "REDRESS_VAR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert port in answer.stderr


def test_the_demo_has_logins_work_and_letters(start: Callable[..., House]) -> None:
    house = start("--cases", "5")
    for login in ("staff", "legal", "owner", "auditor", "admin"):
        assert f"\n  {login} " in house.said
    status, page = house.get("/login")
    assert status == 200
    assert "staff" in page
    until(lambda: len(list((house.var / "mail").glob("*.eml"))) >= 1)
    house.process.send_signal(signal.SIGTERM)
    assert house.process.wait(60) == 0
    again = start("--cases", "5")  # what is there stays, and nothing is filled in twice
    assert "\n  staff " in again.said
    assert again.get("/ready")[0] == 200
