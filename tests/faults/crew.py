"""Worker processes which can be killed at any moment: each does what a worker of ours does, round after round."""

import datetime as dt
import logging
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess

import structlog

from engine import db

_LEASE = dt.timedelta(seconds=3)  # what a dead worker held comes back after that; two minutes in operation
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.faults.load", "tasks.poll", "tasks.outbox", "tasks.timers"])


def work(url: str, var: str) -> None:
    """What a worker process does until it is killed: look for what is due, do it, look again."""
    os.environ.update(DATABASE_URL=url, REDRESS_VAR=var)
    from engine import outbox, timers
    from tasks import poll
    from tests.faults import load  # registers the function which the diagrams name

    assert load.BUNDLES
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    timers.LEASE = outbox.LEASE = _LEASE
    while True:
        poll.look()
        time.sleep(0.05)


class Crew:
    """So many workers; `kill_one` ends one by SIGKILL and puts a fresh one in its place."""

    def __init__(self, size: int, seed: int, var: str) -> None:
        """seed: of the choice who dies."""
        self._url = db.engine().url.render_as_string(hide_password=False)
        self._var, self._dice = var, random.Random(seed)
        self.killed = 0
        self.members = [self._hire() for _ in range(size)]

    def _hire(self) -> ForkServerProcess:
        member = _CONTEXT.Process(target=work, args=(self._url, self._var), daemon=True)
        member.start()
        return member

    def kill_one(self) -> None:
        """SIGKILL to a worker, whatever it is doing."""
        place = self._dice.randrange(len(self.members))
        self.members[place].kill()
        self.members[place].join()
        self.members[place] = self._hire()
        self.killed += 1

    @property
    def fallen(self) -> int:
        """Workers which ended by themselves: there must be none."""
        return sum(not member.is_alive() for member in self.members)

    def dismiss(self) -> None:
        """End all."""
        for member in self.members:
            member.kill()
        for member in self.members:
            member.join()


@contextmanager
def crew(size: int, seed: int = 1) -> Iterator[Crew]:
    """Workers on the database in use, gone after the block."""
    with tempfile.TemporaryDirectory(prefix="redress-crew-") as var:
        made = Crew(size, seed, var)
        try:
            yield made
        finally:
            made.dismiss()


def until(condition: Callable[[], bool], seconds: float, meanwhile: Callable[[], None] = lambda: None) -> bool:
    """Whether the condition came true in time; `meanwhile` is called between two looks."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        meanwhile()
        time.sleep(0.05)
    return True
