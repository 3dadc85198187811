"""A house with demo staff and the shipped bundles, and cases of it brought to a user task of the main process."""

from datetime import timedelta
from random import Random
from uuid import UUID

import workflows
from engine import hooks, usertasks
from engine.clock import at, now
from engine.db import transaction
from engine.models import UserTask
from workflows import authorisation, authority, demo, gates
from workflows import usertasks as domain_tasks
from workflows.models import Person
from workflows.simulation import acting, filling
from workflows.simulation.world import World


def open_house() -> World:
    """Plant master data, people and bundles; the staff at work."""
    workflows.install()
    with transaction() as session:
        demo.plant(session)
    world = World(transaction, Random(7), late=0.0)
    with transaction() as session:
        world.muster(session)
    return world


def close_house(before: hooks.Domain) -> None:
    """Let the engine run as it did before."""
    hooks.install(before)


def case_at(world: World, element: str, most: int = 60) -> UUID:
    """Receive complaints and work on them until one stands at `element`; the id of that open task."""
    for _ in range(most):
        world.agenda.clear()
        acting.receive_one(world)
        moment = now()
        while world.agenda:
            event = world.pop()
            moment = max(moment, event.at) + timedelta(seconds=1)
            if event.task is None:
                continue
            with transaction() as session:
                found = session.get_one(UserTask, event.task)
                if found.element_id == element:
                    return found.id
            with at(moment):
                acting.work(world, event.task)
    raise LookupError(f"no case came to {element}")


def filled(world: World, task_id: UUID) -> tuple[Person, dict[str, object]]:
    """Who may complete the task, and a form filled in for it."""
    with transaction() as session:
        task = usertasks.get(session, task_id)
        duty, _ = gates.duty_of(session, task)
        able = world.eligible(task.department, authority.ROLE_OF_DUTY.get(duty or ""))
        found = domain_tasks.find(session, task_id)
        person = next(one for one in able if authorisation.may(session, one, "task.complete", found))
        return person, filling.fill(usertasks.form(session, task), usertasks.context(session, task), world.rng)
