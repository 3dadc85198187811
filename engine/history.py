"""What happened to an instance: append-only events whose hashes form a chain, the source of audit and analytics."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import NotFound
from engine.jsonable import jsonable
from engine.models import HistoryEvent, ProcessInstance


@dataclass(frozen=True, slots=True)
class Note:
    """An event before it has its place in the chain."""

    kind: str
    actor: str
    at: datetime
    element_id: str | None = None
    task_id: UUID | None = None
    data: Mapping[str, Any] | None = None


def record(
    session: Session,
    instance: ProcessInstance,
    kind: str,
    *,
    actor: str,
    element_id: str | None = None,
    task_id: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write down that something happened to `instance`, now, by `actor`.

    Inside a step of that instance the event is saved with the step, in order; elsewhere the instance row is locked
    and the event is written at once. data: small JSON-able facts, no personal data.
    """
    note = Note(kind, actor, now(), element_id, task_id, data)
    steps: dict[UUID, list[Note]] = session.info.get("notes", {})
    if instance.id in steps:
        steps[instance.id].append(note)
        return
    locked = session.get(ProcessInstance, instance.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise NotFound("There is no such process instance", instance=str(instance.id))
    rows, locked.history_seq, locked.history_hash = chain(locked.id, locked.history_seq, locked.history_hash, [note])
    session.execute(insert(HistoryEvent), rows)


def chain(instance_id: UUID, seq: int, last: str, notes: Sequence[Note]) -> tuple[list[dict[str, Any]], int, str]:
    """The notes as rows of `history_event` behind event `seq` with hash `last`; the new last number and hash."""
    rows = []
    for note in notes:
        seq += 1
        row: dict[str, Any] = {
            "instance_id": instance_id,
            "seq": seq,
            "at": note.at.astimezone(UTC),
            "actor": jsonable(note.actor),
            "kind": note.kind,
            "element_id": note.element_id,
            "task_id": note.task_id,
            "data": jsonable(note.data or {}),
        }
        last = row["hash"] = _hash(last, row)
        rows.append(row)
    return rows, seq, last


def _hash(last: str, row: Mapping[str, Any]) -> str:
    """SHA-256 over the hash before and all facts of the event, in one canonical form."""
    facts = [
        last,
        str(row["instance_id"]),
        row["seq"],
        row["at"].astimezone(UTC).isoformat(timespec="microseconds"),
        row["actor"],
        row["kind"],
        row["element_id"],
        None if row["task_id"] is None else str(row["task_id"]),
        row["data"],
    ]
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()


def of(session: Session, instance_id: UUID, after: int | None = None, limit: int = 200) -> list[HistoryEvent]:
    """Events of an instance in order, those behind number `after`, at most `limit`."""
    query = select(HistoryEvent).where(HistoryEvent.instance_id == instance_id)
    if after is not None:
        query = query.where(HistoryEvent.seq > after)
    query = query.order_by(HistoryEvent.seq).limit(limit).execution_options(populate_existing=True)
    return list(session.scalars(query))


def verify(session: Session, instance_id: UUID) -> int | None:
    """Check the chain of an instance: None when it is whole, else the number of the first event which is not right.

    An event changed, removed, inserted or cut off at the end is found. Raises NotFound for an unknown instance.
    """
    instance = session.get(ProcessInstance, instance_id, populate_existing=True)
    if instance is None:
        raise NotFound("There is no such process instance", instance=str(instance_id))
    last, expected = "", 0
    while page := of(session, instance_id, after=expected or None, limit=_PAGE):
        for event in page:
            expected += 1
            facts = {column: getattr(event, column) for column in _COLUMNS}
            if event.seq != expected or event.hash != _hash(last, facts):
                return expected
            last = event.hash
    if expected != instance.history_seq or last != instance.history_hash:
        return expected + 1
    return None


_PAGE = 500
_COLUMNS = ("instance_id", "seq", "at", "actor", "kind", "element_id", "task_id", "data")
