"""How many cases of outside people were received and closed on which days, by what they were about: kept, not counted.

A trigger (`workflows.ddl`) notes every change of a case as an entry: the case as it was, minus one; as it is now, plus
one. `fold` moves entries into the tally of their days. `read` adds the tally of the days and the entries which are not
in it yet, in one statement: its numbers are those of this moment, and cost as much for a million cases as for a
thousand. The parts of a period which are no whole days are counted in the cases themselves.

Days are those of the enterprise's time zone; where that was changed, `fold` begins anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from workflows.settings import settings

BATCH: Final = 2_000
"""Entries which `fold` takes at once; where more wait, `read` counts the cases rather than the entries."""
_LOCK: Final = 7_273_002  # advisory: one folds at a time

COLUMNS: Final = ("channel", "nature", "issue", "risk", "outcome", "satisfaction", "region")
"""Columns of a case which are dimensions as they stand."""
SPANS: Final[tuple[tuple[int, int | None], ...]] = ((0, 24), (24, 72), (72, 168), (168, 360), (360, None))
"""Classes of the solving time: [from, to) in elapsed hours; the last one is open. Dimension `span`, value: which."""

_SOLVED: Final = "extract(epoch FROM e.closed_at - e.received_at)"
_BOUNDS: Final = ", ".join(str(high) for _, high in SPANS if high is not None)
_EVERY: Final = [
    ("all", "''", "''", "1"),
    *((column, f"e.{column}", "''", "1") for column in COLUMNS),
    ("kind", "e.nature", "e.issue", "1"),
]
_CLOSED: Final = [
    ("microseconds", "''", "''", f"{_SOLVED} * 1000000"),
    ("target", "CAST(e.closed_at <= e.promised_at AS text)", "''", "CAST(e.promised_at IS NOT NULL AS int)"),
    ("span", f"CAST(width_bucket({_SOLVED} / 3600, ARRAY[{_BOUNDS}]) AS text)", "''", "1"),
]
_ROWS: Final = [
    ("open", "CAST('1970-01-01Z' AS timestamptz)", "all", "''", "''", "CAST(e.status = 'open' AS int)"),
    *(("received", "e.received_at", *one) for one in _EVERY),
    *(("closed", "e.closed_at", *one) for one in [*_EVERY, *_CLOSED]),
]
_FACTS: Final = "CROSS JOIN LATERAL (VALUES {}) AS f (event, moment, dimension, value, detail, n)".format(
    ", ".join(
        f"('{event}', {moment}, '{dimension}', coalesce({value}, ''), coalesce({detail}, ''), CAST({n} AS bigint))"
        for event, moment, dimension, value, detail, n in _ROWS
    )
)
"""What a case `e` (an entry or a row of case_file) adds to which day."""

_FOLD: Final = text(f"""
WITH taken AS (
    DELETE FROM case_tally_entry WHERE id IN (SELECT id FROM case_tally_entry ORDER BY id LIMIT :batch) RETURNING *
), counted AS (
    INSERT INTO case_tally AS t (zone, event, dimension, day, value, detail, n)
    SELECT :zone, f.event, f.dimension, CAST(f.moment AT TIME ZONE :zone AS date), f.value, f.detail, sum(e.sign * f.n)
    FROM taken AS e {_FACTS} WHERE f.moment IS NOT NULL
    GROUP BY f.event, f.dimension, CAST(f.moment AT TIME ZONE :zone AS date), f.value, f.detail
    HAVING sum(e.sign * f.n) <> 0
    ON CONFLICT (zone, event, dimension, day, value, detail) DO UPDATE SET n = t.n + excluded.n
)
SELECT count(*) FROM taken
""")

_COUNT_ALL: Final = """
INSERT INTO case_tally_entry (sign, status, received_at, closed_at, promised_at, {0})
SELECT 1, status, received_at, closed_at, promised_at, {0} FROM case_file WHERE source = 'external'
""".format(", ".join(COLUMNS))


@dataclass(frozen=True, slots=True)
class Count:
    """n of an event in a period, by the value (and detail) of a dimension; "" stands for none.

    week: Monday of the week, of dimension `all` only.
    """

    event: str
    dimension: str
    week: date | None
    value: str
    detail: str
    n: int


def fold(session: Session, batch: int = BATCH) -> int:
    """Move the oldest entries into the tally; how many. 0 too while another process folds."""
    if not session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}):
        return 0
    if _elsewhere(session):
        rebuild(session)
    return int(session.execute(_FOLD, {"batch": batch, "zone": settings().time_zone}).scalar_one())


def rebuild(session: Session) -> None:
    """Forget all sums and note every case anew, for `fold` to count; changes of cases wait for this transaction."""
    session.execute(text("LOCK TABLE case_file IN SHARE MODE"))
    session.execute(text("DELETE FROM case_tally"))
    session.execute(text("DELETE FROM case_tally_entry"))
    session.execute(text(_COUNT_ALL))


def read(session: Session, since: datetime, until: datetime, dimensions: Sequence[str]) -> list[Count]:
    """What happened in [since, until) by `dimensions`, as of this moment; two statements.

    `open` (of all cases, at present) is in it whatever the period.
    """
    zone = ZoneInfo(settings().time_zone)
    first, last = _midnight_from(since, zone), _midnight_before(until, zone)
    if first >= last or not _kept(session):
        first = last = until
    facts: dict[str, Any] = {
        "zone": settings().time_zone, "dimensions": list(dimensions), "since": since, "until": until,
        "first": first, "first_day": first.astimezone(zone).date(),
        "last": last, "last_day": last.astimezone(zone).date(),
    }  # fmt: skip
    parts = [_IN_TALLY, _IN_ENTRIES] if first < last else [_OPEN]
    if since < first or last < until:
        parts.append(_IN_CASES)
    rows = session.execute(text(_READ.format(" UNION ALL ".join(parts))), facts)
    return [Count(*row) for row in rows]


_READ: Final = """
SELECT event, dimension, week, value, detail, CAST(sum(n) AS bigint) AS n
FROM (SELECT event, dimension, value, detail, n, CASE WHEN dimension = 'all' AND event <> 'open'
          THEN CAST(date_trunc('week', CAST(day AS timestamp)) AS date) END AS week
      FROM ({}) AS parts (event, dimension, value, detail, n, day)) AS counted
