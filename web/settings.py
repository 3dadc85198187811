"""What the web door takes from the environment; the only place in this package which reads it."""

import os
import secrets
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.settings import settings as engine_settings
from workflows.settings import settings as domain_settings

_TRUE = frozenset({"1", "true", "yes", "on"})


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the web door.

    secret_key: signs cookies and cursors; without `REDRESS_SECRET_KEY` one is made once and kept under `var`.
    https: the site is reached by HTTPS only: Secure cookies with the `__Host-` prefix, HSTS.
    hosts: names under which the site is reached, `.example.com` with all below; empty = any.
    proxies: number of reverse proxies in front whose `X-Forwarded-*` headers are believed.
    session_hours: so many hours after logging in a person has to log in again.
    limits_storage: where rate limits are counted; `memory://` counts per process, `redis://...` for all.
    login_limit, portal_limit: how often one address may try.
    max_body, max_upload: bytes of a request; of a request which carries files.
    metrics_token: bearer token for `/metrics`; without one only this machine may read it.
    metrics_folder: where several processes share their measurements (prometheus-client reads the same variable).
    broker_url: asked by `/ready`; None = the filesystem transport.
    time_zone: in which pages show times: the enterprise's.
    demo: the login page lists the demo's people with their password; `redress up` says so for its children.
    """

    secret_key: str
    https: bool
    hosts: tuple[str, ...]
    proxies: int
    session_hours: int
    limits_storage: str
    login_limit: str
    portal_limit: str
    max_body: int
    max_upload: int
    metrics_token: str | None
    metrics_folder: str | None
    broker_url: str | None
    time_zone: str
    demo: bool


def _kept_secret(file: Path) -> str:
    """The secret in `file`, made at first use; two processes which start together agree on one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not file.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text(encoding="ascii")


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    env = os.environ
    return Settings(
        secret_key=env.get("REDRESS_SECRET_KEY") or _kept_secret(engine_settings().var / "web_secret"),
        https=env.get("REDRESS_HTTPS", "").lower() in _TRUE,
        hosts=tuple(name.strip() for name in env.get("REDRESS_HOSTS", "").split(",") if name.strip()),
        proxies=int(env.get("REDRESS_PROXIES", "0")),
        session_hours=int(env.get("REDRESS_SESSION_HOURS", "12")),
        limits_storage=env.get("REDRESS_LIMITS_STORAGE", "memory://"),
        login_limit=env.get("REDRESS_LOGIN_LIMIT", "20 per minute"),
        portal_limit=env.get("REDRESS_PORTAL_LIMIT", "30 per minute"),
        max_body=int(env.get("REDRESS_MAX_BODY", str(4 << 20))),
        max_upload=int(env.get("REDRESS_MAX_UPLOAD") or domain_settings().upload_limit + (1 << 20)),
        metrics_token=env.get("REDRESS_METRICS_TOKEN") or None,
        metrics_folder=env.get("PROMETHEUS_MULTIPROC_DIR") or None,
        broker_url=env.get("BROKER_URL") or None,
        time_zone=domain_settings().time_zone,
        demo=env.get("REDRESS_DEMO", "").lower() in _TRUE,
    )
