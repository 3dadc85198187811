"""Rate limits: guessing passwords and acceptance numbers must be slow."""

import hashlib
from typing import Final

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import parse

from web.problems import TooManyAttempts
from web.settings import settings

_FAILURES: Final = parse("10 per 15 minutes")
limiter = Limiter(get_remote_address, headers_enabled=True)


def login_limit() -> str:
    """How often one address may try to log in."""
    return settings().login_limit


def check_failures(login: str) -> None:
    """Raise TooManyAttempts where this login has failed ten times within a quarter of an hour."""
    if limiter.enabled and not limiter.limiter.test(_FAILURES, "login", _hidden(login)):
        raise TooManyAttempts(retry_after=900)


def count_failure(login: str) -> None:
    """A log-in failed, whether or not there is such a person."""
    if limiter.enabled:
        limiter.limiter.hit(_FAILURES, "login", _hidden(login))


def _hidden(login: str) -> str:
    return hashlib.sha256(login.strip().lower().encode()).hexdigest()


def portal_limit() -> str:
    """How often one address may file or follow a complaint in the portal."""
    return settings().portal_limit


def register(app: Flask) -> None:
    """Count in the storage of the settings; refuse rather than forget when it cannot be reached."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings().limits_storage,
        RATELIMIT_STRATEGY="sliding-window-counter",
        RATELIMIT_HEADERS_ENABLED=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=False,
    )
    limiter.init_app(app)
