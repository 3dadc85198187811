"""Diagrams seen by the domain: which duty a task has, and whether a path leads around the release of the plan."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from sqlalchemy.orm import Session

from engine import definitions
from engine.findings import Finding
from engine.models import ProcessInstance, UserTask
from engine.spiff.model import Diagram, Node, Process, Scope
from engine.spiff.reach import successors
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
    for process in processes_of(session, instance).values():
        for node in process.walk():
            if node.id == element and node.function in PROOFS:
                raise GateClosed("the proof of a gate cannot be skipped", element=element)


def processes_of(session: Session, instance: ProcessInstance) -> dict[str, Process]:
    """All processes an instance may be in, by id: those of its bundle, and the versions of those it calls."""
    return definitions.compiled_by_id(session, instance.definition_id).processes


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


def _releases(node: Node) -> bool:
    """Whether nobody gets past an element without the release: one which repeats may do so no times at all."""
    return node.function == RELEASE and node.loop is None


def _before_release(
    scope: Scope, starts: list[str], called: Mapping[str, Process] = _NONE, around: frozenset[str] = frozenset()
) -> set[str]:
    """Elements which tokens on `starts` can reach without passing the release.

    A subprocess or call is passed when one of its ends can be reached so, or when it may have no rounds; its boundary
    events can be reached anyway. A link is a way on like a flow.
    """
    ways = successors(scope)
    open_nodes, reached, found = list(starts), set[str](), set[str]()
    while open_nodes:
        here = open_nodes.pop()
        node = scope.nodes[here]
        if here in reached:
            continue
        open_nodes += [event.id for event in scope.boundary(here)]
        if _releases(node):
            continue
        reached.add(here)
        inner = node.inner or (called.get(node.called or "") if node.called not in around else None)
        ends, within = list[str](), set[str]()
        if inner is not None:
            within = _before_release(inner, _entries(inner), called, around | {inner.id})
            found |= within
            ends = [each.id for each in inner.nodes.values() if each.kind == "endEvent"]
        if not ends or node.loop is not None or not within.isdisjoint(ends):
            open_nodes += [target for _, target in ways[here]]
    return found | reached


def behind_release(process: Process, called: Mapping[str, Process] = _NONE) -> set[str]:
    """Elements which stand only behind the release, in the process and those it calls; empty without a release."""
    nodes = list(_with_called(called, process))
    releases = {node.id for node in nodes if _releases(node)}
    return {node.id for node in nodes} - reachable_unreleased(process, called) - releases if releases else set()


def needs_release(node: Node) -> bool:
    """Whether an element tells or carries out a solution, which must be released before."""
    if node.function == "record_execution" or node.properties.get("redress:role") == "finance":
        return True
    return node.function == "notify_complainant" and node.headers.get("template") in correspondence.OF_RELEASED_PLAN


def _open_to_by_pass(diagram: Diagram) -> list[Node]:
    """Elements which need the release and can be reached without it, in every process that plans or calls one which
    does. For those of a process outside of the bundle stands what calls it."""
    called = {**diagram.beyond, **diagram.processes}
    found: dict[str, Node] = {}
    for process in diagram.processes.values():
        if not any(node.function == "record_plan" for node in _with_called(called, process)):
            continue
        reached = reachable_unreleased(process, called)
        for node in _with_called(diagram.processes, process):
            beyond = diagram.beyond.get(node.called or "")
            theirs = _with_called(called, beyond) if beyond is not None and node.id in reached else ()
            if any(each.id in reached and needs_release(each) for each in (node, *theirs)):
                found[node.id] = node
    return list(found.values())


def _with_called(called: Mapping[str, Process], process: Process) -> Iterator[Node]:
    """All nodes of a process and of those which it calls, as far as they are known."""
    seen, open_processes = {process.id}, [process]
    while open_processes:
        for node in open_processes.pop().walk():
            yield node
            if node.called is not None and node.called in called and node.called not in seen:
                seen.add(node.called)
                open_processes.append(called[node.called])


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
                        hint_zh="从信函模板列表中选择",
                        hint_en="Choose one of the list of letter templates",
                    )
                )
    return found
