"""Ways into the language and out of it."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.feel import (
    DateTime,
    DayTimeDuration,
    FarDate,
    FeelError,
    Range,
    Time,
    YearMonthDuration,
    compile_expression,
    from_python,
    to_plain,
    to_text,
    type_name,
)
from tests.engine.feel.helpers import value


def test_python_data_becomes_values_and_stays_so() -> None:
    given = {
        "whole": 7,
        "float": 0.1,
        "flag": True,
        "none": None,
        "day": dt.date(2026, 3, 1),
        "moment": dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC),
        "zoned": dt.datetime(2026, 3, 1, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai")),
        "clock": dt.time(9, 30, 0, 500),
        "span": dt.timedelta(days=1, hours=2, microseconds=1),
        "items": (1, "a", [2]),
    }
    found = from_python(given)
    assert found["whole"] == Decimal(7)
    assert found["float"] == Decimal("0.1")
    assert found["flag"] is True
    assert found["moment"] == DateTime(dt.date(2026, 3, 1), Time(9, 30, 0, 0, 0))
    assert found["zoned"].time.zone == "Asia/Shanghai"
    assert found["clock"] == Time(9, 30, 0, 500_000)
    assert found["span"] == DayTimeDuration((26 * 3600) * 10**9 + 1000)
    assert found["items"] == [Decimal(1), "a", [Decimal(2)]]
    assert from_python(found) == found


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"a": {"b": [1, object()]}}, "value.a.b[2]"),
        ({"a": float("nan")}, "value.a"),
        ({"a": float("inf")}, "value.a"),
        ({1: "x"}, "value"),
        (b"bytes", "value"),
        (Decimal("1e9999"), "value"),
        (lambda: 1, "value"),
    ],
)
def test_other_data_is_refused_by_its_path(data: object, path: str) -> None:
    with pytest.raises(FeelError) as caught:
        from_python(data)
    assert caught.value.details["field"] == path


def test_bottomless_data_is_refused() -> None:
    loop: list[object] = []
    loop.append(loop)
    with pytest.raises(FeelError):
        from_python(loop)


@pytest.mark.parametrize(
    ("found", "plain"),
    [
        (Decimal("3.0"), 3),
        (Decimal("0.1"), 0.1),
        (Decimal("12345678901234567890"), 12345678901234567890),
        (Decimal("0.12345678901234567890123"), 0.12345678901234568),
        (Decimal("1E+300"), 1e300),
        (Decimal("1E+6000"), "1E+6000"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (FarDate(-5, 1, 2), "-0005-01-02"),
        (FarDate(12345, 1, 2), "12345-01-02"),
        (Time(9, 5, 0, 5_000_000, 28800), "09:05:00.005+08:00"),
        (Time(9, 5, 0, 0, None, "Europe/Paris"), "09:05:00@Europe/Paris"),
        (DateTime(dt.date(2026, 1, 2), Time(0, 0, 0, 0, 0)), "2026-01-02T00:00:00Z"),
        (DayTimeDuration(-90 * 10**9), "-PT1M30S"),
        (DayTimeDuration(0), "PT0S"),
        (YearMonthDuration(-14), "-P1Y2M"),
        (YearMonthDuration(0), "P0M"),
        (Range(Decimal(1), Decimal(5), True, False), "[1..5)"),
        (Range(None, Decimal(5), False, True), "<= 5"),
        ([Decimal(1), {"a": None}], [1, {"a": None}]),
    ],
)
def test_values_become_plain_data(found: object, plain: object) -> None:
    assert to_plain(found) == plain


def test_a_whole_number_becomes_an_int_and_no_float() -> None:
    assert type(to_plain(Decimal("3.00"))) is int


def test_texts_of_values_can_be_read_again() -> None:
    for text in ('["a\\"b", 1.5, null, {k: "v", "a b!": [true]}]', "[1..5)", '"x\\ny"'):
        first = compile_expression(text).evaluate({})
        again = compile_expression(to_text(first, nested=True)).evaluate({})
        assert again == first


def test_a_variable_which_is_plain_python_still_counts() -> None:
    assert compile_expression("a + 1").evaluate({"a": 2}) == Decimal(3)


def test_years_outside_of_python_work() -> None:
    assert value('date("-0044-03-15").year') == -44
    assert value('date("999999999-12-31") + duration("P1D")') is None
    assert value('string(date("9999-12-31") + duration("P1D"))') == "10000-01-01"
    assert value('date("10000-01-01") - date("9999-12-31") = duration("P1D")') is True
    assert value('date("10000-01-01") > date("9999-12-31")') is True
    assert value('day of week(date("10000-01-01"))') == "Saturday"


def test_far_dates_count_days_as_near_ones_do() -> None:
    for year in (2000, 2024, 2100):
        for month in range(1, 13):
            assert FarDate(year, month, 28).toordinal() == dt.date(year, month, 28).toordinal()
            assert FarDate(year, month, 28).isoweekday() == dt.date(year, month, 28).isoweekday()


def test_every_type_has_its_name() -> None:
    names = [
        "number",
        "string",
        "boolean",
        "null",
        "date",
        "time",
        "date and time",
        "list",
        "context",
        "range",
        "function",
    ]
    texts = ["1", '"a"', "true", "null", '@"2026-01-01"', '@"09:00:00"', '@"2026-01-01T09:00:00"', "[]", "{}", "[1..2]"]
    found = [type_name(compile_expression(text).evaluate({})) for text in [*texts, "function() 1"]]
    assert found == names
