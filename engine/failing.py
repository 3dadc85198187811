"""A step which failed: the incident which waits for a person, or for the next automatic try."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import history
from engine.clock import now
from engine.errors import StepFailed
from engine.hooks import Command, domain
from engine.jsonable import jsonable
from engine.models import Incident, IncidentStatus, ProcessInstance, TaskStatus, Timer, UserTask
from engine.spiff.errors import Failure
from engine.spiff.movement import Firing, Movement

TRIES = 5
LONGEST_PAUSE = timedelta(hours=1)
"""Between two tries of a timer which goes on failing: when its cause is gone, it heals by itself within that time."""
AUTOMATIC = frozenset({"start", "timer", "condition", "message", "signal"})
LONELY = frozenset({"start", "message", "signal"})
"""Commands which nothing but their own incident would bring again."""


@dataclass(slots=True)
class Attempt:
    """A command being carried out, as far as its incident must know.

    keep: data to keep for a retry; fresh: the first step of an instance; calm: nothing happens of itself in it;
    early: what was due before the command is happening; waited: the timer tokens which waited before the step.
    """

    command: Command
    key: str
    keep: Mapping[str, Any] = field(default_factory=dict)
    fresh: bool = False
    calm: bool = False
    early: bool = False
    waited: frozenset[UUID] = frozenset()
    movement: Movement | None = None

    def to_blame(self) -> tuple[Command, str]:
        """The command which failed, with its key: another one's where what was due before did not succeed.

        Then it is the timer's (as if a worker had fired it), whoever came along: one incident for one cause.
        """
        if self.early and self.movement is not None and self.command.kind not in LONELY:
            for firing in reversed(self.movement.fired):
                if firing.kind == "condition" or firing.token_id in self.waited:
                    return _of(firing), firing.key
        return self.command, self.key


def _of(firing: Firing) -> Command:
    """What would have carried it out, had nobody come along."""
    facts = {"timer": str(firing.token_id)} if firing.kind == "timer" else {}
    return Command(firing.kind, "timer", firing.element_id, data=facts)


def fail(session: Session, instance: ProcessInstance, attempt: Attempt, error: Exception) -> StepFailed:
    """Write the incident of a failed command, or count it up where it failed before; the error to raise.

    Commands which nobody waits for are tried again after 1, 2, 4 ... minutes, `TRIES` times; the owner is told of each.
    A timer comes back after that, too, at most `LONGEST_PAUSE` apart and in silence. What a person typed is kept as the
    draft of the task.
    """
    moment = now()
    command, key = attempt.to_blame()
    work = attempt.movement.doing if attempt.movement is not None else None
    element = error.element_id if isinstance(error, Failure) else command.element_id
    code = error.code if isinstance(error, Failure) else type(error).__name__
    text = str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}"
    cause = f"{element or instance.definition.process_id}:{code}"[:300]
    incident = session.scalar(
        select(Incident).where(
            Incident.instance_id == instance.id,
            Incident.status == IncidentStatus.OPEN,
            Incident.command["key"].astext == key,
        )
    )
    if incident is None:
        incident = Incident(instance_id=instance.id, attempts=0, created_at=moment)
        session.add(incident)
    task_id = UUID(command.task_id) if command.task_id else None
    incident.element_id = element or None
    incident.task_id = task_id
    incident.cause = cause
    incident.message = str(jsonable(text))[:1000]
    incident.command = {
        **_told(command),
        "key": key,
        "work": asdict(work) if work is not None and work.element == element else None,
        "skipped": _skipped(session, instance),
    }
    incident.attempts += 1
    incident.retry_at = _next_try(command, incident.attempts)
    _keep_draft(session, attempt)
    _push_forward(session, {command.data.get("timer"), attempt.command.data.get("timer")}, incident.attempts)
    session.flush()
    history.record(
        session,
        instance,
        "incident",
        actor=attempt.command.actor,
        element_id=element or None,
        task_id=task_id,
        data={"incident": incident.id, "cause": incident.cause, "attempts": incident.attempts},
    )
    if incident.attempts <= TRIES + 1:
        domain().incident(session, instance, incident)
    return StepFailed(
        "The step failed and was rolled back; an incident waits for a person",
        instance=str(instance.id),
        incident=str(incident.id),
        element=element or "",
        code=code,
    )


def _told(command: Command) -> dict[str, Any]:
    """A command as JSON-able data, to be given again."""
    return {
        "kind": command.kind,
        "actor": command.actor,
        "task_id": command.task_id,
        "element_id": command.element_id,
        "data": jsonable(command.data),
    }


def _skipped(session: Session, instance: ProcessInstance) -> list[dict[str, Any]]:
    """What the step leaves out, as an incident keeps it for the next try."""
    skips = session.info.get("skip", {}).get(instance.id, ())
    return [{"work": asdict(each.work), "results": jsonable(each.results)} for each in skips]


def pause(tries: int) -> timedelta:
    """How long to wait after so many failed tries: 1, 2, 4 ... minutes, at most `LONGEST_PAUSE`."""
    return min(timedelta(minutes=2 ** min(tries - 1, 12)), LONGEST_PAUSE)


def _next_try(command: Command, attempts: int) -> datetime | None:
    if command.kind not in AUTOMATIC or attempts > TRIES:
        return None
    return now() + pause(attempts)


def _keep_draft(session: Session, attempt: Attempt) -> None:
    """What a person typed stays with the task."""
    task_id = attempt.command.task_id
    if attempt.command.kind == "complete" and task_id is not None:
        session.execute(
            update(UserTask)
            .where(UserTask.id == UUID(task_id), UserTask.status == TaskStatus.OPEN)
            .values(draft=jsonable(attempt.keep))
            .execution_options(synchronize_session="fetch")
        )


def _push_forward(session: Session, timer_ids: Collection[str | None], attempts: int) -> None:
    """A timer whose step fails comes back later than its incident, so that it cannot keep a worker busy."""
    found = [UUID(str(timer_id)) for timer_id in timer_ids if timer_id is not None]
    if found:
        later = now() + pause(attempts + 1)
        session.execute(update(Timer).where(Timer.id.in_(found)).values(claimed_until=later, attempts=attempts))
