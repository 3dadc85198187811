"""Diagrams seen by the domain: which duty a task has, and whether a path leads around the release of the plan."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.orm import Session

from engine import definitions
from engine.findings import Finding
from engine.models import ProcessInstance, UserTask
from engine.spiff.model import Diagram, Node, Process, Scope
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


_NONE: Mapping[str, Process] = MappingProxyType({})


def reachable_unreleased(process: Process, called: Mapping[str, Process] = _NONE) -> set[str]:
    """Elements which a token can reach from a start without passing the release of the plan.

    called: processes which are looked into where they are called, by id.
    """
    return _before_release(process, _entries(process), called, frozenset({process.id}))


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


def _entries(scope: Scope) -> list[str]:
    """Where tokens of a scope begin; an event subprocess may begin at any time."""
    return [node.id for node in scope.nodes.values() if node.kind == "startEvent" or node.by_event]


def _before_release(
    scope: Scope, starts: list[str], called: Mapping[str, Process] = _NONE, around: frozenset[str] = frozenset()
) -> set[str]:
    """Elements which tokens on `starts` can reach without passing the release.

    A subprocess or call is passed when one of its ends can be reached so; its boundary events can be reached anyway.
    """
    targets: dict[str, list[str]] = {}
    for flow in scope.flows.values():
        targets.setdefault(flow.source, []).append(flow.target)
    open_nodes, reached, found = list(starts), set[str](), set[str]()
    while open_nodes:
        here = open_nodes.pop()
        node = scope.nodes[here]
        if here in reached or node.function == RELEASE:
            continue
        reached.add(here)
        open_nodes += [event.id for event in scope.boundary(here)]
        inner = node.inner or (called.get(node.called or "") if node.called not in around else None)
        ends, within = list[str](), set[str]()
        if inner is not None:
            within = _before_release(inner, _entries(inner), called, around | {inner.id})
            found |= within
            ends = [each.id for each in inner.nodes.values() if each.kind == "endEvent"]
        if not ends or not within.isdisjoint(ends):
            open_nodes += targets.get(here, [])
    return found | reached


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


def _open_to_by_pass(diagram: Diagram) -> list[Node]:
    """Elements which need the release and can be reached without it, in every process that plans or calls one which
    does."""
    found: dict[str, Node] = {}
    for process in diagram.processes.values():
        whole = list(_with_called(diagram, process))
        if any(node.function == "record_plan" for node in whole):
            open_nodes = reachable_unreleased(process, diagram.processes)
            found |= {node.id: node for node in whole if node.id in open_nodes and needs_release(node)}
    return list(found.values())


def _with_called(diagram: Diagram, process: Process) -> Iterator[Node]:
    """All nodes of a process and of those which it calls in the bundle."""
    seen, open_processes = {process.id}, [process]
    while open_processes:
        for node in open_processes.pop().walk():
            yield node
            if node.called in diagram.processes and node.called not in seen:
                seen.add(node.called)
                open_processes.append(diagram.processes[node.called])


def findings(files: Mapping[str, bytes], diagram: Diagram) -> Sequence[Finding]:
    """The domain's own publish rules: no way around the gate, letters exist."""
    found = [
        Finding(
            element=node.id,
            code="gate_bypassed",
            severity="error",
            message_zh=f"「{node.name_zh or node.id}」可以绕过法务审核与审批到达",
            message_en=f"{node.name_en or node.id} can be reached around legal review and approval",
            hint_zh="所有路径必须先经过放行方案（release_plan）",
            hint_en="Every path must pass release_plan first",
        )
        for node in _open_to_by_pass(diagram)
    ]
    for process in diagram.processes.values():
        for node in process.walk():
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
