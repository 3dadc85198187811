"""The sums of the dashboard: whatever happens to the cases, they say what a plain count of the cases says."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from engine import db
from engine.db import transaction
from tests.workflows.builders import a_case
from workflows import analytics, demo, tallies
from workflows.models import Case, CaseStatus, CaseTally, CaseTallyEntry, Source
from workflows.settings import settings
from workflows.simulation import drive

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 3, 1, tzinfo=ZONE)


def _plain(session: Session, since: datetime, until: datetime) -> dict[str, object]:
    """The same figures, counted one case after the other."""
    cases = [case for case in session.scalars(select(Case)) if case.source == Source.EXTERNAL]
    received = [case for case in cases if since <= case.received_at < until]
    closed = [case for case in cases if case.closed_at and since <= case.closed_at < until]
    hours = [(case.closed_at - case.received_at).total_seconds() / 3600 for case in closed if case.closed_at]
    promised = [case for case in closed if case.promised_at]
    answered = [case for case in closed if case.satisfaction]
    weeks: Counter[tuple[object, int]] = Counter()
    for place, moment in [(0, one.received_at) for one in received] + [(1, one.closed_at) for one in closed]:
        local = moment.astimezone(ZONE).date()  # type: ignore[union-attr]
        weeks[local - timedelta(days=local.weekday()), place] += 1
    return {
        "received": len(received),
        "closed": len(closed),
        "open": sum(case.status == CaseStatus.OPEN for case in cases),
        "hours": round(sum(hours) / len(hours), 1) if hours else None,
        "in_target": _share(sum(one.closed_at <= one.promised_at for one in promised), len(promised)),  # type: ignore[operator]
        "satisfied": _share(sum(one.satisfaction != "unsatisfied" for one in answered), len(answered)),
        "spans": [sum((low or -1e9) <= one < (high or 1e9) for one in hours) for low, high in tallies.SPANS],
        "kinds": Counter((one.nature, one.issue) for one in received),
        "weeks": weeks,
        **{column: Counter(getattr(one, column) for one in received) for column in tallies.COLUMNS},
        **{f"{column} closed": Counter(getattr(one, column) for one in closed) for column in tallies.COLUMNS},
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _kept(session: Session, since: datetime, until: datetime) -> dict[str, object]:
    """The figures as the dashboard reads them."""
    found = analytics.period(session, since, until)
    assert analytics.figures(session, since, until) == found.figures
    figures = found.figures
    weeks = {(week, place): n for week, *both in found.trend for place, n in enumerate(both) if n}
    return {
        **{name: getattr(figures, name) for name in figures.__slots__},
        "spans": found.solving_times,
        "kinds": {(nature, issue): n for nature, issue, n in found.natures},
        "weeks": weeks,
        **{column: dict(found.shares(column)) for column in tallies.COLUMNS},
        **{f"{column} closed": dict(found.shares(column, closed=True)) for column in tallies.COLUMNS},
    }


def _moment(chance: Random) -> datetime:
    return BEGIN + timedelta(days=chance.uniform(0, 60))


def _create(session: Session, chance: Random) -> None:
    source = chance.choice([Source.EXTERNAL, Source.EXTERNAL, Source.INTERNAL])
    a_case(session, received_at=_moment(chance), channel=chance.choice(["phone", "mail"]), source=source)


def _any(session: Session, chance: Random) -> Case | None:
    return chance.choice(session.scalars(select(Case).order_by(Case.id)).all() or [None])


def _classify(session: Session, chance: Random) -> None:
    if case := _any(session, chance):
        case.nature, case.issue = chance.choice([("product", "durability"), ("service", "attitude"), (None, None)])
        case.risk, case.region = chance.choice([("high", "上海"), ("ordinary", None)])


def _close(session: Session, chance: Random) -> None:
    if case := _any(session, chance):
        case.status = CaseStatus.CLOSED
        case.closed_at = case.received_at + timedelta(hours=chance.choice([1, 24, 71.5, 400]))
        case.promised_at = chance.choice([None, *(case.closed_at + timedelta(hours=one) for one in (-1, 0, 0.001, 5))])
        case.satisfaction = chance.choice(["satisfied", "basically", "unsatisfied", None])
        case.outcome = chance.choice(["solved", "refused", None])


def _reopen(session: Session, chance: Random) -> None:
    if case := _any(session, chance):
        case.status, case.closed_at, case.satisfaction = CaseStatus.OPEN, None, None


def _move(session: Session, chance: Random) -> None:
    if case := _any(session, chance):
        case.source = chance.choice([Source.EXTERNAL, Source.INTERNAL])
        case.received_at = _moment(chance)


def _erase(session: Session, chance: Random) -> None:
    if case := _any(session, chance):
        session.delete(case)


def _fold(session: Session, chance: Random) -> None:
    session.flush()
    tallies.fold(session, batch=chance.choice([1, 3, 100]))


DEEDS: list[Callable[[Session, Random], None]] = [_create, _create, _classify, _close, _reopen, _move, _erase, _fold]


@pytest.mark.parametrize("seed", range(6))
def test_after_random_changes_and_folds_the_sums_are_those_of_a_plain_count(session: Session, seed: int) -> None:
    chance = Random(seed)
    for number in range(120):
        chance.choice(DEEDS)(session, chance)
        session.flush()
        if number % 12 == 0:
            days = sorted(chance.sample(range(65), 2))
            since, until = (BEGIN + timedelta(days=day) for day in days)
            assert _kept(session, since, until) == _plain(session, since, until), number
            early, late = sorted((_moment(chance), _moment(chance)))
            assert _kept(session, early, late) == _plain(session, early, late), number


def test_after_a_simulation_by_the_verbs_of_people_the_sums_are_those_of_a_plain_count(database: Engine) -> None:
    with transaction() as session:
        demo.plant(session)
    drive(transaction, 8, 5, begin=BEGIN, span=timedelta(days=20))
    period = (BEGIN, BEGIN + timedelta(days=120))
    with transaction() as session:
        waiting = session.scalar(select(func.count()).select_from(CaseTallyEntry))
        expected = _plain(session, *period)
        assert expected["received"] == 8
        assert expected["closed"] == 8
        assert _kept(session, *period) == expected
    with transaction() as session:
        assert tallies.fold(session) == waiting
    with transaction() as session:
        assert session.scalar(select(func.count()).select_from(CaseTallyEntry)) == 0
        assert _kept(session, *period) == expected


def test_a_change_which_is_not_committed_yet_is_neither_lost_nor_counted_twice(database: Engine) -> None:
    with transaction() as session:
        a_case(session, received_at=BEGIN)
    with transaction() as slow:
        a_case(slow, received_at=BEGIN)
        with transaction() as other:
            assert tallies.fold(other) == 1
        with transaction() as other:
            assert analytics.figures(other, BEGIN, BEGIN + timedelta(days=1)).received == 1
    with transaction() as session:
        assert analytics.figures(session, BEGIN, BEGIN + timedelta(days=1)).received == 2
        assert tallies.fold(session) == 1
        assert analytics.figures(session, BEGIN, BEGIN + timedelta(days=1)).received == 2


def test_two_who_fold_at_once_do_not_wait_for_each_other(database: Engine) -> None:
    with transaction() as session:
        a_case(session)
    with transaction() as first:
        assert tallies.fold(first) == 1
        with transaction() as second:
            assert tallies.fold(second) == 0


def test_with_many_entries_waiting_the_cases_are_counted_themselves(session: Session) -> None:
    a_case(session, received_at=BEGIN)
    for number in range(tallies.BATCH // 2 + 1):
        session.execute(text("UPDATE case_file SET region = :region"), {"region": str(number)})
    session.expire_all()
    with db.counting(session.get_bind()) as statements:  # type: ignore[arg-type]
        found = _kept(session, BEGIN, BEGIN + timedelta(days=1))
    assert not any("FROM case_tally_entry AS e" in one for one in statements)
    assert found == _plain(session, BEGIN, BEGIN + timedelta(days=1))


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Moves the enterprise to another time zone."""

    def move(zone: str) -> None:
        monkeypatch.setenv("REDRESS_TIME_ZONE", zone)
        settings.cache_clear()

    yield move
    monkeypatch.undo()
    settings.cache_clear()


def test_an_enterprise_which_moves_to_another_zone_counts_its_days_there(
    session: Session, elsewhere: Callable[[str], None]
) -> None:
    a_case(session, received_at=datetime(2026, 3, 1, 17, tzinfo=UTC))  # already the second of March in Shanghai
    tallies.fold(session)
    days = select(CaseTally.day).where(CaseTally.event == "received").distinct()
    assert session.scalars(days).all() == [BEGIN.date() + timedelta(days=1)]
    elsewhere("Europe/London")
    first = datetime(2026, 3, 1, tzinfo=ZoneInfo("Europe/London"))
    assert analytics.figures(session, first, first + timedelta(days=1)).received == 1  # before anybody has folded
    tallies.fold(session)
    assert session.scalars(days).all() == [first.date()]
    assert analytics.figures(session, first, first + timedelta(days=1)).received == 1
    assert analytics.figures(session, first + timedelta(days=1), first + timedelta(days=2)).received == 0
