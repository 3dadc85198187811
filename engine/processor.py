"""Processor time of a piece of work, to limit it by.

Not of the clock: a busy machine must not change a decision. And not the cycle collector's: it begins whenever enough
objects were made, by whomever, and looks through all there are; what it takes is no matter of the work under way.
"""

import gc
import threading
from time import thread_time
from typing import Any


class _Collecting(threading.local):
    """What the collector took of this thread: `whole` seconds so far, the one under way `began` then."""

    began = 0.0
    whole = 0.0


_collecting = _Collecting()


def _note(phase: str, _info: dict[str, Any]) -> None:
    if phase == "start":
        _collecting.began = thread_time()
    else:
        _collecting.whole += thread_time() - _collecting.began


gc.callbacks.append(_note)


def seconds() -> float:
    """Processor time which this thread has used for its own work, in seconds; the differences count."""
    return thread_time() - _collecting.whole
