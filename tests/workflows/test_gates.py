"""The publish gate's domain rules: no way round the release of a plan, however it is drawn."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.models import ProcessInstance, UserTask
from engine.spiff.read import read
from tests import builders as b
from tests.builders import Element, Flow
from tests.workflows.conftest import Who
from workflows import gates, usertasks
from workflows.errors import NotAllowed
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


def _findings(*parts: Element | Flow | list[Element | Flow]) -> set[tuple[str, str]]:
    files = b.bundle(b.process("P", *parts))
    diagram, _ = read(files, "P")
    return {(one.element, one.code) for one in gates.findings(files, diagram)}


PLAN = b.service("Plan", "record_plan")
RELEASE = b.service("Release", "release_plan")
OFFER = b.service("Offer", "notify_complainant", template="offer")
DONE = b.service("Done", "record_execution")


def test_a_straight_way_through_the_release_is_clean() -> None:
    assert _findings(b.start(), PLAN, RELEASE, OFFER, DONE, b.end()) == set()


def test_without_the_release_everything_behind_it_is_found() -> None:
    found = _findings(b.start(), PLAN, OFFER, DONE, b.end())
    assert found == {("Offer", "gate_bypassed"), ("Done", "gate_bypassed")}


def test_a_boundary_event_which_leads_round_the_release_is_found() -> None:
    found = _findings(
        b.start(),
        PLAN,
        b.user("Wait"),
        RELEASE,
        DONE,
        b.end(),
        b.path("Start", "Plan", "Wait", "Release", "Done", "End"),
        b.boundary("Late", "Wait", b.timer("PT1H")),
        b.flow("Late", "Done"),
    )
    assert found == {("Done", "gate_bypassed")}


def test_what_is_hidden_in_a_subprocess_is_found() -> None:
    inner = b.subprocess("Sub", b.start("InnerStart"), DONE, b.end("InnerEnd"))
    assert _findings(b.start(), PLAN, inner, RELEASE, b.end()) == {("Done", "gate_bypassed")}
    assert _findings(b.start(), PLAN, RELEASE, inner, b.end()) == set()


def test_a_release_inside_a_subprocess_counts_where_no_way_leads_round_it() -> None:
    inner = b.subprocess("Sub", b.start("InnerStart"), RELEASE, b.end("InnerEnd"))
    assert _findings(b.start(), PLAN, inner, DONE, b.end()) == set()
    aside = b.boundary("Late", "Sub", b.timer("PT1H"))
    chain = b.path("Start", "Plan", "Sub", "Done", "End")
    found = _findings(b.start(), PLAN, inner, aside, DONE, b.end(), *chain, b.flow("Late", "Done"))
    assert found == {("Done", "gate_bypassed")}


def test_what_is_hidden_in_a_called_process_is_found() -> None:
    def found(*parts: Element) -> set[tuple[str, str]]:
        called = b.process("Q", b.start("QStart"), DONE, b.end("QEnd"))
        files = b.bundle(b.process("P", b.start(), *parts, b.end()), called)
        return {(one.element, one.code) for one in gates.findings(files, read(files, "P")[0])}

    assert found(PLAN, b.call("C", "Q"), RELEASE) == {("Done", "gate_bypassed")}
    assert found(PLAN, RELEASE, b.call("C", "Q")) == set()


def test_a_release_inside_a_called_process_counts() -> None:
    called = b.process("Q", b.start("QStart"), RELEASE, b.end("QEnd"))
    files = b.bundle(b.process("P", b.start(), PLAN, b.call("C", "Q"), DONE, b.end()), called)
    assert gates.findings(files, read(files, "P")[0]) == []


def test_an_event_subprocess_may_come_before_the_release() -> None:
    inner = b.subprocess(
        "Sub",
        b.element("startEvent", "InnerStart", body=b.timer("PT1H")),
        DONE,
        b.end("InnerEnd"),
        triggeredByEvent="true",
    )
    chain = b.path("Start", "Plan", "Release", "End")
    assert _findings(b.start(), PLAN, RELEASE, b.end(), inner, *chain) == {("Done", "gate_bypassed")}


def test_a_loop_back_to_the_plan_needs_no_new_way() -> None:
    found = _findings(
        b.start(),
        b.gateway("exclusive", "Again"),
        PLAN,
        RELEASE,
        OFFER,
        b.gateway("exclusive", "Answer"),
        DONE,
        b.end(),
        b.path("Start", "Again", "Plan", "Release", "Offer", "Answer"),
        b.flow("Answer", "Again", "=no"),
        b.flow("Answer", "Done", default=True),
        b.path("Done", "End"),
    )
    assert found == set()


def test_an_unknown_letter_is_named() -> None:
    letter = b.service("Tell", "notify_complainant", template="poem")
    assert _findings(b.start(), letter, b.end()) == {("Tell", "unknown_letter")}


def test_elements_behind_the_release_are_those_no_way_reaches_without_it() -> None:
    diagram, _ = read(b.bundle(b.process("P", b.start(), PLAN, RELEASE, OFFER, b.end())), "P")
    assert gates.behind_release(diagram.processes["P"]) == {"Offer", "End"}
    diagram, _ = read(b.bundle(b.process("P", b.start(), OFFER, b.end())), "P")
    assert gates.behind_release(diagram.processes["P"]) == set()


def _legal(role: str | None) -> Element:
    """A task whose id another process of the bundle uses, too."""
    group = b.zeebe("assignmentDefinition", candidateGroups="legal")
    return b.user("Task_Check", extension=group + (b.props(role=role) if role else ""))


def _begun(session: Session, monkeypatch: pytest.MonkeyPatch, mine: str | None, theirs: str | None) -> UserTask:
    """The open task of a called process; its version was published when no gate minded one id in two files."""
    wait = b.gateway("exclusive", "G")
    chain = (b.start(), b.call("C", "Q"), wait, _legal(mine), b.end(), *b.path("Start", "C", "G"))
    main = b.process("Complaint", *chain, b.flow("G", "Task_Check", "=true"), *b.path("Task_Check", "End"))
    files = b.bundle(main, key="complaint", main="Complaint")
    called = b.process("Q", b.start("QS"), _legal(theirs), b.end("QE"))
    monkeypatch.setattr("engine.publishing.gate", lambda *_: [])
    definitions.publish_files(session, "complaint", {**files, "q.bpmn": b.diagram(called)}, author="system")
    case = receive(session, Complaint("空调坏了", "phone", Identity(name="王伟")), actor="system")
    return session.scalars(select(UserTask).where(UserTask.instance_id == case.instance_id)).one()


def test_a_task_keeps_its_duty_where_another_process_uses_its_id(
    house: Session, who: Who, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = _begun(house, monkeypatch, "staff", "legal")
    assert gates.duty_of(house, task)[0] == "legal"
    with pytest.raises(NotAllowed):
        usertasks.complete(house, who("staff"), task.id, {})


def test_a_task_has_the_duty_of_the_process_its_token_is_in(house: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    task = _begun(house, monkeypatch, "legal", "staff")
    assert gates.duty_of(house, task)[0] == "staff"


@pytest.mark.parametrize(
    ("mine", "theirs", "stricter"),
    [("legal", None, "legal"), (None, "legal", "legal"), ("head", "finance", "finance"), ("staff", "head", "head")],
)
def test_where_nobody_knows_the_process_any_more_the_stricter_duty_counts(
    house: Session, monkeypatch: pytest.MonkeyPatch, mine: str | None, theirs: str | None, stricter: str
) -> None:
    task = _begun(house, monkeypatch, mine, theirs)
    house.get_one(ProcessInstance, task.instance_id).state = b""
    assert gates.duty_of(house, task)[0] == stricter


def test_an_end_behind_the_release_is_behind_it_though_a_called_process_has_one_of_its_name() -> None:
    called = b.process("Q", b.start("QStart"), b.user("QTask"), b.end("End"))
    chain = (b.start(), b.call("C", "Q"), PLAN, RELEASE, DONE, b.end())
    main = read(b.bundle(b.process("P", *chain)), "P")[0].processes["P"]
    other = read({"q.bpmn": b.diagram(called)}, "Q")[0].processes
    assert gates.behind_release(main, {"P": main, **other}) == {"Done", "End"}
