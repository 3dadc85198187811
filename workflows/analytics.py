"""The figures of a period: received and closed, how fast, how well, and what the complaints were about.

They count the complaints of outside people (`Source.EXTERNAL`). A period is [since, until). Every function is one
statement, and reads only the rows of its period (indexes on receipt and on closing).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, extract, func, literal, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflows.models import Case, Source

_HOUR: Final = 3600
SPANS: Final[tuple[tuple[int, int | None], ...]] = ((0, 24), (24, 72), (72, 168), (168, 360), (360, None))
"""Classes of the solving time: [from, to) in elapsed hours; the last one is open."""
SHARED: Final[Mapping[str, InstrumentedAttribute[Any]]] = {
    "channel": Case.channel,
    "nature": Case.nature,
    "issue": Case.issue,
    "risk": Case.risk,
    "outcome": Case.outcome,
    "satisfaction": Case.satisfaction,
    "region": Case.region,
}
"""What `shares` can count by."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a period. Shares are between 0 and 1; None where there is nothing to divide by.

    open: of all cases, at present. hours: average from receipt to closing; in_target: share of closed cases which were
    closed by the promised date; satisfied: share of satisfied and basically satisfied among those who answered.
    """

    received: int
    closed: int
    open: int
    hours: float | None
    in_target: float | None
    satisfied: float | None


def _external() -> ColumnElement[bool]:
    return Case.source == literal(Source.EXTERNAL.value, literal_execute=True)


def _received(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(_external(), Case.received_at >= since, Case.received_at < until)


def _closed(since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(_external(), Case.closed_at >= since, Case.closed_at < until)


def figures(session: Session, since: datetime, until: datetime) -> Figures:
    """The figures of a period."""
    answered = Case.satisfaction.is_not(None)
    received = select(func.count()).select_from(Case).where(_received(since, until)).scalar_subquery()
    waiting = (
        select(func.count())
        .select_from(Case)
        .where(_external(), Case.status == literal_column("'open'"))
        .scalar_subquery()
    )
    row = session.execute(
        select(
            received.label("received"),
            func.count().label("closed"),
            waiting.label("open"),
            (func.avg(extract("epoch", Case.closed_at - Case.received_at)) / _HOUR).label("hours"),
            _count(Case.closed_at <= Case.promised_at).label("in_target"),
            _count(Case.promised_at.is_not(None)).label("promised"),
            _count(answered).label("answered"),
            _count(and_(answered, Case.satisfaction != "unsatisfied")).label("satisfied"),
        ).where(_closed(since, until))
    ).one()
    return Figures(
        row.received,
        row.closed,
        row.open,
        None if row.hours is None else round(float(row.hours), 1),
        _share(row.in_target, row.promised),
        _share(row.satisfied, row.answered),
    )


def shares(
    session: Session, column: str, since: datetime, until: datetime, *, closed: bool = False
) -> list[tuple[str | None, int]]:
    """How many cases of the period have which value of `column` (of `SHARED`), most first.

    The cases are those received in the period, or those closed in it.
    """
    counted = SHARED[column]
    query = (
        select(counted, func.count())
        .where(_closed(since, until) if closed else _received(since, until))
        .group_by(counted)
        .order_by(func.count().desc(), counted)
    )
    return [(name, count) for name, count in session.execute(query)]


def natures(session: Session, since: datetime, until: datetime) -> list[tuple[str | None, str | None, int]]:
    """(nature, issue, number) of the cases received in the period, most first."""
    query = (
        select(Case.nature, Case.issue, func.count())
        .where(_received(since, until))
        .group_by(Case.nature, Case.issue)
        .order_by(func.count().desc(), Case.nature, Case.issue)
    )
    return [(nature, issue, count) for nature, issue, count in session.execute(query)]


def solving_times(session: Session, since: datetime, until: datetime) -> list[int]:
    """How many of the cases closed in the period took how long: a number for each class of `SPANS`."""
    hours = extract("epoch", Case.closed_at - Case.received_at) / _HOUR
    counts = [_count(hours >= low if high is None else and_(hours >= low, hours < high)) for low, high in SPANS]
    return list(session.execute(select(*counts).where(_closed(since, until))).one())


def trend(session: Session, since: datetime, until: datetime, *, zone: str) -> list[tuple[datetime, int, int]]:
    """(week, received, closed) for each week of the period which saw either; weeks begin on Monday in `zone`."""
    came = select(
        func.date_trunc("week", Case.received_at, zone).label("week"),
        literal(1).label("came"),
        literal(0).label("went"),
    )
    went = select(func.date_trunc("week", Case.closed_at, zone), literal(0), literal(1))
    both = came.where(_received(since, until)).union_all(went.where(_closed(since, until))).subquery()
    week, received, closed = both.c
    query = select(week, func.sum(received), func.sum(closed)).group_by(week).order_by(week)
    return [(begun, int(came_in), int(went_out)) for begun, came_in, went_out in session.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
