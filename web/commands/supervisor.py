"""Child processes of `redress up`: start them, start a crashed one again, stop all of them in order.

Children run in sessions of their own, so that Ctrl-C reaches only the parent, which then lets each of them finish.
"""

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

_QUICK = 10.0  # a child which lived shorter than this crashed at start: wait longer before the next try
_MOST_WAIT = 30.0
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_LOG_LIMIT = 10 * 1024 * 1024
_PATIENCE = 20.0


@dataclass(slots=True)
class Child:
    """One process we keep alive. crashes: in a row, each doubles the wait before the next start.

    once: it has an end of its own, after which it is not started again; what it prints goes to the terminal.
    """

    name: str
    command: Sequence[str]
    log: Path
    once: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    crashes: int = 0
    again_at: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """The children with the environment they share. `say` gets one line for the person at the terminal."""

    environment: Mapping[str, str]
    folder: Path
    say: Callable[[str], None]
    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    signals: int = 0

    def start(self, name: str, command: Sequence[str], *, once: bool = False) -> None:
        """Start a child and keep it from now on; what it prints goes to `folder/NAME.log` (with `once` see `Child`)."""
        log = self.folder / "log" / f"{name}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".old.log"))
        child = Child(name, command, log, once)
        self.children.append(child)
        self._spawn(child)

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        """From here on SIGINT, SIGTERM and a closed terminal mean: stop. However the block ends, all children end."""
        wanted = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
        previous = {number: signal.signal(number, self._on_signal) for number in wanted}
        try:
            yield
        finally:
            self.stop()
            for number, handler in previous.items():
                signal.signal(number, handler)

    def watch(self) -> None:
        """Block until a signal, starting again what ends."""
        while not self.stopping.wait(0.3):
            self.look()

    def look(self) -> None:
        """Start again what has ended; the more often in a row, the later."""
        for child in self.children:
            self._look_after(child)

    def stop(self) -> None:
        """Ask every child to finish, the last started first; kill what does not (or all, at a second signal)."""
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        patience = monotonic() + _PATIENCE
        for child in reversed(self.children):
            self._await(child, patience)

    def alive(self, name: str) -> bool:
        """Whether the child runs at this moment."""
        return any(child.name == name and child.process and child.process.poll() is None for child in self.children)

    def _spawn(self, child: Child) -> None:
        child.started = monotonic()
        with child.log.open("ab") as log:
            child.process = subprocess.Popen(  # noqa: S603 (our own command lines)
                child.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=None if child.once else subprocess.STDOUT,
                start_new_session=True,
            )

    def _look_after(self, child: Child) -> None:
        now = monotonic()
        if child.process is None:
            if now >= child.again_at:
                self._spawn(child)
            return
        code = child.process.poll()
        if code is None or (code == 0 and child.once):
            return
        child.crashes = child.crashes + 1 if now - child.started < _QUICK else 1
        wait = 0.0 if child.crashes == 1 else min(2.0 ** (child.crashes - 1), _MOST_WAIT)
        child.process, child.again_at = None, now + wait
        self.say(f"{child.name} ended with {code} and is started again ({child.log})")

    def _await(self, child: Child, patience: float) -> None:
        while child.process is not None and child.process.poll() is None:
            try:
                child.process.wait(0.1)
            except subprocess.TimeoutExpired:
                if monotonic() > patience or self.signals > 1:
                    kill_group(child.process)

    def _on_signal(self, *_: object) -> None:
        self.signals += 1
        self.stopping.set()


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a child together with its own children (web and job processes)."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
    else:
        process.kill()
