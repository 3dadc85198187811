"""Complaints which come back: the same complainant about the same thing, and many people about one batch.

What is found is written to the new case alone (its row is locked by its own step; two instances are never locked):
`flags.repeats` = number of the earlier case, `flags.recurs` = it was closed and still watched, `flags.batch_parent` =
number of the first case of a batch problem.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from engine.clock import now
from workflows import notices, people
from workflows.models import Case, CaseChange, CaseStatus, Person, Role, Source

WINDOW: Final = timedelta(days=30)
"""So long after the first complaint a second one about the same counts as a repetition (company rule)."""
BATCH_WINDOW: Final = timedelta(hours=24)
BATCH_SIZE: Final = 5
"""So many cases of one batch within `BATCH_WINDOW` are a problem of the batch (company rule)."""


def earlier(session: Session, case: Case) -> Case | None:
    """The newest earlier case of the same complainant, object and issue: within `WINDOW`, or still watched.

    The object is the same where product, order or batch number agree, or where neither case names any.
    """
    if case.issue is None:
        return None
    query = (
        select(Case)
        .where(
            Case.party_id == case.party_id,
            Case.id != case.id,
            Case.issue == case.issue,
            Case.received_at <= case.received_at,
            or_(Case.received_at >= case.received_at - WINDOW, Case.watch_until >= case.received_at),
            _same_object(case),
        )
        .order_by(Case.received_at.desc(), Case.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def _same_object(case: Case) -> ColumnElement[bool]:
    columns = (Case.product, Case.order_no, Case.batch_no)
    named = [column == getattr(case, column.key) for column in columns if getattr(case, column.key)]
    if named:
        return or_(*named)
    return Case.product.is_(None) & Case.order_no.is_(None) & Case.batch_no.is_(None)


def watch(session: Session, case: Case) -> None:
    """Look once whether a classified case repeats an earlier one; link it, write it down, tell who owned the first."""
    if case.flags.get("repeats"):
        return
    first = earlier(session, case)
    if first is None:
        return
    recurs = first.status == CaseStatus.CLOSED and first.watch_until is not None
    recurs = recurs and first.watch_until is not None and case.received_at <= first.watch_until
    _write(session, case, "repeats", first.number)
    case.flags = {**case.flags, "recurs": recurs}
    told = [*_owner(session, first), *people.heads(session, "customer_service")]
    zh = "问题复发" if recurs else "重复投诉"
    en = "the problem has come back" if recurs else "a repeated complaint"
    _tell(session, case, told, f"{zh}，参见 {first.number}", f"{en}, see {first.number}")


def watch_batch(session: Session, case: Case) -> None:
    """Look whether a case makes its batch a problem; managers and quality are told once, at the case which does."""
    if not case.batch_no or case.flags.get("batch_parent"):
        return
    key = f"batch:{case.batch_no}"
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))  # two at once: one alarm
    recent = (
        Case.batch_no == case.batch_no,
        Case.received_at > case.received_at - BATCH_WINDOW,
        Case.received_at <= case.received_at,
    )
    numbers = session.scalars(select(Case.number).where(*recent).order_by(Case.received_at, Case.id)).all()
    if len(numbers) < BATCH_SIZE:
        return
    known = session.scalar(select(Case.flags["batch_parent"].astext).where(*recent, Case.flags.has_key("batch_parent")))
    _write(session, case, "batch_parent", known or numbers[0])
    if known is None:
        told = [*people.listing(session, role=Role.MANAGER), *people.heads(session, "quality")]
        _tell(
            session, case, told,
            f"批次 {case.batch_no} 在 24 小时内有 {len(numbers)} 起投诉，建议以 {numbers[0]} 为主案合并处理",
            f"{len(numbers)} complaints about batch {case.batch_no} within 24 hours: {numbers[0]} may lead them",
        )  # fmt: skip


def of_batch(session: Session, parent: str) -> list[Case]:
    """The cases which belong to a batch problem, oldest first: those of the parent's batch, a window around it."""
    first = session.scalar(select(Case).where(Case.number == parent))
    if first is None or first.batch_no is None:
        return []
    query = select(Case).where(Case.batch_no == first.batch_no, Case.received_at >= first.received_at)
    last = session.scalar(select(func.max(Case.received_at)).where(Case.flags["batch_parent"].astext == parent))
    return list(
        session.scalars(query.where(Case.received_at <= (last or first.received_at)).order_by(Case.received_at))
    )


def rate(session: Session, since: datetime, until: datetime) -> float | None:
    """Share of the outside people's cases received in [since, until) which repeat an earlier one; None without any."""
    period = (Case.source == Source.EXTERNAL.value, Case.received_at >= since, Case.received_at < until)
    row = session.execute(select(func.count(), func.count().filter(Case.flags.has_key("repeats"))).where(*period)).one()
    return round(row[1] / row[0], 4) if row[0] else None


def recurrence_rate(session: Session, since: datetime, until: datetime) -> float | None:
    """Share of the cases closed in [since, until) whose problem came back while it was watched; None without any."""
    came_back = select(Case.flags["repeats"].astext).where(Case.flags["recurs"].astext == "true")
    row = session.execute(
        select(func.count(), func.count().filter(Case.number.in_(came_back))).where(
            Case.source == Source.EXTERNAL.value, Case.closed_at >= since, Case.closed_at < until
        )
    ).one()
    return round(row[1] / row[0], 4) if row[0] else None


def _write(session: Session, case: Case, flag: str, number: str) -> None:
    case.flags = {**case.flags, flag: number}
    session.add(CaseChange(case_id=case.id, actor="system", field=flag, before=None, after=number, at=now()))


def _owner(session: Session, case: Case) -> list[Person]:
    found = people.get(session, case.owner) if case.owner else None
    return [found] if found is not None and found.active else []


def _tell(session: Session, case: Case, told: list[Person], zh: str, en: str) -> None:
    told = [person for person in told if str(person.id) not in case.named]
    notices.tell(session, told, f"{case.number}：{zh}", f"{case.number}: {en}", case_number=case.number)
