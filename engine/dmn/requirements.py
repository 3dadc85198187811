"""What a node may see, and what it uses without requiring it (DMN 1.5, chapters 6.3.5 and 10.4).

Logic sees what its node requires, and nothing else that the model declares. The facts which the model declares nowhere
are visible as well, as in Camunda 7 and 8: a bare decision table drawn without any input data works there and here. A
name which is declared, but not required, is therefore null: the author is told when the file is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from engine.dmn import model, texts
from engine.dmn.cells import parse_cell
from engine.dmn.graph import File, Place, names_of, reachable, required
from engine.dmn.trace import Note
from engine.feel import FeelError, compile_expression, compile_unary_tests
from engine.feel.builtins import BUILTINS
from engine.feel.effort import Effort
from engine.feel.names import helped, normal

_WORD = re.compile(r"\w+")


def declared(file: File) -> tuple[frozenset[str], ...]:
    """The names which only a requirement makes visible: a set for the imports, the nodes and each merged file."""
    return (frozenset(file.imports), *(each.names for each in _together(file)))


def _together(file: File) -> list[File]:
    """The file and those whose names are its own, because they are imported without a name."""
    return [file, *(each for path, each in reachable(file) if not path)]


class _Text(NamedTuple):
    text: str
    unary: bool
    element: str
    bound: frozenset[str]


class Requirements:
    """The declared names of a file, to be held against the texts of its nodes; effort bounds the whole look."""

    def __init__(self, file: File, effort: Effort) -> None:
        self.declared = declared(file)
        self._file = file
        self._effort = effort
        self._imported: dict[str, frozenset[str]] = {}
        self._files = _together(file)

    def forgotten(self, place: Place, names: frozenset[str]) -> Iterator[Note]:
        """A note for each name which a decision or knowledge model uses without requiring it.

        names: those in scope which FEEL could not guess.
        """
        seen = {each for needed in required(place) for each in _paths(needed)}
        node = place.node
        bound: frozenset[str] = frozenset()
        body = node.expression if isinstance(node, model.Decision) else None
        if isinstance(node, model.Knowledge) and node.function is not None:
            body, bound = node.function.body, frozenset(each.name for each in node.function.parameters)
            seen.add(node.variable.name)
        for each in _texts(body, bound, node.id):
            for name in self._unseen(each, seen, names):
                yield Note(
                    each.element,
                    "requirement",
                    f"没有提供 {name} 的需求：请画出需求连线，或改用变量的名称",
                    f"no requirement gives {name}: draw it, or use the name of the variable",
                )

    def _unseen(self, each: _Text, seen: set[str], names: frozenset[str]) -> list[str]:
        found: list[str] = []
        for name in sorted(self._used(each, seen, names)):
            head, _, rest = name.partition(".")
            told = any(name.startswith(f"{shorter}.") for shorter in found)
            if name in seen or head in each.bound or told:
                continue
            if rest in self._inside(head) if rest else any(name in names for names in self.declared):
                found.append(name)
        return found

    def _inside(self, imported: str) -> frozenset[str]:
        """The names of the nodes of an imported file."""
        known = self._imported.get(imported)
        if known is None:
            file = self._file.imports.get(imported)
            nodes = () if file is None else file.definitions.nodes.values()
            known = self._imported[imported] = frozenset(node.variable.name for node in nodes)
        return known

    def _used(self, each: _Text, seen: set[str], names: frozenset[str]) -> frozenset[str]:
        """Names which the text uses, if a declared one which is not seen may be among them."""
        words = set(_WORD.findall(each.text))
        near = {name for file in self._files for word in words for name in _by_word(file).get(word, ())}
        near = (near - seen) | {name for name in self._file.imports if words.issuperset(_WORD.findall(name))}
        if not near - each.bound or not self._effort.spend(each.text, frozenset(near)):
            return frozenset()
        compiler = compile_unary_tests if each.unary else compile_expression
        try:
            compiled = compiler(each.text, names=names | helped(map(normal, near)))
        except FeelError:
            return frozenset()
        return compiled.names | (compiled.calls - BUILTINS.keys())


def _by_word(file: File) -> dict[str, list[str]]:
    """The names of a file by their first words, made when they are asked for."""
    if not file.by_word:
        for name in file.names:
            for word in _WORD.findall(name)[:1]:
                file.by_word.setdefault(word, []).append(name)
    return file.by_word


def _paths(needed: Place) -> Iterator[str]:
    """The names of what is required, and of the imports which lead there."""
    for length in range(1, len(needed.path) + 1):
        yield ".".join(needed.path[:length])
    for name in names_of(needed):
        yield ".".join((*needed.path, name))


def _texts(found: model.Expression | None, bound: frozenset[str], element: str) -> Iterator[_Text]:
    """Every FEEL text of an expression which may hold a name, with the names bound around it."""
    if found is None:
        return
    element = found.id or element
    if isinstance(found, model.Literal):
        if texts.is_feel(found.language) and not texts.constant(found.text)[0]:
            yield _Text(found.text, False, element, bound)
    elif isinstance(found, model.Table):
        yield from _of_table(found, bound, element)
    elif isinstance(found, model.Context):
        for entry in found.entries:
            yield from _texts(entry.expression, bound, element)
            bound |= {entry.variable.name}
    elif isinstance(found, model.FunctionDefinition):
        yield from _texts(found.body, bound | {each.name for each in found.parameters}, element)
    elif isinstance(found, model.Iterator):
        yield from _texts(found.collection, bound, element)
        yield from _texts(found.body, bound | {found.variable, "partial"}, element)
    elif isinstance(found, model.Filter):  # a name in its match may be an entry of the items
        yield from _texts(found.collection, bound, element)
    else:
        for part in _parts(found):
            yield from _texts(part, bound, element)


def _parts(
    found: model.ListOf | model.Relation | model.Invocation | model.Conditional,
) -> Sequence[model.Expression | None]:
    if isinstance(found, model.ListOf):
        return found.items
    if isinstance(found, model.Relation):
        return [cell for row in found.rows for cell in row]
    if isinstance(found, model.Invocation):
        return [found.function, *(expression for _, expression in found.bindings)]
    return found.condition, found.then, found.otherwise


def _of_table(table: model.Table, bound: frozenset[str], element: str) -> Iterator[_Text]:
    for column in table.inputs:
        yield from _texts(column.expression, bound, column.id or element)
        yield _Text(column.allowed, True, column.id or element, bound)
    for output in table.outputs:
        yield from _texts(output.default, bound, output.id or element)
        yield _Text(output.allowed, True, output.id or element, bound)
    for rule in table.rules:
        for text in rule.tests:
            if parse_cell(text) is None:
                yield _Text(text, True, rule.id or element, bound)
        for cell in rule.outputs:
            yield from _texts(cell, bound, rule.id or element)
