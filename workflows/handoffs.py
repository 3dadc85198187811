"""Passing the buck: how often a task went from one department to the next, and who ends it."""

from itertools import pairwise
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import HistoryEvent
from workflows import authorisation, people
from workflows.authorisation import TaskInCase
from workflows.models import Person, Role

MOST: Final = 2
"""So often a task may go to another department; the next time it goes to a supervisor (company rule)."""


def count(session: Session, found: TaskInCase) -> int:
    """How often the task has changed its department so far, as its history tells."""
    query = select(HistoryEvent.data["department"].astext).where(
        HistoryEvent.instance_id == found.task.instance_id,
        HistoryEvent.task_id == found.task.id,
        HistoryEvent.kind.in_(["task_opened", "task_assigned"]),
    )
    passed = session.scalars(query.order_by(HistoryEvent.seq)).all()
    return sum(one != other for one, other in pairwise(passed))


def supervisor(session: Session, person: Person, found: TaskInCase) -> Person | None:
    """Who gets the task instead of the next department: a head of customer service, else a manager.

    None while it may still be handed over, and for supervisors, who may send it wherever it belongs.
    """
    candidates = [*people.heads(session, "customer_service"), *people.listing(session, role=Role.MANAGER)]
    if person.id in {one.id for one in candidates} or count(session, found) < MOST:
        return None
    return next((one for one in candidates if not authorisation.locked_out(one, found)), None)
