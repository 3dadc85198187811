"""Deadlines as people read them, in working time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from engine import clock
from web.pages import show
from web.pages.login import own_address
from workflows.worktime import Calendar, shifts_of

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


@pytest.mark.parametrize(
    ("after", "text"), [(timedelta(minutes=25), "剩 25 分钟"), (timedelta(days=-1, hours=-2), "逾期 1 天 2 小时")]
)
def test_where_nobody_works_the_clock_counts(after: timedelta, text: str) -> None:
    sunday = MONDAY - timedelta(days=1)
    with clock.at(sunday):
        assert show.deadline(sunday + after, CALENDAR).text == text


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
