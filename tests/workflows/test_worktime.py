"""Counting time: Chinese holidays with make-up weekends, split shifts, summer time, order 121 art. 45."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import worktime
from workflows.worktime import Calendar

CHINA = ZoneInfo("Asia/Shanghai")
CN = Calendar("cn", CHINA, worktime.shifts_of(["08:00-12:00", "13:30-18:00"]), "CN")
GB = Calendar("gb", ZoneInfo("Europe/London"), ((time(9), time(17)),), "GB")


def _cn(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.requirement("SLA-04")
def test_seven_working_days_over_spring_festival_count_the_make_up_saturdays() -> None:
    # 2026: holiday 15-23 February, work on Saturday 14 and Saturday 28 February
    assert worktime.add_working_days(CN, _cn("2026-02-13T10:00"), 7) == _cn("2026-03-02T18:00")


def test_a_make_up_saturday_is_working_and_the_holiday_is_not() -> None:
    assert CN.is_working(date(2026, 2, 14))
    assert not CN.is_working(date(2026, 2, 16))
    assert not CN.is_working(date(2026, 3, 1))


def test_the_first_day_is_not_counted() -> None:
    assert worktime.add_working_days(CN, _cn("2026-03-03T08:01"), 1) == _cn("2026-03-04T18:00")
    assert worktime.add_working_days(CN, _cn("2026-03-03T23:59"), 1) == _cn("2026-03-04T18:00")


def test_a_last_calendar_day_on_a_holiday_rolls_to_the_next_working_day() -> None:
    assert worktime.add_calendar_days(CN, _cn("2026-02-13T10:00"), 3) == _cn("2026-02-24T18:00")
    assert worktime.add_calendar_days(CN, _cn("2026-03-02T10:00"), 3) == _cn("2026-03-05T18:00")


def test_business_hours_skip_the_lunch_break_the_night_and_the_weekend() -> None:
    assert worktime.add_business_hours(CN, _cn("2026-03-06T11:00"), 2) == _cn("2026-03-06T14:30")
    assert worktime.add_business_hours(CN, _cn("2026-03-06T17:00"), 2) == _cn("2026-03-09T09:00")
    assert worktime.add_business_hours(CN, _cn("2026-03-07T03:00"), 8.5) == _cn("2026-03-09T18:00")


def test_business_hours_on_the_day_the_clocks_change_are_still_hours() -> None:
    # 29 March 2026, a Sunday: London goes from UTC to UTC+1
    friday = datetime(2026, 3, 27, 16, 0, tzinfo=ZoneInfo("Europe/London"))
    found = worktime.add_business_hours(GB, friday, 2)
    assert found == datetime(2026, 3, 30, 10, 0, tzinfo=ZoneInfo("Europe/London"))
    assert found == datetime(2026, 3, 30, 9, 0, tzinfo=UTC)


def test_english_bank_holidays_are_free() -> None:
    assert not GB.is_working(date(2026, 12, 25))
    assert GB.is_working(date(2026, 12, 24))


def test_clock_hours_run_through_nights_and_holidays() -> None:
    assert worktime.add_hours(_cn("2026-02-16T22:00"), 24) == _cn("2026-02-17T22:00")


def test_a_year_whose_holidays_are_unknown_counts_weekends_only_and_says_so() -> None:
    assert not CN.is_certain(date(2031, 5, 1))
    assert CN.is_certain(date(2026, 5, 1))
    assert worktime.add_working_days(CN, _cn("2031-05-02T10:00"), 1) == _cn("2031-05-05T18:00")


def test_the_enterprises_own_days_win_over_the_country() -> None:
    own = Calendar("x", CHINA, CN.shifts, "CN", own={date(2026, 3, 4): False, date(2026, 3, 7): True})
    assert worktime.add_working_days(own, _cn("2026-03-03T10:00"), 1) == _cn("2026-03-05T18:00")
    assert worktime.add_working_days(own, _cn("2026-03-06T10:00"), 1) == _cn("2026-03-07T18:00")


def test_a_calendar_without_any_working_day_is_an_error_and_no_endless_loop() -> None:
    never = Calendar("never", CHINA, CN.shifts, None, weekend=frozenset(range(7)))
    for count in (worktime.add_working_days, worktime.add_calendar_days):
        with pytest.raises(ValueError, match="working day"):
            count(never, _cn("2026-03-03T10:00"), 1)
    with pytest.raises(ValueError, match="business hours"):
        worktime.add_business_hours(never, _cn("2026-03-03T10:00"), 1)


@pytest.mark.parametrize(
    "shifts", [[], ["12:00-08:00"], ["08:00-12:00", "11:00-18:00"], ["08:00"], ["08:00-12:00-14:00"]]
)
def test_shifts_which_make_no_sense_are_refused(shifts: list[str]) -> None:
    with pytest.raises(ValueError, match=r"shift|isoformat"):
        worktime.shifts_of(shifts)


_MOMENTS = st.integers(0, 1_440_000).map(lambda minutes: _cn("2024-01-01T00:00") + timedelta(minutes=minutes))


@given(_MOMENTS, st.floats(0.1, 60))
def test_business_time_between_start_and_end_is_what_was_added(start: datetime, hours: float) -> None:
    end = worktime.add_business_hours(CN, start, hours)
    assert abs(worktime.business_time(CN, start, end) - timedelta(hours=hours)) < timedelta(seconds=1)


@given(_MOMENTS, st.integers(1, 40))
def test_a_deadline_in_working_days_ends_on_a_working_day_and_grows_with_them(start: datetime, days: int) -> None:
    end = worktime.add_working_days(CN, start, days)
    assert CN.is_working(end.astimezone(CHINA).date())
    assert end < worktime.add_working_days(CN, start, days + 1)
