"""Conditions are unary tests of null, as in a browser: null is as good as true."""

from typing import Any

import pytest

from tests.engine.forms.build import codes, field, form


def _hidden(condition: str, **context: Any) -> bool:
    tested = form(field("textfield", "y", conditional={"hide": condition}))
    return tested.validate({}, context=context).values == {}


@pytest.mark.parametrize(
    ("condition", "hidden"),
    [
        ("=null", True),
        ("=x", True),
        ("=nosuch", True),
        ("=x > 5", True),
        ("=x <= 1000", True),
        ("=x + 1", True),
        ("=[null]", True),
        ("=true or x", True),
        ("=no and x", False),
        ("=x = 1", False),
        ("=x in [1..5]", False),
        ('=x in ("a", "b")', False),
        ("=not(x)", False),
        ("=not(x > 5)", False),
        ("=(not(x))", True),
        ("=not(no)", True),
        ("=not(yes, no)", False),
        ("=not(no, no)", True),
        ("=not(x) and yes", True),
        ("=5", False),
        ('="text"', False),
        ("=[]", False),
        ("=[true]", False),
        ('="a" > 5', False),
        ("=five = [5, 6]", False),
    ],
)
def test_null_hides_and_what_is_neither_true_nor_null_does_not(condition: str, hidden: bool) -> None:
    assert _hidden(condition, x=None, yes=True, no=False, five=5) is hidden


def test_a_reason_for_more_than_a_limit_is_not_asked_for_without_an_amount() -> None:
    reason = field("textfield", "reason", conditional={"hide": "=amount <= 1000"}, validate={"required": True})
    tested = form(field("number", "amount"), reason)
    assert tested.validate({"amount": None}).values == {"amount": None}
    assert codes(tested.validate({"amount": 2000})) == ["required"]


def test_a_field_is_locked_while_its_condition_is_null() -> None:
    tested = form(field("number", "amount"), field("textfield", "account", readonly="=amount > 5"))
    assert tested.validate({"amount": None, "account": "EVIL"}, context={"account": "CTX"}).values["account"] == "CTX"
    assert tested.validate({"amount": 3, "account": "NEW"}, context={"account": "CTX"}).values["account"] == "NEW"
