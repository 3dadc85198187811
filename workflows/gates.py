"""Diagrams seen by the domain: which duty a task has, and whether a path leads around the release of the plan."""

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.orm import Session

from engine import definitions
from engine.findings import Finding
from engine.models import ProcessInstance, UserTask
from engine.spiff.model import Diagram, Node, Process
from workflows import correspondence
from workflows.errors import GateClosed

RELEASE = "release_plan"
PROOFS = frozenset({RELEASE, "record_plan", "record_legal", "record_approval", "record_execution", "close_case"})
"""Functions which put the proof of a gate on file: nobody may leave them out."""


def node_of(session: Session, task: UserTask) -> Node | None:
    """The element of the diagram a user task stands on."""
    diagram = definitions.compiled_by_id(session, task.definition_id).diagram
    return next((node for _, node in diagram.walk() if node.id == task.element_id), None)


def duty_of(session: Session, task: UserTask) -> tuple[str | None, str | None]:
    """(`redress:role`, `redress:policy`) of a user task."""
    node = node_of(session, task)
    found = node.properties if node else {}
    return found.get("redress:role"), found.get("redress:policy")


def require_skippable(session: Session, instance: ProcessInstance, element: str) -> None:
    """Raise GateClosed where the work of an element is a gate's, in the instance's process or one which it calls."""
    versions = [definitions.compiled_by_id(session, instance.definition_id)]
    while versions:
        compiled = versions.pop()
        versions += compiled.called.values()
        for _, node in compiled.diagram.walk():
            if node.id == element and node.function in PROOFS:
                raise GateClosed("the proof of a gate cannot be skipped", element=element)


def reachable_unreleased(process: Process) -> set[str]:
    """Elements which a token can reach from a start without passing the release of the plan."""
    return _before_release(process, [node.id for node in process.nodes.values() if node.kind == "startEvent"])


def unreleased_ahead(process: Process, node_id: str) -> bool:
    """Whether a token on an element comes to something that needs a release, without passing the release before it."""
    around = next((node for node in process.nodes.values() if any(each.id == node_id for each in inside(node))), None)
    ahead = {node_id} | (_before_release(process, [around.id]) if around is not None else set())
    return any(node.id in ahead and needs_release(node) for node in process.walk())


def inside(node: Node) -> Iterator[Node]:
    """An element and all that is drawn inside it."""
    yield node
    if node.inner is not None:
        yield from node.inner.walk()


def _before_release(process: Process, starts: list[str]) -> set[str]:
    """Elements which tokens on `starts` can reach without passing the release."""
    targets: dict[str, list[str]] = {}
    for flow in process.flows.values():
        targets.setdefault(flow.source, []).append(flow.target)
    for node in process.nodes.values():
        if node.attached_to:
            targets.setdefault(node.attached_to, []).append(node.id)
    open_nodes = list(starts)
    found: set[str] = set()
    while open_nodes:
        here = open_nodes.pop()
        if here in found or process.nodes[here].function == RELEASE:
            continue
        found.add(here)
        open_nodes += targets.get(here, [])
    for node in process.nodes.values():
        if node.id in found and node.inner is not None:  # whatever is drawn inside lies open with it
            found |= {inside.id for inside in node.inner.walk()}
    return found


def behind_release(process: Process) -> set[str]:
    """Elements which stand only behind the release; empty for a process without one."""
    if not any(node.function == RELEASE for node in process.nodes.values()):
        return set()
    releases = {node.id for node in process.nodes.values() if node.function == RELEASE}
    return {node.id for node in process.walk()} - reachable_unreleased(process) - releases


def needs_release(node: Node) -> bool:
    """Whether an element tells or carries out a solution, which must be released before."""
    if node.function == "record_execution" or node.properties.get("redress:role") == "finance":
        return True
    return node.function == "notify_complainant" and node.headers.get("template") in correspondence.OF_RELEASED_PLAN


def findings(files: Mapping[str, bytes], diagram: Diagram) -> Sequence[Finding]:
    """The domain's own publish rules: no way around the gate, letters exist."""
    found = []
    for process in diagram.processes.values():
        proposes = any(node.function == "record_plan" for node in process.walk())
        open_nodes = reachable_unreleased(process) if proposes else set()
        for node in process.walk():
            if node.id in open_nodes and needs_release(node):
                found.append(
                    Finding(
                        element=node.id,
                        code="gate_bypassed",
                        severity="error",
                        message_zh=f"「{node.name_zh or node.id}」可以绕过法务审核与审批到达",
                        message_en=f"{node.name_en or node.id} can be reached around legal review and approval",
                        hint_zh="所有路径必须先经过放行方案（release_plan）",
                        hint_en="Every path must pass release_plan first",
                    )
                )
            template = node.headers.get("template", "")
            if node.function == "notify_complainant" and template not in correspondence.templates():
                found.append(
                    Finding(
                        element=node.id,
                        code="unknown_letter",
                        severity="error",
                        message_zh=f"没有名为「{template}」的信函模板",
                        message_en=f"There is no letter template {template!r}",
                    )
                )
    return found
