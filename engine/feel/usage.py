"""Which variables and functions an expression uses, for the linter."""

from dataclasses import dataclass, field

from engine.feel import tree, walk


@dataclass(frozen=True, slots=True)
class Usage:
    """Free names (with paths), names inside filters, and functions called."""

    names: frozenset[str]
    possible_names: frozenset[str]
    calls: frozenset[str]


@dataclass(slots=True)
class _Collector:
    names: set[str] = field(default_factory=set)
    possible: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)

    def visit(self, node: tree.Node, bound: frozenset[str], filtered: bool) -> None:
        if isinstance(node, tree.Name):
            self._use(node.name, bound, filtered)
        elif isinstance(node, tree.Path):
            self._path(node, bound, filtered)
        elif isinstance(node, tree.Call):
            if isinstance(node.callee, tree.Name):
                if node.callee.name not in bound:
                    self.calls.add(node.callee.name)
            else:
                self.visit(node.callee, bound, filtered)
            for argument in node.arguments:
                self.visit(argument, bound, filtered)
        elif isinstance(node, tree.Filter):
            self.visit(node.source, bound, filtered)
            self.visit(node.test, bound | {"item"}, True)
        elif isinstance(node, (tree.For, tree.Quantified)):
            self._loop(node, bound, filtered)
        elif isinstance(node, tree.ContextNode):
            for key, value in node.entries:
                self.visit(value, bound, filtered)
                bound |= {key}
        elif isinstance(node, tree.FunctionNode):
            self.visit(node.body, bound | {parameter.name for parameter in node.parameters}, filtered)
        else:
            for child in walk.children(node):
                self.visit(child, bound, filtered)

    def _use(self, name: str, bound: frozenset[str], filtered: bool) -> None:
        if name.partition(".")[0] not in bound and name != "?":
            (self.possible if filtered else self.names).add(name)

    def _path(self, node: tree.Path, bound: frozenset[str], filtered: bool) -> None:
        words = [node.name]
        source = node.source
        while isinstance(source, tree.Path):
            words.append(source.name)
            source = source.source
        self.visit(source, bound, filtered)
        if isinstance(source, tree.Name):
            path = source.name
            for word in reversed(words):
                path = f"{path}.{word}"
                self._use(path, bound, filtered)

    def _loop(self, node: tree.For | tree.Quantified, bound: frozenset[str], filtered: bool) -> None:
        for binding in node.bindings:
            self.visit(binding.source, bound, filtered)
            if binding.end is not None:
                self.visit(binding.end, bound, filtered)
            bound |= {binding.name}
        if isinstance(node, tree.For):
            self.visit(node.result, bound | {"partial"}, filtered)
        else:
            self.visit(node.condition, bound, filtered)


def usage(node: tree.Node) -> Usage:
    """What a tree uses."""
    collector = _Collector()
    collector.visit(node, frozenset(), False)
    return Usage(frozenset(collector.names), frozenset(collector.possible), frozenset(collector.calls))
