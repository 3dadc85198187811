"""The publish gate: what would go wrong silently is refused with its element, or is executed rightly."""

import pytest

from engine import lint
from engine.hooks import Domain
from tests.builders import (
    HEAD,
    bundle,
    call,
    catch,
    decision,
    diagram,
    each,
    element,
    end,
    error,
    event,
    form,
    gateway,
    message,
    path,
    process,
    start,
    subprocess,
    table,
    timer,
    user,
    zeebe,
)
from tests.engine.lint.wrong_diagrams import CASES

FORMS = {"f.form": form("f")}


def task(node_id: str = "A", **options: str) -> object:
    return user(node_id, form="f", **options)


def errors(*parts: str, files: dict[str, bytes] | None = None, **options: object) -> set[tuple[str, str]]:
    found = lint.check(bundle(*parts, files={**FORMS, **(files or {})}), **options)  # type: ignore[arg-type]
    for finding in found:
        assert finding.message_zh
        assert finding.message_en
    return {(finding.element, finding.code) for finding in found if finding.severity == "error"}


GOOD = process("P", start(), user("A", form="f"), end())


def test_a_right_bundle_has_no_errors() -> None:
    assert errors(GOOD) == set()


@pytest.mark.parametrize(("parts", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_would_go_wrong_is_refused_and_its_element_named(
    parts: tuple[str, ...], expected: tuple[str, str]
) -> None:
    assert expected in errors(*parts)


HOSTILE = {
    "doctype": HEAD.replace("\n", '\n<!DOCTYPE x [<!ENTITY a "b">]>', 1) + "</bpmn:definitions>",
    "not_xml": HEAD + "<bpmn:process>",
    "too_deep": HEAD + "<a>" * 200 + "</a>" * 200 + "</bpmn:definitions>",
    "nul": HEAD + "\0</bpmn:definitions>",
    "not_bpmn": "<html/>",
    "encoding": HEAD.replace("UTF-8", "EBCDIC-CP-US") + "</bpmn:definitions>",
}


@pytest.mark.parametrize("code", HOSTILE)
def test_a_hostile_file_is_refused_with_a_reason(code: str) -> None:
    found = lint.check({**bundle(GOOD), "bad.bpmn": HOSTILE[code].encode()})
    assert code in {finding.code for finding in found if finding.file == "bad.bpmn"}


def test_a_file_of_many_megabytes_is_refused() -> None:
    found = lint.check({**bundle(GOOD), "bad.bpmn": b" " * (50 * 1024 * 1024)})
    assert "too_big" in {finding.code for finding in found}


def test_a_hundred_thousand_nodes_are_refused() -> None:
    many = (HEAD + '<bpmn:process id="X">' + "<bpmn:task/>" * 100_000 + "</bpmn:process></bpmn:definitions>").encode()
    assert {
        finding.code for finding in lint.check({**bundle(GOOD), "bad.bpmn": many}) if finding.file == "bad.bpmn"
    } == {"too_deep"}


def test_a_file_in_a_chinese_encoding_is_read() -> None:
    text = diagram(process("P", start(), user("A", form="f"), end(), name="投诉")).decode()
    content = text.replace("UTF-8", "GB18030").encode("gb18030")
    found = lint.check({**bundle(GOOD), **FORMS, "main.bpmn": content})
    assert [finding for finding in found if finding.severity == "error"] == []


def test_a_bundle_without_manifest_is_refused() -> None:
    assert "no_manifest" in {finding.code for finding in lint.check({"main.bpmn": diagram(GOOD)})}


def test_a_called_process_must_be_in_the_bundle_or_published() -> None:
    calling = process("P", start(), call("C", "Q"), end())
    assert errors(calling, processes={"X"}) == {("C", "unknown_process")}
    assert errors(calling, processes={"Q"}) == set()
    assert errors(calling, process("Q", start("QS"), end("QE")), processes=set()) == set()


def test_a_department_must_exist() -> None:
    named = zeebe("properties", zeebe("property", name="redress:department", value="moon"))
    parts = process("P", start(), user("A", form="f", extension=named), end())
    assert errors(parts, departments={"legal"}) == {("A", "unknown_department")}
    assert errors(parts, departments={"moon"}) == set()


def test_functions_of_the_domain_are_known_to_expressions() -> None:
    class WithCalendar(Domain):
        def feel_names(self) -> set[str]:
            return {"working days"}

    parts = process("P", start(), catch("C", timer("=working days(2)")), end())
    assert errors(parts) == {("C", "unknown_feel_function")}
    assert errors(parts, domain=WithCalendar()) == set()


def test_a_decision_file_which_cannot_be_read_is_refused() -> None:
    assert ("x", "bad_decision") in errors(GOOD, files={"d.dmn": b"<x/>"})


def test_a_decision_with_a_broken_cell_is_refused() -> None:
    found = errors(
        process("P", start(), decision("D", "risk", "risk"), end()),
        files={"r.dmn": table("risk", ["amount"], "risk", [(["> >"], '"high"')])},
    )
    assert any(code.startswith("decision_") for _, code in found)


def test_a_form_which_cannot_be_shown_is_refused() -> None:
    found = errors(GOOD, files={"f.form": form("f", {"type": "hologram", "id": "x", "key": "y"})})
    assert any("component" in code for _, code in found)


def test_constructs_which_the_library_gets_wrong_and_we_execute_are_accepted() -> None:
    inner = subprocess(
        "H", element("startEvent", "HS", body=event("error", "X1")), user("Handle", form="f"), end("HE"),
        triggeredByEvent="true",
    )  # fmt: skip
    parts = process(
        "P", start(), gateway("eventBased", "G"), catch("T1", timer("PT1H")), catch("T2", timer("PT2H")),
        user("A", form="f", body=each("=[null]", sequential=True)), end("End", event("signal", "S1")), inner,
        *path("Start", "G", "T1", "A", "End"), *path("G", "T2", "A"),
    )  # fmt: skip
    assert errors('<bpmn:signal id="S1" name="s"/>', error("X1", "E"), parts) == set()


def doubts(*parts: str) -> set[tuple[str, str]]:
    found = lint.check(bundle(*parts, files=FORMS))
    return {(each.element, each.code) for each in found if each.severity == "warning"}


def test_a_key_which_is_the_same_for_every_instance_is_doubted() -> None:
    diagram = process("P", start(), catch("C", event("message", "M")), end())
    assert ("C", "constant_key") in doubts(message("M", "m", "case_id"), diagram)
    assert ("C", "constant_key") not in doubts(message("M", "m", "=case_id"), diagram)


@pytest.mark.parametrize(("direction", "doubted"), [("Converging", True), ("Diverging", False), ("Mixed", False)])
def test_a_gateway_which_says_another_direction_than_its_flows_is_doubted(direction: str, doubted: bool) -> None:
    split = element("parallelGateway", "G", gatewayDirection=direction)
    parts = process("P", start(), split, end(), end("E2"), *path("Start", "G", "End"), *path("G", "E2"))
    assert (("G", "gateway_direction") in doubts(parts)) == doubted
