"""Eight clients complete one task at the same moment over HTTP: one is answered 200, the seven others 409."""

import threading
from collections import Counter
from http.client import HTTPConnection
from typing import Any

from sqlalchemy import func, select

from engine import db, hooks
from engine.models import HistoryEvent
from tests.bench import complaint
from tests.bench.api import Work, prepare, server
from tests.bench.common import scratch
from tests.faults import report


def run(*, rounds: int = 50, clients: int = 8) -> dict[str, Any]:
    """So many rounds; each is one open task of the shipped main process and a web server with a thread a client."""
    before = hooks.domain()
    with scratch():
        try:
            work = prepare(rounds, "Task_Accept")
        finally:
            complaint.close_house(before)
        with server(clients) as port:
            answers = [_race(port, item, clients) for item in work]
        with db.transaction() as session:
            told = session.scalar(
                select(func.count()).where(
                    HistoryEvent.kind == "task_completed",
                    HistoryEvent.task_id.in_([item.path.split("/")[-2] for item in work]),
                )
            )
    expected = Counter({200: 1, 409: clients - 1})
    total: Counter[int] = sum(answers, Counter())
    return {
        "ok": all(answer == expected for answer in answers) and told == rounds,
        "rounds": rounds,
        "clients": clients,
        "answers": {str(status): count for status, count in sorted(total.items())},
        "rounds_with_one_winner": sum(answer == expected for answer in answers),
        "completions_in_history": told,
    }


def _race(port: int, item: Work, clients: int) -> Counter[int]:
    """How often each status was answered when all clients sent the same work at once."""
    gate, answers = threading.Barrier(clients), Counter[int]()
    lock = threading.Lock()

    def send() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        headers = {"Authorization": f"Bearer {item.token}", "Content-Type": "application/json"}
        gate.wait(60)
        connection.request("POST", item.path, item.body, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        with lock:
            answers[answer.status] += 1

    threads = [threading.Thread(target=send) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    return answers


if __name__ == "__main__":
    report.main(run)
