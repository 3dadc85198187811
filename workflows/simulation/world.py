"""What a simulation keeps in its head: its cases, its staff, and the agenda of what happens when."""

import heapq
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.models import ProcessInstance, TaskStatus, Timer, UserTask
from workflows import calendars, people, worktime
from workflows.models import Person, Role

Transaction = Callable[[], AbstractContextManager[Session]]


@dataclass(order=True, slots=True)
class Event:
    """Something at a moment: somebody gets round to a `task`, a timer of case `number` is due, else a complaint."""

    at: datetime
    order: int
    task: UUID | None = field(compare=False, default=None)
    number: str | None = field(compare=False, default=None)


@dataclass(slots=True)
class World:
    """The state of one simulation.

    late: share of tasks which are done after their due date; alarms: when the next timer of each case is due.
    """

    transaction: Transaction
    rng: Random
    late: float = 0.12
    agenda: list[Event] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    planned: set[UUID] = field(default_factory=set)
    alarms: dict[str, datetime | None] = field(default_factory=dict)
    staff: list[Person] = field(default_factory=list)
    steps: int = 0
    written: int = 0

    def put(self, at: datetime, task: UUID | None = None, number: str | None = None) -> None:
        """Write into the agenda."""
        self.written += 1
        heapq.heappush(self.agenda, Event(at, self.written, task, number))

    def pop(self) -> Event:
        """The next thing to happen."""
        return heapq.heappop(self.agenda)

    def plan(self, session: Session, number: str) -> None:
        """Decide for every new open task of a case when somebody will do it, and note when its next timer is due."""
        ours = ProcessInstance.business_key == number
        open_tasks = session.execute(
            select(UserTask.id, UserTask.created_at, UserTask.due_at)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ours, UserTask.status == TaskStatus.OPEN.value)
            .order_by(UserTask.created_at, UserTask.element_id, UserTask.department, UserTask.assignee)
        )
        for task_id, created_at, due_at in open_tasks:
            if task_id not in self.planned:
                self.planned.add(task_id)
                self.put(self._moment(session, created_at, due_at), task_id)
        running = Timer.instance_id.in_(select(ProcessInstance.id).where(ours))
        due = session.scalar(select(func.min(Timer.due_at)).where(running))
        if due is not None and due != self.alarms.get(number):
            self.put(due, number=number)
        self.alarms[number] = due

    def _moment(self, session: Session, created_at: datetime, due_at: datetime | None) -> datetime:
        calendar = calendars.get(session)
        share = self.rng.uniform(1.05, 2.0) if self.rng.random() < self.late else self.rng.uniform(0.05, 0.7)
        period = worktime.business_time(calendar, created_at, due_at) if due_at else timedelta(0)
        hours = period.total_seconds() / 3600 or 4.0
        moment = worktime.add_business_hours(calendar, created_at, min(hours, 120.0) * share)
        if share > 1 and due_at is not None:
            moment = max(moment, due_at + timedelta(minutes=30))
        return moment

    def eligible(self, department: str | None, role: Role | None) -> list[Person]:
        """Staff for a task, best first: the department's with the role, then others with the role, then managers."""
        ours = [one for one in self.staff if one.department == department and (role is None or role in one.roles)]
        self.rng.shuffle(ours)
        if role is None:
            ours.sort(key=lambda one: Role.HEAD in one.roles)
        others = [one for one in self.staff if role is not None and role in one.roles and one not in ours]
        managers = [one for one in self.staff if Role.MANAGER in one.roles and one not in ours and one not in others]
        return [*ours, *others, *managers]

    def muster(self, session: Session) -> None:
        """Call everybody who works here."""
        self.staff = people.listing(session)
