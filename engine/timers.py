"""Timers: deadlines as rows, each fired exactly once by however many workers.

Two phases: `claim_due` takes rows for this worker by a conditional update and is committed; `fire` then makes one step
of one instance. A claim ends by itself, so a timer whose worker died comes back; a timer fired by somebody else in the
meantime is gone, and `fire` says so.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from engine import steps
from engine.clock import now
from engine.failing import LONGEST_PAUSE
from engine.hooks import Command, domain
from engine.models import InstanceStatus, ProcessInstance, TaskStatus, Timer, TimerKind, UserTask

LEASE = timedelta(minutes=2)


def _free(moment: datetime) -> ColumnElement[bool]:
    """Nobody is on it. A claim longer than any we make is from a clock which has since been put back, and does not
    count."""
    beyond = moment + max(LEASE, LONGEST_PAUSE)
    return or_(Timer.claimed_until.is_(None), Timer.claimed_until <= moment, Timer.claimed_until > beyond)


def claim_due(session: Session, *, limit: int) -> list[UUID]:
    """Ids of timers which are due, earliest first, claimed for `LEASE`; commit, then `fire` each."""
    moment = now()
    due = (
        select(Timer.id)
        .where(Timer.due_at <= moment, _free(moment))
        .order_by(Timer.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = session.execute(
        update(Timer)
        .where(Timer.id.in_(due.scalar_subquery()))
        .values(claimed_until=moment + LEASE)
        .returning(Timer.due_at, Timer.id)
        .execution_options(synchronize_session=False)
    )
    return [timer_id for _, timer_id in sorted((due_at, timer_id) for due_at, timer_id in taken)]


def release(session: Session, timer_ids: Collection[UUID]) -> None:
    """Give back claimed timers which were not fired, so that another worker takes them at once."""
    query = update(Timer).where(Timer.id.in_(timer_ids), Timer.attempts == 0).values(claimed_until=None)
    session.execute(query.execution_options(synchronize_session=False))


def fire(session: Session, timer_id: UUID) -> bool:
    """Let a due timer happen, in a step of its instance; False where it is gone or not due.

    Raises StepFailed where the step failed (an incident waits, the row comes back later), Busy.
    """
    row = session.execute(
        select(ProcessInstance, Timer)
        .join(Timer, Timer.instance_id == ProcessInstance.id)
        .where(Timer.id == timer_id)
        .with_for_update(of=[ProcessInstance, Timer])
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return False
    instance, timer = row
    if timer.due_at > now() or instance.status != InstanceStatus.RUNNING:
        return False
    if timer.kind == TimerKind.WARNING:
        return _warn(session, instance, timer)
    command = Command("timer", "timer", timer.element_id, data={"timer": str(timer_id)})
    steps.step(session, instance.id, command, _nothing, key=f"timer:{timer_id}", locked=instance)
    _drop(session, timer_id)
    return True


def _drop(session: Session, timer_id: UUID) -> None:
    """Remove a row which is still due: its token is gone, or it was a warning. A cycle's row has its next due date."""
    query = delete(Timer).where(Timer.id == timer_id, Timer.due_at <= now())
    session.execute(query.execution_options(synchronize_session=False))


def _nothing(step: steps.Step) -> None:
    """What is due fires at the beginning of every step."""


def _warn(session: Session, instance: ProcessInstance, timer: Timer) -> bool:
    """Tell the domain that a task's due date draws near; the row is gone then."""
    task = session.get(UserTask, timer.task_id) if timer.task_id else None
    command = Command("timer", "timer", timer.element_id, data={"timer": str(timer.id), "level": timer.level})
    level, timer_id = timer.level or 0, timer.id

    def change(step: steps.Step) -> None:
        _drop(session, timer_id)
        if task is not None and task.status == TaskStatus.OPEN:
            step.note("warned", task.element_id, task.id, level=level)
            domain().warned(session, instance, task, level)

    steps.step(session, instance.id, command, change, key=f"timer:{timer_id}", locked=instance)
    return True


def next_due(session: Session) -> datetime | None:
    """When the next timer is due which nobody has claimed."""
    return session.scalar(select(func.min(Timer.due_at)).where(_free(now())))
