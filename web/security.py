"""Headers, cookies, CSRF and sizes: what a browser is told and what a request may bring.

OWASP ASVS 5.0 chapters 3 (web frontend) and 7 (session management) are the yardstick.
"""

import secrets
from datetime import timedelta
from typing import Final

from flask import Flask, Response, g, request
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from web.settings import settings

csrf = CSRFProtect()

_PERMISSIONS: Final = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()"
_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": _PERMISSIONS,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class CookieSessions(SecureCookieSessionInterface):
    """Signed cookies which are `Secure` whenever the request came by HTTPS, always so where `https` is set."""

    def get_cookie_secure(self, app: Flask) -> bool:
        """Whether this answer's cookie may travel by HTTPS only."""
        return settings().https or request.is_secure


def csp_nonce() -> str:
    """The nonce which this answer's own `<script nonce>` and `<style nonce>` carry."""
    kept: str | None = g.get("csp_nonce")
    if kept is None:
        kept = g.csp_nonce = secrets.token_urlsafe(16)
    return kept


def content_security_policy() -> str:
    """Scripts of our own only: no inline ones without the nonce, no `eval`.

    Style attributes are allowed: the diagram viewer places its overlays by them.
    """
    nonce = f" 'nonce-{g.csp_nonce}'" if g.get("csp_nonce") else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self'{nonce}",
            f"style-src 'self'{nonce}",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _headers(answer: Response) -> Response:
    for name, value in _FIXED.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Content-Security-Policy", content_security_policy())
    if settings().https:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
        answer.vary.update(("Accept-Language", "Cookie", "Authorization"))
    return answer


def configure(app: Flask) -> None:
    """Cookies and sizes."""
    given = settings()
    app.config.update(
        SECRET_KEY=given.secret_key,
        SESSION_COOKIE_NAME="__Host-session" if given.https else "session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=given.session_hours),
        TRUSTED_HOSTS=list(given.hosts) or None,
        MAX_CONTENT_LENGTH=given.max_upload,
        MAX_FORM_MEMORY_SIZE=given.max_body,
        MAX_FORM_PARTS=200,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # bound to the session, which has its own end
        WTF_CSRF_HEADERS=["X-CSRF-Token"],
        PREFERRED_URL_SCHEME="https" if given.https else "http",
    )


def register(app: Flask) -> None:
    """Set headers and read cookies; CSRF is asked for by `web.access`, which knows who is calling."""
    app.session_interface = CookieSessions()
    csrf.init_app(app)
    hops = settings().proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    app.after_request(_headers)
