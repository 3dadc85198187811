"""Instances whose function always fails stand among good ones: no worker stops, and the good ones end.

The clock is put forward by hand: each round is the moment of the next automatic try.
"""

import datetime as dt
import itertools
from typing import Any

from sqlalchemy import func, select

from engine import clock, definitions, incidents, instances
from engine.db import transaction
from engine.failing import TRIES
from engine.functions import Call, function
from engine.models import Incident, InstanceStatus, ProcessInstance
from tasks import timers
from tests.bench.common import scratch
from tests.builders import bundle, catch, end, process, service, start, timer
from tests.faults import report

_FAILS = "poison"
tried: list[str] = []
"""Business keys of the instances whose function was called, in order."""


@function("fault_poison", title_zh="总是失败", title_en="Always fails")
def fault_poison(call: Call) -> None:
    """Fails for every instance whose business key begins with `poison`."""
    tried.append(call.instance.business_key)
    if call.instance.business_key.startswith(_FAILS):
        raise RuntimeError("no cure")


def run(*, good: int = 200, poison: int = 20, rounds: int = 12) -> dict[str, Any]:
    """Fire the timers of all, then let `rounds` next tries come due."""
    tried.clear()
    parts = [start(), catch("Hour", timer("PT1H")), service("Fail", "fault_poison"), end()]
    with scratch():
        with transaction() as session:
            definitions.publish_files(session, "poison", bundle(process("P", *parts), key="poison"), author="faults")
        _begin(good, poison)
        first = timers.fire_due()
        at_once = len(tried)
        pauses = _next_tries(rounds)
        with transaction() as session:
            causes = incidents.causes(session)
            attempts = list(session.scalars(select(Incident.attempts)))
            ended = session.scalar(select(func.count()).where(ProcessInstance.status == InstanceStatus.COMPLETED))
    return {
        "ok": first == ended == good
        and at_once == good + poison
        and causes == [("Fail:RuntimeError", poison)]
        and len(attempts) == poison
        and all(later >= earlier for earlier, later in itertools.pairwise(pauses)),
        "good_ended": ended,
        "poison": poison,
        "incidents": len(attempts),
        "causes": dict(causes),
        "attempts_of_each": sorted(set(attempts)),
        "automatic_tries_allowed": TRIES,
        "pauses_in_minutes": pauses,
    }


def _begin(good: int, poison: int) -> None:
    """Poison first and in between, so that a worker which stops at it would not come to the rest."""
    every = max(good // poison, 1)
    keys = [
        key
        for n in range(good)
        for key in ([f"{_FAILS}{n}"] if n % every == 0 and n // every < poison else []) + [str(n)]
    ]
    with transaction() as session, clock.at(clock.now() - dt.timedelta(hours=2)):
        for key in keys:
            instances.start(session, "poison", business_key=key, variables={}, actor="faults")


def _next_tries(rounds: int) -> list[float]:
    """Go from one due try of an incident to the next; the minutes between them."""
    moment, pauses = clock.now(), []
    for _ in range(rounds):
        with transaction() as session:
            due = session.scalar(select(func.max(Incident.retry_at)))
        if due is None:
            break
        pauses.append(round((due - moment).total_seconds() / 60))
        moment = max(moment, due) + dt.timedelta(seconds=1)
        with clock.at(moment):
            timers.retry_due()
            timers.fire_due()
    return pauses


if __name__ == "__main__":
    report.main(run)
