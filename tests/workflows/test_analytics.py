"""The figures of a period, each against a count by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from engine.clock import at
from tests.workflows.builders import a_case
from workflows import analytics
from workflows.models import CaseStatus, Source

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


@pytest.mark.requirement("SLA-06")
def test_the_figures_of_a_period_equal_a_count_by_hand(session: Session) -> None:
    def closed(hours: int, promised: int, satisfaction: str | None, **more: object) -> None:
        facts = {"status": CaseStatus.CLOSED, "closed_at": NOON + timedelta(hours=hours), "satisfaction": satisfaction}
        a_case(session, received_at=NOON, promised_at=NOON + timedelta(hours=promised), **facts, **more)

    with at(NOON):
        closed(10, 20, "satisfied")
        closed(30, 20, "basically")
        closed(20, 20, "unsatisfied")
        closed(40, 50, None)
        closed(1, 50, "satisfied", source=Source.INTERNAL)
        a_case(session, received_at=NOON)
        a_case(session, received_at=NOON - timedelta(days=90))
        found = analytics.figures(session, NOON - timedelta(days=1), NOON + timedelta(days=30))
    assert (found.received, found.closed, found.open) == (5, 4, 2)
    assert found.hours == 25.0
    assert found.in_target == 0.75
    assert found.satisfied == round(2 / 3, 4)


def test_an_empty_period_has_no_shares(session: Session) -> None:
    found = analytics.figures(session, NOON, NOON + timedelta(days=1))
    assert (found.received, found.hours, found.in_target, found.satisfied) == (0, None, None, None)


@pytest.mark.requirement("RPT-05")
def test_the_shares_of_the_channels_sum_up_to_all_cases(session: Session) -> None:
    with at(NOON):
        for channel in ("phone", "phone", "mail"):
            a_case(session, channel=channel)
        found = analytics.shares(session, "channel", NOON, NOON + timedelta(days=1))
    assert found == [("phone", 2), ("mail", 1)]


def test_weeks_begin_on_monday_where_the_enterprise_is(session: Session) -> None:
    sunday_evening_utc = datetime(2026, 11, 15, 17, tzinfo=UTC)  # Monday, one o'clock, in Shanghai
    with at(sunday_evening_utc):
        a_case(session, closed_at=sunday_evening_utc + timedelta(days=8))
    found = analytics.period(session, NOON - timedelta(days=30), NOON + timedelta(days=30)).trend
    assert [(received, closed) for _, received, closed in found] == [(1, 0), (0, 1)]
    assert found[0][0] == date(2026, 11, 16)


def test_issues_are_counted_below_their_nature(session: Session) -> None:
    with at(NOON):
        for nature, issue in (
            ("product", "durability"),
            ("product", "durability"),
            ("service", "attitude"),
            (None, None),
        ):
            a_case(session, nature=nature, issue=issue)
        found = analytics.period(session, NOON, NOON + timedelta(days=1)).natures
    assert found == [("product", "durability", 2), ("service", "attitude", 1), (None, None, 1)]


def test_solving_times_fall_into_one_class_each(session: Session) -> None:
    with at(NOON):
        for hours in (0, 23, 24, 71, 72, 168, 359, 360, 5000):
            a_case(session, received_at=NOON, status=CaseStatus.CLOSED, closed_at=NOON + timedelta(hours=hours))
        found = analytics.period(session, NOON, NOON + timedelta(days=365)).solving_times
    assert found == [2, 2, 1, 2, 2]


def test_satisfaction_is_counted_among_the_closed_cases(session: Session) -> None:
    with at(NOON):
        a_case(session, closed_at=NOON, satisfaction="satisfied")
        a_case(session, closed_at=NOON - timedelta(days=2), satisfaction="unsatisfied", received_at=NOON)
        found = analytics.shares(session, "satisfaction", NOON, NOON + timedelta(days=1), closed=True)
    assert found == [("satisfied", 1)]
