"""The managers' figures, each against a count by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from engine.clock import at
from engine.models import Incident, IncidentStatus, InstanceStatus, ProcessDefinition, TaskStatus
from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import monitoring
from workflows.boxes import Filters, inbox

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
def test_the_board_counts_each_department_and_step_on_its_own(house: Session) -> None:
    with at(NOON):
        case = a_case(house)
        a_task(house, case, department="legal", due_at=NOON - timedelta(minutes=1), assignee="somebody")
        a_task(house, case, department="legal", due_at=NOON + timedelta(hours=7))
        a_task(house, case, department="quality", due_at=NOON + timedelta(hours=24))
        a_task(house, case, department="quality", status=TaskStatus.COMPLETED)
        rows = monitoring.board(house)
    assert [(row.department, row.open, row.overdue, row.at_risk, row.due_today, row.unclaimed) for row in rows] == [
        ("legal", 2, 1, 1, 1, 1),
        ("quality", 1, 0, 0, 0, 1),
    ]


def test_the_board_adds_up_the_versions_of_a_process(house: Session) -> None:
    with at(NOON):
        first = a_task(house, a_case(house), element_id="Task_Plan")
        older = house.get_one(ProcessDefinition, first.definition_id)
        newer = ProcessDefinition(
            key=older.key,
            version=2,
            process_id="Test",
            name_zh="测试二",
            name_en="Test two",
            sha256="1" * 64,
            author="x",
        )
        house.add(newer)
        house.flush()
        second = a_task(house, a_case(house), element_id="Task_Plan")
        second.definition_id = newer.id
        house.flush()
        rows = monitoring.board(house)
        (found,) = monitoring.processes(house, rows)
    assert [(row.key, row.element_id, row.open) for row in rows] == [("test", "Task_Plan", 2)]
    assert (found.key, found.version, found.name_zh, found.open, found.instances) == ("test", 2, "测试二", 2, 2)


def test_a_process_counts_its_running_instances_and_open_incidents(house: Session) -> None:
    with at(NOON):
        task = a_task(house, a_case(house), due_at=NOON - timedelta(hours=1))
        a_task(house, a_case(house)).instance.status = InstanceStatus.COMPLETED
        facts = {"instance_id": task.instance_id, "cause": "c", "message": "m", "command": {}}
        house.add_all([Incident(**facts), Incident(**facts, status=IncidentStatus.RESOLVED)])
        house.flush()
        (found,) = monitoring.processes(house, monitoring.board(house))
    assert (found.instances, found.open, found.overdue, found.incidents) == (1, 2, 1, 1)


def test_what_is_at_risk_is_counted_in_working_hours(house: Session) -> None:
    friday = datetime(2026, 11, 20, 9, tzinfo=UTC)  # five in the afternoon in Shanghai: an hour is left
    with at(friday):
        case = a_case(house)
        for hours in (0.5, 24, 63, 72, 72.6, 96):  # Friday, Saturday, Monday 08:00, 17:00, 17:36, Tuesday
            a_task(house, case, due_at=friday + timedelta(hours=hours))
        (row,) = monitoring.board(house)
    assert (row.open, row.overdue, row.at_risk) == (6, 0, 3)


def test_today_is_the_calendar_day_where_the_enterprise_is(house: Session) -> None:
    evening = datetime(2026, 11, 18, 14, tzinfo=UTC)  # ten in the evening in Shanghai
    with at(evening):
        case = a_case(house)
        for hours in (-1, 0, 1.9, 2, 7, 20):
            a_task(house, case, due_at=evening + timedelta(hours=hours))
        (row,) = monitoring.board(house)
    assert (row.open, row.overdue, row.at_risk, row.due_today) == (6, 1, 4, 2)


@pytest.mark.parametrize("moment", [NOON, NOON + timedelta(hours=10), datetime(2026, 11, 18, 15, 59, 59, tzinfo=UTC)])
def test_the_lists_behind_the_board_hold_as_many_tasks_as_it_says(house: Session, who: Who, moment: datetime) -> None:
    with at(moment):
        case = a_case(house)
        for hours in (-30, -1, 0, 1, 5, 7.99, 8, 11, 12, 13, 24, None):
            due = None if hours is None else moment + timedelta(hours=hours)
            a_task(house, case, due_at=due, assignee="somebody" if hours == 5 else None)
        (row,) = monitoring.board(house)
        lists = {
            "open": Filters(),
            "overdue": Filters(overdue=True),
            "at_risk": Filters(due="soon"),
            "due_today": Filters(due="today"),
            "unclaimed": Filters(claimed=False),
        }
        counted = {name: len(inbox(house, who("manager"), "open", filters)) for name, filters in lists.items()}
    assert counted == {name: getattr(row, name) for name in lists}