GROUP BY event, dimension, week, value, detail HAVING sum(n) <> 0
"""
_IN_TALLY: Final = """
SELECT event, dimension, value, detail, n, day FROM case_tally
WHERE zone = :zone AND event IN ('received', 'closed') AND dimension = ANY(:dimensions)
AND day >= :first_day AND day < :last_day
UNION ALL
SELECT event, dimension, value, detail, n, day FROM case_tally WHERE zone = :zone AND event = 'open'
"""
_IN_ENTRIES: Final = f"""
SELECT f.event, f.dimension, f.value, f.detail, e.sign * f.n, CAST(f.moment AT TIME ZONE :zone AS date)
FROM case_tally_entry AS e {_FACTS}
WHERE f.event = 'open' OR (f.dimension = ANY(:dimensions) AND f.moment >= :first AND f.moment < :last)
"""
_IN_CASES: Final = f"""
SELECT f.event, f.dimension, f.value, f.detail, f.n, CAST(f.moment AT TIME ZONE :zone AS date)
FROM case_file AS e {_FACTS}
WHERE e.source = 'external' AND f.event <> 'open' AND f.dimension = ANY(:dimensions)
AND (e.received_at >= :since AND e.received_at < :first OR e.received_at >= :last AND e.received_at < :until
     OR e.closed_at >= :since AND e.closed_at < :first OR e.closed_at >= :last AND e.closed_at < :until)
AND (f.moment >= :since AND f.moment < :first OR f.moment >= :last AND f.moment < :until)
"""
_OPEN: Final = """
SELECT 'open', 'all', '', '', count(*), CAST(NULL AS date) FROM case_file WHERE source = 'external' AND status = 'open'
"""


def _kept(session: Session) -> bool:
    """Whether the tally counts the days of this zone, and few enough entries wait beside it."""
    waiting = "(SELECT count(*) FROM (SELECT FROM case_tally_entry LIMIT :most) AS some_entries)"
    asked = text(f"SELECT min(zone), max(zone), {waiting} FROM case_tally")
    first, last, entries = session.execute(asked, {"most": BATCH + 1}).one()
    return {first, last} <= {None, settings().time_zone} and entries <= BATCH


def _elsewhere(session: Session) -> bool:
    """Whether the tally counts the days of another zone."""
    zones = session.execute(text("SELECT min(zone), max(zone) FROM case_tally")).one()
    return any(zone not in (None, settings().time_zone) for zone in zones)


def _midnight_from(moment: datetime, zone: ZoneInfo) -> datetime:
    """The first midnight in `zone` which is not before `moment`."""
    local = moment.astimezone(zone)
    begun = datetime.combine(local.date(), time(), zone)
    return begun if begun >= moment else datetime.combine(local.date() + timedelta(days=1), time(), zone)


def _midnight_before(moment: datetime, zone: ZoneInfo) -> datetime:
    """The last midnight in `zone` which is not after `moment`."""
    return datetime.combine(moment.astimezone(zone).date(), time(), zone)
