"""Server time of the pages people look at all day, with 1,000 and with 100,000 open tasks.

`redress bench pages --json`. Each figure is the whole request inside this process (routing, access, SQL, template)
without the network: the application's test client, one request at a time, on a database of its own. The cases behind
the tasks lie evenly in the last two years, four in five of the older ones closed by now: what a dashboard of twelve
weeks finds is what an enterprise with so much work has. `nothing` asks for a page without any work: how quiet the
machine was. `sql_statements` has to be the same for every number of rows.
"""

import time
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import db, garbage
from engine.models import ProcessInstance, UserTask
from tests.bench.common import p50, percentile, scratch
from web import identity
from web.create_app import create_app
from workflows import demo, orders, people, tallies
from workflows.models import Case, Role
from workflows.parties import Identity
from workflows.receiving import Complaint, receive

WARM_UP = 5
CHUNK = 20_000
_COPIES = (
    """
INSERT INTO acceptance_number (number, issued_at)
SELECT 'BN' || n, now() FROM generate_series(CAST(:low AS int), CAST(:high AS int)) AS n
""",
    """
INSERT INTO process_instance
    (id, definition_id, status, business_key, rev, state, history_seq, history_hash, started_at)
SELECT CAST(lpad(to_hex(n), 32, '0') AS uuid), definition_id, 'running', 'BN' || n, 1, '', 0, '', now()
FROM process_instance, generate_series(CAST(:low AS int), CAST(:high AS int)) AS n WHERE id = :instance
""",
    """
INSERT INTO party SELECT made.* FROM party AS p, generate_series(CAST(:low AS int), CAST(:high AS int)) AS n,
LATERAL jsonb_populate_record(p, jsonb_build_object(
    'id', lpad(to_hex(n), 32, '0'), 'phone_index', 'phone' || n, 'mail_index', 'mail' || n
)) AS made WHERE p.id = :party
""",
    """
INSERT INTO case_file SELECT made.* FROM case_file AS c, generate_series(CAST(:low AS int), CAST(:high AS int)) AS n,
LATERAL jsonb_populate_record(c, jsonb_build_object(
    'id', lpad(to_hex(n), 32, '0'), 'number', 'BN' || n, 'instance_id', lpad(to_hex(n), 32, '0'),
    'party_id', lpad(to_hex(n), 32, '0'), 'summary', 'case ' || md5(CAST(n AS text)),
    'message_id', NULL, 'status', CASE WHEN n % 5 = 0 THEN 'closed' ELSE 'open' END,
    'channel', (ARRAY['phone', 'mail', 'web', 'chat', 'counter'])[1 + n % 5],
    'nature', (ARRAY['product', 'service', 'price', 'rights'])[1 + n % 4],
    'issue', (ARRAY['durability', 'attitude', 'repair', 'expired', 'late_delivery'])[1 + n % 5],
    'risk', (ARRAY['ordinary', 'medium', 'high'])[1 + n % 3],
    'received_at', now() - (n % 104) * interval '7 days' - (n % 150) * interval '1 hour',
    'promised_at', now() - (n % 104 - 2) * interval '7 days',
    'satisfaction', CASE WHEN n % 5 = 0 THEN (ARRAY['satisfied', 'basically', 'unsatisfied'])[1 + n % 3] END,
    'closed_at', CASE WHEN n % 5 = 0 THEN now() - (n % 104) * interval '7 days' + (n % 100) * interval '1 hour' END
)) AS made WHERE c.id = :case
""",
    """
INSERT INTO user_task SELECT made.* FROM user_task AS t, generate_series(CAST(:low AS int), CAST(:high AS int)) AS n,
LATERAL jsonb_populate_record(t, jsonb_build_object(
    'id', md5('task' || n), 'instance_id', lpad(to_hex(n), 32, '0'),
    'element_id', (ARRAY['Task_Accept', 'Task_Classify', 'Task_Plan', 'Task_Communicate', 'Task_Revisit'])[1 + n % 5],
    'department', (ARRAY['customer_service', 'quality', 'legal', 'finance', 'logistics'])[1 + n % 7 % 5],
    'assignee', CASE WHEN n % 3 = 0 THEN CAST(:person AS text) END,
    'due_at', CASE WHEN n % 10 <> 0 THEN now() + (n % 9973 - 2000) * interval '1 minute' END
)) AS made WHERE t.id = :task
""",
)


