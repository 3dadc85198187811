"""Timers' values: absurd ones are refused as such, and a time which names no zone is the enterprise's."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine import lint
from engine.feel import compile_expression
from engine.spiff import times
from engine.spiff.errors import Failure
from engine.spiff.movement import Movement
from tests import builders as b
from tests.engine.spiff.player import Player

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def value(expression: str) -> Any:
    return compile_expression(expression).evaluate({})


ABSURD = [
    'duration("P999999999D")',
    'duration("-P999999999D")',
    'duration("P99999999Y")',
    'duration("-P99999999Y")',
    'duration("PT99999999999999H")',
    'date("999999999-01-01")',
    'date and time("9999-12-31T23:59:59-14:00")',
    'date and time("0001-01-01T00:00:00+14:00")',
    '"9999-12-31T23:59:59-14:00"',
    '"2026-03-10T02:00:00@Europe/Nowhere"',
    '"2026-03-10T02:00:00@Europe"',
    '"2026-03-10T02:00:00@../../etc/passwd"',
    '"P999999Y"',
]


@pytest.mark.parametrize("expression", ABSURD)
def test_an_absurd_time_is_a_bad_time(expression: str) -> None:
    with pytest.raises(times.BadTime):
        times.due(value(expression), NOW)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b.timer("P1,5D"), "fraction"),
        (b.timer("P51Y"), "50 years"),
        (b.timer(date="2026-03-02T24:00:00Z"), "next day"),
        (b.timer(cycle="R3/2026-03-02T09:00:00Z/PT1H"), "no start"),
        (b.timer(cycle="R3/PT30S"), "shorter than a minute"),
        (b.timer("one hour"), "no ISO 8601 time"),
    ],
)
def test_a_time_which_is_right_and_not_executed_is_refused_for_that_reason(body: str, reason: str) -> None:
    found = lint.check(b.bundle(b.process("P", b.start(), b.catch("C", body), b.end())))
    [fault] = [each for each in found if each.code == "bad_time"]
    assert reason in fault.message_en
    assert ("不是 ISO 8601" in fault.message_zh) == (reason == "no ISO 8601 time")


@pytest.mark.parametrize(
    "expression", [*ABSURD[:5], 'duration("-P1M")', 'duration("-P1Y")', 'duration("-PT1H")', '"²"']
)
def test_an_absurd_rhythm_is_a_bad_time(expression: str) -> None:
    with pytest.raises(times.BadTime):
        times.cycle(value(expression)).every.after(NOW)


@pytest.mark.parametrize("expression", ['duration("P999999999D")', 'duration("-P1M")', 'duration("-P99999999Y")'])
def test_a_cycle_of_absurd_length_fails_at_its_element(expression: str) -> None:
    event = b.boundary("B", "A", b.timer(cycle=f"={expression}"), interrupting=False)
    parts = (b.start(), b.user("A"), event, b.end(), b.end("E2"), *b.path("Start", "A", "End"), *b.path("B", "E2"))
    with pytest.raises(Failure) as failed:
        Player(b.bundle(b.process("P", *parts)))
    assert (failed.value.element_id, failed.value.code) == ("B", "bad_time")


@pytest.mark.parametrize(
    ("given", "expected"), [("7", 7), (" 7 ", 7), ("²", None), ("１", None), ("-1", None), ("x", None)]
)
def test_a_priority_is_written_in_plain_digits(given: str, expected: int | None) -> None:
    assert times.priority(given) == expected


@pytest.mark.parametrize("number", ['="²"', '="x"', "=-1", "=1.5"])
def test_a_number_of_rounds_which_is_none_fails_at_its_element(number: str) -> None:
    with pytest.raises(Failure) as failed:
        Player(b.bundle(b.process("P", b.start(), b.user("A", body=b.each("", cardinality=number)), b.end())))
    assert (failed.value.element_id, failed.value.code) == ("A", "not_a_number")


@pytest.mark.parametrize(
    "expression",
    [
        '"2026-03-10T09:00:00"',
        'date and time("2026-03-10T09:00:00")',
        'date and time("2026-03-10T01:00:00Z")',
        '"2026-03-10T09:00:00+08:00"',
        '"2026-03-10T02:00:00@Europe/Berlin"',
        '"2026-03-10T02:00:00[Europe/Berlin]"',
        '"2026-03-10T09:00:00+08:00[Asia/Shanghai]"',
        'date and time("2026-03-10T09:00:00@Asia/Shanghai")',
    ],
)
def test_a_time_without_a_zone_is_meant_where_the_enterprise_is(expression: str) -> None:
    assert times.due(value(expression), NOW, SHANGHAI) == dt.datetime(2026, 3, 10, 1, 0, tzinfo=dt.UTC)


def test_so_is_a_day() -> None:
    for day in ('date("2026-03-10")', '"2026-03-10"'):
        assert times.due(value(day), NOW, SHANGHAI) == dt.datetime(2026, 3, 9, 16, 0, tzinfo=dt.UTC)
        assert times.due(value(day), NOW) == dt.datetime(2026, 3, 10, 0, 0, tzinfo=dt.UTC)


def test_a_timer_and_a_due_date_are_read_in_the_zone_of_their_step() -> None:
    from engine.spiff import execution
    from engine.spiff.opening import opening
    from engine.spiff.workflow import tokens

    schedule = b.zeebe("taskSchedule", dueDate="2026-03-10T09:00:00")
    parts = (b.start(), b.user("A", extension=schedule), b.catch("C", b.timer(date="2026-03-11T09:00:00")), b.end())
    player = Player(b.bundle(b.process("P", *parts)))
    top = player.load()
    top.movement = Movement(NOW, zone=SHANGHAI)
    [token] = [each for each in tokens(top) if each.task_spec.drawn.id == "A"]
    assert opening(token).due_at == dt.datetime(2026, 3, 10, 1, 0, tzinfo=dt.UTC)
    execution.complete(top, token.id, {})
    execution.run(top)
    [timer] = [each for each in tokens(top) if each.task_spec.drawn.id == "C"]
    assert execution.due_at(timer) == dt.datetime(2026, 3, 11, 1, 0, tzinfo=dt.UTC)
