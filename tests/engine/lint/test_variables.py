"""Names in expressions: what nothing sets is doubted, with the nearest name; what may be set is left alone."""

from collections.abc import Mapping

from engine import lint
from engine.findings import Finding
from engine.hooks import Domain
from tests.builders import (
    bundle,
    call,
    decision,
    each,
    end,
    flow,
    form,
    gateway,
    mapping,
    path,
    process,
    script,
    start,
    table,
    user,
)


class Knows(Domain):
    """A domain which says what instances start with and what the case holds."""

    def variables(self) -> set[str]:
        return {"amount", "region"}

    def case_paths(self) -> set[str]:
        return {"number", "plan", "plan.amount"}


def field(key: str, kind: str = "textfield", **more: object) -> dict[str, object]:
    return {"type": kind, "id": f"F_{key}", "key": key, "label": key, **more}


def doubts(
    *parts: str, files: Mapping[str, bytes] | None = None, domain: Domain | None = None
) -> list[tuple[str, str, str]]:
    found: list[Finding] = lint.check(bundle(*parts, files=dict(files or {})), domain=domain or Knows())
    doubted = [each for each in found if each.code in ("unknown_variable", "unknown_decision_input")]
    assert all(each.severity == "warning" and each.hint_zh and each.file for each in doubted)
    return [(each.element, each.code, each.hint_en) for each in doubted]


def choice(condition: str) -> str:
    return process(
        "P", start(), gateway("exclusive", "G"), script("A", "1", "a"), script("B", "1", "b"), end(),
        *path("Start", "G"), flow("G", "A", condition), flow("G", "B", default=True), *path("A", "End"),
        *path("B", "End"),
    )  # fmt: skip


def test_a_misspelt_variable_is_doubted_with_the_nearest_name() -> None:
    assert doubts(choice("=amuont > 5")) == [("G_A", "unknown_variable", "Is amount meant?")]
    assert doubts(choice("=amount > 5")) == []


def test_what_anything_in_the_bundle_sets_is_known() -> None:
    parts = process("P", start(), script("S", "1", "made"), script("T", "made + 1", "more"), end())
    assert doubts(parts) == []


def test_a_field_is_known_to_the_output_mapping_of_its_own_task_only() -> None:
    files = {"f.form": form("f", field("answer"))}
    mapped = user("A", form="f", extension=mapping(outputs={"kept": "=answer"}))
    assert doubts(process("P", start(), mapped, end()), files=files) == []
    wrong = user("A", form="f", extension=mapping(outputs={"kept": "=anwser"}))
    assert doubts(process("P", start(), wrong, end()), files=files) == [("A", "unknown_variable", "Is answer meant?")]
    after = process("P", start(), mapped, script("S", "answer", "x"), end())
    assert [element for element, _, _ in doubts(after, files=files)] == ["S"]


def test_without_a_mapping_the_fields_of_a_form_are_process_data() -> None:
    files = {"f.form": form("f", field("answer"))}
    assert doubts(process("P", start(), user("A", form="f"), script("S", "answer", "x"), end()), files=files) == []


def test_the_item_of_a_repetition_is_known_inside_it() -> None:
    repeated = user("A", form="f", body=each("[1, 2]", "item_no"), extension=mapping({"shown": "=item_no"}))
    files = {"f.form": form("f", field("answer"))}
    assert doubts(process("P", start(), repeated, end()), files=files) == []
    outside = process("P", start(), repeated, script("S", "item_no", "x"), end())
    assert [element for element, _, _ in doubts(outside, files=files)] == ["S"]


def test_paths_of_the_case_are_looked_up_in_its_view() -> None:
    assert doubts(choice("=case.plan.amount > 5")) == []
    assert doubts(choice("=case.plan.amuont > 5")) == [("G_A", "unknown_variable", "Is case.plan.amount meant?")]


def test_where_anything_may_be_set_only_a_likely_slip_is_doubted() -> None:
    def after(expression: str) -> str:
        return process("P", start(), call("C", "Elsewhere"), script("T", expression, "x"), end())

    assert doubts(after("stranger")) == []
    assert doubts(after("amuont")) == [("T", "unknown_variable", "Is amount meant?")]


def test_inputs_of_a_decision_are_looked_up() -> None:
    files = {"r.dmn": table("risk", ["amuont"], "risk", [(["> 5"], '"high"'), (["<= 5"], '"low"')])}
    found = doubts(process("P", start(), decision("D", "risk", "risk"), end()), files=files)
    assert found == [("D", "unknown_decision_input", "Is amount meant?")]


def test_conditions_of_a_form_are_looked_up() -> None:
    hidden = field("answer", conditional={"hide": "=regoin = 1"})
    found = doubts(process("P", start(), user("A", form="f"), end()), files={"f.form": form("f", hidden)})
    assert found == [("F_answer", "unknown_variable", "Is region meant?")]
