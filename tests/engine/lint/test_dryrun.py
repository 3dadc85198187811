"""The dry run: opens paths with values from the bundle itself; says what fails, hangs, or is never reached."""

from collections.abc import Mapping
from random import Random

import pytest

from engine import forms, lint
from engine.lint import dryrun
from engine.lint.bundle import examine
from engine.lint.filling import fitting
from tests.builders import (
    Element,
    Part,
    boundary,
    bundle,
    call,
    catch,
    condition,
    decision,
    each,
    end,
    error,
    event,
    flow,
    form,
    gateway,
    message,
    path,
    process,
    script,
    service,
    start,
    table,
    timer,
    user,
)

RADIO: dict[str, object] = {
    "type": "radio", "id": "F", "key": "answer", "label": "?",
    "values": [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}],
}  # fmt: skip
FORMS = {"f.form": form("f"), "q.form": form("q", RADIO)}


def played(*parts: str, files: Mapping[str, bytes] | None = None) -> set[tuple[str, str, str]]:
    found = lint.check(bundle(*parts, files={**FORMS, **(files or {})}), dry_run=True)
    assert all(each.message_zh and each.hint_zh and each.file for each in found if each.code in CODES)
    return {(each.element, each.code, each.severity) for each in found if each.code in CODES}


CODES = {"never_reached", "dry_run_cut", "fails", "hangs", "form_not_filled"}


def forked(before: list[Part], *conditions: tuple[str, str]) -> str:
    """Something, then a gateway with a script behind each condition; the default leads to the end."""
    chain = ["Start", *(part.id for part in before if isinstance(part, Element)), "G"]
    return process(
        "P", start(), *before, gateway("exclusive", "G"), *(script(name, "1", name.lower()) for name, _ in conditions),
        end(), *path(*chain), flow("G", "End", default=True), *(flow("G", name, when) for name, when in conditions),
        *(flow(name, "End") for name, _ in conditions),
    )  # fmt: skip


def test_every_answer_of_a_form_is_tried() -> None:
    assert played(forked([user("A", form="q")], ("B", '=answer = "yes"'))) == set()


def test_a_path_no_answer_leads_to_is_never_reached() -> None:
    found = played(forked([user("A", form="q")], ("B", '=answer = "yes"'), ("C", '=answer = "no" and answer = "yes"')))
    assert found == {("C", "never_reached", "warning"), ("G_C", "never_reached", "warning")}


def test_numbers_on_both_sides_of_a_limit_are_tried() -> None:
    assert played(forked([], ("B", "=amount > 500"), ("C", "=amount = 500"))) == set()


def test_values_of_a_decision_table_open_its_outcomes() -> None:
    files = {"r.dmn": table("risk", ["amount"], "risk", [(["> 100"], '"high"'), (["<= 100"], '"low"')])}
    assert played(forked([decision("D", "risk", "risk")], ("B", '=risk = "high"')), files=files) == set()


def test_an_expression_which_always_fails_refuses_the_bundle() -> None:
    parts = process("P", start(), script("S", '"x"', "s"), catch("T", timer('=duration("x" + s)')), end())
    assert ("T", "fails", "error") in played(parts)


def test_a_failure_which_a_stand_in_value_may_cause_only_warns() -> None:
    parts = process("P", start(), catch("T", timer("=duration(wanted)")), end())
    assert ("T", "fails", "warning") in played(parts)


def test_a_condition_on_a_variable_which_is_set_too_late_fails() -> None:
    parts = process(
        "P", start(), gateway("exclusive", "G"), script("B", "1", "b"), script("C", "true", "later"), end(),
        *path("Start", "G"), flow("G", "B", "=later"), flow("G", "C", default=True), *path("B", "End"),
        *path("C", "End"),
    )  # fmt: skip
    assert {(code, severity) for _, code, severity in played(parts)} >= {("fails", "error")}


def test_timers_and_messages_come_to_pass() -> None:
    parts = process(
        "P", start(), user("A", form="f"), boundary("B", "A", timer("PT1H")), catch("M", event("message", "Msg")),
        end(), end("Late"), *path("Start", "A", "M", "End"), *path("B", "Late"),
    )  # fmt: skip
    assert played(message("Msg", "paid", "=1"), parts) == set()


def test_an_error_which_is_caught_is_tried() -> None:
    parts = process(
        "P", start(), service("S", "dry_run_test"), boundary("B", "S", event("error", "E1")), end(), end("Failed"),
        *path("Start", "S", "End"), *path("B", "Failed"),
    )  # fmt: skip
    assert played(error("E1", "refused"), parts) == set()


def test_a_called_process_outside_of_the_bundle_is_stood_in_for() -> None:
    assert played(forked([call("C", "Elsewhere")], ("B", '=outcome = "settled"'))) == set()


