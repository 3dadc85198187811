"""Functions which callers add, and what happens when something goes wrong."""

import datetime as dt
from decimal import Decimal

import pytest

from engine.feel import DayTimeDuration, Diagnostic, FeelError, Function, Functions, compile_expression
from tests.engine.feel.helpers import notes, value

DAY = 86_400 * 10**9


def _working_days(count: Decimal, calendar: str | None) -> DayTimeDuration:
    if count < 0:
        raise FeelError("no days before today")
    return DayTimeDuration(int(count) * (DAY if calendar is None else 2 * DAY))


CALENDAR = Functions(
    {
        "working days": Function(_working_days, ("count", "calendar"), "工作日", "working days", optional=1),
        "profit and loss": Function(lambda: Decimal(7)),
    }
)


def test_an_added_function_takes_and_gives_values() -> None:
    assert value("working days(2)", CALENDAR) == "P2D"
    assert value('working days(count: 2, calendar: "x")', CALENDAR) == "P4D"
    assert value('working days(2) + @"PT1H"', CALENDAR) == "P2DT1H"


def test_wrong_arguments_of_an_added_function_are_null() -> None:
    assert value("working days()", CALENDAR) is None
    assert value("working days(1, 2, 3)", CALENDAR) is None
    assert value("working days(days: 1)", CALENDAR) is None
    assert value("working days(-1)", CALENDAR) is None


def test_an_added_function_can_be_handed_on() -> None:
    assert value("(for f in [working days] return f(3, null))[1]", CALENDAR) == "P3D"


def test_an_added_name_with_a_keyword_must_be_declared() -> None:
    expression = compile_expression("profit and loss() + 1", names=CALENDAR)
    assert expression.evaluate({}, functions=CALENDAR) == Decimal(8)


def test_python_data_from_an_added_function_becomes_a_value_and_other_things_null() -> None:
    loose = Functions(
        {"day": Function(lambda: dt.date(2026, 3, 1)), "count": Function(lambda: 3), "bad": Function(object)}
    )
    assert value("[day().year, bad(), (for f in [bad] return f())[1]]", loose) == [2026, None, None]


def test_registries_join_and_do_not_change() -> None:
    more = CALENDAR | Functions({"answer": Function(lambda: Decimal(42))})
    assert value("answer() + 0", more) == 42
    assert "answer" not in CALENDAR


def test_the_clock_is_the_callers_and_stands_still_during_an_evaluation() -> None:
    moments = iter([dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC), dt.datetime(2027, 1, 1, tzinfo=dt.UTC)])
    ticking = Functions(clock=lambda: next(moments))
    assert value("[now() = now(), string(today())]", ticking) == [True, "2026-03-01"]


def test_own_types_serve_instance_of() -> None:
    typed = Functions(types={"tRisk": lambda found: found in ("low", "high")})
    assert value('["low" instance of tRisk, "x" instance of tRisk, 1 instance of tOther]', typed) == [True, False, None]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("unknown", ["unknown_name"]),
        ("nonsense(1)", ["unknown_function"]),
        ('1 + "a"', ["operator"]),
        ('1 < "a"', ["operator"]),
        ("-null", ["negation"]),
        ("{a: 1}.b", ["no_entry"]),
        ("[1][2]", ["index"]),
        ("sum(1, true)", ["function_failed"]),
        ("abs(true)", ["arguments"]),
        ("for i in null return i", ["not_iterable"]),
        ("[1..true]", ["range"]),
        ("function(a) external {java: 1}", ["external"]),
        ("(1)(2)", ["not_a_function"]),
        ("1 instance of tUnknown", ["bad_type"]),
        ("null = 1", []),
    ],
)
def test_what_became_null_leaves_a_note(text: str, codes: list[str]) -> None:
    assert notes(text) == codes


def test_a_note_speaks_both_languages_and_says_where() -> None:
    found: list[Diagnostic] = []
    compile_expression("1 + unknown").evaluate({}, diagnostics=found)
    assert (found[0].en, found[0].zh) == ("There is no variable 'unknown'", "没有变量 'unknown'")
    assert [note.position for note in found] == [4, 2]
