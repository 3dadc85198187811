"""Diagrams seen by the domain: which duty a task has, and whether a path leads around the release of the plan."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

from sqlalchemy.orm import Session

from engine import definitions, steps
from engine.findings import Finding
from engine.models import ProcessInstance, UserTask
from engine.spiff.model import Diagram, Node, Process, Scope
from engine.spiff.reach import successors
from engine.spiff.workflow import find
from workflows import correspondence
from workflows.errors import GateClosed

RELEASE = "release_plan"
PROOFS = frozenset({RELEASE, "record_plan", "record_legal", "record_approval", "record_execution", "close_case"})
"""Functions which put the proof of a gate on file: nobody may leave them out."""
EVIDENCE = "redress:evidence"
"""Property of a user task: kinds of evidence which must be there first (`workflows.checklist`)."""
_DUTIES: Final = ("staff", "manager", "head", "management", "finance", "legal")
"""Values of `redress:role`, from the one which demands least."""


def node_of(session: Session, task: UserTask) -> Node | None:
    """The element of the diagram a user task stands on.

    Processes of a version published before ids had to differ may each have an element of that id: then it is the one
    the task's token stands on, and of a task without a token the one which demands most.
    """
    diagram = definitions.compiled_by_id(session, task.definition_id).diagram
    nodes = [node for _, node in diagram.walk() if node.id == task.element_id]
    if len(nodes) > 1 and task.instance.state:
        token = find(steps.loaded(session, task.instance), task.id)
        nodes = [node for node in nodes if token is not None and node is token.task_spec.drawn] or nodes
    return max(nodes, key=_demands, default=None)


def _demands(node: Node) -> tuple[int, int]:
    """The higher, the more an element asks of who works on it: its duty, then what it says about evidence."""
    duty = node.properties.get("redress:role")
    rank = _DUTIES.index(duty) if duty in _DUTIES else -1 if duty is None else 0
    return rank, sum(len(value.split()) for name, value in node.properties.items() if name.startswith(EVIDENCE))


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


Place: TypeAlias = tuple[str, str]
"""An element: the id of its process, and its own, which another process may use as well."""


def reachable_unreleased(process: Process, called: Mapping[str, Process] = _NONE) -> set[Place]:
    """Elements which a token can reach from a start without passing the release of the plan.

    called: processes which are looked into where they are called, by id.
    """
    return _before_release(process.id, process, _entries(process), called, frozenset({process.id}))


def unreleased_ahead(process: Process, node_id: str) -> bool:
    """Whether a token on an element comes to something that needs a release, without passing the release before it."""
    around = next((node for node in process.nodes.values() if any(each.id == node_id for each in inside(node))), None)
    reached = _before_release(process.id, process, [around.id]) if around is not None else set[Place]()
    ahead = {node_id, *(found for _, found in reached)}
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
    home: str,
    scope: Scope,
    starts: list[str],
    called: Mapping[str, Process] = _NONE,
    around: frozenset[str] = frozenset(),
) -> set[Place]:
    """Elements which tokens on `starts` can reach without passing the release; home: the process the scope is in.

    A subprocess or call is passed when one of its ends can be reached so, or when it may have no rounds; its boundary
    events can be reached anyway. A link is a way on like a flow.
    """
    ways = successors(scope)
    open_nodes, reached, found = list(starts), set[str](), set[Place]()
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
        ends, within = list[Place](), set[Place]()
        if inner is not None:
            there = home if node.inner is not None else inner.id
            within = _before_release(there, inner, _entries(inner), called, around | {inner.id})
            found |= within
            ends = [(there, each.id) for each in inner.nodes.values() if each.kind == "endEvent"]
        if not ends or node.loop is not None or not within.isdisjoint(ends):
            open_nodes += [target for _, target in ways[here]]
    return found | {(home, each) for each in reached}


def behind_release(process: Process, called: Mapping[str, Process] = _NONE) -> set[str]:
    """Ids of elements which stand only behind the release, in the process and those it calls; of an id which several
    processes use, one such element is enough. Empty without a release."""
    nodes = list(_with_called(called, process))
    releases = {place for place, node in nodes if _releases(node)}
    reached = reachable_unreleased(process, called) | releases
    return {node.id for place, node in nodes if place not in reached} if releases else set()


def needs_release(node: Node) -> bool:
    """Whether an element tells or carries out a solution, which must be released before."""
    if node.function == "record_execution" or node.properties.get("redress:role") == "finance":
        return True
    return node.function == "notify_complainant" and node.headers.get("template") in correspondence.OF_RELEASED_PLAN


def _open_to_by_pass(diagram: Diagram) -> list[Node]:
    """Elements which need the release and can be reached without it, in every process that plans or calls one which
    does. For those of a process outside of the bundle stands what calls it."""
    called = {**diagram.beyond, **diagram.processes}
    found: dict[Place, Node] = {}
    for process in diagram.processes.values():
        if not any(node.function == "record_plan" for _, node in _with_called(called, process)):
            continue
        reached = reachable_unreleased(process, called)
        for place, node in _with_called(diagram.processes, process):
            beyond = diagram.beyond.get(node.called or "")
            theirs = _with_called(called, beyond) if beyond is not None and place in reached else ()
            if any(each in reached and needs_release(one) for each, one in ((place, node), *theirs)):
                found[place] = node
    return list(found.values())


def _with_called(called: Mapping[str, Process], process: Process) -> Iterator[tuple[Place, Node]]:
    """All nodes of a process and of those which it calls, as far as they are known."""
    seen, open_processes = {process.id}, [process]
    while open_processes:
        here = open_processes.pop()
        for node in here.walk():
            yield (here.id, node.id), node
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
