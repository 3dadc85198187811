"""Writing what a step changed, by difference, in one statement: state, user tasks, timers, subscriptions, history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import history
from engine.hooks import Command, Wanted, domain
from engine.ids import new_id
from engine.jsonable import jsonable
from engine.models import InstanceStatus, ProcessInstance, TaskStatus, TimerKind, UserTask
from engine.spiff import state
from engine.spiff.opening import Opening, opening
from engine.spiff.watching import Waits
from engine.spiff.workflow import Workflow

_SAVE = text(
    """
WITH closed AS (
    UPDATE user_task SET status = CASE WHEN id = CAST(:done AS uuid) THEN 'completed' ELSE 'cancelled' END,
        completed_at = :now, completed_by = CASE WHEN id = CAST(:done AS uuid) THEN :actor END,
        draft = NULL, rev = rev + 1
    WHERE id = ANY(:closed) AND status = 'open'
), opened AS (
    INSERT INTO user_task SELECT * FROM jsonb_populate_recordset(NULL::user_task, CAST(:opened AS jsonb))
), stopped AS (
    DELETE FROM timer WHERE instance_id = :id AND (:quiet OR id = ANY(:stopped) OR task_id = ANY(:closed))
), armed AS (
    INSERT INTO timer SELECT * FROM jsonb_populate_recordset(NULL::timer, CAST(:armed AS jsonb))
    ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, claimed_until = NULL, attempts = 0
), deaf AS (
    DELETE FROM subscription WHERE id = ANY(:deaf)
), listening AS (
    INSERT INTO subscription SELECT * FROM jsonb_populate_recordset(NULL::subscription, CAST(:listening AS jsonb))
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, correlation = excluded.correlation
), resolved AS (
    UPDATE incident SET status = 'resolved', resolved_at = :now, resolved_by = :actor
    WHERE instance_id = :id AND status = 'open' AND (command ->> 'key' = ANY(:keys) OR task_id = ANY(:closed) OR :ended)
), told AS (
    INSERT INTO history_event (instance_id, seq, at, actor, kind, element_id, task_id, data, hash)
    SELECT instance_id, seq, at, actor, kind, element_id, task_id, data, hash
    FROM jsonb_populate_recordset(NULL::history_event, CAST(:events AS jsonb))
)
UPDATE process_instance SET state = :state, status = :status, rev = rev + 1, history_seq = :seq, history_hash = :hash,
    ended_at = :ended_at, suspended_at = :suspended_at
WHERE id = :id
"""
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step leaves behind.

    status: of the instance now; done: the user task which was completed; quiet: the instance stands still, so that its
    timers have no rows (who sends it something is still to know that it waits); rewarn: open tasks whose warnings are
    to be set anew, except those told already (task, level).
    """

    command: Command
    key: str
    moment: datetime
    status: InstanceStatus
    done: UUID | None = None
    quiet: bool = False
    rewarn: Sequence[UserTask] = ()
    told: frozenset[tuple[UUID, int]] = frozenset()


def save(session: Session, instance: ProcessInstance, top: Workflow, before: Waits, after: Waits, out: Outcome) -> None:
    """Write the difference. The notes of the step (`engine.history.record`) are its events."""
    notes = session.info["notes"][instance.id]
    closed = [task_id for task_id in before.tasks if task_id not in after.tasks]
    tasks = [_task(session, instance, token_id, opening(after.tasks[token_id]), out) for token_id in after.tasks
             if token_id not in before.tasks]  # fmt: skip
    armed = [] if out.quiet else _changed_timers(instance, before, after)
    for task in tasks:
        notes.append(_note("task_opened", task, out, department=task.department, due_at=task.due_at))
        armed += _warnings(session, instance, task)
    for task in out.rewarn:
        armed += [row for row in _warnings(session, instance, task) if (task.id, row["level"]) not in out.told]
    notes += [
        history.Note("task_cancelled", out.command.actor, out.moment, _element(before, task_id), task_id)
        for task_id in closed
        if task_id != out.done
    ]
    ended = out.status in (InstanceStatus.COMPLETED, InstanceStatus.CANCELLED)
    if ended:
        domain().ended(session, instance)
        notes.append(history.Note(f"instance_{out.status}", out.command.actor, out.moment))
    session.flush()
    stopped = [token_id for token_id in before.deadlines if token_id not in after.deadlines]
    overtaken = {each.key for each in top.movement.fired} | {f"timer:{token_id}" for token_id in stopped}
    events, seq, last = history.chain(instance.id, instance.history_seq, instance.history_hash, notes)
    new_state = state.dump(top)
    facts = {
        "id": instance.id,
        "now": out.moment,
        "actor": out.command.actor,
        "done": out.done,
        "closed": closed,
        "opened": _json(_row(task) for task in tasks),
        "quiet": out.quiet,
        "stopped": stopped,
        "armed": _json(armed),
        "deaf": [token_id for token_id in before.listening if ended or token_id not in after.listening],
        "listening": _json([] if ended else _new_subscriptions(instance, before, after)),
        "keys": [out.key, *overtaken],
        "ended": ended,
        "events": _json(events),
        "state": new_state,
        "status": out.status.value,
        "seq": seq,
        "hash": last,
        "ended_at": out.moment if ended else None,
        "suspended_at": (instance.suspended_at or out.moment) if out.status is InstanceStatus.SUSPENDED else None,
    }
    session.execute(_SAVE, facts)
    _remember(instance, facts)


