"""Rows of a list as a browser sends them: with holes, cut off, without what is disabled or hidden, some removed."""

from typing import Any

from engine.forms import Form
from tests.engine.forms.build import codes, field, form

TWO = [{"sku": "A", "n": 1}, {"sku": "B", "n": 2}]
SKU = field("textfield", "sku", readonly=True)
N = field("number", "n")


def _list(*columns: dict[str, Any], **settings: Any) -> Form:
    return form({"type": "dynamiclist", "id": "l", "path": "rows", "label": "明细", "components": columns, **settings})


def _rows(tested: Form, came: Any, known: Any) -> Any:
    submission = tested.validate({"rows": came}, context={"rows": known})
    assert submission.ok, submission.messages
    return submission.values["rows"]


def test_null_is_a_row_in_which_everything_was_hidden() -> None:
    tested = _list(field("textfield", "a", conditional={"hide": "=i[1] = 2"}))
    known = [{"a": "1"}, {"a": "2"}, {"a": "3"}]
    assert _rows(tested, [{"a": "1"}, None, {"a": "9"}], known) == [{"a": "1"}, {}, {"a": "9"}]


def test_a_list_of_fixed_length_may_lack_the_last_rows_while_everything_in_them_is_hidden() -> None:
    hidden = field("textfield", "sku", conditional={"hide": "=i[1] = 2"})
    assert _rows(_list(hidden, allowAddRemove=False), [{"sku": "A"}], TWO) == [{"sku": "A"}, {}]
    shown = _list(field("textfield", "sku"), allowAddRemove=False)
    assert codes(shown.validate({"rows": [{"sku": "A"}]}, context={"rows": TWO})) == ["fixed-items"]


def test_disabled_columns_are_not_submitted_and_keep_their_values() -> None:
    tested = _list(field("textfield", "sku", disabled=True), N)
    assert _rows(tested, [{"n": 9}, {"n": 2}], TWO) == [{"sku": "A", "n": 9}, {"sku": "B", "n": 2}]
    assert _rows(tested, [{"n": 1}, {"n": 2}, {"n": 3}], TWO)[2] == {"sku": "", "n": 3}
    assert _rows(tested, [{"n": 2}], TWO) == [{"sku": "B", "n": 2}]


def test_rows_which_cannot_be_told_apart_are_refused() -> None:
    tested = _list(field("textfield", "sku", disabled=True), N)
    assert codes(tested.validate({"rows": [{"n": 7}]}, context={"rows": TWO})) == ["rows"]
    forged = _list(SKU, N).validate({"rows": [{"sku": "evil", "n": 1}, *TWO]}, context={"rows": TWO})
    assert codes(forged) == ["rows"]


def test_a_value_which_is_not_locked_in_its_row_may_change() -> None:
    tested = _list(SKU, field("number", "n", readonly='=this.sku = "A"'))
    assert _rows(tested, [{"sku": "A", "n": 5}, {"sku": "B", "n": 99}], TWO) == [
        {"sku": "A", "n": 1},
        {"sku": "B", "n": 99},
    ]


def test_what_is_hidden_in_one_row_loses_no_row_its_values() -> None:
    hidden = SKU | {"conditional": {"hide": "=this.h"}}
    tested = _list(field("checkbox", "h"), hidden, field("number", "price", readonly=True))
    known = [{"h": False, "sku": "A", "price": 5}, {"h": False, "sku": "B", "price": 6}]
    came = [{"h": True, "price": 5}, {"h": False, "sku": "B", "price": 6}]
    assert _rows(tested, came, known) == came


def test_a_new_row_stands_after_those_which_are_known() -> None:
    tested = _list(SKU, N)
    assert _rows(tested, [TWO[1], {"sku": "", "n": 3}], TWO) == [TWO[1], {"sku": "", "n": 3}]


def test_a_list_which_was_empty_has_only_new_rows() -> None:
    assert _rows(_list(SKU, N), [{"sku": "smuggled", "n": 1}], []) == [{"sku": "", "n": 1}]


def test_the_same_value_in_another_form_is_recognised() -> None:
    number = _list(field("number", "p", readonly=True, serializeToString=True), N)
    assert _rows(number, [{"p": "1.5", "n": 1}], [{"p": "1.50"}, {"p": "2"}]) == [{"p": "1.50", "n": 1}]
    text = _list(field("textfield", "p", readonly=True), N)
    assert _rows(text, [{"p": "5", "n": 1}], [{"p": 4}, {"p": 5}]) == [{"p": "5", "n": 1}]
    assert _rows(text, [{"p": "a b", "n": 1}], [{"p": "x"}, {"p": "a\nb"}])[0]["n"] == 1


def test_rows_within_rows_stay_with_their_parents() -> None:
    parts = {"type": "dynamiclist", "id": "in", "path": "parts", "components": [SKU, N]}
    tested = _list(field("textfield", "name"), parts)
    known = [{"name": "1", "parts": [{"sku": "A", "n": 1}]}, {"name": "2", "parts": [{"sku": "B", "n": 2}]}]
    assert _rows(tested, [{"name": "changed", "parts": [{"sku": "B", "n": 5}]}], known) == [
        {"name": "changed", "parts": [{"sku": "B", "n": 5}]}
    ]


def test_a_number_of_the_context_in_a_text_field_is_its_text() -> None:
    tested = form(field("textfield", "p"))
    assert tested.validate({}, context={"p": 5}).values == {"p": "5"}
