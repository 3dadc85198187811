"""What lies before an instance: whether its tokens can finish, and whether expressions will know their variables.

A token in the middle of a new version has not passed what was drawn before it: a join may wait for a branch that was
never split off, a condition may ask for a variable that was never set. Both are found here from where the tokens stand,
before anything is moved. What was so in the old version already is no reason against the new one.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from engine.feel import FeelSyntaxError, compile_expression
from engine.forms import load as load_form
from engine.forms.errors import FormError
from engine.hooks import domain
from engine.lint.net import Marking
from engine.lint.soundness import from_marking
from engine.spiff.compiled import Compiled
from engine.spiff.model import Node, Scope
from engine.spiff.reach import link_name

ANYTHING = "*"
"""Stands among names for "whatever it returns": results of functions are not declared anywhere, but always the same.

What a message brings is up to its sender, and so is sure of nothing.
"""

Path = tuple[str, ...]
"""Ids of the activities around a scope, outermost first; () is the process which the instance runs."""
Point = tuple[Path, str, bool]
"""Before (False) or behind (True) a node."""
Start = tuple[Path, str, frozenset[str]]
"""A token: scope, node, and the names of variables which have a value for it."""


@dataclass(frozen=True, slots=True)
class Need:
    """An expression which fails, or yields nothing, without the variable `name`."""

    element: str
    text: str
    name: str


@dataclass(slots=True)
class Future:
    """The questions about one version; answers are kept, since instances which stand alike ask alike."""

    compiled: Compiled
    _scopes: dict[Path, tuple[Scope, Compiled]] = field(default_factory=dict)
    _lacking: dict[frozenset[Start], frozenset[Need]] = field(default_factory=dict)
    _unsound: dict[tuple[Path, Marking], frozenset[tuple[str, str]]] = field(default_factory=dict)
    _forms: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    def scope(self, path: Path) -> Scope:
        """The scope inside the activities of `path`. Raises KeyError where there is none."""
        return self._at(path)[0]

    def _at(self, path: Path) -> tuple[Scope, Compiled]:
        if path not in self._scopes:
            if not path:
                self._scopes[path] = self.compiled.diagram.processes[self.compiled.diagram.main], self.compiled
            else:
                outer, owner = self._at(path[:-1])
                self._scopes[path] = _inside(outer.nodes[path[-1]], owner)
        return self._scopes[path]

    def unsound(self, path: Path, marking: Marking) -> frozenset[tuple[str, str]]:
        """(code, element): joins which would wait for ever, work which would open twice, from these flows on."""
        key = (path, tuple(sorted(marking)))
        if key not in self._unsound:
            self._unsound[key] = frozenset((each.code, each.element) for each in from_marking(self.scope(path), key[1]))
        return self._unsound[key]

    def lacking(self, starts: Iterable[Start]) -> frozenset[Need]:
        """Expressions which tokens may reach without a variable they need."""
        key = frozenset(starts)
        if key not in self._lacking:
            self._lacking[key] = frozenset(self._find_lacking(key))
        return self._lacking[key]

    def _find_lacking(self, starts: frozenset[Start]) -> Iterator[Need]:
        known = self._known(starts)
        for (path, node_id, behind), names in known.items():
            if ANYTHING in names:
                continue
            scope, _ = self._at(path)
            for element, text in _strict(scope, scope.nodes[node_id], behind):
                for name in _names(text) - names:
                    yield Need(element, text, name)

    def _known(self, starts: frozenset[Start]) -> dict[Point, frozenset[str]]:
        """The names which surely have a value at every point that can be reached: a must-analysis over the graph."""
        known: dict[Point, frozenset[str]] = {}
        queue: deque[Point] = deque()

        def arrive(point: Point, names: frozenset[str]) -> None:
            before = known.get(point)
            after = names if before is None else _both(before, names)
            if after != before:
                known[point] = after
                queue.append(point)

        for path, node_id, names in starts:
            arrive((path, node_id, False), names)
            for depth in range(len(path) + 1):
                for listener in _listeners(self.scope(path[:depth])):
                    arrive((path[:depth], listener, False), names)
        while queue:
            point = queue.popleft()
            for following, more in self._next(point):
                arrive(following, known[point] | more)
        return known

    def _next(self, point: Point) -> Iterator[tuple[Point, frozenset[str]]]:
        path, node_id, behind = point
        scope, owner = self._at(path)
        node = scope.nodes[node_id]
        if behind:
            yield from self._onward(path, scope, node)
            return
        for event in scope.boundary(node_id):
            yield (path, event.id, False), frozenset()
        own = frozenset(line.target.partition(".")[0] for line in node.inputs) | _of_round(node)
        made = self._made(node, owner) if node.loop is None else _of_loop(node)
        if node.inner is None and not node.called:
            yield (path, node_id, True), made
            return
        inner, _ = self._at((*path, node_id))
        for start in inner.nodes.values():
            if start.kind == "startEvent" or not (start.incoming or start.attached_to or start.by_event):
                yield ((*path, node_id), start.id, False), own
        for listener in _listeners(inner):
            yield ((*path, node_id), listener, False), own
        if node.loop is not None:  # perhaps no round at all
            yield (path, node_id, True), made

    def _onward(self, path: Path, scope: Scope, node: Node) -> Iterator[tuple[Point, frozenset[str]]]:
        for flow in node.outgoing:
            yield (path, scope.flows[flow].target, False), frozenset()
        if name := link_name(node, "intermediateThrowEvent"):
            for other in scope.nodes.values():
                if link_name(other, "intermediateCatchEvent") == name:
                    yield (path, other.id, False), frozenset()
        elif not node.outgoing and path:
            outer, _ = self._at(path[:-1])
            host = outer.nodes[path[-1]]
            yield (path[:-1], host.id, True), frozenset(line.target.partition(".")[0] for line in host.outputs)

    def _made(self, node: Node, owner: Compiled) -> frozenset[str]:
        """Variables which a node surely sets when it is done."""
        if node.outputs:
            return frozenset(line.target.partition(".")[0] for line in node.outputs)
        if node.kind == "userTask":
            return self._form(owner, node.work.form_id)
        if node.result:
            return frozenset({node.result})
        return frozenset({ANYTHING}) if node.function or node.decision else frozenset()

    def _form(self, owner: Compiled, form_id: str | None) -> frozenset[str]:
        key = (owner.definition_id, form_id or "")
        if key not in self._forms:
            schema = owner.forms.get(form_id or "")
            try:
                fields = load_form(schema).fields if schema is not None else ()
            except FormError:
                fields = ()
            self._forms[key] = frozenset(str(each.path[0]) for each in fields if each.path)
        return self._forms[key]


def _inside(node: Node, owner: Compiled) -> tuple[Scope, Compiled]:
    if node.inner is not None:
        return node.inner, owner
    called = node.called or ""
    if called in owner.diagram.processes:
        return owner.diagram.processes[called], owner
    return owner.called[called].diagram.processes[called], owner.called[called]


def _both(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    """Names known whichever way a token came."""
    if ANYTHING in one:
        return one | other if ANYTHING in other else other
    return one if ANYTHING in other else one & other


def _listeners(scope: Scope) -> Iterator[str]:
    return (node.id for node in scope.nodes.values() if node.by_event)


def _of_round(node: Node) -> frozenset[str]:
    if node.loop is None:
        return frozenset()
    return frozenset({"loopCounter", *([node.loop.element] if node.loop.element else [])})


def _of_loop(node: Node) -> frozenset[str]:
    collected = node.loop.output_collection if node.loop is not None else None
    return frozenset({collected}) if collected else frozenset()


def _strict(scope: Scope, node: Node, behind: bool) -> Iterator[tuple[str, str]]:
    """(element, FEEL text) of the expressions which must have a value at a point."""
    if behind:
        for flow in node.outgoing:
            condition = scope.flows[flow].condition
            if condition and flow != node.default:
                yield flow, condition
        return
    if node.loop is not None:
        for text in (node.loop.collection, node.loop.cardinality, node.loop.condition):
            if text:
                yield node.id, text
    elif node.script:
        yield node.id, node.script
    for holder in (node, *scope.boundary(node.id)):
        event = holder.event
        if event is not None and holder.kind not in ("startEvent", "endEvent", "intermediateThrowEvent"):
            for text in (event.value, event.correlation):
                if text and text.strip().startswith("="):
                    yield holder.id, text
            if event.condition:
                yield holder.id, event.condition


_parsed: dict[str, frozenset[str]] = {}


def _names(text: str) -> frozenset[str]:
    """Variables which an expression uses, without `case` and functions."""
    if text not in _parsed:
        if len(_parsed) > 10_000:
            _parsed.clear()
        try:
            used = compile_expression(text.strip().removeprefix("=").strip(), names=domain().feel_names()).names
        except FeelSyntaxError:  # the gate lets none through
            used = frozenset()
        _parsed[text] = frozenset(name.partition(".")[0] for name in used) - {"case"}
    return _parsed[text]


def differs(old: Scope, new: Scope, names: Mapping[str, str]) -> bool:
    """Whether tokens can go other ways in the new scope than in the old one."""
    if any(names.get(node, node) != node for node in (*old.nodes, *old.flows)):
        return True
    return _shape(old) != _shape(new)


def _shape(scope: Scope) -> object:
    nodes = {node.id: (node.kind, node.attached_to, node.interrupting) for node in scope.nodes.values()}
    return nodes, {flow.id: (flow.source, flow.target, bool(flow.condition)) for flow in scope.flows.values()}
