"""The managers' figures, each against a count by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from engine.clock import at
from engine.models import TaskStatus
from tests.workflows.builders import a_case, a_task
from workflows import monitoring
from workflows.models import CaseStatus, Source

NOON = datetime(2026, 11, 18, 4, tzinfo=UTC)


def test_open_and_overdue_tasks_are_counted_by_element(session: Session) -> None:
    with at(NOON):
        case = a_case(session)
        a_task(session, case, element_id="Task_Plan", due_at=NOON - timedelta(hours=1))
        a_task(session, case, element_id="Task_Plan", due_at=NOON + timedelta(hours=1))
        a_task(session, case, element_id="Task_Pay", due_at=None)
        found = {one.element_id: (one.open, one.overdue) for one in monitoring.heat(session, "test")}
    assert found == {"Task_Plan": (2, 1), "Task_Pay": (1, 0)}


def test_median_p90_and_overdue_share_are_those_of_the_completed_tasks(session: Session) -> None:
    with at(NOON):
        case = a_case(session)
        for hours in range(1, 12):
            done = {"status": TaskStatus.COMPLETED, "completed_at": NOON + timedelta(hours=hours)}
            a_task(session, case, element_id="Task_Plan", due_at=NOON + timedelta(hours=8), **done)
        (found,) = monitoring.heat(session, "test")
    assert (found.completed, found.median_hours, found.p90_hours) == (11, 6.0, 10.0)
    assert found.overdue_share == round(3 / 11, 3)


def test_a_period_leaves_out_what_was_completed_before_it(session: Session) -> None:
    with at(NOON):
        case = a_case(session)
        for days in (1, 40):
            a_task(session, case, status=TaskStatus.COMPLETED, completed_at=NOON - timedelta(days=days))
        (found,) = monitoring.heat(session, "test", since=NOON - timedelta(days=30))
    assert found.completed == 1


def test_another_process_or_version_has_no_heat(session: Session) -> None:
    with at(NOON):
        a_task(session, a_case(session))
    assert monitoring.heat(session, "complaint") == []
    assert monitoring.heat(session, "test", version=2) == []


@pytest.mark.requirement("SLA-07")
def test_the_board_counts_each_department_and_step_on_its_own(session: Session) -> None:
    with at(NOON):
        case = a_case(session)
        a_task(session, case, department="legal", due_at=NOON - timedelta(minutes=1), assignee="somebody")
        a_task(session, case, department="legal", due_at=NOON + timedelta(hours=7))
        a_task(session, case, department="quality", due_at=NOON + timedelta(hours=20))
        a_task(session, case, department="quality", status=TaskStatus.COMPLETED)
        rows = monitoring.board(session)
    assert [(row.department, row.open, row.overdue, row.at_risk, row.due_today, row.unclaimed) for row in rows] == [
        ("legal", 2, 1, 1, 1, 1),
        ("quality", 1, 0, 0, 1, 1),
    ]


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
        found = monitoring.figures(session, NOON - timedelta(days=1), NOON + timedelta(days=30))
    assert (found.received, found.closed, found.open) == (5, 4, 2)
    assert found.hours == 25.0
    assert found.in_target == 0.75
    assert found.satisfied == round(2 / 3, 4)


def test_an_empty_period_has_no_shares(session: Session) -> None:
    found = monitoring.figures(session, NOON, NOON + timedelta(days=1))
    assert (found.received, found.hours, found.in_target, found.satisfied) == (0, None, None, None)


@pytest.mark.requirement("RPT-05")
def test_the_shares_of_the_channels_sum_up_to_all_cases(session: Session) -> None:
    with at(NOON):
        for channel in ("phone", "phone", "mail"):
            a_case(session, channel=channel)
        found = monitoring.shares(session, "channel", NOON, NOON + timedelta(days=1))
    assert found == [("phone", 2), ("mail", 1)]


def test_weeks_begin_on_monday_where_the_enterprise_is(session: Session) -> None:
    sunday_evening_utc = datetime(2026, 11, 15, 17, tzinfo=UTC)  # Monday, one o'clock, in Shanghai
    with at(sunday_evening_utc):
        a_case(session, closed_at=sunday_evening_utc + timedelta(days=8))
    found = monitoring.trend(session, NOON - timedelta(days=30), NOON + timedelta(days=30), zone="Asia/Shanghai")
    assert [(received, closed) for _, received, closed in found] == [(1, 0), (0, 1)]
    assert found[0][0] == datetime(2026, 11, 15, 16, tzinfo=UTC)
