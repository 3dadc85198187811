"""Hiding, locking, computing and repeating: the server decides, whatever the browser sent."""

from typing import Any

from engine.feel import Function, Functions
from tests.engine.forms.build import codes, field, form

HIDDEN = form(
    field("select", "outcome", values=[{"label": "受理", "value": "accepted"}, {"label": "拒绝", "value": "refused"}]),
    field("textarea", "reason", conditional={"hide": '=outcome != "refused"'}, validate={"required": True}),
)


def test_a_hidden_field_is_dropped_and_not_checked() -> None:
    submission = HIDDEN.validate({"outcome": "accepted", "reason": "smuggled"})
    assert submission.ok
    assert submission.values == {"outcome": "accepted"}


def test_a_field_that_is_shown_is_checked() -> None:
    assert codes(HIDDEN.validate({"outcome": "refused"})) == ["required"]


def test_unknown_fields_are_dropped() -> None:
    hostile = {"outcome": "accepted", "approved": True, "__proto__": {"admin": True}, "constructor": 1}
    assert HIDDEN.validate(hostile).values == {"outcome": "accepted"}


def test_a_value_cannot_open_a_field_while_being_hidden_itself() -> None:
    tested = form(
        field("checkbox", "a"),
        field("checkbox", "b", conditional={"hide": "=not(a)"}),
        field("textfield", "c", conditional={"hide": "=b != true"}),
    )
    assert tested.validate({"a": False, "b": True, "c": "x"}).values == {"a": False}
    assert tested.validate({"a": True, "b": True, "c": "x"}).values == {"a": True, "b": True, "c": "x"}


def test_hiding_a_group_hides_everything_in_it() -> None:
    inner = [field("textfield", "name", validate={"required": True})]
    group = {"type": "group", "id": "g", "path": "bank", "conditional": {"hide": "=cash"}, "components": inner}
    tested = form(field("checkbox", "cash"), group)
    assert tested.validate({"cash": True, "bank": {"name": "x"}}).values == {"cash": True}
    assert tested.validate({"cash": False, "bank": {"name": "x", "iban": "y"}}).values == {
        "cash": False,
        "bank": {"name": "x"},
    }
    assert [problem.path for problem in tested.validate({"cash": False, "bank": 5}).problems] == ["bank.name"]


def test_the_value_of_a_read_only_or_disabled_field_stays_what_the_context_says() -> None:
    for lock in ({"readonly": True}, {"disabled": True}, {"readonly": '=role = "staff"'}, {"disabled": "=true"}):
        tested = form(field("number", "amount", validate={"required": True}, **lock))
        submission = tested.validate({"amount": 999_999}, context={"amount": 100, "role": "staff"})
        assert submission.ok
        assert submission.values == {"amount": 100}
        assert tested.validate({"amount": 999_999}, context={"role": "staff"}).values == {"amount": None}


def test_a_condition_which_does_not_hold_leaves_the_field_open() -> None:
    tested = form(field("number", "amount", readonly='=role = "staff"'))
    assert tested.validate({"amount": 5}, context={"amount": 100, "role": "head"}).values == {"amount": 5}


def test_an_expression_is_computed_by_the_server() -> None:
    tested = form(
        field("number", "price"),
        field("number", "count"),
        field("expression", "total", expression="=price * count"),
        field("expression", "tripled", expression="=total * 3"),
        field("expression", "late", expression="=working days(2)"),
    )
    functions = Functions({"working days": Function(lambda days: f"in {days}", ("days",))})
    values = tested.validate({"price": 2.5, "count": 4, "total": 0, "tripled": 1}, functions=functions).values
    assert values == {"price": 2.5, "count": 4, "total": 10, "tripled": 30, "late": "in 2"}


def test_conditions_which_contradict_each_other_end() -> None:
    tested = form(
        field("checkbox", "a", conditional={"hide": "=b = true"}),
        field("checkbox", "b", conditional={"hide": "=a != true"}),
    )
    assert codes(tested.validate({"a": True, "b": True})) == ["unsettled"]


ROWS = form(
    {
        "type": "dynamiclist",
        "id": "l",
        "path": "items",
        "label": "明细",
        "components": [
            field("textfield", "sku", label="货号", validate={"required": True}),
            field("number", "price"),
            field("expression", "share", expression="=this.price / sum(items.price)"),
            field("expression", "number", expression="=i[1]"),
            field("textfield", "note", conditional={"hide": "=this.price < 10"}),
        ],
    }
)


def _row(sku: str, price: int, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "price": price, **more}


def test_a_row_sees_itself_its_number_and_the_whole_list() -> None:
    submission = ROWS.validate({"items": [_row("a", 5, note="drop", evil=1), _row("b", 15, note="keep")]})
    assert submission.ok
    assert submission.values["items"] == [
        {"sku": "a", "price": 5, "share": 0.25, "number": 1},
        {"sku": "b", "price": 15, "share": 0.75, "number": 2, "note": "keep"},
    ]


