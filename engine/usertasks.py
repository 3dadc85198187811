"""User tasks: work which waits for a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.models import ProcessInstance, UserTask


def get(session: Session, task_id: UUID) -> UserTask:
    """A user task. Raises NotFound."""
    raise NotImplementedError


def listing(
    session: Session,
    *,
    departments: Sequence[str] | None = None,
    assignee: str | None = None,
    candidate: str | None = None,
    status: str = "open",
    instance_id: UUID | None = None,
    after: tuple[datetime | None, UUID] | None = None,
    limit: int = 50,
) -> list[UserTask]:
    """User tasks by due date (those without come last), then id; `after` is the last pair of the page before.

    departments, assignee, candidate: those of any of the departments, of that person, open to that person.
    """
    raise NotImplementedError


def claim(session: Session, task_id: UUID, *, actor: str, reason: str = "") -> UserTask:
    """Take a task for oneself. Raises Conflict where it is done or another's."""
    raise NotImplementedError


def unclaim(session: Session, task_id: UUID, *, actor: str, reason: str = "") -> UserTask:
    """Give a task back to its department."""
    raise NotImplementedError


def assign(
    session: Session,
    task_id: UUID,
    *,
    actor: str,
    assignee: str | None = None,
    department: str | None = None,
    reason: str = "",
) -> UserTask:
    """Give a task to a person, or to another department."""
    raise NotImplementedError


def save_draft(session: Session, task_id: UUID, draft: Mapping[str, Any], *, actor: str, rev: int) -> UserTask:
    """Keep what somebody has typed so far. Raises Conflict unless the task's rev is `rev`."""
    raise NotImplementedError


def form(session: Session, task: UserTask) -> Any:
    """The form (`engine.forms.Form`) of a task."""
    raise NotImplementedError


def complete(
    session: Session, task_id: UUID, data: Mapping[str, Any], *, actor: str, rev: int | None = None
) -> ProcessInstance:
    """Complete a task with a form's values and run the instance to the next wait.

    Raises NotFound (no such task), Conflict (done, suspended, or not at `rev`), Invalid (problems name the fields),
    Forbidden (a gate), StepFailed (rolled back, the task stays open, an incident waits).
    """
    raise NotImplementedError
