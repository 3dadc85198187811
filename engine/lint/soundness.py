"""Whether tokens can always finish: explores the markings of a scope (which flows hold tokens) as a Petri net would.

Found here: joins which wait for ever, work which opens twice, nodes from which no end can be reached, and loops which
never wait (BPMN 2.0, chapter 13). Subprocesses are explored on their own and are one node from outside. A token of a
non-interrupting boundary event walks on its own; the states of a diagram would else double with each such event.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.findings import Finding
from engine.lint.graph import Ways, closure, components, ways_of
from engine.lint.waiting import Waits
from engine.spiff.model import GATEWAYS, Diagram, Node, Scope
from engine.spiff.reach import link_name

MOST_MARKINGS = 4_000
MOST_WORK = 500_000
"""Tokens looked at, in all markings of one scope; a marking counts as some more."""
MARKING = 8
MOST_INCLUSIVE = 6

Marking = tuple[str, ...]
"""Ids of the flows which hold a token, sorted; a flow with two tokens stands there twice."""


def nothing() -> None:
    """What is done between two steps where nobody asks for anything."""


@dataclass(slots=True)
class _Net:
    """A scope with what the exploration asks all the time. spend: called for each marking, may raise TooComplex."""

    scope: Scope
    ways: Ways
    spend: Callable[[], None] = nothing
    work: int = 0
    reaches: dict[str, frozenset[str]] = field(default_factory=dict)
    links: dict[str, Node] = field(default_factory=dict)

    def __post_init__(self) -> None:
        caught = ((link_name(node, "intermediateCatchEvent"), node) for node in self.scope.nodes.values())
        self.links = {name: node for name, node in caught if name}

    def node_of(self, flow: str) -> Node:
        return self.scope.nodes[self.scope.flows[flow].target]

    def leaving(self, node: Node) -> Node:
        """The node by whose flows a token goes on: for a link, its other end."""
        return self.links.get(link_name(node, "intermediateThrowEvent"), node)

    def reachable(self, node_id: str) -> frozenset[str]:
        """Ids of all nodes that a token leaving `node_id` may pass, boundary events of passed activities included."""
        if node_id not in self.reaches:
            again = frozenset({node_id} & closure(self.ways, self.ways[node_id]))  # where a loop leads back to it
            self.reaches[node_id] = frozenset(closure(self.ways, [node_id])) - {node_id} | again
        return self.reaches[node_id]


def check(diagram: Diagram, spend: Callable[[], None] = nothing) -> Iterator[Finding]:
    """Findings about every scope of every process; `deadlock` and `opens_twice` come at most once an element.

    spend: called again and again; may raise TooComplex.
    """
    waits = Waits({**diagram.beyond, **diagram.processes})
    for process in diagram.processes.values():
        for scope in process.scopes():
            yield from check_scope(scope, process.file, waits, spend)


def check_scope(
    scope: Scope, file: str = "", waits: Waits | None = None, spend: Callable[[], None] = nothing
) -> Iterator[Finding]:
    """Findings about one scope, its own nodes only; nothing where a flow lacks an end, which another rule refuses."""
    if any(flow.source not in scope.nodes or flow.target not in scope.nodes for flow in scope.flows.values()):
        return
    net, told = _Net(scope, ways_of(scope), spend), set[tuple[str, str]]()
    yield from _no_way_out(net, file)
    yield from _never_waits(net, waits or Waits(), file)
    for start in _starts(net):
        for finding in _explore(net, start, file):
            if (finding.code, finding.element) not in told:
                told.add((finding.code, finding.element))
                yield finding


def from_marking(scope: Scope, marking: Marking) -> list[Finding]:
    """What may go wrong in a scope whose tokens stand where these flows lead to (that of a migrated instance, or of one
    whose token was moved)."""
    return list(_explore(_Net(scope, ways_of(scope)), tuple(sorted(marking)), "")) if marking else []


def _starts(net: _Net) -> Iterator[Marking]:
    """A first marking for each start event, each node without an entrance, and each non-interrupting boundary event."""
    thrown = {link_name(node, "intermediateThrowEvent") for node in net.scope.nodes.values()} - {""}
    for node in net.scope.nodes.values():
        entrance = node.kind == "startEvent" or (not node.incoming and node.attached_to is None)
        entrance &= link_name(node, "intermediateCatchEvent") not in thrown
        aside = node.kind == "boundaryEvent" and not node.interrupting
        if (entrance or aside) and node.outgoing and not node.by_event:
            if node.kind.endswith("Gateway"):
                continue
            yield from (tuple(sorted(chosen)) for chosen in _chosen(net.scope, node))


def _explore(net: _Net, start: Marking, file: str) -> Iterator[Finding]:
    seen, queue = {start}, deque([start])
    while queue:
        net.spend()
        marking = queue.popleft()
        after = list(_steps(net, marking))
        net.work += (len(marking) + MARKING) * len(after)
        if marking and not after:
            yield from _stuck(net, marking, file)
        for doubled in _doubled(net, marking):
            yield _finding(
                doubled,
                file,
                "opens_twice",
                "两条并行路径不经汇合就进入此节点，它会执行两次",
                "Two parallel ways enter this element without a join: it would be executed twice",
                "在它之前放一个并行汇合网关，或改用排他网关分流",
                "Put a parallel join before it, or split with an exclusive gateway",
            )
            return
        for reached in after:
            if reached not in seen:
                if len(seen) >= MOST_MARKINGS or net.work > MOST_WORK:
                    yield _finding(
                        net.scope.nodes[net.scope.flows[start[0]].source],
                        file,
                        "too_complex",
                        "并行路径过多，无法完整分析",
                        "There are too many parallel ways to analyse all of them",
                        "把一部分移入子流程",
                        "Move a part into a subprocess",
                        "warning",
                    )
                    return
                seen.add(reached)
                queue.append(reached)


def _steps(net: _Net, marking: Marking) -> Iterator[Marking]:
    """The markings which one movement of one token leads to; gateways and ends, which take no time, move first."""
    held = Counter(marking)
    for flow in held:
        moved = list(_through_gateway(net, net.node_of(flow), flow, held))
        if moved:
            yield from moved
            return
    for flow in held:
        node = net.node_of(flow)
        if node.kind not in GATEWAYS:
            for chosen in _chosen(net.scope, net.leaving(node)):
                yield _moved(held, [flow], chosen)
            for event in net.scope.boundary(node.id):
                if event.interrupting:
                    yield from (_moved(held, [flow], chosen) for chosen in _chosen(net.scope, event))


def _through_gateway(net: _Net, node: Node, flow: str, held: Counter[str]) -> Iterator[Marking]:
    """The markings after the gateway or end event which `flow` leads to; none where it is neither, or not ready."""
    if node.kind == "parallelGateway":
        if all(held[incoming] for incoming in node.incoming):
            yield _moved(held, node.incoming, node.outgoing)
    elif node.kind == "inclusiveGateway":
        if _inclusive_ready(net, node, held):
            used = [incoming for incoming in node.incoming if held[incoming]]
            for chosen in _subsets(node.outgoing):
                yield _moved(held, used, list(chosen))
    elif node.kind in GATEWAYS:
        for outgoing in node.outgoing:
            yield _moved(held, [flow], [outgoing])
    elif node.kind == "endEvent":
        terminates = node.event is not None and node.event.kind == "terminate"
        yield () if terminates else _moved(held, [flow], [])


def _chosen(scope: Scope, node: Node) -> Iterator[list[str]]:
    """The flows which a node that is no gateway may take: the plain ones with any of those that have a condition; the
    default one where none of these is taken (BPMN 2.0, 13.3.1)."""
    conditional = [flow for flow in node.outgoing if scope.flows[flow].condition and flow != node.default]
    plain = [flow for flow in node.outgoing if flow not in conditional and flow != node.default]
    default = [flow for flow in node.outgoing if flow == node.default]
    if plain or default or not conditional:
        yield plain + default
    if conditional:
        yield from (plain + list(some) for some in _subsets(conditional))


def _inclusive_ready(net: _Net, node: Node, held: Counter[str]) -> bool:
    """No token elsewhere can still reach an empty entrance of the join (BPMN 2.0, 13.4.3)."""
    waiting = {incoming for incoming in node.incoming if not held[incoming]}
    others = [flow for flow in held if held[flow] and net.scope.flows[flow].target != node.id]
    for incoming in waiting:
        source = net.scope.flows[incoming].source
        for flow in others:
            target = net.scope.flows[flow].target
            if target == source or source in net.reachable(target):
                return False
    return True


def _subsets(flows: list[str]) -> Iterator[tuple[str, ...]]:
    """Every non-empty choice of outgoing flows; of a wide split only the single ones and all together."""
    if len(flows) > MOST_INCLUSIVE:
        yield from ((flow,) for flow in flows)
        yield tuple(flows)
        return
    for size in range(1, len(flows) + 1):
        yield from combinations(flows, size)
    if not flows:
        yield ()


def _moved(held: Counter[str], taken: list[str], put: list[str]) -> Marking:
    after = held.copy()
    after.subtract(taken)
    after.update(put)
    return tuple(sorted(after.elements()))


def _doubled(net: _Net, marking: Marking) -> Iterator[Node]:
    """Nodes which would run twice at the same time."""
    arriving = Counter(net.scope.flows[flow].target for flow in marking)
    twice = {flow for flow, count in Counter(marking).items() if count > 1}
    for node_id, count in arriving.items():
        node = net.scope.nodes[node_id]
        same_flow = any(net.scope.flows[flow].target == node_id for flow in twice)
        if (count > 1 and node.is_activity) or (same_flow and node.kind != "endEvent"):
            yield node


def _stuck(net: _Net, marking: Marking, file: str) -> Iterator[Finding]:
    for node_id in sorted({net.scope.flows[flow].target for flow in marking}):
        node = net.scope.nodes[node_id]
        if node.kind in {"parallelGateway", "inclusiveGateway"}:
            yield _finding(
                node,
                file,
                "deadlock",
                "此汇合网关会永远等待：有的路径上不会有令牌到达",
                "This join would wait for ever: on some of its entrances no token can arrive",
                "分流与汇合应使用同类网关",
                "Join with the same kind of gateway that split",
            )


def _no_way_out(net: _Net, file: str) -> Iterator[Finding]:
    scope = net.scope
    finishing = {node.id for node in scope.nodes.values() if node.kind == "endEvent" or not net.ways[node.id]}
    before: dict[str, list[str]] = {}
    for node_id in scope.nodes:
        for target in net.ways[node_id]:
            before.setdefault(target, []).append(node_id)
    leading, stack = set(finishing), list(finishing)
    while stack:
        for source in before.get(stack.pop(), []):
            if source not in leading:
                leading.add(source)
                stack.append(source)
    for node in scope.nodes.values():
        if node.id not in leading:
            yield _finding(
                node,
                file,
                "no_way_out",
                "从此节点无法到达任何结束事件",
                "No end event can be reached from here",
                "从循环中引出一条通往结束的路径",
                "Lead a way out of the loop to an end event",
            )


def _never_waits(net: _Net, waits: Waits, file: str) -> Iterator[Finding]:
    """Loops in which nothing waits for a person, a time or a message: the engine would run round and round."""
    quick = {node.id for node in net.scope.nodes.values() if not waits.at(node)}

    def inside(node_id: str) -> Iterator[str]:
        return (target for target in net.ways[node_id] if target in quick)

    for component in components(sorted(quick), inside):
        if len(component) > 1 or component[0] in inside(component[0]):
            yield _finding(
                net.scope.nodes[min(component)],
                file,
                "endless_loop",
                f"循环 {' → '.join(sorted(component))} 中没有人工任务、定时或消息，会无休止地运行",
                f"The loop {' -> '.join(sorted(component))} has no user task, timer or message: it would run for ever",
                "在循环中加入人工任务或定时事件",
                "Put a user task or a timer into the loop",
            )


def _finding(
    node: Node, file: str, code: str, zh: str, en: str, hint_zh: str, hint_en: str, severity: str = "error"
) -> Finding:
    return Finding(node.id, code, severity, zh, en, file, hint_zh, hint_en)
