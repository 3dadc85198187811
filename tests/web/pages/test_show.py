"""Deadlines as people read them, in working time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from engine import clock
from web.pages import show
from web.pages.login import own_address
from workflows.worktime import Calendar, add_business_hours, shifts_of

CALENDAR = Calendar("cn", ZoneInfo("Asia/Shanghai"), shifts_of(["08:00-12:00", "13:30-18:00"]), country="CN")
MONDAY = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
DAY = timedelta(hours=8, minutes=30)


@pytest.mark.parametrize(
    ("after", "tone", "text"),
    [
        (timedelta(hours=1), "soon", "剩 1 小时"),
        (timedelta(hours=4), "soon", "剩 2 小时 30 分"),  # the lunch break does not count
        (timedelta(days=1), "fine", "剩 1 个工作日"),
        (timedelta(days=2, hours=3), "fine", "剩 2 个工作日 2 小时"),
        (timedelta(days=7), "fine", "剩 5 个工作日"),  # the weekend does not count
        (timedelta(minutes=-20), "late", "逾期 20 分钟"),
        (timedelta(hours=12), "soon", "剩 6 小时 30 分"),  # until 22:00: the rest of the working day
        (timedelta(days=-3), "late", "逾期 1 个工作日"),  # Friday 10:00 until Monday 10:00
    ],
)
def test_a_deadline_counts_working_time(after: timedelta, tone: str, text: str) -> None:
    with clock.at(MONDAY):
        chip = show.deadline(MONDAY + after, CALENDAR)
    assert (chip.tone, chip.text) == (tone, text)


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 in Shanghai; the 9th is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("present", "tone", "text"),
    [
        (shanghai(6, 18, 0), "soon", "到期 今天 18:00"),
        (shanghai(6, 18, 1), "late", "逾期，非工作时间"),
        (shanghai(7, 11), "late", "逾期，非工作时间"),
        (shanghai(9, 7, 59), "late", "逾期，非工作时间"),
        (shanghai(9, 8, 0), "late", "刚刚逾期"),
        (shanghai(9, 8, 5), "late", "逾期 5 分钟"),
        (shanghai(9, 18), "late", "逾期 1 个工作日"),
        (shanghai(10, 7, 59), "late", "逾期 1 个工作日"),
        (shanghai(6, 17, 59), "soon", "剩 1 分钟"),
    ],
)
def test_a_deadline_of_friday_evening_is_told_in_one_unit(present: datetime, tone: str, text: str) -> None:
    with clock.at(present):
        chip = show.deadline(shanghai(6, 18), CALENDAR)
    assert (chip.tone, chip.text) == (tone, text)


def test_a_deadline_in_the_night_is_told_by_its_hour() -> None:
    with clock.at(shanghai(6, 20)):
        chips = [show.deadline(due, CALENDAR) for due in (shanghai(6, 23), shanghai(9, 8))]
    assert [chip.text for chip in chips] == ["到期 今天 23:00", "到期 3月9日 08:00"]


@pytest.mark.parametrize(
    ("due", "text"),
    [(9, "已暂停，剩 1 个工作日"), (6, "已暂停，逾期 1 个工作日")],
)
def test_a_clock_which_stands_still_shows_what_was_left(due: int, text: str) -> None:
    with clock.at(shanghai(20, 12)):
        chip = show.deadline(shanghai(due, 10), CALENDAR, shanghai(6, 10) if due == 9 else shanghai(9, 10))
    assert (chip.tone, chip.text) == ("paused", text)


@pytest.mark.parametrize("hours", [*range(0, 60, 3), 7.999, 8, 8.001])
@pytest.mark.parametrize("start", [shanghai(5, 9), shanghai(6, 11), shanghai(6, 19), shanghai(7, 12), shanghai(9, 7)])
def test_the_chip_and_the_board_agree_on_what_is_near(start: datetime, hours: float) -> None:
    due = start + timedelta(hours=hours)
    with clock.at(start):
        assert (show.deadline(due, CALENDAR).tone == "soon") == (due < add_business_hours(CALENDAR, start, 8))


@pytest.mark.parametrize("due", [shanghai(9, 23), shanghai(9, 17)])
def test_the_date_of_a_deadline_is_told_once(app: Flask, due: datetime) -> None:
    with clock.at(shanghai(9, 20) if due.hour == 23 else shanghai(9, 10)), app.test_request_context("/"):
        components = app.jinja_env.get_template("ui.html").make_module({})
        for stacked in (False, True):
            text = str(getattr(components, "deadline_dated")(show.deadline(due, CALENDAR), stacked))  # noqa: B009
            assert text.count(f"今天 {due.hour}:00") == 1


def test_no_deadline_is_no_chip() -> None:
    assert show.deadline(None, CALENDAR).due is None


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "0 分钟"),
        (timedelta(hours=1, minutes=5), "1 小时 5 分"),
        (DAY * 12 + timedelta(hours=2), "12 个工作日"),
    ],
)
def test_a_span_has_two_units_at_most(length: timedelta, text: str) -> None:
    assert show.span(length, DAY) == text


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "x\n/inbox"]
)
def test_a_login_never_leads_to_another_site(app: Flask, wanted: str) -> None:
    with app.test_request_context("/login"):
        assert own_address(wanted) == "/"


def test_a_login_leads_to_where_one_wanted_to_go(app: Flask) -> None:
    with app.test_request_context("/login"):
        assert own_address("/tasks/1?x=2") == "/tasks/1?x=2"
