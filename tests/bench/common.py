"""What the benches share: a database of their own, percentiles, and a process of the size of the main one."""

import os
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, text

from engine import db
from engine.ids import new_id
from engine.settings import settings
from tests.builders import (
    boundary,
    bundle,
    call,
    decision,
    end,
    flow,
    form,
    gateway,
    path,
    process,
    script,
    start,
    table,
    timer,
    user,
)
from workflows import migrations


@contextmanager
def scratch() -> Iterator[Engine]:
    """An empty database with all tables on the server in use; gone afterwards. `engine.db` works on it meanwhile."""
    before = os.environ.get("DATABASE_URL")
    server = create_engine(db.database_url(), isolation_level="AUTOCOMMIT")
    name = f"bench_{new_id().hex}"
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    _use(server.url.set(database=name).render_as_string(hide_password=False))
    try:
        migrations.upgrade(db.database_url())
        yield db.engine()
    finally:
        db.engine().dispose()
        _use(before)
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


def _use(url: str | None) -> None:
    if url is None:
        os.environ.pop("DATABASE_URL", None)
    else:
        os.environ["DATABASE_URL"] = url
    settings.cache_clear()
    db.engine.cache_clear()


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which that share lies, in milliseconds."""
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 3)


def p50(seconds: Sequence[float]) -> float:
    """The median in milliseconds."""
    return round(statistics.median(seconds) * 1000, 3)


def data() -> dict[str, Any]:
    """Process data of about 1.9 kB, as a case in the middle of the main process has."""
    return {
        "case_id": "01a2008e-cd2a-71af-83ed-a53b0133d587",
        "channel": "phone",
        "nature": "product quality",
        "severity": 2,
        "impact": 2,
        "risk": "ordinary",
        "amount": 420,
        "departments": ["customer_service", "quality", "legal"],
        "notes": {f"field_{number}": f"value of field number {number}" for number in range(34)},
    }


def long_process() -> dict[str, bytes]:
    """27 nodes, lanes, overdue timers on every task, a call, a decision, a form; a rework loop in the middle."""
    names = ["Accept", "Classify", "Plan", "Legal", "Approve", "Communicate", "Carry", "Revisit"]
    nodes, flows = [], []
    for name in names:
        nodes += [
            user(f"Task_{name}", form="task"),
            boundary(f"Timer_{name}", f"Task_{name}", timer("PT72H"), interrupting=False),
            script(f"Escalate_{name}", '="escalated"', "escalation"),
            end(f"End_{name}"),
        ]
        flows += path(f"Timer_{name}", f"Escalate_{name}", f"End_{name}")
    nodes += [decision("Decide", "risk", "risk"), call("Investigate", "Q"), gateway("exclusive", "Again")]
    chain = ["Start", "Task_Accept", "Task_Classify", "Decide", "Investigate", "Task_Plan", "Task_Legal", "Again"]
    flows += path(*chain)
    flows += [flow("Again", "Task_Plan", "=again = true"), flow("Again", "Task_Approve", default=True)]
    flows += path("Task_Approve", "Task_Communicate", "Task_Carry", "Task_Revisit", "End")
    lanes = {"客服": ["Task_Accept", "Task_Classify", "Task_Revisit"], "法务": ["Task_Legal", "Task_Plan"]}
    main = process("P", start(), *nodes, end(), *flows, lanes=lanes)
    called = process(
        "Q", start("QS"), user("Task_Investigate", form="task"), end("QE"), lanes={"质量": ["Task_Investigate"]}
    )
    fields = form(
        "task",
        {"type": "textfield", "id": "a", "key": "opinion", "label": "意见"},
        {"type": "checkbox", "id": "b", "key": "again", "label": "返工"},
    )
    rules = table("risk", ["amount"], "risk", [(["> 1000"], '"high"'), (["<= 1000"], '"ordinary"')])
    return bundle(main, called, key="bench", files={"task.form": fields, "risk.dmn": rules})
