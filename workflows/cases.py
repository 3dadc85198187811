"""The complaint file: finding it, listing it, reading it, editing it, and its whole story in one timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, event, func, inspect, not_, select, tuple_
from sqlalchemy.orm import Session, joinedload, undefer

from engine.clock import now
from engine.errors import Conflict
from engine.models import ProcessInstance
from workflows import authorisation, lookup, parties, tallies
from workflows.errors import BadComplaint, NoSuchCase
from workflows.models import (
    Case,
    CaseChange,
    CaseStatus,
    Comment,
    Disclosure,
    Person,
    Plan,
    RulesMark,
    Submission,
)

EDITABLE = frozenset(
    {"summary", "narrative", "product", "order_no", "batch_no", "branch", "region", "demand", "named", "occurred_at"}
)

_EQUAL = (
    *("status", "channel", "nature", "risk", "severity", "source", "owner", "batch_no", "outcome"),
    *("issue", "satisfaction"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of cases is narrowed by; None means any. Periods are [from, to).

    span: which class of `tallies.SPANS` the solving time is in. missed: whether it was closed after the promised date
    (False: by then). text: as in `lookup.matching`.
    """

    status: str | None = None
    channel: str | None = None
    nature: str | None = None
    risk: str | None = None
    severity: int | None = None
    source: str | None = None
    owner: str | None = None
    batch_no: str | None = None
    outcome: str | None = None
    issue: str | None = None
    satisfaction: str | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    span: int | None = None
    missed: bool | None = None
    text: str | None = None


def get(session: Session, number: str) -> Case:
    """The case with this acceptance number, without asking who wants it (the system's own reading).

    Raises NoSuchCase.
    """
    case = find(session, number)
    if case is None:
        raise NoSuchCase
    return case


def find(session: Session, number: str) -> Case | None:
    """The case with this acceptance number, remembered for the session so that one step reads it once."""
    known: dict[str, Case] = session.info.setdefault("cases", {})
    case = known.get(number)
    if case is None or not inspect(case).persistent:
        case = session.scalar(select(Case).options(joinedload(Case.party)).where(Case.number == number))
        if case is not None:
            known[number] = case
    return case


def reread(session: Session, number: str) -> Case | None:
    """The case and its latest plan as they are now that the instance is locked; what was read before is forgotten.

    The lock is kept until the transaction ends, so within one transaction that happens once.
    """
    if number in _under_lock(session):
        return find(session, number)
    newest = select(func.max(Plan.version)).where(Plan.case_id == Case.id).correlate(Case).scalar_subquery()
    row = session.execute(
        select(Case, Plan, select(RulesMark.mark).scalar_subquery())
        .outerjoin(Plan, (Plan.case_id == Case.id) & (Plan.version == newest))
        .options(joinedload(Case.party), undefer(Case.narrative))
        .where(Case.number == number)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        return None
    case, plan, session.info["rules_mark"] = row
    _under_lock(session).add(number)
    session.info.setdefault("cases", {})[number] = case
    session.info.setdefault("plans", {})[case.id] = plan
    session.info["decisions"], session.info["sent"] = {}, {}
    return case


def _under_lock(session: Session) -> set[str]:
    """Numbers of the cases which were read under the lock in this very transaction."""
    begun, kept = session.get_transaction(), session.info.get("under_lock")
    if begun is None or kept is None or kept[0] is not begun:
        kept = session.info["under_lock"] = (begun, set())
    numbers: set[str] = kept[1]
    return numbers


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _transaction: object) -> None:
    session.info.pop("under_lock", None)


def open_case(session: Session, person: Person, number: str, verb: str = "case.read") -> Case:
    """The case for somebody who wants it.

    Raises NoSuchCase also where the person may not see it, LockedOut for somebody named in it, NotAllowed where
    they may see it but not do `verb`.
    """
    case = get(session, number)
    if not authorisation.may(session, person, "case.read", case):
        if authorisation.locked_out(person, case):
            authorisation.require(session, person, verb, case)
        raise NoSuchCase
    authorisation.require(session, person, verb, case)
    return case


def of_instance(session: Session, instance: ProcessInstance) -> Case | None:
    """The case a process instance works for (its business key is the acceptance number)."""
    return find(session, instance.business_key)


def listing(
    session: Session,
    person: Person,
    filters: Filters | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Case]:
    """Cases this person may see, newest first; `after` = (received_at, id) of the last one of the page before."""
    query: Select[Case] = (
        select(Case)
        .options(joinedload(Case.party))
        .where(authorisation.visible(session, person), *_conditions(session, filters or Filters()))
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(Case.received_at, Case.id) < after)
    return list(session.scalars(query))


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in _EQUAL:
        wanted = getattr(filters, name)
        if wanted is not None:
            found.append(getattr(Case, name) == wanted)
    if filters.received_from is not None:
        found.append(Case.received_at >= filters.received_from)
    if filters.received_to is not None:
        found.append(Case.received_at < filters.received_to)
    if filters.closed_from is not None:
        found.append(Case.closed_at >= filters.closed_from)
    if filters.closed_to is not None:
        found.append(Case.closed_at < filters.closed_to)
    if filters.span is not None:
        low, high = tallies.SPANS[filters.span]
        found.append(Case.closed_at - Case.received_at >= timedelta(hours=low))
        if high is not None:
            found.append(Case.closed_at - Case.received_at < timedelta(hours=high))
    if filters.missed is not None:
        in_target = Case.closed_at <= Case.promised_at
        found.append(not_(in_target) if filters.missed else in_target)
    if filters.text:
        found.append(lookup.matching(session, filters.text))
    return found


