"""The second pair of eyes: every worker process looks for what is due by itself, whether or not a broker wakes it.

With a healthy broker it finds little to do; with a dead one it is what keeps timers firing and letters leaving, only
some seconds later. It runs in the job processes, never in Celery's parent, which therefore holds no connection to
inherit by accident.
"""

import random
import threading
from collections.abc import Callable

import structlog
from celery.signals import worker_process_init, worker_process_shutdown

from engine import garbage
from tasks import alive
from tasks.settings import settings

_GOODBYE = 10.0
_log = structlog.get_logger("tasks.poll")
_stop = threading.Event()
_thread: threading.Thread | None = None


def attach() -> None:
    """Look regularly in every job process of this Celery worker (pool `prefork`)."""
    worker_process_init.connect(_begin, weak=False)
    worker_process_shutdown.connect(_end, weak=False)


def stopping() -> bool:
    """Whether this process is to end: whoever works through a list stops after the present piece."""
    return _stop.is_set()


def look() -> None:
    """One round: whatever is due, once. A failure in one room keeps nobody from the next."""
    from tasks import housekeeping, outbox, timers

    rounds: tuple[Callable[[], int], ...] = (
        timers.fire_due,
        timers.retry_due,
        outbox.deliver_inside,
        outbox.deliver_mail,
        outbox.deliver_webhooks,
        housekeeping.fold_tallies,
    )
    for drain in rounds:
        try:
            drain()
        except Exception as error:
            _log.warning("round_failed", drain=drain.__name__, error=type(error).__name__, reason=str(error)[:200])
    alive.mark()


def _begin(**_: object) -> None:
    global _thread
    garbage.settle()
    _stop.clear()
    _thread = threading.Thread(target=_watch, name="poll", daemon=True)
    _thread.start()


def _end(**_: object) -> None:
    _stop.set()
    if _thread is not None:
        _thread.join(_GOODBYE)


def _watch() -> None:
    pause = settings().poll_seconds
    while not _stop.wait(pause * random.uniform(0.75, 1.25)):  # noqa: S311 (only so that workers do not look in step)
        look()
