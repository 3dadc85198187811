"""Other programs are told with proof of the sender, and nobody can point us at our own network."""

import contextlib
import hashlib
import hmac
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from engine.ids import new_id
from tasks import webhooks
from tasks.errors import NotNow, Undeliverable
from tests.tasks.conftest import Configure

SECRET = "correct horse battery staple"


@dataclass
class Receiver:
    """A real HTTP server which answers `status` and keeps what it got."""

    url: str = ""
    status: int = 204
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    kept = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.requests.append((self.path, dict(self.headers), body))
            self.send_response(kept.status)
            self.send_header("Location", kept.url + "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        kept.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def secret(configure: Configure) -> None:
    configure(WEBHOOK_SECRET=SECRET, WEBHOOK_PRIVATE_HOSTS="")


def payload(url: str) -> dict[str, object]:
    return {"url": url, "event": "case.closed", "data": {"number": "TS-1"}}


def test_the_receiver_can_prove_who_sent_it(receiver: Receiver, configure: Configure) -> None:
    configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    message_id = new_id()
    webhooks.deliver(message_id, payload(f"{receiver.url}/hook?x=1"))
    ((path, headers, body),) = receiver.requests
    parts = dict(part.split("=", 1) for part in headers["Redress-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(parts["v1"], expected)
    assert path == "/hook?x=1"
    assert orjson.loads(body) == {"id": str(message_id), "event": "case.closed", "data": {"number": "TS-1"}}
    assert headers["Redress-Message"] == str(message_id)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://10.1.2.3/",
        "https://192.168.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://224.0.0.1/",
        "https://[fe80::1]/",
        "https://100.64.0.1/",
    ],
)
def test_a_private_address_is_never_called(url: str) -> None:
    with pytest.raises(Undeliverable, match="private"):
        webhooks.deliver(new_id(), payload(url))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "https://user:password@example.com/",
        "https://",
        "",
        "https://example.com:99999/",
        "https://[::1",
        "gopher://x",
        "//example.com",
    ],
)
def test_only_https_without_credentials_is_called(url: str) -> None:
    with pytest.raises(Undeliverable, match=r"https://|not valid"):
        webhooks.deliver(new_id(), payload(url))


def test_a_redirect_is_not_followed(receiver: Receiver, configure: Configure) -> None:
    configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    receiver.status = 307
    with pytest.raises(NotNow, match="307"):
        webhooks.deliver(new_id(), payload(receiver.url))
    assert [path for path, *_ in receiver.requests] == ["/"]


@pytest.mark.parametrize(("status", "error"), [(500, NotNow), (503, NotNow), (429, NotNow), (404, Undeliverable)])
def test_the_answer_decides_whether_a_later_try_may_help(
    receiver: Receiver, configure: Configure, status: int, error: type[Exception]
) -> None:
    configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    receiver.status = status
    with pytest.raises(error, match=str(status)):
        webhooks.deliver(new_id(), payload(receiver.url))


def test_a_path_with_a_line_break_does_not_become_a_header(receiver: Receiver, configure: Configure) -> None:
    configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    webhooks_url = f"{receiver.url}/a b"
    with pytest.raises(Undeliverable, match="not valid"):
        webhooks.deliver(new_id(), payload(webhooks_url))
    assert receiver.requests == []


def test_without_a_secret_nothing_is_sent(receiver: Receiver, configure: Configure) -> None:
    configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1", WEBHOOK_SECRET="")
    with pytest.raises(Undeliverable, match="WEBHOOK_SECRET"):
        webhooks.deliver(new_id(), payload(receiver.url))
    assert receiver.requests == []


def test_a_receiver_which_drips_is_hung_up_on(configure: Configure) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1", WEBHOOK_SECONDS="0.3")
        thread = threading.Thread(target=_drip, args=[server])
        thread.start()
        with pytest.raises(NotNow, match="too long"):
            webhooks.deliver(new_id(), payload(f"http://127.0.0.1:{server.getsockname()[1]}/"))
        thread.join()


def _drip(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection, contextlib.suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        while True:
            connection.sendall(b"X-Drip: 1\r\n")
            connection.settimeout(0.05)
            with contextlib.suppress(TimeoutError):
                if not connection.recv(65536):
                    return


def test_a_trusted_host_which_is_away_is_tried_again(configure: Configure) -> None:
    configure(WEBHOOK_PRIVATE_HOSTS="127.0.0.1")
    with pytest.raises(NotNow):
        webhooks.deliver(new_id(), payload("http://127.0.0.1:1/"))
