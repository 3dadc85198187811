"""Every node of a set of files compiled: code, types and plans by node key."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.dmn import graph, model
from engine.dmn.boxed import compile_expression
from engine.dmn.effort import Notes
from engine.dmn.errors import DmnError
from engine.dmn.graph import File, Place
from engine.dmn.requirements import Requirements, declared
from engine.dmn.surroundings import Surroundings, typed
from engine.dmn.texts import Code
from engine.dmn.trace import Note
from engine.dmn.types import ANY, Type, Types, result_of
from engine.feel.effort import Effort
from engine.feel.names import helped

Key = tuple[str, str]
_MAX_PLANNED = 300_000
"""Decisions in the plans of all decisions, and what these require: a chain of 500 has 250,000."""


@dataclass(slots=True)
class Compiled:
    """code: what a decision or the body of a knowledge model evaluates; plans: decisions in order of evaluation;
    requires: what a node requires directly; kinds: parameter types of a knowledge model; variables: the type of each
    node; paths: the import names that lead to a file, and hidden: the facts its logic does not see, by namespace."""

    code: dict[Key, Code] = field(default_factory=dict)
    plans: dict[Key, list[Place]] = field(default_factory=dict)
    requires: dict[Key, list[Place]] = field(default_factory=dict)
    kinds: dict[Key, list[Type]] = field(default_factory=dict)
    variables: dict[Key, Type] = field(default_factory=dict)
    paths: dict[str, graph.Names] = field(default_factory=dict)
    hidden: dict[str, tuple[frozenset[str], ...]] = field(default_factory=dict)
    notes: Notes = field(default_factory=lambda: Notes(Effort()))

    @property
    def problems(self) -> tuple[Note, ...]:
        """What is wrong with the files, each once."""
        return tuple(dict.fromkeys(self.notes))

    def type_of(self, file: File, reference: str) -> Type:
        """A type of a file, ANY when unknown."""
        try:
            return file.types.get(reference)
        except DmnError:
            return ANY


def compile_files(files: list[File], effort: Effort) -> Compiled:
    """Compile all nodes; the first file is the one which imports the others. Raises DmnError for an href that leads
    nowhere, for decisions which require each other, for plans which are too long together and for too much FEEL."""
    compiled, planned = Compiled(notes=Notes(effort)), 0
    for path, file in graph.reachable(files[0]):
        compiled.paths.setdefault(file.definitions.namespace, path)
    paths = helped(name for file in files for name in _entry_names(file.definitions))
    outermost, looked = declared(files[0]), Effort()
    for file in files:
        requirements = Requirements(file, looked)
        compiled.hidden[file.definitions.namespace] = tuple(dict.fromkeys((*outermost, *requirements.declared)))
        paths_here = paths | helped((*file.imports, *file.types.names()))
        for node in file.definitions.nodes.values():
            place = Place(file, node)
            around = Surroundings(_visible(place) | paths_here, file.types, node.id, compiled.notes)
            compiled.variables[place.key] = around.type_of(node.variable.type_ref, node.id)
            compiled.requires[place.key] = graph.required(place)
            if isinstance(node, model.Decision):
                compiled.plans[place.key] = graph.order(place)
                planned += sum(1 + len(graph.required(each)) for each in compiled.plans[place.key])
                if planned > _MAX_PLANNED:
                    raise DmnError("the decisions depend on too many others", node.id, zh="决策之间的依赖过多")
                code = compile_expression(node.expression, replace(around, wanted=compiled.variables[place.key]))
                compiled.code[place.key] = typed(code, compiled.variables[place.key], node.id)
            elif isinstance(node, model.Knowledge):
                _knowledge(compiled, place.key, node, around)
            elif isinstance(node, model.Service):
                _service(compiled, place, node)
            compiled.notes += requirements.forgotten(place, around.names)
    return compiled


def _knowledge(compiled: Compiled, key: Key, node: model.Knowledge, around: Surroundings) -> None:
    function = node.function
    parameters = function.parameters if function is not None else ()
    compiled.kinds[key] = [around.type_of(parameter.type_ref, node.id) for parameter in parameters]
    if function is not None and function.kind.upper() == "FEEL":
        inner = around.knowing(*(parameter.name for parameter in parameters))
        wanted = result_of(compiled.variables[key])
        compiled.code[key] = compile_expression(function.body, replace(inner, wanted=wanted))
    elif function is not None:
        compiled.notes.append(
            Note(
                node.id,
                "external",
                f"不支持 {function.kind} 函数",
                f"functions of kind {function.kind} are not supported",
            )
        )


def _service(compiled: Compiled, place: Place, node: model.Service) -> None:
    taken = [graph.find(place.file, href) for href in (*node.input_data, *node.input_decisions)]
    given = [graph.find(place.file, href) for href in node.outputs]
    compiled.requires[place.key] = taken
    known = frozenset(each.key for each in taken)
    plan: dict[Key, Place] = {}
    for output in given:
        for each in graph.order(output, known):
            plan.setdefault(each.key, each)
    compiled.plans[place.key] = list(plan.values())


def _visible(place: Place) -> frozenset[str]:
    names: set[str] = set()
    for needed in graph.required(place):
        names |= {*needed.path, *graph.names_of(needed)}
    return helped(names)


def _entry_names(definitions: model.Definitions) -> Iterator[str]:
    """Names which may follow a dot: components of types, entries of boxed contexts, outputs, columns."""
    for item in definitions.items.values():
        yield from _component_names(item)
    for node in definitions.nodes.values():
        if isinstance(node, model.Decision):
            yield from _expression_names(node.expression)
        elif isinstance(node, model.Knowledge) and node.function is not None:
            yield from _expression_names(node.function.body)


def _component_names(item: model.ItemDefinition) -> Iterator[str]:
    for part in item.components:
        yield part.name
        yield from _component_names(part)


def _expression_names(expression: model.Expression | None) -> Iterator[str]:
    if isinstance(expression, model.Context):
        for entry in expression.entries:
            yield entry.variable.name
            yield from _expression_names(entry.expression)
    elif isinstance(expression, model.Relation):
        yield from (column.name for column in expression.columns)
    elif isinstance(expression, model.Table):
        yield from (output.name for output in expression.outputs)
    elif isinstance(expression, model.ListOf):
        for item in expression.items:
            yield from _expression_names(item)


def named_tests(file: File) -> Mapping[str, Callable[[Any], bool]]:
    """For `instance of`: a test for every type name of a file, imported ones as `import.name`."""
    types = file.types.structural()
    return {name: _test(types, name) for name in types.names()}


def _test(types: Types, name: str) -> Callable[[Any], bool]:
    def accepts(value: Any) -> bool:
        try:
            return types.get(name).accepts(value)
        except DmnError:
            return False

    return accepts
