"""PostgreSQL dies three times under load: clients and workers go on by themselves, nothing is lost or done twice.

Clients try again after `Busy`. A crash at the moment of the commit leaves them not knowing; their second try is then
answered with `Conflict`, because the task is done.
"""

import threading
import time
from typing import Any
from uuid import UUID

from engine import usertasks
from engine.db import transaction
from engine.errors import Busy, Conflict
from tests.faults import load, report
from tests.faults.cluster import Cluster, cluster
from tests.faults.crew import crew, until

_HOW = ("immediate", "kill")


class Client(threading.Thread):
    """Completes its tasks one after the other. busy: tries which were refused for the moment; known: tasks which an
    earlier try had completed; wrong: errors which a client could not have understood."""

    def __init__(self, tasks: list[UUID], pause: float) -> None:
        """pause: seconds between two tasks."""
        super().__init__(daemon=True)
        self.tasks, self.pause = tasks, pause
        self.busy = self.known = 0
        self.wrong: list[str] = []

    def run(self) -> None:
        """Complete all of them."""
        for task_id in self.tasks:
            tried = False
            while not self._done(task_id, tried):
                tried = True
                time.sleep(0.2)
            time.sleep(self.pause)

    def _done(self, task_id: UUID, tried: bool) -> bool:
        try:
            with transaction() as session:
                usertasks.complete(session, task_id, {}, actor="client")
        except Busy:
            self.busy += 1
            return False
        except Conflict:
            self.known += 1
            if not tried:
                self.wrong.append("a conflict at the first try")
        except Exception as error:  # a client sees only what is no Busy: that is the fault this looks for
            self.wrong.append(f"{type(error).__name__}: {str(error)[:200]}")
            return False
        return True


def run(
    *, waits: int = 500, asks: int = 500, workers: int = 2, clients: int = 4, crashes: int = 3, patience: int = 400
) -> dict[str, Any]:
    """Work on `waits` timers and `asks` tasks while the server is killed `crashes` times."""
    steps = 2 * waits + asks
    with cluster() as server:
        load.prepare()
        load.waiting(waits)
        open_tasks = load.asking(asks)
        people = [Client(open_tasks[number::clients], pause=4.0 * clients / asks) for number in range(clients)]
        with crew(workers) as members:
            for each in people:
                each.start()
            for number in range(crashes):
                _progress(steps * (number + 1) // (crashes + 2))
                _crash(server, _HOW[number % 2])
            finished = until(lambda: load.done() >= steps, patience)
            for each in people:
                each.join(patience)
            fallen = members.fallen
        account = load.account(waits, asks)
    wrong = [text for each in people for text in each.wrong]
    return {
        "ok": account.right and finished and fallen == 0 and not wrong and account.timer_events == waits,
        "finished_in_time": finished,
        "crashes": crashes,
        "fallen": fallen,
        **account.figures(),
        "busy": sum(each.busy for each in people),
        "known_at_second_try": sum(each.known for each in people),
        "not_understood": len(wrong),
        "first_not_understood": wrong[0] if wrong else "",
    }


def _progress(effects: int) -> None:
    """Wait until so much is done, so that the crash comes in the middle of work."""
    if not until(lambda: load.done() >= effects, 60):
        raise RuntimeError(f"the work does not go on: {load.done()} of {effects}")


def _crash(server: Cluster, how: str) -> None:
    server.kill(how)
    time.sleep(0.5)
    server.begin()


if __name__ == "__main__":
    report.main(run)
