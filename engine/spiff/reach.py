"""What a token can still reach: the graph questions of inclusive joins."""

from engine.spiff.model import Node, Scope


def successors(scope: Scope, *, events: bool = True) -> dict[str, list[tuple[str, str]]]:
    """Node id -> (flow id, next node id); a link counts as a way on, with flow id "", and a boundary event, too, unless
    `events` is false."""
    ways: dict[str, list[tuple[str, str]]] = {node_id: [] for node_id in scope.nodes}
    links = {name: node.id for node in scope.nodes.values() if (name := link_name(node, "intermediateCatchEvent"))}
    for flow in scope.flows.values():
        if flow.source in ways and flow.target in ways:
            ways[flow.source].append((flow.id, flow.target))
    for node in scope.nodes.values():
        if events and node.attached_to in ways:
            ways[node.attached_to].append(("", node.id))
        if (name := link_name(node, "intermediateThrowEvent")) in links:
            ways[node.id].append(("", links[name]))
    return ways


def link_name(node: Node, kind: str) -> str:
    """Name of a link event of that kind; "" for every other node."""
    return node.event.name if node.kind == kind and node.event is not None and node.event.kind == "link" else ""


def reachable_flows(scope: Scope, gateway: str, *, events: bool = True) -> dict[str, frozenset[str]]:
    """Node id -> incoming flows of `gateway` which a token there can reach without passing the gateway before; by
    sequence flows and links alone where `events` is false."""
    ways = successors(scope, events=events)
    result: dict[str, frozenset[str]] = {}
    for start in scope.nodes:
        if start == gateway:
            continue
        seen, stack, flows = {start}, [start], set[str]()
        while stack:
            for flow, target in ways[stack.pop()]:
                if target == gateway:
                    flows.add(flow)
                elif target not in seen:
                    seen.add(target)
                    stack.append(target)
        if flows:
            result[start] = frozenset(flows)
    return result
