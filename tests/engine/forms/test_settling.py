"""Conditions and values which depend on each other settle as in a browser, or the submission is refused."""

from typing import Any

import pytest

from tests.engine.forms.build import codes, field, form


def _hide(condition: str) -> dict[str, Any]:
    return {"conditional": {"hide": condition}}


REQUIRED = {"validate": {"required": True}}


@pytest.mark.parametrize(
    ("context", "data"),
    [({"a": "CTX"}, {"a": ""}), ({"a": "CTX"}, {"a": "EVIL"})],
)
def test_a_field_which_locks_itself_is_not_opened_by_what_is_submitted(context: Any, data: Any) -> None:
    tested = form(field("textfield", "a", readonly='=a != ""'))
    assert tested.validate(data, context=context).values == {"a": "CTX"}


def test_a_field_which_locks_itself_can_be_filled_in_while_it_is_empty() -> None:
    assert form(field("number", "n", readonly="=n != null")).validate({"n": 7}).values == {"n": 7}


def test_two_fields_which_lock_each_other_stay_locked_by_what_is_known() -> None:
    tested = form(field("textfield", "a", readonly='=b = "1"'), field("textfield", "b", readonly='=a = "1"'))
    known = {"a": "1", "b": "1"}
    assert tested.validate({"a": "2", "b": "2"}, context=known).values == known


def test_a_chain_of_twenty_conditions_settles() -> None:
    chain = [field("checkbox", "c0")]
    chain += [field("checkbox", f"c{n}", **_hide(f"=c{n - 1} != true")) for n in range(1, 20)]
    for components in (chain, chain[::-1]):
        tested = form(*components)
        everything = {f"c{number}": True for number in range(20)}
        assert tested.validate(everything).values == everything
        assert tested.validate({**everything, "c0": False}).values == {"c0": False}


def test_what_is_hidden_has_for_others_the_value_the_form_opened_with() -> None:
    chain = [field("checkbox", f"c{n}", **(_hide(f"=c{n - 1} != true") if n else {})) for n in range(5)]
    opened = {f"c{number}": True for number in range(5)}
    assert form(*chain).validate({**opened, "c0": False}, context=opened).values == {
        "c0": False, "c2": True, "c3": True, "c4": True,
    }  # fmt: skip


def test_fifteen_levels_of_computing_are_computed_in_any_order() -> None:
    levels = [field("expression", f"e{n}", expression=f"=e{n - 1} + 1" if n else "=a + 1") for n in range(15)]
    for components in (levels, levels[::-1]):
        assert form(field("number", "a"), *components).validate({"a": 1}).values["e14"] == 16


def test_fields_which_hide_each_other_are_not_both_kept() -> None:
    tested = form(
        field("number", "refund", **_hide('=replacement != null and replacement != ""')),
        field("textfield", "replacement", **_hide("=refund != null")),
    )
    assert tested.validate({"refund": 100}).values == {"refund": 100}
    assert tested.validate({"replacement": "new"}).values == {"replacement": "new"}
    both = tested.validate({"refund": 100, "replacement": "new"})
    assert (codes(both), both.values) == (["unsettled"], {})


def test_a_value_which_never_comes_to_rest_is_refused() -> None:
    toggle = field("expression", "e", expression="=if e = true then false else true")
    assert codes(form(toggle).validate({})) == ["unsettled"]
    counter = field("expression", "e", expression="=if e = null then 1 else e + 1")
    assert codes(form(counter).validate({})) == ["unsettled"]


@pytest.mark.parametrize(
    ("component", "condition"),
    [
        (field("checkbox", "b"), "=not(b)"),
        (field("textfield", "b"), '=b = ""'),
        (field("number", "b", defaultValue=5), "=b = 5"),
    ],
)
def test_a_hidden_field_counts_with_its_default(component: dict[str, Any], condition: str) -> None:
    tested = form(field("checkbox", "a"), component | _hide("=a != true"), field("textfield", "c", **_hide(condition)))
    assert tested.validate({"a": False, "b": "smuggled"}).values == {"a": False}


def test_a_hidden_field_never_counts_with_what_was_submitted() -> None:
    hidden = field("number", "b", **_hide("=a != true"))
    tested = form(field("checkbox", "a"), hidden, field("expression", "e", expression="=b * 2"))
    assert tested.validate({"a": False, "b": 7}, context={"b": 5}).values == {"a": False, "e": 10}


def test_a_hidden_list_counts_with_the_rows_of_the_context() -> None:
    rows = {"type": "dynamiclist", "id": "l", "path": "r", "components": [field("number", "n")], **_hide("=a != true")}
    tested = form(field("checkbox", "a"), rows, field("expression", "e", expression="=count(r)"))
    data = {"a": False, "r": [{"n": 1}] * 9}
    assert tested.validate(data, context={"r": [{"n": 1}, {"n": 2}]}).values == {"a": False, "e": 2}


def test_a_hidden_part_of_a_group_is_null_for_others_while_the_rest_is_shown() -> None:
    inside = [field("number", "b", defaultValue=5, **_hide("=a != true")), field("number", "z")]
    group = {"type": "group", "id": "g", "path": "g", "components": inside}
    tested = form(field("checkbox", "a"), group, field("expression", "e", expression="=g.b"))
    assert tested.validate({}).values == {"a": False, "g": {"z": None}, "e": None}


def test_a_row_knows_itself_whole_even_what_is_hidden_in_it() -> None:
    cells = [
        field("checkbox", "a"),
        field("number", "b", defaultValue=5, **_hide("=not(this.a)")),
        field("expression", "e", expression="=this.b"),
    ]
    tested = form({"type": "dynamiclist", "id": "l", "path": "rows", "components": cells})
    assert tested.validate({"rows": [{"a": False}]}).values == {"rows": [{"a": False, "e": 5}]}


def test_a_row_knows_what_the_context_has_in_it_besides_the_fields() -> None:
    price = field("expression", "total", expression="=this.count * this.price")
    tested = form({"type": "dynamiclist", "id": "l", "path": "rows", "components": [field("number", "count"), price]})
    known = {"rows": [{"count": 1, "price": 5}]}
    assert tested.validate({"rows": [{"count": 3, "price": 0}]}, context=known).values == {
        "rows": [{"count": 3, "total": 15}]
    }


def test_the_parent_of_an_inner_row_has_this_and_parent_and_i_itself() -> None:
    names = ["parent.name", "parent.this.name", "parent.parent.top", "parent.i[1]", "parent.parent.name", "parent.top"]
    inner = [field("expression", f"p{number}", expression=f"={name}") for number, name in enumerate(names)]
    parts = {"type": "dynamiclist", "id": "in", "path": "parts", "components": inner}
    rows = {"type": "dynamiclist", "id": "out", "path": "rows", "components": [field("textfield", "name"), parts]}
    data = {"top": "TOP", "rows": [{"name": "A", "parts": [{}]}]}
    (row,) = form(field("textfield", "top"), rows).validate(data).values["rows"]
    assert list(row["parts"][0].values()) == ["A", "A", "TOP", 1, None, None]