def _remember(instance: ProcessInstance, facts: Mapping[str, Any]) -> None:
    """Make the object in memory what the row is now."""
    set_committed_value(instance, "status", InstanceStatus(facts["status"]))
    set_committed_value(instance, "rev", instance.rev + 1)
    set_committed_value(instance, "history_seq", facts["seq"])
    set_committed_value(instance, "history_hash", facts["hash"])
    for name in ("state", "ended_at", "suspended_at"):
        set_committed_value(instance, name, facts[name])


def _json(rows: Iterable[Mapping[str, Any]]) -> str:
    return orjson.dumps(list(rows)).decode()


def _task(session: Session, instance: ProcessInstance, token_id: UUID, drawn: Opening, out: Outcome) -> UserTask:
    """A new user task, assigned by the domain."""
    wanted = Wanted(drawn.element_id, drawn.department, drawn.assignee, drawn.groups, drawn.users)
    given = domain().assignment(session, instance, drawn.lane, wanted)
    return UserTask(
        id=token_id,
        instance_id=instance.id,
        definition_id=UUID(drawn.definition_id),
        element_id=drawn.element_id,
        name_zh=drawn.name_zh,
        name_en=drawn.name_en,
        lane=drawn.lane,
        department=given.department,
        assignee=given.assignee,
        candidates=list(given.candidates),
        form_id=drawn.form_id,
        priority=drawn.priority,
        due_at=drawn.due_at,
        follow_up_at=drawn.follow_up_at,
        status=TaskStatus.OPEN,
        draft=None,
        rev=1,
        urged=0,
        created_at=out.moment,
        claimed_at=None,
        completed_at=None,
        completed_by=None,
        signing=drawn.signing,
        added_by=out.command.actor if drawn.added else None,
    )


_COLUMNS = tuple(column.key for column in UserTask.__table__.columns)


def _row(task: UserTask) -> dict[str, Any]:
    row = {column: getattr(task, column) for column in _COLUMNS}
    for column in ("assignee", "department", "candidates"):
        row[column] = jsonable(row[column])
    return row


def _note(kind: str, task: UserTask, out: Outcome, **data: Any) -> history.Note:
    return history.Note(kind, out.command.actor, out.moment, task.element_id, task.id, data)


def _element(waits: Waits, task_id: UUID) -> str:
    return str(waits.tasks[task_id].task_spec.drawn.id)


def _changed_timers(instance: ProcessInstance, before: Waits, after: Waits) -> list[dict[str, Any]]:
    return [
        _timer(instance, deadline.token_id, deadline.element_id, deadline.due_at)
        for token_id, deadline in after.deadlines.items()
        if before.deadlines.get(token_id) != deadline
    ]


def _warnings(session: Session, instance: ProcessInstance, task: UserTask) -> list[dict[str, Any]]:
    if task.due_at is None:
        return []
    return [
        _timer(instance, new_id(), task.element_id, moment)
        | {"kind": TimerKind.WARNING, "task_id": task.id, "level": level}
        for level, moment in domain().warnings(session, instance, task)
    ]


def _timer(instance: ProcessInstance, timer_id: UUID, element_id: str, due_at: datetime) -> dict[str, Any]:
    return {
        "id": timer_id,
        "instance_id": instance.id,
        "element_id": element_id,
        "kind": TimerKind.EVENT,
        "task_id": None,
        "level": None,
        "due_at": due_at,
        "claimed_until": None,
        "attempts": 0,
    }


def _new_subscriptions(instance: ProcessInstance, before: Waits, after: Waits) -> list[dict[str, Any]]:
    return [
        {
            "id": token_id,
            "instance_id": instance.id,
            "element_id": each.element_id,
            "kind": each.kind,
            "name": each.name,
            "correlation": jsonable(each.key),
        }
        for token_id, each in after.listening.items()
        if before.listening.get(token_id) != each
    ]