def yuan(minor: int | None) -> float | None:
    """Minor units as the number diagrams and forms work with."""
    return None if minor is None else minor / 100


def view(session: Session, case: Case) -> dict[str, Any]:
    """The read-only `case` which expressions and forms see: personal data masked."""
    plan = latest_plan(session, case)
    party = parties.masked(case.party)
    return {
        "number": case.number,
        "summary": case.summary,
        "narrative": case.narrative,
        "channel": case.channel,
        "received_at": case.received_at,
        "promised_at": case.promised_at,
        "product": case.product,
        "order_no": case.order_no,
        "batch_no": case.batch_no,
        "demand": case.demand,
        "amount_claimed": yuan(case.amount_claimed),
        "complainant": {key: party[key] for key in ("name", "phone", "tier", "kind")},
        "flags": {
            **{name: bool(case.flags.get(name)) for name in ("litigation", "personal_data", "media", "safety")},
            "legal_gate": bool(plan and plan.needs_legal) or bool(case.flags.get("legal_gate")),
        },
        "plan": {
            "remedy": plan.remedy if plan else None,
            "amount": yuan(plan.amount) if plan else None,
            "cost": plan.content.get("cost") if plan else None,
            "approved": bool(plan and plan.released_at),
        },
    }


def latest_plan(session: Session, case: Case) -> Plan | None:
    """The plan version in force (the last one frozen), remembered for the session."""
    known: dict[UUID, Plan | None] = session.info.setdefault("plans", {})
    plan = known.get(case.id)
    if case.id not in known or (plan is not None and plan not in session):
        query = select(Plan).where(Plan.case_id == case.id).order_by(Plan.version.desc()).limit(1)
        plan = known[case.id] = session.scalar(query)
    return plan


def submissions(session: Session, case: Case) -> list[Submission]:
    """All forms sent for the case, oldest first."""
    return list(session.scalars(select(Submission).where(Submission.case_id == case.id).order_by(Submission.seq)))


def edit(
    session: Session, person: Person, case: Case, changes: Mapping[str, Any], *, rev: int, reason: str = ""
) -> Case:
    """Change fields of `EDITABLE`, each kept with before and after; the original narrative stays for ever.

    Raises Conflict where `rev` is not the case's, BadComplaint for another field, NotAllowed, CaseClosed.
    """
    authorisation.require(session, person, "case.edit", case)
    session.refresh(case, with_for_update={"of": Case})  # its party may come along by an outer join
    if case.rev != rev:
        raise Conflict(rev=case.rev)
    unknown = sorted(set(changes) - EDITABLE)
    if unknown:
        raise BadComplaint(
            problems=[
                {
                    "path": name,
                    "code": "not_editable",
                    "message_zh": "此字段不可修改",
                    "message_en": "cannot be changed",
                }
                for name in unknown
            ]
        )
    for name, value in changes.items():
        before = getattr(case, name)
        if before == value:
            continue
        kept = [item.isoformat() if isinstance(item, datetime) else item for item in (before, value)]
        session.add(
            CaseChange(
                case_id=case.id,
                actor=str(person.id),
                field=name,
                before=kept[0],
                after=kept[1],
                reason=reason,
                at=now(),
            )
        )
        setattr(case, name, value)
    case.rev += 1
    session.flush()
    return case


def reveal(session: Session, person: Person, case: Case, *, reason: str) -> dict[str, str]:
    """The complainant's clear name, phone, mail and address; the look is recorded with its reason.

    Raises NotAllowed, LockedOut, and BadComplaint without a reason.
    """
    authorisation.require(session, person, "case.reveal", case)
    if not reason.strip():
        raise BadComplaint(
            problems=[
                {
                    "path": "reason",
                    "code": "required",
                    "message_zh": "请填写查看原因",
                    "message_en": "a reason is needed",
                }
            ]
        )
    clear = {key: getattr(case.party, key) for key in ("name", "phone", "mail", "address")}
    session.add(Disclosure(case_id=case.id, person_id=person.id, fields=list(clear), reason=reason.strip(), at=now()))
    session.flush()
    return clear


def comment(session: Session, person: Person, case: Case, text: str) -> Comment:
    """Add a remark of staff.

    Raises NotAllowed, LockedOut, and BadComplaint for an empty remark or one above 10,000 signs.
    """
    authorisation.require(session, person, "case.comment", case)
    if not 0 < len(text.strip()) <= 10_000:
        raise BadComplaint(
            problems=[
                {
                    "path": "text",
                    "code": "length",
                    "message_zh": "请输入 1 至 10000 字",
                    "message_en": "1 to 10,000 signs",
                }
            ]
        )
    remark = Comment(case_id=case.id, author=str(person.id), text=text.strip(), at=now())
    session.add(remark)
    session.flush()
    return remark


def comments(session: Session, case: Case, *, after: UUID | None = None, limit: int = 50) -> list[Comment]:
    """Remarks of staff, oldest first; `after` = id of the last one of the page before."""
    query = select(Comment).where(Comment.case_id == case.id).order_by(Comment.id).limit(limit)
    return list(session.scalars(query if after is None else query.where(Comment.id > after)))


def is_open(case: Case) -> bool:
    """Whether work on the case goes on."""
    return case.status == CaseStatus.OPEN
