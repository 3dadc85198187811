"""A decision table made ready: inputs compiled, cells indexed, outputs compiled, hit policy applied (DMN 1.5, 8)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from engine.dmn import hitpolicy, texts
from engine.dmn.cells import parse_cell, parse_values
from engine.dmn.effort import Notes
from engine.dmn.index import Column, column, matching
from engine.dmn.model import Aggregation, HitPolicy, Input, Literal, Output, Table
from engine.dmn.texts import Code, Scope, Tests
from engine.dmn.trace import Note, TableTrace
from engine.dmn.types import ANY, Type

if TYPE_CHECKING:
    from engine.dmn.run import Run

Row = tuple[object, ...]
TypeOf = Callable[[str, str], Type]
"""(typeRef, element) -> type; an unknown one is noted and means any."""


@dataclass(frozen=True, slots=True)
class _Input:
    column: Input
    value: Code
    type: Type
    limit: Tests | None
    where: str


@dataclass(frozen=True, slots=True)
class _Output:
    column: Output
    type: Type
    limit: Tests | None
    priorities: list[object] | None
    default: Code | None
    where: str


@dataclass(frozen=True, slots=True)
class _Table:
    table: Table
    inputs: tuple[_Input, ...]
    columns: tuple[Column, ...]
    outputs: tuple[_Output, ...]
    rules: tuple[tuple[Code, ...], ...]
    where: str


def compile_table(
    table: Table, names: frozenset[str], type_of: TypeOf, element: str, notes: Notes, wanted: Type = ANY
) -> Code:
    """The code of a table; `element` is the decision it belongs to, for notes without an id of their own.

    wanted: the type of the variable which gets the result; its allowed values order a single output which has none.

    A table with a text that is no FEEL gives no decision at all: to go on without that cell could be a wrong decision.
    """
    where = table.id or element
    own = Notes(notes.effort)
    ordering = (wanted.allowed or (wanted.item or ANY).allowed) if len(table.outputs) == 1 else ""
    ready = _Table(
        table,
        tuple(_input(each, names, type_of, where, own) for each in table.inputs),
        tuple(_column(table, position, names, where, own) for position in range(len(table.inputs))),
        tuple(_output(each, names, type_of, where, own, ordering) for each in table.outputs),
        tuple(
            tuple(_conclusion(cell, names, cell.id or rule.id or where, own) for cell in rule.outputs)
            for rule in table.rules
        ),
        where,
    )
    notes.extend(own)
    ruin = next((note for note in own if note.severity == "error"), None)
    if ruin is not None:
        return texts.broken(ruin, [])
    return lambda run, scope: _decide(ready, run, scope)


def _input(each: Input, names: frozenset[str], type_of: TypeOf, where: str, notes: Notes) -> _Input:
    where = each.id or where
    code = texts.expression(each.expression.text, names, where, notes, each.expression.language)
    limit = texts.unary_tests(each.allowed, names, where, notes) if each.allowed else None
    return _Input(each, code, type_of(each.expression.type_ref, where), limit, where)


def _column(table: Table, position: int, names: frozenset[str], where: str, notes: Notes) -> Column:
    cells = [parse_cell(rule.tests[position]) for rule in table.rules]
    asks = []
    for rule, cell in zip(table.rules, cells, strict=True):
        text = rule.tests[position]
        element = (rule.test_ids[position] if rule.test_ids else "") or rule.id or where
        asks.append(texts.unary_tests(text, names, element, notes) if cell is None else texts.simple_tests(text))
    return column(cells, asks)


def _conclusion(cell: Literal, names: frozenset[str], where: str, notes: Notes) -> Code:
    """An output cell; a blank one is null, as every modeller means it, but worth a warning."""
    if cell.text:
        return texts.expression(cell.text, names, where, notes, cell.language)
    notes.append(Note(where, "empty", "输出单元格为空", "the output cell is empty", "warning"))
    return texts.nothing


def _output(each: Output, names: frozenset[str], type_of: TypeOf, where: str, notes: Notes, ordering: str) -> _Output:
    """An output column; its values are ordered by its own allowed ones, else by those of its type, else by `ordering`
    (DMN 1.5, 8.2.10 and 8.3.3: the output of a table with one takes the type of the decision)."""
    where = each.id or where
    kind = type_of(each.type_ref, where)
    allowed = each.allowed or kind.allowed or ordering
    return _Output(
        each,
        kind,
        texts.unary_tests(each.allowed, names, where, notes) if each.allowed else None,
        parse_values(allowed) if allowed else None,
        None
        if each.default is None or not each.default.text
        else texts.expression(each.default.text, names, where, notes, each.default.language),
        where,
    )


def _decide(ready: _Table, run: Run, scope: Scope) -> object:
    values: list[object] = []
    for each in ready.inputs:
        value = each.value(run, scope)
        if value is not None:
            if each.type is not ANY and not each.type.accepts(value):
                value = run.converted(value, each.type, each.where)
            if each.limit is not None and value is not None and each.limit(run, value, scope) is not True:
                run.complain(_outside(each.column.label, each.where))
                return None
        values.append(value)
    everything = (1 << len(ready.rules)) - 1
    first_only = ready.table.hit_policy is HitPolicy.FIRST
    found = matching(ready.columns, everything, values, run, scope, first_only)
    rows = [_row(ready, ready.rules[place], run, scope) for place in found]
    result = _result(ready, rows, run, scope)
    if isinstance(result, (list, dict)):
        run.weigh(result)
    run.decided(TableTrace(ready.table, values, found, rows, result))
    return result


def _row(ready: _Table, codes: Sequence[Code], run: Run, scope: Scope) -> Row:
    row = []
    for each, code in zip(ready.outputs, codes, strict=True):
        value = code(run, scope)
        if value is not None:
            if each.type is not ANY and not each.type.accepts(value):
                value = run.converted(value, each.type, each.where)
            if each.limit is not None and value is not None and each.limit(run, value, scope) is not True:
                run.complain(_outside(each.column.label, each.where))
                value = None
        row.append(value)
    return tuple(row)


def _result(ready: _Table, rows: Sequence[Row], run: Run, scope: Scope) -> object:
    def shape(row: Row) -> object:
        if len(row) == 1:
            return row[0]
        return {each.column.name: value for each, value in zip(ready.outputs, row, strict=True)}

    if not rows:
        if any(each.default is not None for each in ready.outputs):
            return shape(_row(ready, [each.default or texts.nothing for each in ready.outputs], run, scope))
        return Decimal(0) if ready.table.aggregation is Aggregation.COUNT else None
    table = ready.table
    try:
        return hitpolicy.combine(
            table.hit_policy, table.aggregation, rows, shape, [each.priorities for each in ready.outputs]
        )
    except hitpolicy.Undecided as error:
        run.complain(Note(ready.where, error.code, error.message_zh, error.message_en))
        return None


def _outside(label: str, where: str) -> Note:
    return Note(
        where,
        "not-allowed",
        f"{label} 的值不在允许范围内",
        f"the value of {label or 'the output'} is not an allowed one",
    )
