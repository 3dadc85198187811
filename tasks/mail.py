"""Letters leave here: one outbox message becomes one mail on a real SMTP server.

Payload: `to` (address or list), `subject`, `text`; may hold `html`, `case_id`, `reply_to`, `in_reply_to`.
The Message-ID is made of the outbox id, so a mail sent twice after a crash is one mail to every mail program.
"""

import smtplib
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit
from uuid import UUID

from engine import clock
from tasks.errors import NotNow, Undeliverable
from tasks.settings import settings

_HEADER_LENGTH = 900  # RFC 5322 section 2.1.1: a line has at most 998 octets
_RECIPIENTS = 50


def deliver(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Send the letter of an outbox message.

    Raises Undeliverable (no or wrong address, refused for good: 5xx) or NotNow (no server, 4xx).
    """
    mail = compose(message_id, payload)
    try:
        with _connected() as server:
            refused = server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients) from error
    except smtplib.SMTPResponseException as error:
        reason = f"SMTP {error.smtp_code}: {_words(error.smtp_error)}"
        raise (Undeliverable if 500 <= error.smtp_code < 600 else NotNow)(reason) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error
    if refused:  # the others have it: a second try would send theirs twice
        raise Undeliverable(f"refused for {len(refused)} of the recipients: {_refusal(refused)}")


def compose(message_id: UUID, payload: Mapping[str, Any]) -> EmailMessage:
    """The mail of a payload; text always, HTML beside it where given.

    Raises Undeliverable for an address or a header that is none: no text of a payload can add a header.
    """
    sender = _address(settings().mail_from)
    mail = EmailMessage(policy=SMTP)
    mail["Message-ID"] = f"<{message_id}@{sender.domain}>"
    mail["Date"] = format_datetime(clock.now())
    mail["From"] = sender
    mail["To"] = _recipients(payload.get("to"))
    mail["Subject"] = _line(payload.get("subject") or "(no subject)")
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice shall answer it
    if payload.get("case_id"):
        mail["X-Redress-Case"] = _line(payload["case_id"])
    if payload.get("reply_to"):
        mail["Reply-To"] = _address(payload["reply_to"])
    if payload.get("in_reply_to"):
        mail["In-Reply-To"] = mail["References"] = _line(payload["in_reply_to"])
    mail.set_content(str(payload.get("text") or ""))
    if payload.get("html"):
        mail.add_alternative(str(payload["html"]), subtype="html")
    return mail


@contextmanager
def _connected() -> Iterator[smtplib.SMTP]:
    if settings().smtp_url is None:
        raise NotNow("no mail server is set (SMTP_URL)")
    url = urlsplit(settings().smtp_url or "")
    if url.scheme not in {"smtp", "smtps"} or not url.hostname:
        raise NotNow("SMTP_URL is not smtp://host:port or smtps://host:port")
    with _server(url) as server:
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def _server(url: SplitResult) -> smtplib.SMTP:
    host, timeout = url.hostname or "", settings().mail_timeout
    context = ssl.create_default_context()
    if url.scheme == "smtps":
        return smtplib.SMTP_SSL(host, url.port or 465, timeout=timeout, context=context)
    server = smtplib.SMTP(host, url.port or 25, timeout=timeout)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    elif "required" in parse_qs(url.query).get("starttls", []):
        server.close()
        raise NotNow("the mail server offers no STARTTLS, and SMTP_URL requires it")
    return server


def _recipients(value: object) -> list[Address]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list) or not given or len(given) > _RECIPIENTS:
        raise Undeliverable("`to` is not an address or a list of at most 50")
    return [_address(one) for one in given]


def _address(value: object) -> Address:
    """`Name <a@b>` or `a@b`; nothing that could become a second header or a second recipient."""
    text = str(value)
    name, spec = parseaddr(text)
    if "\r" in text or "\n" in text or not spec or len(text) > _HEADER_LENGTH:
        raise Undeliverable("an address is not valid")
    try:
        address = Address(display_name=name, addr_spec=spec)
    except (ValueError, IndexError, HeaderParseError) as error:
        raise Undeliverable("an address is not valid") from error
    if not address.domain or not address.username:
        raise Undeliverable("an address is not valid")
    return address


def _line(value: object) -> str:
    """One line: control characters become spaces, so a subject stays a subject."""
    return " ".join("".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in str(value)).split())[
        :_HEADER_LENGTH
    ]


def _refusal(recipients: Mapping[str, tuple[int, bytes]]) -> Undeliverable | NotNow:
    """A refusal without the addresses themselves: errors are read by more people than letters."""
    codes = [code for code, _ in recipients.values()]
    words = "; ".join(sorted({f"SMTP {code}: {_words(text)}" for code, text in recipients.values()}))
    return (Undeliverable if all(code >= 500 for code in codes) else NotNow)(words)


def _words(answer: bytes | str) -> str:
    return (answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer)[:200]
