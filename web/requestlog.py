"""One log line and one measurement a request, under an id which the answer carries. No personal data.

Logged are method, route, status, duration and the ids of the instance or task in the address; never other parts of
addresses, queries, bodies, names or who was logged in (the history of an instance says who did what).
"""

import logging
import re
import sys
import time
from typing import Final
from uuid import UUID

import structlog
from flask import Flask, Response, g, request
from prometheus_client import Counter, Histogram

from engine.ids import new_id

_REQUESTS: Final = Counter("redress_http_requests", "HTTP requests", ["method", "route", "status"])
_SECONDS: Final = Histogram(
    "redress_http_request_seconds",
    "Duration of HTTP requests",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_GIVEN_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_log = structlog.get_logger("web.request")


def configure() -> None:
    """JSON lines on standard error; nothing where somebody has configured structlog before."""
    if structlog.is_configured():
        return
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else str(new_id())
    g.request_began = time.perf_counter()
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(answer: Response) -> Response:
    route = request.url_rule.rule if request.url_rule else "-"
    method = request.method if request.method in _METHODS else "-"
    seconds = time.perf_counter() - g.get("request_began", time.perf_counter())
    _REQUESTS.labels(method, route, str(answer.status_code)).inc()
    _SECONDS.labels(route).observe(seconds)
    answer.headers["X-Request-ID"] = g.get("request_id", "")
    if route not in {"/live", "/ready", "/metrics"}:
        facts = {"method": method, "route": route, "status": answer.status_code, "ms": round(seconds * 1000, 1)}
        _log.info("request", **facts, **_ids())
    return answer


def _ids() -> dict[str, str]:
    """The ids in the address, by the name of their place in the route: `instance_id`, `task_id` ..."""
    given = request.view_args or {}
    return {name: str(value) for name, value in given.items() if isinstance(value, UUID)}


def register(app: Flask) -> None:
    """Log and measure every request. Called first, so that its id is known to everything after it."""
    configure()
    app.before_request(_begin)
    app.after_request(_end)
