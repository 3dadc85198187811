"""Questions about the graph of a scope: what follows what, ways round a gate, loops."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.spiff.model import Node, Process, Scope
from engine.spiff.reach import successors

Ways = Mapping[str, list[str]]
"""Node id -> ids of the nodes a token may enter next: by a flow, a boundary event, or a link."""


def ways_of(scope: Scope) -> Ways:
    """The ways of a scope."""
    return {node_id: [target for _, target in ways] for node_id, ways in successors(scope).items()}


def closure(ways: Ways, starts: Iterable[str]) -> set[str]:
    """Ids of all nodes which can be reached from `starts`, these included."""
    seen: set[str] = set()
    stack = list(starts)
    while stack:
        here = stack.pop()
        if here not in seen:
            seen.add(here)
            stack.extend(ways[here])
    return seen


def by_passes(scope: Scope, gates: set[str], targets: set[str]) -> list[str] | None:
    """A way from a start to one of `targets` that touches none of `gates`, as node ids; None where there is none."""
    ways = ways_of(scope)
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
        queue.extend([*way, node_id] for node_id in ways[here])
    return None


def owned(process: Process) -> Iterator[tuple[Scope, Node | None]]:
    """Every scope of a process with the subprocess whose inside it is; None with the process itself."""
    stack: list[tuple[Scope, Node | None]] = [(process, None)]
    while stack:
        scope, owner = stack.pop()
        yield scope, owner
        stack += [(node.inner, node) for node in reversed(scope.nodes.values()) if node.inner is not None]


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
