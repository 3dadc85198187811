"""Sign of life of the workers of this machine: the age of a file. `python -m tasks.alive` exits 1 when it is old."""

import socket
import sys
import time
from pathlib import Path

from engine.settings import settings as engine_settings
from tasks.settings import settings


def _file() -> Path:
    return engine_settings().var / f"worker-{socket.gethostname()}.alive"


def mark() -> None:
    """A round of work was done just now."""
    _file().parent.mkdir(parents=True, exist_ok=True)
    _file().touch()


def age() -> float | None:
    """Seconds since the last round; None where there was none."""
    try:
        return max(time.time() - _file().stat().st_mtime, 0.0)
    except FileNotFoundError:
        return None


if __name__ == "__main__":
    seconds = age()
    sys.exit(seconds is None or seconds > 6 * settings().poll_seconds + 60)