def test_a_problem_in_a_row_is_found_by_its_path() -> None:
    (problem,) = ROWS.validate({"items": [_row("a", 5), _row("", 5)]}).problems
    assert (problem.path, problem.label, problem.code) == ("items[1].sku", "货号", "required")


def test_rows_of_the_wrong_kind_are_refused() -> None:
    assert codes(ROWS.validate({"items": "many"})) == ["type"]
    assert "items[1]" in [problem.path for problem in ROWS.validate({"items": [_row("a", 1), 5]}).problems]
    assert codes(ROWS.validate({"items": [{}] * 501})) == ["items"]


def test_a_list_of_fixed_length_cannot_grow_or_shrink() -> None:
    fixed = {"type": "dynamiclist", "id": "l", "path": "items", "label": "明细", "allowAddRemove": False}
    tested = form({**fixed, "components": [field("textfield", "a")]})
    context = {"items": [{"a": "1"}, {"a": "2"}]}
    assert codes(tested.validate({"items": [{"a": "1"}]}, context=context)) == ["fixed-items"]
    assert tested.validate({"items": [{"a": "3"}, {"a": "4"}]}, context=context).ok


def test_locked_values_follow_their_row_when_rows_are_removed_or_added() -> None:
    columns = [
        field("textfield", "sku", readonly=True),
        field("number", "price", disabled="=true"),
        field("number", "n"),
    ]
    tested = form({"type": "dynamiclist", "id": "l", "path": "items", "label": "明细", "components": columns})
    known = [{"sku": name, "price": price, "n": 1} for name, price in (("A", 10), ("B", 20), ("C", 30))]
    data = {
        "items": [{"sku": "C", "price": 30, "n": 7}, {"sku": "evil", "price": 0, "n": 8}, {"sku": "A", "price": 10}]
    }
    assert tested.validate(data, context={"items": known}).values["items"] == [
        {"sku": "C", "price": 30, "n": 7},
        {"sku": "", "price": None, "n": 8},
        {"sku": "A", "price": 10, "n": 1},
    ]


def test_one_row_of_the_context_is_not_recognised_twice() -> None:
    column = field("textfield", "sku", readonly=True)
    tested = form({"type": "dynamiclist", "id": "l", "path": "items", "label": "明细", "components": [column]})
    twice = {"items": [{"sku": "A"}, {"sku": "A"}]}
    assert tested.validate(twice, context={"items": [{"sku": "A"}]}).values == {"items": [{"sku": "A"}, {"sku": ""}]}


def test_lists_within_lists_know_their_parents() -> None:
    inner = {
        "type": "dynamiclist",
        "id": "inner",
        "path": "parts",
        "label": "部分",
        "components": [field("expression", "place", expression='=string(i[1]) + "." + string(i[2]) + parent.name')],
    }
    outer = {"type": "dynamiclist", "id": "outer", "path": "rows", "label": "行"}
    tested = form({**outer, "components": [field("textfield", "name"), inner]})
    data = {"rows": [{"name": "A", "parts": [{}]}, {"name": "B", "parts": [{}, {}]}]}
    assert tested.validate(data).values == {
        "rows": [
            {"name": "A", "parts": [{"place": "1.1A"}]},
            {"name": "B", "parts": [{"place": "2.1B"}, {"place": "2.2B"}]},
        ]
    }


def test_a_hidden_list_is_dropped_with_its_problems() -> None:
    hidden = {"type": "dynamiclist", "id": "l", "path": "items", "label": "明细", "conditional": {"hide": "=true"}}
    tested = form({**hidden, "components": [field("textfield", "a", validate={"required": True})]})
    submission = tested.validate({"items": [5, 6]})
    assert submission.ok
    assert submission.values == {}


def test_the_data_a_form_opens_with() -> None:
    tested = form(
        field("textfield", "name", defaultValue="无"),
        field("number", "amount"),
        field("checkbox", "agreed"),
        field("textfield", "case.number"),
        field("textfield", "why", conditional={"hide": "=amount = null"}),
        {
            "type": "dynamiclist",
            "id": "l",
            "path": "items",
            "defaultRepetitions": 2,
            "components": [field("number", "n")],
        },
    )
    assert tested.defaults({"case": {"number": "TS-1", "secret": 1}}) == {
        "items": [{"n": None}, {"n": None}],
        "name": "无",
        "amount": None,
        "agreed": False,
        "case": {"number": "TS-1"},
    }
    assert tested.defaults({"amount": 5, "items": []})["why"] == ""


def test_what_is_left_out_keeps_the_value_of_the_context_and_what_is_emptied_is_empty() -> None:
    tested = form(field("textfield", "name", defaultValue="default"))
    assert tested.validate({}, context={"name": "known"}).values == {"name": "known"}
    assert tested.validate({"name": ""}, context={"name": "known"}).values == {"name": ""}
    assert tested.validate({}).values == {"name": "default"}
