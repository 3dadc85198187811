"""Planting the demo's past: cases of half a year, each simulated whole inside one transaction.

Workers and pages of a house which is open already see a case only when its past is complete: none of them fires a timer
of it in the real present, and nobody waits for a lock. A case is known by its message id, so that planting which was
interrupted goes on where it stopped, and none is planted twice.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from uuid import UUID, uuid5

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import db
from engine.clock import now
from engine.errors import EngineError
from workflows import people
from workflows.models import Case, Person
from workflows.simulation import MOST_EVENTS_A_CASE, next_event
from workflows.simulation.world import World

PAST = timedelta(days=182)
_RECENT, _FIRST = timedelta(days=10), 40  # the first cases are those of the last days: work for who looks in early
_OURS = UUID("5c1f7a52-6a0c-4a3e-9d52-0d3f6a6f2c11")


def plant(
    engine: Engine, cases: int, seed: int, on_progress: Callable[[int, int], None] | None = None
) -> tuple[int, int]:
    """Plant what is missing of `cases` complaints received within the last half year; how many now, and how many not.

    Cases which would still be worked on are left open, with their real due dates. on_progress(there, wanted).
    """
    names = {str(uuid5(_OURS, f"{seed}/{number}")): number for number in range(cases)}
    with Session(engine) as session:
        there = set(session.scalars(select(Case.message_id).where(Case.message_id.in_(names))))
        staff = people.listing(session)
        session.expunge_all()
    missing = [name for name in names if name not in there]
    left_out = 0
    for done, name in enumerate(missing):
        if on_progress is not None:
            on_progress(len(there) + done, cases)
        rng = Random(f"{seed}/{names[name]}")  # noqa: S311 - a simulation, not a secret
        try:
            _one(engine, name, staff, rng, (_RECENT if names[name] < _FIRST else PAST) * rng.random())
        except EngineError:  # what people here have changed does not let a case to its end
            left_out += 1
    if on_progress is not None:
        on_progress(cases, cases)
    return len(missing) - left_out, left_out


def _one(engine: Engine, name: str, staff: list[Person], rng: Random, ago: timedelta) -> None:
    until = now()
    with db.together(engine, durable=False) as transaction:  # what a crash loses is planted again
        world = World(transaction, rng, staff=staff)
        world.put(until - ago)
        for _ in range(MOST_EVENTS_A_CASE):
            if not next_event(world, until, name):
                return
