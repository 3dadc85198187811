"""A scope as a Petri net: its markings (which flows hold tokens), and what one movement makes of them (BPMN 2.0, 13).

A token of a non-interrupting boundary event walks on its own here; `lint.beside` lets it walk beside the others.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from engine.lint.graph import Ways, closure
from engine.spiff.model import GATEWAYS, Node, Scope
from engine.spiff.reach import link_name

MOST_INCLUSIVE = 6

Marking = tuple[str, ...]
"""Ids of the flows which hold a token, sorted; a flow with two tokens stands there twice."""


def nothing() -> None:
    """What is done between two steps where nobody asks for anything."""


@dataclass(slots=True)
class Net:
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


def first_markings(net: Net) -> Iterator[Marking]:
    """A first marking for each start event, each node without an entrance, and each non-interrupting boundary event."""
    thrown = {link_name(node, "intermediateThrowEvent") for node in net.scope.nodes.values()} - {""}
    for node in net.scope.nodes.values():
        entrance = node.kind == "startEvent" or (not node.incoming and node.attached_to is None)
        entrance &= link_name(node, "intermediateCatchEvent") not in thrown
        aside = node.kind == "boundaryEvent" and not node.interrupting
        if (entrance or aside) and node.outgoing and not node.by_event:
            if node.kind.endswith("Gateway"):
                continue
            yield from (tuple(sorted(chosen)) for chosen in choices(net.scope, node))


def steps(net: Net, marking: Marking) -> Iterator[Marking]:
    """The markings which one movement of one token leads to; gateways and ends, which take no time, move first."""
    held = Counter(marking)
    for flow in held:
        after = list(_through_gateway(net, net.node_of(flow), flow, held))
        if after:
            yield from after
            return
    for flow in held:
        node = net.node_of(flow)
        if node.kind not in GATEWAYS:
            for chosen in choices(net.scope, net.leaving(node)):
                yield moved(held, [flow], chosen)
            for event in net.scope.boundary(node.id):
                if event.interrupting:
                    yield from (moved(held, [flow], chosen) for chosen in choices(net.scope, event))


def _through_gateway(net: Net, node: Node, flow: str, held: Counter[str]) -> Iterator[Marking]:
    """The markings after the gateway or end event which `flow` leads to; none where it is neither, or not ready."""
    if node.kind == "parallelGateway":
        if all(held[incoming] for incoming in node.incoming):
            yield moved(held, node.incoming, node.outgoing)
    elif node.kind == "inclusiveGateway":
        if _inclusive_ready(net, node, held):
            used = [incoming for incoming in node.incoming if held[incoming]]
            for chosen in _subsets(node.outgoing):
                yield moved(held, used, list(chosen))
    elif node.kind in GATEWAYS:
        for outgoing in node.outgoing:
            yield moved(held, [flow], [outgoing])
    elif node.kind == "endEvent":
        terminates = node.event is not None and node.event.kind == "terminate"
        yield () if terminates else moved(held, [flow], [])


def choices(scope: Scope, node: Node) -> Iterator[list[str]]:
    """The flows which a node that is no gateway may take: the plain ones with any of those that have a condition; the
    default one where none of these is taken (BPMN 2.0, 13.3.1)."""
    conditional = [flow for flow in node.outgoing if scope.flows[flow].condition and flow != node.default]
    plain = [flow for flow in node.outgoing if flow not in conditional and flow != node.default]
    default = [flow for flow in node.outgoing if flow == node.default]
    if plain or default or not conditional:
        yield plain + default
    if conditional:
        yield from (plain + list(some) for some in _subsets(conditional))


def _inclusive_ready(net: Net, node: Node, held: Counter[str]) -> bool:
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


def moved(held: Counter[str], taken: list[str], put: list[str]) -> Marking:
    """The marking after tokens were taken from some flows and put on others."""
    after = held.copy()
    after.subtract(taken)
    after.update(put)
    return tuple(sorted(after.elements()))


def twice_at(net: Net, marking: Marking) -> Iterator[Node]:
    """Nodes which would run twice at the same time."""
    arriving = Counter(net.scope.flows[flow].target for flow in marking)
    twice = {flow for flow, count in Counter(marking).items() if count > 1}
    for node_id, count in arriving.items():
        node = net.scope.nodes[node_id]
        same_flow = any(net.scope.flows[flow].target == node_id for flow in twice)
        if (count > 1 and node.is_activity) or (same_flow and node.kind != "endEvent"):
            yield node
