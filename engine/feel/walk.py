"""Going through a tree: its parts, how deep its calls are, its weight, the path it is, and a changed copy."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from engine.feel.tree import Call, For, Name, Node, Path, Quantified


def children(node: Node) -> list[Node]:
    """The direct parts of a node, in the order of the text; types are no parts."""
    found: list[Node] = []
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif name == "entries":
            found.extend(part for _, part in value)
        elif isinstance(value, tuple):
            found.extend(part for part in value if isinstance(part, Node))
    return found


_FIELDS: dict[type, tuple[str, ...]] = {
    kind: tuple(
        name for name in kind.__slots__ if name not in ("at", "type", "name", "names", "operator", "parameters")
    )
    for kind in Node.__subclasses__()
}


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with each of its direct parts changed."""
    changed: dict[str, Any] = {}
    for name in _FIELDS[type(node)]:
        value = getattr(node, name)
        if isinstance(value, Node):
            changed[name] = change(value)
        elif name == "entries":
            changed[name] = tuple((key, change(part)) for key, part in value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Node):
            changed[name] = tuple(change(part) for part in value)
    return replace(node, **changed)


def call_levels(node: Node) -> int:
    """Levels which are open below and with the node while its deepest call is made; 0 where nothing is called."""
    below = max(map(call_levels, children(node)), default=0)
    if below == 0 and not isinstance(node, Call):
        return 0
    return below + (3 if isinstance(node, (For, Quantified)) else 1)


def weight(node: Node) -> int:
    """Steps by which one evaluation of the node counts for more than one: one for every 16 nodes."""
    count, stack = 0, [node]
    while stack:
        count += 1
        stack.extend(children(stack.pop()))
    return count // 16


def path_of(node: Node) -> str | None:
    """`a.b.c` of a variable or a path through one; None for anything else."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Path):
        before = path_of(node.source)
        return None if before is None else f"{before}.{node.name}"
    return None
