"""Open user tasks of a migrated instance: who has them and what was typed stays, what is drawn becomes the new."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import definitions
from engine.hooks import Wanted, domain
from engine.jsonable import jsonable
from engine.migration.arrivals import Arrivals
from engine.migration.carrying import TimerLine, moment_of
from engine.migration.models import Timers
from engine.models import ProcessInstance, TaskStatus, Timer, TimerKind, UserTask
from engine.spiff.opening import Opening, opening
from engine.spiff.rebinding import as_of
from engine.spiff.watching import waits_of
from engine.spiff.workflow import Workflow

FIELDS = (
    "definition_id", "element_id", "name_zh", "name_en", "lane", "department", "candidates", "form_id", "due_at",
    "follow_up_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Redrawn:
    """An open task and the values it gets, by column."""

    task: UserTask
    values: Mapping[str, Any]

    @property
    def line(self) -> TimerLine | None:
        """Its due date, where it changes."""
        old, new = self.task.due_at, self.values["due_at"]
        return None if old == new else TimerLine("task", self.values["element_id"], old, new)


def drawn(top: Workflow) -> dict[UUID, Opening]:
    """What the diagram says about every open task; those it cannot be computed for are left out."""
    found = {}
    for task_id, token in waits_of(top).tasks.items():
        try:
            found[task_id] = opening(token)
        except Exception:  # noqa: S112 - the old version may be what is wrong
            continue
    return found


def redraw(
    session: Session, instance: ProcessInstance, top: Workflow, before: Mapping[UUID, Opening], timers: Timers
) -> list[Redrawn]:
    """What the new version, on which `top` runs now, says about the tasks which stay open. Raises Failure.

    The due date stays where there is one, unless it is recomputed. A task nobody has taken goes to another department
    where the new version draws it there.
    """
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    rows = {task.id: task for task in session.scalars(query.execution_options(populate_existing=True))}
    since = Arrivals(session, instance) if timers == Timers.RECOMPUTE else None
    made = []
    for task_id, token in waits_of(top).tasks.items():
        task = rows.get(task_id)
        if task is None:
            continue
        with as_of(top, moment_of(instance) if since is None else since(token)):
            new = opening(token)
        values = {
            "definition_id": UUID(new.definition_id),
            "element_id": new.element_id,
            "name_zh": new.name_zh,
            "name_en": new.name_en,
            "lane": new.lane,
            "form_id": new.form_id,
            "due_at": new.due_at if since is not None or task.due_at is None else task.due_at,
            "follow_up_at": new.follow_up_at if since is not None or task.follow_up_at is None else task.follow_up_at,
            **_department(session, instance, task, before.get(task_id), new),
        }
        made.append(Redrawn(task, values))
    return made


def _department(
    session: Session, instance: ProcessInstance, task: UserTask, old: Opening | None, new: Opening
) -> dict[str, Any]:
    kept = {"department": task.department, "candidates": list(task.candidates)}
    if task.assignee is not None or old is None or _who(old) == _who(new):
        return kept
    wanted = Wanted(new.element_id, new.department, None, new.groups, new.users)
    given = domain().assignment(session, instance, new.lane, wanted)
    return {"department": given.department, "candidates": list(given.candidates)}


def _who(drawn: Opening) -> object:
    return drawn.lane, drawn.department, drawn.groups, drawn.users


def write(session: Session, instance: ProcessInstance, redrawn: list[Redrawn]) -> list[UserTask]:
    """Write the new values; the tasks whose due date changed, whose old warnings are taken away."""
    dated, renamed = [], []
    for each in redrawn:
        if each.values["element_id"] != each.task.element_id:
            renamed.append(each.task)
        if each.task.due_at != each.values["due_at"]:
            dated.append(each.task)
        each.task.rev += _looks_different(session, each)
        for name, value in each.values.items():
            setattr(each.task, name, value)
    session.flush()
    warnings = (Timer.instance_id == instance.id, Timer.kind == TimerKind.WARNING)
    quiet = {"synchronize_session": False}
    for task in renamed:
        moved = update(Timer).where(*warnings, Timer.task_id == task.id)
        session.execute(moved.values(element_id=task.element_id), execution_options=quiet)
    if dated:
        gone = delete(Timer).where(*warnings, Timer.task_id.in_([task.id for task in dated]))
        session.execute(gone, execution_options=quiet)
    return dated


def _looks_different(session: Session, redrawn: Redrawn) -> bool:
    """Whether somebody who has the task open on a screen sees something else than it is now."""
    task, values = redrawn.task, redrawn.values
    if any(getattr(task, name) != value for name, value in values.items() if name != "definition_id"):
        return True
    old, new = (definitions.compiled_by_id(session, each) for each in (task.definition_id, values["definition_id"]))
    return old.forms.get(task.form_id or "") != new.forms.get(task.form_id or "")


def kept(redrawn: list[Redrawn]) -> list[dict[str, Any]]:
    """The tasks as they are now, for the way back; JSON-able."""
    return [
        {"id": str(each.task.id), **{name: _plain(getattr(each.task, name)) for name in FIELDS}} for each in redrawn
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else jsonable(value)


def restored(session: Session, instance: ProcessInstance, rows: list[dict[str, Any]]) -> Iterator[Redrawn]:
    """Kept tasks with the values they had; of those which are still open."""
    query = select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN)
    open_tasks = {str(task.id): task for task in session.scalars(query.execution_options(populate_existing=True))}
    for row in rows:
        task = open_tasks.get(row["id"])
        if task is not None:
            values = {name: row[name] for name in FIELDS}
            values["definition_id"] = UUID(values["definition_id"])
            for name in ("due_at", "follow_up_at"):
                values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
            if task.assignee is not None:  # somebody has it: where it is now is right
                values["department"], values["candidates"] = task.department, list(task.candidates)
            yield Redrawn(task, values)
