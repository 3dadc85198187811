"""What the workers take from the environment; the only place in this package which reads it."""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from engine.settings import settings as engine_settings


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the workers.

    broker_url: Redis or RabbitMQ for Celery; None = kombu's file transport under `var/broker`.
    broker_folder: that folder.
    wake_seconds: how often beat knocks; poll_seconds: how often a worker looks by itself, broker or not.
    keep_days: so long after its end an instance keeps its state, and a delivered promise its row.
    erase_days: so long after their last case was closed a complainant stays known by name.
    smtp_url: `smtp://user:password@host:587` (STARTTLS is used where offered; `?starttls=required` insists), or
        `smtps://...`; None = mails wait in the outbox.
    mail_from: sender of every letter. mail_timeout: seconds.
    webhook_secret: signs webhooks; None = webhooks are refused.
    webhook_seconds: the most a whole conversation may take.
    webhook_private_hosts: host names which may be called in a private network, and without TLS.
    """

    broker_url: str | None
    broker_folder: Path
    wake_seconds: float
    poll_seconds: float
    keep_days: int
    erase_days: int
    smtp_url: str | None
    mail_from: str
    mail_timeout: float
    webhook_secret: str | None
    webhook_seconds: float
    webhook_private_hosts: frozenset[str]


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    hosts = os.environ.get("WEBHOOK_PRIVATE_HOSTS", "")
    return Settings(
        broker_url=os.environ.get("BROKER_URL") or None,
        broker_folder=engine_settings().var / "broker",
        wake_seconds=float(os.environ.get("REDRESS_WAKE_SECONDS", "2")),
        poll_seconds=float(os.environ.get("REDRESS_POLL_SECONDS", "10")),
        keep_days=int(os.environ.get("REDRESS_KEEP_DAYS", "180")),
        erase_days=int(os.environ.get("REDRESS_ERASE_DAYS", "1095")),
        smtp_url=os.environ.get("SMTP_URL") or None,
        mail_from=os.environ.get("MAIL_FROM") or "Redress <redress@localhost>",
        mail_timeout=float(os.environ.get("MAIL_TIMEOUT", "20")),
        webhook_secret=os.environ.get("WEBHOOK_SECRET") or None,
        webhook_seconds=float(os.environ.get("WEBHOOK_SECONDS", "20")),
        webhook_private_hosts=frozenset(host.strip().lower() for host in hosts.split(",") if host.strip()),
    )
