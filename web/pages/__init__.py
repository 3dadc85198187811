"""Server-rendered pages: they read through `workflows` and act through the API; no logic of their own.

Each page module has a blueprint and `ACCESS`, its entries of the access table; `register` puts both in place.
"""

from flask import Flask

from web import access
from web.pages import (
    assets,
    cases,
    dashboard,
    directory,
    home,
    inbox,
    incidents,
    instance,
    intake,
    login,
    mail,
    monitor,
    notices,
    portal,
    shell,
    show,
    studio,
    studio_migrate,
    task,
    words,
)
from web.settings import settings

MODULES = (
    home,
    login,
    inbox,
    task,
    cases,
    instance,
    intake,
    mail,
    notices,
    portal,
    studio,
    studio_migrate,
    monitor,
    incidents,
    dashboard,
    directory,
)


def register(app: Flask) -> None:
    """Register every page, and what all templates may use."""
    assets.register(app)
    notices.register(app)
    shell.register(app)
    show.register(app)
    words.register(app)
    for module in MODULES:
        app.register_blueprint(module.pages)
        access.declare(app, module.ACCESS)
    app.config["LOGIN_ENDPOINT"] = "login.page"
    app.config.setdefault("DEMO", settings().demo)
