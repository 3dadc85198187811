"""Children are kept running, and stopped in order."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from web.commands.supervisor import Supervisor

FOREVER = "import time\nwhile True: time.sleep(1)"
STUBBORN = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\n" + FOREVER


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(os.environ, tmp_path, said.append)
    yield made
    made.signals = 2  # whatever a test left behind is killed at once
    made.stop()


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it did not happen within half a minute"
        time.sleep(0.02)


def watched(supervisor: Supervisor) -> threading.Thread:
    """Watch in a thread; signals stay with the main thread, so only the loop itself runs here."""
    thread = threading.Thread(target=lambda: _loop(supervisor))
    thread.start()
    return thread


def _loop(supervisor: Supervisor) -> None:
    while not supervisor.stopping.wait(0.05):
        supervisor.look()


def test_a_child_which_ends_is_started_again_and_said(supervisor: Supervisor, said: list[str], tmp_path: Path) -> None:
    supervisor.start("short", python("print('hello')"))
    thread = watched(supervisor)
    log = tmp_path / "log" / "short.log"
    until(lambda: log.read_text().count("hello") >= 2)
    supervisor.stopping.set()
    thread.join()
    assert said[0].startswith("short ended with 0 and is started again")


def test_a_child_which_crashes_at_start_is_not_started_in_a_hot_loop(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start("broken", python("raise SystemExit(3)"))
    thread = watched(supervisor)
    until(lambda: len(said) >= 2)
    (child,) = supervisor.children
    assert child.again_at - time.monotonic() > 1.0
    supervisor.stopping.set()
    thread.join()
    assert "ended with 3" in said[0]


def test_stopping_ends_every_child(supervisor: Supervisor) -> None:
    for name in ("one", "two"):
        supervisor.start(name, python(FOREVER))
    supervisor.stop()
    assert not supervisor.alive("one")
    assert not supervisor.alive("two")


def test_a_second_signal_kills_a_child_which_does_not_listen(supervisor: Supervisor, tmp_path: Path) -> None:
    supervisor.start("stubborn", python(STUBBORN))
    until(lambda: "up" in (tmp_path / "log" / "stubborn.log").read_text())
    supervisor.signals = 2
    supervisor.stop()
    assert not supervisor.alive("stubborn")


def test_a_full_log_is_put_aside(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "log" / "web.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (11 * 1024 * 1024))
    supervisor.start("web", python("print('new')"))
    until(lambda: log.exists() and "new" in log.read_text())
    assert log.stat().st_size < 100
    assert (tmp_path / "log" / "web.old.log").exists()


def test_a_child_with_an_end_of_its_own_is_not_started_again(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.start("once", python("pass"), once=True)
    until(lambda: not supervisor.alive("once"))
    supervisor.look()
    assert not supervisor.alive("once")
    assert said == []
