"""The postbox of a demo or a test installation: mails its own SMTP server took, one `.eml` file each.

`tasks.demo_smtp` writes here, a page reads here. No mail in it has left the machine.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from engine import clock
from engine.errors import NotFound
from engine.settings import settings

_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Mail:
    """A caught mail. name: its key here, sorts by arrival; html: None where the sender gave text only."""

    name: str
    sender: str
    to: str
    subject: str
    sent_at: datetime | None
    message_id: str
    text: str
    html: str | None


def folder() -> Path:
    """Where the mails lie: `var/mail`."""
    return settings().var / "mail"


def keep(content: bytes) -> str:
    """Store a mail as it came; its name. The file appears at once or not at all."""
    name = f"{clock.now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    folder().mkdir(parents=True, exist_ok=True)
    partial = folder() / f"{name}.part"
    partial.write_bytes(content)
    partial.rename(folder() / f"{name}.eml")
    return name


def listing(*, before: str | None = None, limit: int = 50) -> list[Mail]:
    """The newest mails first; `before` = name of the last one seen, for the next page."""
    names = sorted((path.stem for path in folder().glob("*.eml")), reverse=True)
    return [read(name) for name in names if before is None or name < before][:limit]


def read(name: str) -> Mail:
    """One mail. Raises NotFound; a name is never a path."""
    path = folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NotFound("there is no such mail")
    mail = message_from_bytes(path.read_bytes(), policy=default)
    return Mail(
        name=name,
        sender=_header(mail, "From"),
        to=_header(mail, "To"),
        subject=_header(mail, "Subject"),
        sent_at=_sent_at(mail),
        message_id=_header(mail, "Message-ID"),
        text=_body(mail, "plain") or "",
        html=_body(mail, "html"),
    )


def _header(mail: EmailMessage, name: str) -> str:
    return str(mail.get(name, ""))


def _sent_at(mail: EmailMessage) -> datetime | None:
    try:
        return parsedate_to_datetime(_header(mail, "Date"))
    except ValueError:
        return None


def _body(mail: EmailMessage, subtype: str) -> str | None:
    part = mail.get_body(preferencelist=(subtype,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except (LookupError, KeyError):  # a charset or a type nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
