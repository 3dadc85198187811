"""The story of a case: steps of all its processes, letters, evidence, remarks, decisions, plans, as one list.

One statement, however much happened: what stands in eight tables comes as rows of one shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import (
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.models import HistoryEvent, ProcessInstance
from workflows.cases import yuan
from workflows.crypto import open_sealed
from workflows.models import Case, CaseChange, Comment, Decision, Escalation, Evidence, Letter, Plan

MOST_STEPS: Final = 1000
"""Events shown of one process; the instance's page has them all."""
_SEALED: Final[Mapping[str, str]] = {"comment": "text", "decision": "reason"}
"""Kind -> the one of its facts which is sealed."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline. kind: `history.*`, letter, evidence, comment, decision, plan, escalation, change.

    Ids in `data` are text.
    """

    at: datetime
    kind: str
    actor: str
    data: Mapping[str, Any] = field(default_factory=dict)


def of(session: Session, case: Case) -> list[Entry]:
    """Everything that happened to the case, oldest first."""
    facts = func.jsonb_build_object("element_id", HistoryEvent.element_id, "task_id", HistoryEvent.task_id)
    steps = (
        select(
            literal("history.").concat(HistoryEvent.kind).label("kind"),
            HistoryEvent.at.label("at"),
            HistoryEvent.actor.label("actor"),
            facts.concat(HistoryEvent.data).cast(JSONB).label("data"),
            cast(null(), LargeBinary).label("sealed"),
            literal(0).label("place"),
            HistoryEvent.seq.label("seq"),
        )
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .where(ProcessInstance.business_key == case.number, HistoryEvent.seq <= MOST_STEPS)
    )
    parts = [
        _part(Letter, case, "letter", Letter.at, Letter.actor, "id", "subject", "direction", "template"),
        _part(Evidence, case, "evidence", Evidence.added_at, Evidence.added_by, "id", "name", "kind", "size", "sha256"),
        _part(Comment, case, "comment", Comment.at, Comment.author, "id", sealed=Comment.text),
        _part(
            Decision, case, "decision", Decision.at, Decision.actor, "kind", "level", "outcome", sealed=Decision.reason
        ),
        _part(Plan, case, "plan", Plan.created_at, Plan.proposer, "version", "remedy", "amount"),
        _part(Escalation, case, "escalation", Escalation.at, literal("timer"), "step", "level", "told"),
        _part(CaseChange, case, "change", CaseChange.at, CaseChange.actor, "field", "reason"),
    ]
    rows = union_all(steps, *(part.add_columns(literal(n), _number()) for n, part in enumerate(parts, 1))).subquery()
    ordered = select(rows).order_by(rows.c.at, rows.c.place, rows.c.seq, rows.c.data["id"].astext)
    return [
        Entry(row.at, row.kind, row.actor, _data(row.kind, row.data, row.sealed)) for row in session.execute(ordered)
    ]


def _part(
    table: Any,
    case: Case,
    kind: str,
    at: InstrumentedAttribute[datetime],
    actor: ColumnElement[str] | InstrumentedAttribute[str],
    *names: str,
    sealed: InstrumentedAttribute[str] | None = None,
) -> Select[Any]:
    facts = [one for name in names for one in (name, getattr(table, name))]
    return select(
        literal(kind),
        at,
        actor,
        func.jsonb_build_object(*facts, type_=JSONB),
        cast(null(), LargeBinary) if sealed is None else type_coerce(sealed, LargeBinary),
    ).where(table.case_id == case.id)


def _number() -> ColumnElement[int]:
    return cast(null(), Integer)


def _data(kind: str, data: dict[str, Any], sealed: bytes | None) -> dict[str, Any]:
    if kind == "plan":
        return {**data, "amount": yuan(data["amount"])}
    if kind in _SEALED:
        name = _SEALED[kind]
        return {**data, name: None if sealed is None else orjson.loads(open_sealed(bytes(sealed), f"{kind}.{name}"))}
    return data