def test_rounds_over_a_list_from_outside_are_played() -> None:
    assert played(process("P", start(), user("A", form="f", body=each("=people", "person")), end())) == set()


@pytest.mark.parametrize(
    "passing", [catch("C", condition("=true")), user("C", form="f", body=each("=[]"))], ids=("condition", "rounds")
)
def test_a_loop_which_never_waits_in_fact_refuses_the_bundle(passing: Element) -> None:
    parts = process(
        "P", start(), passing, gateway("exclusive", "G"), end(), *path("Start", "C", "G"),
        flow("G", "C", "=x = 1"), flow("G", "End", default=True),
    )  # fmt: skip
    assert ("hangs", "error") in {(code, severity) for _, code, severity in played(parts)}


def test_no_function_is_called() -> None:
    calls.clear()
    assert played(process("P", start(), service("S", "dry_run_test"), end())) == set()
    assert calls == []


def test_the_bounds_are_kept_and_the_search_is_the_same_every_time() -> None:
    files = bundle(forked([user("A", form="q")], ("B", '=answer = "never" and answer = "yes"')), files=FORMS)
    taken, _ = examine(files, None, None, None)
    first, second = (dryrun.explore(taken, moves=50) for _ in range(2))
    assert first.moves <= 50 + dryrun.LONG
    assert first.passed == second.passed
    assert not first.complete


def test_what_there_was_no_time_for_is_not_doubted(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = forked([user("A", form="q")], ("B", '=answer = "never" and answer = "yes"'))
    assert {code for _, code, _ in played(parts)} == {"never_reached"}
    monkeypatch.setattr(dryrun, "SECONDS", 0)
    monkeypatch.setattr(dryrun, "LEAST_SECONDS", 0)
    assert played(parts) == {("P", "dry_run_cut", "warning")}


calls: list[str] = []


@pytest.fixture(autouse=True)
def _registered() -> None:
    from engine.functions import Call, function

    @function("dry_run_test", title_zh="试", title_en="Test", gives=())
    def work(call: Call) -> None:
        calls.append(call.element_id)


ONE_TASK = process("P", start(), user("A", form="f"), end())


def asked(kind: str, key: str, **rules: object) -> dict[str, object]:
    return {"type": kind, "id": key, "key": key, "label": key, "validate": {"required": True, **rules}}


def test_a_form_is_filled_with_what_it_accepts() -> None:
    fields = [
        asked("textarea", "a", minLength=40), asked("textfield", "b", pattern="^[0-9]{6}$"),
        asked("textfield", "c", validationType="email"), asked("number", "d", min=5, max=9), asked("checkbox", "e"),
        {**asked("datetime", "f"), "subtype": "date"},
    ]  # fmt: skip
    made = forms.load(form("f", *fields))
    values = {component.path[0]: fitting(component, Random(1)) for component in made.fields}
    assert made.validate(values).problems == []
    assert played(ONE_TASK, files={"f.form": form("f", *fields)}) == set()


def test_a_form_nobody_can_fill_in_is_doubted() -> None:
    never = {
        "type": "textfield",
        "id": "a",
        "key": "a",
        "label": "a",
        "validate": {"required": True, "pattern": "^(?!)$"},
    }
    found = played(ONE_TASK, files={"f.form": form("f", never)})
    assert ("A", "form_not_filled", "warning") in found


def test_hidden_fields_count_for_nothing_in_a_dry_run() -> None:
    hidden = {"type": "checkbox", "id": "a", "key": "go", "label": "a", "conditional": {"hide": "=true"}}
    parts = process(
        "P", start(), user("A", form="f"), gateway("exclusive", "G"), end(), end("E2"), path("Start", "A", "G"),
        flow("G", "End", "=go = true"), flow("G", "E2", default=True),
    )  # fmt: skip
    assert ("G_End", "never_reached", "warning") in played(parts, files={"f.form": form("f", hidden)})


def test_an_error_which_nobody_foresaw_is_a_finding_at_its_element(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.spiff.events import CatchEvent

    def broken(*_: object) -> None:
        raise OverflowError("date value out of range")

    monkeypatch.setattr(CatchEvent, "_update_hook", broken)
    parts = process("P", start(), script("S", "1", "s"), catch("T", timer("PT1H")), end())
    assert ("T", "fails", "error") in played(parts)


def test_no_guessed_value_excuses_an_error_which_nobody_foresaw(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.spiff.tasks import ScriptTask

    def broken(*_: object) -> None:
        raise AttributeError("send")

    monkeypatch.setattr(ScriptTask, "work", broken)
    parts = process("P", start(), script("S", "guessed", "s"), end())
    assert ("S", "fails", "error") in played(parts)
