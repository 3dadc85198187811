"""What machines ask: is the process alive, can it work, and how is it doing."""

import hmac
import socket
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import orjson
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Blueprint, Flask, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from engine import db
from engine.clock import now
from engine.models import Incident, IncidentStatus, OutboxMessage, TaskStatus, Timer, UserTask
from web.problems import Unauthenticated
from web.settings import settings
from workflows import migrations

blueprint = Blueprint("health", __name__)
_PORTS: Final = {"redis": 6379, "rediss": 6379, "amqp": 5672, "amqps": 5671, "pyamqp": 5672}


def _json(document: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(document), status=status, mimetype="application/json")


@blueprint.get("/live")
def live() -> Response:
    """The process answers. Asks nobody else, so that a dead database does not restart the web server."""
    return _json({"status": "ok"}, 200)


@blueprint.get("/ready")
def ready() -> Response:
    """Whether requests can be served; `checks` names what is missing.

    503 without the database or with a schema of another version. A dead broker only degrades: work goes on and the
    outbox keeps what is promised.
    """
    checks = {"database": _database(), "broker": _broker()}
    if checks["database"] != "ok":
        return _json({"status": "unavailable", "checks": checks}, 503)
    status = "ok" if checks["broker"] == "ok" else "degraded"
    return _json({"status": status, "checks": checks}, 200)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Prometheus text. Open to this machine only, unless the settings name a token."""
    _may_measure()
    registry = REGISTRY
    if settings().metrics_folder:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    text = generate_latest(registry) + _work()
    return Response(text, content_type=CONTENT_TYPE_LATEST)


def _may_measure() -> None:
    token = settings().metrics_token
    if token is None:
        if not _is_loopback(request.remote_addr) or "X-Forwarded-For" in request.headers:
            raise Unauthenticated
        return
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Unauthenticated


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


def _database() -> str:
    try:
        with db.engine().connect() as connection:
            at = set(MigrationContext.configure(connection).get_current_heads())
    except DBAPIError:
        return "does not answer"
    wanted = set(ScriptDirectory.from_config(migrations.config()).get_heads())
    if at != wanted:
        return f"schema is at {', '.join(sorted(at)) or 'nothing'}, {', '.join(sorted(wanted))} is wanted"
    return "ok"


def _broker() -> str:
    url = settings().broker_url
    parts = urlsplit(url or "")
    if parts.scheme not in _PORTS or parts.hostname is None:
        return "ok"  # the filesystem transport needs nobody
    try:
        with socket.create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), timeout=1):
            return "ok"
    except OSError:
        return "does not answer"


def _work() -> bytes:
    """How much waits, read at the moment of asking."""
    counts = {
        "redress_user_tasks_open": ("Open user tasks", select(func.count()).where(UserTask.status == TaskStatus.OPEN)),
        "redress_user_tasks_overdue": (
            "Open user tasks past their due date",
            select(func.count()).where(UserTask.status == TaskStatus.OPEN, UserTask.due_at < now()),
        ),
        "redress_timers_overdue": ("Timers which should have fired", select(func.count()).where(Timer.due_at < now())),
        "redress_timers_late_seconds": (
            "Since the timer should have fired which is due the longest",
            select(func.extract("epoch", now() - func.min(Timer.due_at))).where(Timer.due_at < now()),
        ),
        "redress_incidents_open": (
            "Open incidents",
            select(func.count()).where(Incident.status == IncidentStatus.OPEN),
        ),
        "redress_outbox_pending": (
            "Promises not yet kept",
            select(func.count()).where(OutboxMessage.delivered_at.is_(None), OutboxMessage.failed_at.is_(None)),
        ),
    }
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Gauges(counts))
    return generate_latest(registry)


class _Gauges:
    """A collector of counts, each one SELECT."""

    def __init__(self, counts: dict[str, tuple[str, Any]]) -> None:
        self.counts = counts

    def collect(self) -> list[GaugeMetricFamily]:
        with db.transaction() as session:
            return [
                GaugeMetricFamily(name, text, value=session.scalar(statement) or 0)
                for name, (text, statement) in self.counts.items()
            ]


def register(app: Flask) -> None:
    """Serve the probes."""
    app.register_blueprint(blueprint)
