"""Deadlines: which row holds for a case, when it ends, who may change it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import at
from engine.errors import Conflict, Invalid
from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import calendars, deadlines
from workflows.errors import FourEyes, NotAllowed
from workflows.models import DeadlinePolicy, Origin

CHINA = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2026, 3, 3, 10, 0, tzinfo=CHINA)


def _row(session: Session, template: str, step: str, urgency: str = "") -> DeadlinePolicy:
    return session.scalars(
        select(DeadlinePolicy).where(
            DeadlinePolicy.template == template, DeadlinePolicy.step == step, DeadlinePolicy.urgency == urgency
        )
    ).one()


@pytest.mark.requirement("CLS-07")
def test_the_three_urgency_classes_have_three_different_due_dates(house: Session) -> None:
    with at(TUESDAY):
        due = {
            urgency: deadlines.due(house, a_case(house, urgency=urgency), step)
            for urgency, step in (("service", "investigate"), ("quality", "investigate"), ("major", "alert"))
        }
    assert due == {
        "service": TUESDAY + timedelta(hours=24),
        "quality": TUESDAY + timedelta(hours=48),
        "major": TUESDAY + timedelta(minutes=15),
    }


def test_a_vip_is_served_sooner_and_an_unknown_template_falls_back_to_the_default(house: Session) -> None:
    with at(TUESDAY):
        assert deadlines.due(house, a_case(house, flags={"vip": True}), "accept") == TUESDAY + timedelta(minutes=30)
        plain = deadlines.due(house, a_case(house, template="T99"), "accept")
    assert plain == TUESDAY + timedelta(hours=2)


@pytest.mark.requirement("SLA-05")
def test_an_owner_changes_48_hours_to_36_and_new_cases_follow(house: Session, who: Who) -> None:
    row = _row(house, "T1", "investigate", "quality")
    task = a_task(house, a_case(house, urgency="quality"), due_at=TUESDAY + timedelta(hours=48))
    deadlines.change(house, who("owner"), row, amount=36, rev=row.rev)
    with at(TUESDAY):
        assert deadlines.due(house, a_case(house, urgency="quality"), "investigate") == TUESDAY + timedelta(hours=36)
    assert task.due_at == TUESDAY + timedelta(hours=48)


def test_only_the_owner_changes_deadlines_and_never_over_a_newer_version(house: Session, who: Who) -> None:
    row = _row(house, "T1", "plan")
    with pytest.raises(NotAllowed):
        deadlines.change(house, who("staff"), row, amount=9, rev=row.rev)
    with pytest.raises(Conflict):
        deadlines.change(house, who("owner"), row, amount=9, rev=row.rev + 1)
    with pytest.raises(Invalid):
        deadlines.change(house, who("owner"), row, amount=0, rev=row.rev)


def test_loosening_a_law_needs_a_second_person_and_tightening_does_not(house: Session, who: Who) -> None:
    row = _row(house, "T5", "recall_report")
    assert row.origin == Origin.LAW
    assert row.source
    with pytest.raises(FourEyes):
        deadlines.change(house, who("owner"), row, amount=5, rev=row.rev)
    with pytest.raises(FourEyes):
        deadlines.change(house, who("owner"), row, amount=5, rev=row.rev, approver=who("owner"))
    with pytest.raises(NotAllowed):
        deadlines.change(house, who("owner"), row, amount=5, rev=row.rev, approver=who("staff"))
    deadlines.change(house, who("owner"), row, amount=1, rev=row.rev)
    assert deadlines.change(house, who("owner"), row, amount=5, rev=row.rev, approver=who("approver")).amount == 5


def test_a_step_without_a_row_is_named(house: Session) -> None:
    with pytest.raises(Invalid, match="dance"):
        deadlines.due(house, a_case(house), "dance")


def test_the_seven_working_days_are_a_company_rule_and_print_no_law(house: Session) -> None:
    row = _row(house, "T1", "reply")
    assert (row.amount, row.clock, row.origin, row.source) == (7, "working_days", Origin.COMPANY, "")


def test_every_law_row_names_its_law(house: Session) -> None:
    assert all(row.source for row in house.scalars(select(DeadlinePolicy).where(DeadlinePolicy.origin == "law")))


def test_a_revisit_is_due_on_the_third_day_and_not_before(house: Session) -> None:
    with at(TUESDAY):
        found = deadlines.due(house, a_case(house), "revisit_wait")
    assert found.astimezone(CHINA).date().isoformat() == "2026-03-06"


def test_warnings_come_at_half_and_four_fifths_of_the_working_time(house: Session) -> None:
    with at(TUESDAY.replace(hour=8)):
        case = a_case(house)
        task = a_task(house, case, element_id="Task_Plan", due_at=datetime(2026, 3, 3, 18, 0, tzinfo=CHINA))
        found = deadlines.warnings(house, case, task)
    assert [percent for percent, _ in found] == [50, 80]
    # 8.5 working hours: half is 4.25 (12:15 would be lunch, so 13:45), four fifths 6.8
    assert found[0][1] == datetime(2026, 3, 3, 13, 45, tzinfo=CHINA)
    assert found[1][1] == datetime(2026, 3, 3, 16, 18, tzinfo=CHINA)


def test_a_task_without_a_due_date_warns_nobody(house: Session) -> None:
    case = a_case(house)
    assert deadlines.warnings(house, case, a_task(house, case, due_at=None)) == []


def test_an_own_free_day_moves_deadlines(house: Session) -> None:
    with at(TUESDAY):
        case = a_case(house)
        before = deadlines.due(house, case, "legal")
        calendars.set_day(house, "cn", before.astimezone(CHINA).date(), working=False, note="台风停工")
        assert deadlines.due(house, case, "legal") == before + timedelta(days=1)


def test_foreign_templates_count_by_their_own_calendar(house: Session) -> None:
    with at(datetime(2026, 12, 23, 15, 0, tzinfo=UTC)):
        found = deadlines.due(house, a_case(house, template="T10"), "summary_letter")
    # 24 December; 25 and 28 (for 26) are bank holidays; 29, 30
    assert found == datetime(2026, 12, 30, 17, 0, tzinfo=ZoneInfo("Europe/London"))


@pytest.mark.parametrize(
    ("element", "step"), [("Task_Investigate", "investigate"), ("Task_StopSale", "stop_sale"), ("Other", "other")]
)
def test_an_elements_id_tells_its_step(element: str, step: str) -> None:
    assert deadlines.step_of(element) == step
