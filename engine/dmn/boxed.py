"""Boxed expressions made ready: each kind becomes one function (run, scope) -> value (DMN 1.5, 10.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.dmn import model, texts
from engine.dmn.surroundings import Surroundings, typed
from engine.dmn.table import compile_table
from engine.dmn.texts import Code, Scope
from engine.dmn.trace import Note
from engine.dmn.types import ANY
from engine.feel.iteration import iterated

if TYPE_CHECKING:
    from engine.dmn.run import Run


def compile_expression(found: model.Expression | None, around: Surroundings) -> Code:
    """The code of any expression, its `typeRef` enforced; an absent one is null."""
    if found is None:
        return texts.nothing
    if isinstance(found, model.Table):
        return _table(found, around)
    code = _COMPILERS[type(found)](found, around if around.wanted is ANY else replace(around, wanted=ANY))
    if isinstance(found, model.FunctionDefinition):
        return code
    return typed(code, around.type_of(found.type_ref, found.id), found.id or around.element)


def _literal(found: model.Literal, around: Surroundings) -> Code:
    return texts.expression(found.text, around.names, found.id or around.element, around.notes, found.language)


def _table(found: model.Table, around: Surroundings) -> Code:
    wanted = around.type_of(found.type_ref, found.id) if found.type_ref else around.wanted
    return compile_table(found, around.names, around.type_of, around.element, around.notes, wanted)


def _context(found: model.Context, around: Surroundings) -> Code:
    entries: list[tuple[str, Code]] = []
    result: Code | None = None
    for entry in found.entries:
        name, kind = entry.variable.name, around.type_of(entry.variable.type_ref, found.id)
        code = compile_expression(entry.expression, replace(around, wanted=kind))
        code = typed(code, kind, name or found.id or around.element)
        if not name:
            result = code
            continue
        entries.append((name, code))
        around = around.knowing(name)
    if len({name for name, _ in entries}) < len(entries):
        return texts.broken(_twice(found.id or around.element), around.notes)

    def evaluate(run: Run, scope: Scope) -> object:
        inner, own = dict(scope), {}
        for name, code in entries:
            inner[name] = own[name] = code(run, inner)
        run.weigh(own)
        return own if result is None else result(run, inner)

    return evaluate


def _twice(element: str) -> Note:
    return Note(element, "duplicate-entry", "上下文条目名称重复", "two entries of the context have the same name")


def _list(found: model.ListOf, around: Surroundings) -> Code:
    items = [compile_expression(item, around) for item in found.items]

    def evaluate(run: Run, scope: Scope) -> object:
        value = [code(run, scope) for code in items]
        run.weigh(value)
        return value

    return evaluate


def _relation(found: model.Relation, around: Surroundings) -> Code:
    names = [column.name for column in found.columns]
    kinds = [around.type_of(column.type_ref, found.id) for column in found.columns]
    where = found.id or around.element
    rows = [
        [typed(compile_expression(cell, around), kind, where) for cell, kind in zip(row, kinds, strict=True)]
        for row in found.rows
    ]

    def evaluate(run: Run, scope: Scope) -> object:
        value = [{name: code(run, scope) for name, code in zip(names, row, strict=True)} for row in rows]
        run.weigh(value)
        return value

    return evaluate


def _invocation(found: model.Invocation, around: Surroundings) -> Code:
    where = found.id or around.element
    function = compile_expression(found.function, around)
    bindings: list[tuple[str, Code]] = []
    for variable, expression in found.bindings:
        code = compile_expression(expression, around)
        bindings.append((variable.name, typed(code, around.type_of(variable.type_ref, where), where)))

    def evaluate(run: Run, scope: Scope) -> object:
        arguments = {name: code(run, scope) for name, code in bindings}
        return run.call(function(run, scope), arguments, where)

    return evaluate


def _function(found: model.FunctionDefinition, around: Surroundings) -> Code:
    where = found.id or around.element
    if found.kind.upper() != "FEEL":
        note = Note(where, "external", f"不支持 {found.kind} 函数", f"functions of kind {found.kind} are not supported")
        return texts.broken(note, around.notes)
    names = [parameter.name for parameter in found.parameters]
    kinds = [around.type_of(parameter.type_ref, where) for parameter in found.parameters]
    body = compile_expression(found.body, around.knowing(*names))
    return lambda run, scope: run.function(where, names, kinds, body, lambda: scope)


def _conditional(found: model.Conditional, around: Surroundings) -> Code:
    condition, then, otherwise = (
        compile_expression(part, around) for part in (found.condition, found.then, found.otherwise)
    )
    where = found.id or around.element

    def evaluate(run: Run, scope: Scope) -> object:
        answer = condition(run, scope)
        if answer is not None and not isinstance(answer, bool):
            run.complain(_not_boolean(where))
            return None
        return then(run, scope) if answer is True else otherwise(run, scope)

    return evaluate


def _not_boolean(where: str) -> Note:
    return Note(where, "not-boolean", "条件不是布尔值", "the condition is not a boolean", "warning")


def _filter(found: model.Filter, around: Surroundings) -> Code:
    """Items whose match is true; a null is no match, but anything else which is no boolean spoils the whole."""
    collection = compile_expression(found.collection, around)
    match = compile_expression(found.match, around.knowing("item"))
    where = found.id or around.element

    def evaluate(run: Run, scope: Scope) -> object:
        value = collection(run, scope)
        items = value if isinstance(value, list) else [] if value is None else [value]
        kept = []
        for item in items:
            run.step()
            own = {"item": item, **item} if isinstance(item, dict) else {"item": item}  # its entries win (10.3.2.5)
            answer = match(run, {**scope, **own})
            if answer is not None and not isinstance(answer, bool):
                run.complain(_not_boolean(where))
                return None
            if answer:
                kept.append(item)
        return kept

    return evaluate


def _iterator(found: model.Iterator, around: Surroundings) -> Code:
    return _for(found, around) if found.kind == "for" else _quantified(found, around)


def _iterated(value: object, run: Run, where: str) -> Iterator[object] | None:
    """What an iteration runs over, as in the text of FEEL; a note where there is nothing of the kind."""
    items: Iterator[object] | None = iterated(value)
    if items is None:
        run.complain(Note(where, "not-iterable", "无法逐项处理该值", "the value cannot be iterated", "warning"))
    return items


def _for(found: model.Iterator, around: Surroundings) -> Code:
    collection = compile_expression(found.collection, around)
    body = compile_expression(found.body, around.knowing(found.variable, "partial"))
    where, name = found.id or around.element, found.variable
    looks_back = "partial" in repr(found.body)  # only then is a copy of the results so far worth its price

    def evaluate(run: Run, scope: Scope) -> object:
        items = _iterated(collection(run, scope), run, where)
        if items is None:
            return None
        results: list[object] = []
        for item in items:
            run.meter.grow(1)
            run.step(len(results) if looks_back else 0)
            known = list(results) if looks_back else results
            results.append(body(run, {**scope, name: item, "partial": known}))
        run.weigh(results)
        return results

    return evaluate


def _quantified(found: model.Iterator, around: Surroundings) -> Code:
    """`some` is a long `or`, `every` a long `and`, three-valued as in text (DMN 1.5, table 44); no boolean: null."""
    collection = compile_expression(found.collection, around)
    condition = compile_expression(found.body, around.knowing(found.variable))
    where, name, deciding = found.id or around.element, found.variable, found.kind == "some"

    def evaluate(run: Run, scope: Scope) -> object:
        items = _iterated(collection(run, scope), run, where)
        if items is None:
            return None
        unsure = False
        for item in items:
            run.step()
            answer = condition(run, {**scope, name: item})
            if answer is not None and not isinstance(answer, bool):
                run.complain(_not_boolean(where))
                return None
            if answer is deciding:
                return deciding
            unsure = unsure or answer is None
        return None if unsure else not deciding

    return evaluate


_COMPILERS: dict[type, Callable[[Any, Surroundings], Code]] = {
    model.Literal: _literal,
    model.Context: _context,
    model.ListOf: _list,
    model.Relation: _relation,
    model.Invocation: _invocation,
    model.FunctionDefinition: _function,
    model.Conditional: _conditional,
    model.Filter: _filter,
    model.Iterator: _iterator,
}
