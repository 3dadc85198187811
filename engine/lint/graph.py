"""Questions about the graph of a scope: what follows what, ways round a gate, loops, and where a token rests."""

from collections import deque
from collections.abc import Callable, Iterator

from engine.spiff.model import Node, Scope

_WAITING = frozenset({"userTask", "receiveTask", "manualTask", "callActivity", "eventBasedGateway"})
_WAITING_EVENTS = frozenset({"timer", "message", "signal", "conditional"})


def following(scope: Scope, node_id: str) -> Iterator[str]:
    """Ids of the nodes a token may enter next from a node, by its flows or by its boundary events."""
    node = scope.nodes[node_id]
    for flow in node.outgoing:
        yield scope.flows[flow].target
    for event in scope.boundary(node_id):
        yield event.id


def closure(scope: Scope, starts: list[str]) -> set[str]:
    """Ids of all nodes which can be reached from `starts`, these included."""
    seen: set[str] = set()
    stack = list(starts)
    while stack:
        here = stack.pop()
        if here not in seen:
            seen.add(here)
            stack.extend(following(scope, here))
    return seen


def by_passes(scope: Scope, gates: set[str], targets: set[str]) -> list[str] | None:
    """A way from a start to one of `targets` that touches none of `gates`, as node ids; None where there is none."""
    queue = deque([[node.id] for node in scope.nodes.values() if node.kind == "startEvent"])
    seen: set[str] = set()
    while queue:
        way = queue.popleft()
        here = way[-1]
        if here in seen or here in gates:
            continue
        seen.add(here)
        if here in targets:
            return way
        queue.extend([*way, node_id] for node_id in following(scope, here))
    return None


def waits(node: Node) -> bool:
    """Whether a token rests at the node until somebody or something outside moves it."""
    if node.inner is not None:
        return any(waits(inner) for inner in node.inner.nodes.values())
    if node.kind in _WAITING:
        return True
    catching = node.kind in {"intermediateCatchEvent", "boundaryEvent"}
    return catching and node.event is not None and node.event.kind in _WAITING_EVENTS


def components(nodes: list[str], after: Callable[[str], Iterator[str]]) -> list[list[str]]:
    """Strongly connected components (Tarjan, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    on_stack: set[str] = set()
    stack: list[str] = []
    found: list[list[str]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, after(root))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            here, rest = work[-1]
            for child in rest:
                if child not in index:
                    index[child] = low[child] = len(index)
                    stack.append(child)
                    on_stack.add(child)
                    work.append((child, after(child)))
                    break
                if child in on_stack:
                    low[here] = min(low[here], index[child])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[here])
                if low[here] == index[here]:
                    component: list[str] = []
                    while not component or component[-1] != here:
                        component.append(stack.pop())
                        on_stack.discard(component[-1])
                    found.append(component)
    return found
