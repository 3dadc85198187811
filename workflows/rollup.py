"""The heat of call activities: what waits inside the processes a process calls, counted at the activity which calls.

A task does not know which activity called its process: where two activities of a diagram call the same process, both
show all of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, and_, case, cast, extract, func, literal_column, or_, select
from sqlalchemy.orm import Session

from engine import definitions
from engine.clock import now
from engine.models import ProcessDefinition, ProcessInstance, UserTask
from workflows.monitoring import Heat


@dataclass(frozen=True, slots=True)
class CallHeat(Heat):
    """The heat of a call activity, of whole calls: hours from the first task of a call to its last.

    called: key of the process it calls; overdue_share: of the calls over, those with a task completed too late.
    """

    called: str


def heat(
    session: Session, drawn: ProcessDefinition, *, version: int | None = None, since: datetime | None = None
) -> list[CallHeat]:
    """All call activities of the diagram of `drawn`, with the tasks of instances of its process (of one version).

    Two statements and one for each call activity, whatever the number of tasks. Calls which call again count too.
    """
    nodes = [node for _, node in definitions.compiled_by_id(session, drawn.id).diagram.walk() if node.called]
    if not nodes:
        return []
    known = {one.id: one for one in session.scalars(select(ProcessDefinition))}
    callers = [one for one in known.values() if one.key == drawn.key and version in (None, one.version)]
    inside = {process: _reach(known, callers, process) for process in {str(node.called) for node in nodes}}
    wanted = set().union(*inside.values())
    waiting = _waiting(session, callers, wanted)
    found = []
    for node in sorted(nodes, key=lambda node: node.id):
        ids = inside[str(node.called)]
        bound = drawn.bound.get(str(node.called))
        open_tasks = [waiting[one] for one in ids if one in waiting]
        done = _done(session, callers, ids, since) if ids else (0, 0.0, 0.0, 0)
        found.append(
            CallHeat(
                node.id,
                sum(count for count, _ in open_tasks),
                sum(late for _, late in open_tasks),
                done[0],
                round(done[1] / 3600, 1),
                round(done[2] / 3600, 1),
                round(done[3] / done[0], 3) if done[0] else 0.0,
                known[UUID(bound)].key if bound else "",
            )
        )
    return found


def _reach(known: dict[UUID, ProcessDefinition], callers: Iterable[ProcessDefinition], process: str) -> set[UUID]:
    """The definitions which `process` is bound to in any of the callers, and all those they call."""
    ahead = [UUID(one.bound[process]) for one in callers if process in one.bound]
    found: set[UUID] = set()
    while ahead:
        one = ahead.pop()
        if one not in found and one in known:
            found.add(one)
            ahead += [UUID(below) for below in known[one].bound.values()]
    return found


def _of(callers: list[ProcessDefinition], ids: set[UUID]) -> ColumnElement[bool]:
    return and_(UserTask.definition_id.in_(ids), ProcessInstance.definition_id.in_([caller.id for caller in callers]))


def _waiting(session: Session, callers: list[ProcessDefinition], ids: set[UUID]) -> dict[UUID, tuple[int, int]]:
    """Definition -> (open, overdue) tasks."""
    late = func.count(case((UserTask.due_at < now(), 1)))
    rows = session.execute(
        select(UserTask.definition_id, func.count(), late)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.status == literal_column("'open'"), _of(callers, ids))
        .group_by(UserTask.definition_id)
    )
    return {definition: (count, overdue) for definition, count, overdue in rows}


def _done(
    session: Session, callers: list[ProcessDefinition], ids: set[UUID], since: datetime | None
) -> tuple[int, float, float, int]:
    """(calls over, median and 90 % of their seconds, those with a late task) of those over since then."""
    over = (
        select(
            extract("epoch", func.max(UserTask.completed_at) - func.min(UserTask.created_at)).label("seconds"),
            func.bool_or(and_(UserTask.due_at.is_not(None), UserTask.completed_at > UserTask.due_at)).label("late"),
        )
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(
            _of(callers, ids), or_(*(UserTask.status == literal_column(f"'{one}'") for one in ("open", "completed")))
        )
        .group_by(UserTask.instance_id)
        .having(func.count(case((UserTask.status == literal_column("'open'"), 1))) == 0)
    )
    if since is not None:
        over = over.having(func.max(UserTask.completed_at) >= since)
    calls = over.subquery()
    half: Any = func.percentile_cont(0.5).within_group(calls.c.seconds)
    most: Any = func.percentile_cont(0.9).within_group(calls.c.seconds)
    late = func.count(case((calls.c.late, 1)))
    row = session.execute(select(func.count(), cast(half, Float), cast(most, Float), late).select_from(calls)).one()
    return int(row[0]), float(row[1] or 0), float(row[2] or 0), int(row[3])
