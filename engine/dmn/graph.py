"""The requirement graph over one or several files: what an href means, and in which order decisions are evaluated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.dmn.errors import DmnError
from engine.dmn.model import Decision, Definitions, InputData, Knowledge, Node
from engine.dmn.types import Types

Names = tuple[str, ...]
"""Import names, outermost first."""


@dataclass(eq=False, slots=True)
class File:
    """One file with its types and the files it imports (by import name; several when the name is empty)."""

    definitions: Definitions
    types: Types
    imports: Mapping[str, File]
    merged: Sequence[File] = ()
    by_name: dict[str, Node] = field(default_factory=dict)
    needs: dict[str, list[Place]] = field(default_factory=dict, repr=False)
    names: frozenset[str] = frozenset()
    """Of its nodes and their variables; of input data the ids as well, as facts may be given under these."""
    by_word: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        names: set[str] = set()
        for node in self.definitions.nodes.values():
            self.by_name.setdefault(node.name, node)
            names |= {node.name, *names_of(Place(self, node))}
            if isinstance(node, InputData):
                names.add(node.id)
        self.names = frozenset(names)


@dataclass(frozen=True, slots=True)
class Place:
    """A node, the file it is in, and the import names that lead there from the file which refers to it."""

    file: File
    node: Node
    path: Names = ()

    @property
    def key(self) -> tuple[str, str]:
        """What makes a node unique in a whole set of files."""
        return self.file.definitions.namespace, self.node.id


def names_of(place: Place) -> tuple[str, ...]:
    """Under which names a node is seen: its variable's, and of a decision without a variable its id as well.

    Camunda 8 knows such a decision by its id only; its modeller writes no variables, and no imports.
    """
    node = place.node
    if isinstance(node, Decision) and not (node.has_variable or place.path or node.id == node.variable.name):
        return node.variable.name, node.id
    return (node.variable.name,)


def find(file: File, href: str) -> Place:
    """The node an href means: `#id`, or `namespace#id` of this file or of an import. Raises DmnError."""
    namespace, _, node_id = href.rpartition("#")
    if not namespace or namespace == file.definitions.namespace:
        found = file.definitions.nodes.get(node_id)
        if found is not None:
            return Place(file, found)
    for path, other in reachable(file):
        found = other.definitions.nodes.get(node_id)
        if found is not None and namespace in {"", other.definitions.namespace}:
            return Place(other, found, path)
    raise DmnError("refers to something that does not exist", href, zh="引用的元素不存在")


def reachable(file: File) -> list[tuple[Names, File]]:
    """Imported files with the names that lead there, nearest first; each file once."""
    found: list[tuple[Names, File]] = []
    queue: list[tuple[Names, File]] = [((), file)]
    seen = {id(file)}
    for path, current in queue:
        steps: list[tuple[Names, File]] = [((name,), other) for name, other in current.imports.items()]
        steps += [((), other) for other in current.merged]
        for step, other in steps:
            if id(other) not in seen:
                seen.add(id(other))
                found.append(((*path, *step), other))
                queue.append(found[-1])
    return found


def required(place: Place) -> list[Place]:
    """What a node requires directly; hrefs of knowledge sources are not requirements of a value."""
    if not isinstance(place.node, (Decision, Knowledge)):
        return []
    known = place.file.needs.get(place.node.id)
    if known is None:
        known = place.file.needs[place.node.id] = [find(place.file, href) for href in place.node.requires]
    return known


def order(target: Place, given: frozenset[tuple[str, str]] = frozenset()) -> list[Place]:
    """The decisions to evaluate for `target`, each after those it requires; `given` are supplied and not entered.

    Iterative, so that a chain of any length is no deep recursion. Raises DmnError for a circle of decisions.
    """
    done: dict[tuple[str, str], bool] = {}
    plan: list[Place] = []
    stack: list[tuple[Place, bool]] = [(target, False)]
    while stack:
        place, leaving = stack.pop()
        if leaving:
            done[place.key] = True
            plan.append(place)
            continue
        state = done.get(place.key)
        if state is False:
            raise DmnError("the decision requires itself", place.node.name, zh="决策循环依赖自身")
        if state is True or place.key in given or not isinstance(place.node, Decision):
            continue
        done[place.key] = False
        stack.append((place, True))
        for needed in required(place):
            if done.get(needed.key) is False and isinstance(needed.node, Decision):
                raise DmnError("the decision requires itself", needed.node.name, zh="决策循环依赖自身")
            stack.append((needed, False))
    return plan


def inputs(target: Place) -> list[InputData]:
    """The input data a decision needs, directly or through other decisions, each once."""
    found: dict[tuple[str, str], InputData] = {}
    for place in order(target):
        for needed in required(place):
            if isinstance(needed.node, InputData):
                found.setdefault(needed.key, needed.node)
    return list(found.values())
