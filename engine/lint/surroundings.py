"""What is around a process in a dry run: variables from outside, called processes outside of the bundle, errors."""

from collections.abc import Callable

from engine.feel import FeelSyntaxError, compile_expression
from engine.forms import Form
from engine.lint import scopes
from engine.lint.bundle import Bundle
from engine.lint.expressions import written
from engine.lint.variables import asked_by
from engine.lint.waiting import Waits
from engine.spiff import model
from engine.spiff.compiled import Compiled, compile_diagram

GIVES = "gives"
"""Header of a stand-in's task: the variables which the called process may give back, one a line."""


def roots(diagram: model.Diagram) -> list[str]:
    """The processes to be played: the main one, and those which no other one calls."""
    called = {node.called for _, node in diagram.walk()}
    return list(dict.fromkeys([diagram.main, *(each for each in diagram.processes if each not in called)]))


def wanted(diagram: model.Diagram, process_id: str) -> set[str]:
    """Ids of all elements and flows of a process and of those it calls in the bundle."""
    found: set[str] = set()
    open_processes, seen = [process_id], set[str]()
    while open_processes:
        here = open_processes.pop()
        if here in seen or here not in diagram.processes:
            continue
        seen.add(here)
        for scope in diagram.processes[here].scopes():
            found |= {*scope.nodes, *scope.flows}
            open_processes += [node.called for node in scope.nodes.values() if node.called]
    return found


def ahead(diagram: model.Diagram, spend: Callable[[], None] = lambda: None) -> dict[str, frozenset[str]]:
    """Element -> what a token there may pass before it waits again, inside calls and subprocesses too.

    spend: called for each element; may raise TooComplex.
    """
    hosts: dict[str, list[tuple[model.Scope, str]]] = {}
    for process in diagram.processes.values():
        for scope in process.scopes():
            for node in scope.nodes.values():
                inside = node.inner.id if node.inner is not None else node.called
                hosts.setdefault(inside or "", []).append((scope, node.id))
    found: dict[str, frozenset[str]] = {}
    for process in diagram.processes.values():
        for scope in process.scopes():
            for node_id in scope.nodes:
                spend()
                found[node_id] = frozenset(_ahead(diagram, hosts, scope, node_id))
    return found


def _ahead(
    diagram: model.Diagram, hosts: dict[str, list[tuple[model.Scope, str]]], scope: model.Scope, node_id: str
) -> set[str]:
    found: set[str] = set()
    stack = [(scope, node_id)]
    while stack:
        scope, here = stack.pop()
        node = scope.nodes[here]
        found.add(here)
        if node.kind == "endEvent":
            stack += [each for each in hosts.get(scope.id, ()) if each[1] not in found]
        inner = node.inner or diagram.processes.get(node.called or "")
        if inner is not None and here != node_id:
            starts = [(inner, each.id) for each in inner.nodes.values() if each.kind == "startEvent"]
            stack += [each for each in starts if each[1] not in found]
        ways = [] if inner is None and here != node_id and Waits().at(node) else node.outgoing
        for flow in ways:
            found.add(flow)
            if (target := scope.flows[flow].target) not in found:
                stack.append((scope, target))
        stack += [(scope, event.id) for event in scope.boundary(here) if event.id not in found]
    return found


def used_by_element(bundle: Bundle) -> dict[str, set[str]]:
    """Element or flow -> the variables which its expressions use."""
    found: dict[str, set[str]] = {}
    for each in written(bundle):
        if each.feel is not None:
            found.setdefault(each.element, set()).update(_names(each.feel, bundle))
    for _, node in bundle.diagram.walk():
        decider = bundle.decisions.get(node.decision or "")
        if decider is not None:
            found.setdefault(node.id, set()).update(asked_by(decider.decisions, decider.decision_id))
    return found


def _names(text: str, bundle: Bundle) -> set[str]:
    try:
        return {name.partition(".")[0] for name in compile_expression(text, names=bundle.feel_names).names}
    except FeelSyntaxError:
        return set()


def loose(bundle: Bundle, read_forms: dict[str, Form]) -> frozenset[str]:
    """Variables which expressions use and nothing in the bundle sets: they come from outside."""
    inside = scopes.known(bundle, read_forms, start=False).names
    local = {name for process in bundle.diagram.processes.values() for _, node, _ in scopes.inside(process)
             for name in scopes.own(node)}  # fmt: skip
    used: set[str] = set().union(*used_by_element(bundle).values())
    return frozenset(used - inside - local - scopes.COUNTS - {"case", "loopCounter"})


def outside(bundle: Bundle, given: frozenset[str]) -> dict[str, Compiled]:
    """A stand-in for each called process that is not in the bundle: one task which gives back what the caller uses."""
    asked: dict[str, set[str]] = {}
    for _, node in bundle.diagram.walk():
        if node.called and node.called not in bundle.diagram.processes:
            wanted = asked.setdefault(node.called, set())
            for line in node.outputs:
                wanted |= _names(line.source.lstrip("= "), bundle)
    return {process_id: _stand_in(process_id, given | wanted) for process_id, wanted in asked.items()}


def _stand_in(process_id: str, given: frozenset[str]) -> Compiled:
    task = f"{process_id} called"
    start = model.Node(f"{task}: start", "startEvent", outgoing=[f"{task}: in"])
    work = model.Node(task, "userTask", incoming=[f"{task}: in"], outgoing=[f"{task}: out"])
    work.headers[GIVES] = "\n".join(sorted(given))
    end = model.Node(f"{task}: end", "endEvent", incoming=[f"{task}: out"])
    process = model.Process(process_id)
    process.nodes = {node.id: node for node in (start, work, end)}
    process.flows = {
        flow.id: flow for flow in (model.Flow(f"{task}: in", start.id, task), model.Flow(f"{task}: out", task, end.id))
    }
    return compile_diagram(process_id, {}, model.Diagram({process_id: process}, process_id))


def caught(diagram: model.Diagram) -> dict[str, list[str]]:
    """Element -> codes of the errors which an event on it, or around it, catches ("" = any)."""
    found: dict[str, list[str]] = {}
    for process in diagram.processes.values():
        _caught(process, [], found)
    return found


def _caught(scope: model.Scope, around: list[str], found: dict[str, list[str]]) -> None:
    here = list(around)
    for node in scope.nodes.values():
        if node.by_event and node.inner is not None:
            here += [
                start.event.code
                for start in node.inner.nodes.values()
                if start.kind == "startEvent" and start.event is not None and start.event.kind == "error"
            ]
    for node in scope.nodes.values():
        on = [event.event.code for event in scope.boundary(node.id) if event.event and event.event.kind == "error"]
        if codes := [*on, *here]:
            found[node.id] = codes
        if node.inner is not None and not node.by_event:
            _caught(node.inner, codes, found)
