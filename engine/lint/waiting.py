"""Where a token rests until somebody or something outside moves it, and which activities it may pass at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.lint.graph import ways_of
from engine.spiff.model import Node, Scope
from engine.spiff.movement import MAX_DEPTH

_KINDS = frozenset({"userTask", "receiveTask", "eventBasedGateway"})
_EVENTS = frozenset({"timer", "message", "signal", "conditional"})


@dataclass(slots=True)
class Waits:
    """processes: those which may be called, by id; a call of another one counts as one which waits."""

    processes: Mapping[str, Scope] = field(default_factory=dict)
    _known: dict[int, bool] = field(default_factory=dict)
    _depth: int = 0

    def at(self, node: Node) -> bool:
        """Whether a token surely rests at, or inside of, the node."""
        if node.inner is not None:
            return self.inside(node.inner)
        if node.kind == "callActivity":
            called = self.processes.get(node.called or "")
            return called is None or self.inside(called)
        if node.kind in _KINDS:
            return True
        catching = node.kind in {"intermediateCatchEvent", "boundaryEvent"}
        return catching and node.event is not None and node.event.kind in _EVENTS

    def inside(self, scope: Scope) -> bool:
        """Whether a token rests somewhere on every way from the start of a scope to an end."""
        key = id(scope)
        if key not in self._known:
            if self._depth >= MAX_DEPTH:  # refused by another rule, as is what calls itself
                return True
            self._known[key] = True
            self._depth += 1
            self._known[key] = self._inside(scope)
            self._depth -= 1
        return self._known[key]

    def _inside(self, scope: Scope) -> bool:
        ways = ways_of(scope)
        starts = [node for node in scope.nodes.values() if node.kind == "startEvent"]
        plain = [node for node in starts if node.event is None or node.event.kind == "none"]
        stack = [node.id for node in plain or starts]
        seen = set(stack)
        while stack:
            here = scope.nodes[stack.pop()]
            if self.at(here):
                continue
            if here.kind == "endEvent" or not ways[here.id]:
                return False
            fresh = [target for target in ways[here.id] if target not in seen]
            seen.update(fresh)
            stack += fresh
        return bool(starts)
