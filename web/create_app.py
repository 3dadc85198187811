"""The application factory: every part registers itself, in the order in which requests meet them."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

import workflows
from web import access, api, health, hostile, i18n, limits, pages, problems, requestlog, security


def create_app(config: Mapping[str, Any] | None = None) -> Flask:
    """A Flask application with the API, the pages and the probes.

    config: Flask configuration which wins over ours (`TESTING`, sizes, `RATELIMIT_ENABLED`).
    Raises RuntimeError where a route has no entry in the access table.
    """
    app = Flask(__name__, static_folder="static", template_folder="templates")
    workflows.install()
    security.configure(app)
    app.config["LOGIN_ENDPOINT"] = "login.page"
    app.config.update(config or {})
    requestlog.register(app)
    problems.register(app)
    hostile.register(app)
    i18n.register(app)
    limits.register(app)
    access.register(app)
    security.register(app)
    health.register(app)
    api.register(app)
    pages.register(app)
    access.check(app)
    return app
