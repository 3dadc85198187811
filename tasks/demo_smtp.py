"""A mail server for a demo: takes every mail on this machine and puts it into the postbox; nothing leaves.

`python -m tasks.demo_smtp PORT` listens on 127.0.0.1 until it is told to stop.
"""

import signal
import sys
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from workflows import postbox

_SIZE_LIMIT = 32 * 1024 * 1024


class Postbox:
    """aiosmtpd's handler: DATA goes into the postbox."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Keep the mail; the answer is SMTP's."""
        content = envelope.original_content or b""
        return f"250 kept as {postbox.keep(content)}"


def listen(port: int) -> Controller:
    """Start the server in a thread of its own; `.stop()` ends it."""
    controller = Controller(Postbox(), hostname="127.0.0.1", port=port, data_size_limit=_SIZE_LIMIT)
    controller.start()
    return controller


def main(port: int) -> None:
    """Serve until SIGINT or SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    controller = listen(port)
    stop.wait()
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
