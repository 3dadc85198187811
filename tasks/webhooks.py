"""Other programs are told here: one outbox message becomes one signed HTTPS POST.

Payload: `url`, `event`, `data`. The body is JSON `{"id", "event", "data"}`. The receiver drops an `id` it has seen and
checks `Redress-Signature: t=SECONDS,v1=HEX`, where HEX = HMAC-SHA256(secret, "SECONDS." + body).
A URL is hostile input: it must not make us knock at our own network's doors (OWASP: server-side request forgery).
So the name is resolved once, every address must be public, and the connection goes to exactly that address.
"""

import contextlib
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

import orjson

from engine import clock
from tasks.errors import NotNow, Undeliverable
from tasks.settings import settings

_TIMEOUT = 10.0
_ANSWER_LIMIT = 4096
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052


class _PinnedHTTP(http.client.HTTPConnection):
    """Connects to the address that was checked, whatever the name says by now."""

    def __init__(self, address: str, host: str, port: int) -> None:
        super().__init__(host, port, timeout=_TIMEOUT)
        self._address = address

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedHTTPS(_PinnedHTTP):
    """The same under TLS; the certificate is checked against the name."""

    def connect(self) -> None:
        super().connect()
        self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def deliver(message_id: UUID, payload: Mapping[str, Any]) -> None:
    """POST the payload.

    Raises Undeliverable (no secret, address not allowed, 4xx but 408, 409, 425, 429) or NotNow (network, 3xx, 5xx).
    """
    url = _split(payload.get("url"))
    body = orjson.dumps({"id": str(message_id), "event": payload.get("event"), "data": payload.get("data")})
    headers = {"Content-Type": "application/json", "User-Agent": "redress", **sign(message_id, body)}
    connection = _connection(url)
    too_long = threading.Event()
    watchdog = threading.Timer(settings().webhook_seconds, _hang_up, [connection, too_long])
    watchdog.daemon = True
    try:
        watchdog.start()
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        connection.request("POST", path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read(_ANSWER_LIMIT)
    except (http.client.InvalidURL, ValueError) as error:  # a blank or a control character in the path
        raise Undeliverable("the URL is not valid") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error
    finally:
        watchdog.cancel()
        connection.close()
    if too_long.is_set():  # what was read until then would look like a whole answer
        raise NotNow("the answer took too long")
    if 200 <= answer.status < 300:
        return
    for_good = 400 <= answer.status < 500 and answer.status not in {408, 409, 425, 429}
    raise (Undeliverable if for_good else NotNow)(f"HTTP {answer.status}")


def sign(message_id: UUID, body: bytes) -> dict[str, str]:
    """The headers which prove the sender. Raises Undeliverable while no WEBHOOK_SECRET is set."""
    secret = settings().webhook_secret
    if secret is None:
        raise Undeliverable("webhooks are off: WEBHOOK_SECRET is not set")
    seconds = str(int(clock.now().timestamp()))
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return {"Redress-Message": str(message_id), "Redress-Signature": f"t={seconds},v1={digest}"}


def _hang_up(connection: http.client.HTTPConnection, too_long: threading.Event) -> None:
    """End a conversation with a receiver which answers a byte now and then, for as long as it likes."""
    too_long.set()
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


def _split(value: object) -> SplitResult:
    try:
        url = urlsplit(value if isinstance(value, str) else "")
        _ = url.port  # read here because an impossible port shows only when it is asked for
    except ValueError as error:
        raise Undeliverable("the URL is not valid") from error
    return url


def _connection(url: SplitResult) -> http.client.HTTPConnection:
    host, port = (url.hostname or "").lower(), url.port
    trusted = host in settings().webhook_private_hosts
    if not host or url.username or url.scheme not in ({"https", "http"} if trusted else {"https"}):
        raise Undeliverable("a webhook needs an https:// URL with a host and without a password")
    address = _resolve(host, trusted)
    if url.scheme == "http":
        return _PinnedHTTP(address, host, port or 80)
    return _PinnedHTTPS(address, host, port or 443)


def _resolve(host: str, trusted: bool) -> str:
    try:
        found = {str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError) as error:
        raise NotNow(f"the host name is not known: {host}") from error
    if not trusted and not all(_public(address) for address in found):
        raise Undeliverable(f"the host is in a private network: {host}")
    return sorted(found)[0]


def _public(address: str) -> bool:
    """Whether an address belongs to the open internet; an IPv4 address in IPv6 clothes counts as what it is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = (
            ip.ipv4_mapped or ip.sixtofour or (ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _NAT64 else None)
        )
        if inner is not None and not _public(str(inner)):
            return False
    return ip.is_global and not ip.is_multicast
