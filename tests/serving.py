"""A live server of the application: when it is left, nobody is at work in it any more (else the next test's database
would be emptied under a request of the last one)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler


class _Quiet(WSGIRequestHandler):
    timeout = 30  # seconds which a connection may stay open with nothing on it

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """The application's own log says enough."""


class _Server(ThreadedWSGIServer):
    daemon_threads = False  # closing it waits for them


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of a server which runs inside the block."""
    server = _Server("127.0.0.1", 0, app, handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