def run(*, sizes: Sequence[int] = (1_000, 100_000), rounds: int = 60, **_: Any) -> dict[str, Any]:
    """p50, p95 and SQL statements of each page for each number of open tasks; `sizes` may be one number."""
    wanted = [sizes] if isinstance(sizes, int) else sorted(sizes)
    rows: dict[str, dict[str, dict[str, float]]] = {}
    with scratch():
        app = create_app({"RATELIMIT_ENABLED": False})  # before the house: it brings the domain's functions
        with db.transaction() as session:
            facts = _plant(session)
        filled = 0
        for size in wanted:
            while filled < size:
                low, filled = filled + 1, min(size, filled + CHUNK)
                with db.transaction() as session:
                    for statement in _COPIES:
                        session.execute(text(statement), {**facts, "low": low, "high": filled})
            _fold()
            with db.engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM ANALYZE"))
            with db.transaction() as session:
                addresses = _addresses(session, facts)
                (manager,) = people.listing(session, role=Role.MANAGER)[:1]
            client = app.test_client()
            with client.session_transaction() as cookie:
                cookie.update(identity.content(manager))
            garbage.settle()  # as `web.wsgi` does when it has loaded what it needs
            rows[str(size)] = {page: _measure(client, address, rounds) for page, address in addresses.items()}
    last = {page: figures for page, figures in rows[str(filled)].items() if page != "nothing"}
    return {
        "rows": rows,
        "slowest_p95_ms": max(figures["p95_ms"] for figures in last.values()),
        "same_statements": all(len({found[page]["sql_statements"] for found in rows.values()}) == 1 for page in last),
    }


def _fold() -> None:
    """What workers do meanwhile: move what changed of the cases into the sums of the dashboard."""
    while True:
        with db.transaction() as session:
            if tallies.fold(session) < tallies.BATCH:
                return


def _plant(session: Session) -> dict[str, Any]:
    """The demo's house with one complaint at its first step, of which the others are copies."""
    demo.plant(session)
    identity_ = Identity(name="林小满", phone="13912345678", mail="lin@example.com")
    case = receive(session, Complaint("冰箱门有凹痕，要求退款。", "phone", identity_), actor="complainant")
    task = session.scalars(select(UserTask).where(UserTask.instance_id == case.instance_id)).one()
    person = people.by_login(session, "staff")
    return {
        "instance": case.instance_id,
        "case": case.id,
        "party": case.party_id,
        "task": task.id,
        "person": str(person.id if person else ""),
    }


def _addresses(session: Session, facts: dict[str, Any]) -> dict[str, str]:
    number = session.scalars(select(Case.number).where(Case.id == facts["case"])).one()
    key = session.scalars(
        select(ProcessInstance.business_key).where(ProcessInstance.id == UUID(str(facts["instance"])))
    ).one()
    return {
        "nothing": "/live",
        "inbox": "/inbox?box=open",
        **{f"inbox_{sort}": f"/inbox?box=open&sort={sort}" for sort in orders.SORTS if sort != "due"},
        "inbox_text": "/inbox?box=open&text=13900000000",
        "task": f"/tasks/{facts['task']}",
        "case": f"/cases/{number}",
        "board": "/monitor",
        "dashboard": "/dashboard",
        "step": "/monitor/complaint/Task_Plan?overdue=1",
        "search": f"/monitor/instances?number={key}",
        "person": "/monitor/instances?text=13912345678",
        "nobody": "/monitor/instances?text=13900000000",
        "heat": "/monitor/complaint",
        "instance": f"/instances/{facts['instance']}",
    }


def _measure(client: FlaskClient, address: str, rounds: int) -> dict[str, float]:
    took: list[float] = []
    for _ in range(rounds + WARM_UP):
        began = time.perf_counter()
        answer = client.get(address, headers={"Accept": "text/html"})
        took.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code} {answer.text[:300]}")
    with db.counting() as statements:
        client.get(address, headers={"Accept": "text/html"})
    took = took[WARM_UP:]
    return {"p50_ms": p50(took), "p95_ms": percentile(took, 0.95), "sql_statements": len(statements)}
