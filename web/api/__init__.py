"""REST resources under `/api/v1`, one file each: schemas on top, views below."""

from importlib.metadata import version
from typing import Final

from flask import Flask

from web.api import (
    bundles,
    cases,
    definitions,
    departments,
    docs,
    drafts,
    evidence,
    filters,
    holds,
    incidents,
    instances,
    messages,
    migrations,
    monitor,
    notices,
    outbox,
    people,
    session,
    signers,
    story,
    tasks,
    tokens,
)
from web.api.openapi import Api

PREFIX: Final = "/api/v1"
_DESCRIPTION: Final = (
    "Every command of Redress. Programs send `Authorization: Bearer <token>`; scripts of our own pages send the "
    "session cookie and `X-CSRF-Token`. Times are ISO 8601 with offset, in UTC. Money is in minor units of its "
    "currency. Lists are `{items, next}`; `next` goes into `after`. Errors are RFC 9457 problems. What people edit "
    "carries an ETag which comes back in If-Match. A POST with an Idempotency-Key has its effect once."
)


def register(app: Flask) -> None:
    """Serve all resources, the OpenAPI document and a page which shows it."""
    app.config.update(
        API_TITLE="Redress",
        API_VERSION=version("redress"),
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX=PREFIX,
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {"description": _DESCRIPTION},
            "security": [{"bearer": []}, {"cookie": [], "csrf": []}],
        },
    )
    api = Api(app)
    schemes = api.spec.components.security_scheme
    schemes("bearer", {"type": "http", "scheme": "bearer"})
    schemes("cookie", {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]})
    schemes("csrf", {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"})
    for resource in (session, cases, story, evidence, tasks, instances, incidents, messages, definitions, drafts):
        api.register_blueprint(resource.blueprint)
    for resource in (people, tokens, notices, outbox, bundles, migrations):
        api.register_blueprint(resource.blueprint)
    api.register_blueprint(signers.blueprint)
    api.register_blueprint(holds.blueprint)
    api.register_blueprint(filters.blueprint)
    api.register_blueprint(monitor.blueprint)
    api.register_blueprint(departments.blueprint)
    api.register_blueprint(departments.changes)
    docs.register(app, api)
