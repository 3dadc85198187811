"""Whether a non-interrupting boundary event lets work be done twice: its token walks on beside that of its activity.

Such an event is played together with the scope around it, one event at a time, and only where its way comes to work
which is reached without it, too. A doubt, not a refusal: an event may be drawn so that work is done again. Where there
are too many markings to look at, nothing is said.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace

from engine.findings import Finding
from engine.lint.graph import closure
from engine.lint.net import Marking, Net, choices, first_markings, moved, steps, twice_at
from engine.lint.structure import warning
from engine.spiff.model import Node, Scope

MOST_MARKINGS = 2_000
"""Looked at for all events of a scope together."""
_AGAIN = 2


def findings(net: Net, file: str) -> Iterator[Finding]:
    """`opens_again` at each work of a scope which such an event may let be done twice at a time."""
    told, budget = set[str](), iter(range(MOST_MARKINGS))
    for event in net.scope.nodes.values():
        if event.kind != "boundaryEvent" or event.interrupting or event.attached_to not in net.scope.nodes:
            continue
        for node in _twice(net, event, budget):
            if node.id not in told:
                told.add(node.id)
                zh = f"非中断边界事件 {event.id} 的令牌也会进入此节点，它可能执行两次"
                en = (
                    f"The token of the non-interrupting boundary event {event.id} comes here, too: it may be done twice"
                )
                yield replace(warning(node.id, "opens_again", zh, en), file=file)


def _twice(net: Net, event: Node, budget: Iterator[int]) -> Iterator[Node]:
    """The first work that is reached without the event and would run twice at a time with it."""
    common = _without(net, event) & closure(net.ways, net.ways[event.id])
    if not any(net.scope.nodes[each].is_activity for each in common):
        return
    played = _Beside(net, event)
    queue = deque(start for start in first_markings(net))
    seen = set(queue)
    while queue and next(budget, None) is not None:
        net.spend()
        marking = queue.popleft()
        for node in twice_at(played.net, marking):
            if node.id in common and node.is_activity:
                yield node
                return
        for reached in played.steps(marking):
            if reached not in seen:
                seen.add(reached)
                queue.append(reached)


def _without(net: Net, event: Node) -> set[str]:
    """Ids of all nodes a token may come to where the event never happens."""
    ways = {node_id: [each for each in after if each != event.id] for node_id, after in net.ways.items()}
    return closure(ways, [node.id for node in net.scope.nodes.values() if node.kind == "startEvent"])


class _Beside:
    """A scope played with one such event: a flow into its activity has a second name for each time it has happened."""

    def __init__(self, net: Net, event: Node) -> None:
        scope, host = net.scope, net.scope.nodes[event.attached_to or ""]
        once = event.event is not None and event.event.kind == "timer" and event.event.timer != "cycle"
        self.event = event
        self.after: dict[str, str] = {}
        flows = dict(scope.flows)
        for flow in host.incoming:
            for number in range(1 if once else _AGAIN):
                name = f"{flow} {event.id} {number}"
                self.after[flow] = name
                flows[name] = replace(flows[flow], id=name)
                flow = name
        self.net = Net(Scope(scope.id, scope.nodes, flows), net.ways, net.spend)

    def steps(self, marking: Marking) -> Iterator[Marking]:
        """What may happen next: a movement, or the event."""
        yield from steps(self.net, marking)
        held = Counter(marking)
        for flow in held:
            if flow in self.after:
                for chosen in choices(self.net.scope, self.event):
                    yield moved(held, [flow], [self.after[flow], *chosen])
