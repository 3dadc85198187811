"""When a token came to where it stands: the user task's own row knows it, else the history."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.models import HistoryEvent, ProcessInstance, TaskStatus, UserTask
from engine.spiff.workflow import ROOT, SubWorkflow, Token


class Arrivals:
    """`arrivals(token)`: when the work it belongs to began, put off by the time the instance has stood still since."""

    def __init__(self, session: Session, instance: ProcessInstance) -> None:
        self._session = session
        self._instance = instance
        query = select(UserTask.id, UserTask.created_at).where(
            UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN
        )
        self._tasks: dict[UUID, datetime] = {row.id: row.created_at for row in session.execute(query)}

    def __call__(self, token: Token) -> datetime:
        """When it came here."""
        began = self._began(token)
        return began + self._stood_still(began)

    def _began(self, token: Token) -> datetime:
        here = token
        while here.id not in self._tasks and here._parent != ROOT:
            here = here.workflow.tasks[here._parent]
        if here.id in self._tasks:
            return self._tasks[here.id]
        via = here.internal_data.get("via")
        passed = self._passed(via) if via else None
        if passed is not None:
            return passed
        scope = here.workflow
        return self._began(scope.host) if isinstance(scope, SubWorkflow) else self._instance.started_at

    def _passed(self, flow: str) -> datetime | None:
        return self._session.scalar(
            select(func.max(HistoryEvent.at)).where(
                HistoryEvent.instance_id == self._instance.id,
                HistoryEvent.kind == "moved",
                HistoryEvent.data["path"].contains([flow]),
            )
        )

    def _stood_still(self, since: datetime) -> timedelta:
        """How long it was suspended, where resuming moved the deadlines."""
        query = select(HistoryEvent.data["stood_seconds"]).where(
            HistoryEvent.instance_id == self._instance.id,
            HistoryEvent.kind == "instance_resumed",
            HistoryEvent.at > since,
        )
        return timedelta(seconds=sum(float(seconds) for seconds in self._session.scalars(query)))
