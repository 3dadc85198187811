"""Simulated staff of all roles work cases on a virtual clock, through the same verbs as the doors use.

The clock is virtual, so timers fire and late people cause escalations; everything else is real: transactions, forms,
gates, letters. Mails are not sent: their promises are marked as delivered.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any

from sqlalchemy import func, select

from engine.clock import at, now
from engine.models import Incident, InstanceStatus, ProcessInstance
from workflows.models import Case, CaseStatus, Decision, DecisionKind, Escalation
from workflows.simulation import acting
from workflows.simulation.world import Transaction, World

Progress = Callable[[int, int], None]
MOST_EVENTS_A_CASE = 400


def drive(
    transaction: Transaction,
    cases: int,
    seed: int,
    on_progress: Progress | None = None,
    *,
    begin: datetime | None = None,
    span: timedelta = timedelta(days=30),
    until: datetime | None = None,
) -> dict[str, Any]:
    """Let `cases` complaints arrive within `span` from `begin` (default: a midnight, 150 days ago): all are worked.

    until: stop then and leave open what is open (demo data). on_progress(closed or waiting, all). Needs the demo's
    people and published bundles. Answers `cases ended incidents escalations legal_reviews approvals outcomes steps
    seconds`. The same seed and begin give the same counts in a house just planted (not the same numbers and ids).
    """
    started, rng = perf_counter(), Random(seed)  # noqa: S311 - a simulation, not a secret
    world = World(transaction, rng)
    begin = begin or now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=150)
    with transaction() as session:
        world.muster(session)
    for arrival in sorted(begin + span * rng.random() for _ in range(cases)):
        world.put(arrival)
    for count in range(cases * MOST_EVENTS_A_CASE):
        if not next_event(world, until):
            break
        if on_progress is not None and count % 25 == 0:
            on_progress(_closed(world), cases)
    if on_progress is not None:
        on_progress(_closed(world), cases)
    return {**_figures(world), "seconds": round(perf_counter() - started, 1)}


def next_event(world: World, until: datetime | None, message_id: str | None = None) -> bool:
    """Let the next thing of the agenda happen; False when nothing more is to come (before `until`)."""
    if not world.agenda or (until is not None and world.agenda[0].at > until):
        return False
    event = world.pop()
    with at(event.at):
        if event.task is not None:
            acting.work(world, event.task)
        elif event.number is None:
            acting.receive_one(world, message_id)
        elif world.alarms.get(event.number) == event.at:  # else it was stopped meanwhile
            acting.fire_timers(world, event.number)
    return True


def _closed(world: World) -> int:
    with world.transaction() as session:
        query = select(func.count()).select_from(Case)
        closed = query.where(Case.number.in_(world.numbers), Case.status == CaseStatus.CLOSED.value)
        return int(session.scalar(closed) or 0)


def _figures(world: World) -> dict[str, Any]:
    with world.transaction() as session:
        known = list(session.execute(select(Case.id, Case.outcome).where(Case.number.in_(world.numbers))))
        ids = [row.id for row in known]
        ours = select(ProcessInstance.id).where(ProcessInstance.business_key.in_(world.numbers))

        def count(table: type[Any], *conditions: Any) -> int:
            return int(session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0)

        return {
            "cases": len(known),
            "ended": count(
                Case,
                Case.id.in_(ids),
                Case.status == CaseStatus.CLOSED.value,
                Case.instance_id.in_(
                    select(ProcessInstance.id).where(ProcessInstance.status == InstanceStatus.COMPLETED.value)
                ),
            ),
            "incidents": count(Incident, Incident.instance_id.in_(ours)),
            "escalations": count(Escalation, Escalation.case_id.in_(ids)),
            "legal_reviews": count(Decision, Decision.case_id.in_(ids), Decision.kind == DecisionKind.LEGAL.value),
            "approvals": count(Decision, Decision.case_id.in_(ids), Decision.kind == DecisionKind.APPROVAL.value),
            "outcomes": dict(sorted(Counter(row.outcome for row in known if row.outcome).items())),
            "steps": world.steps,
        }
