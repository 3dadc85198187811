"""What is due by the clock: timers on the diagrams, and further tries of steps which failed.

Each one has a transaction of its own. Any number of workers may run this at once: rows are claimed, never fired twice.
"""

from uuid import UUID

import structlog
from celery import shared_task

from engine import incidents, timers
from engine.db import transaction
from engine.errors import EngineError
from tasks import poll

_BATCH = 20
_log = structlog.get_logger("tasks.timers")


@shared_task(name="tasks.timers.fire_due")
def fire_due() -> int:
    """Fire timers until none is due; how many fired here. One which fails is pushed forward and stops no other.

    A worker process which is to end finishes the step it is in and gives back what it had claimed.
    """
    fired = 0
    while not poll.stopping():
        with transaction() as session:
            claimed = timers.claim_due(session, limit=_BATCH)
        if not claimed:
            break
        while claimed and not poll.stopping():
            fired += _fire(claimed.pop(0))
        if claimed:
            with transaction() as session:
                timers.release(session, claimed)
    return fired


def _fire(timer_id: UUID) -> bool:
    try:
        with transaction() as session:
            return timers.fire(session, timer_id)
    except EngineError as error:
        _log.warning("timer_failed", timer=str(timer_id), error=type(error).__name__)
    except Exception:
        _log.exception("timer_failed", timer=str(timer_id))
    return False


@shared_task(name="tasks.timers.retry_due")
def retry_due() -> int:
    """Try failed steps again whose next automatic try is due; how many succeeded."""
    with transaction() as session:
        due = incidents.due_retries(session, limit=_BATCH)
    return sum(_retry(incident_id) for incident_id in due)


def _retry(incident_id: UUID) -> bool:
    try:
        with transaction() as session:
            incidents.retry(session, incident_id, actor="system")
    except EngineError as error:
        _log.warning("retry_failed", incident=str(incident_id), error=type(error).__name__)
        return False
    except Exception:
        _log.exception("retry_failed", incident=str(incident_id))
        return False
    return True
