"""The loaded decisions: compiled once, evaluated often, shared between threads: nothing changes after loading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from engine.dmn import graph
from engine.dmn.analyse import TableFinding, analyse
from engine.dmn.compiled import Compiled, compile_files, named_tests
from engine.dmn.errors import DmnError
from engine.dmn.graph import File, Place
from engine.dmn.model import Decision, InputData, Knowledge, Service, Table
from engine.dmn.run import Run
from engine.dmn.session import Session
from engine.dmn.trace import Note, Result
from engine.feel import Budget, BudgetExceeded, Functions, Meter, from_python
from engine.feel.budget import DEFAULT
from engine.feel.effort import Effort


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """What the studio and the linter show of a decision; `inputs` are all input data it needs, also indirectly."""

    id: str
    name: str
    kind: str
    result_type: str
    table: Table | None
    inputs: tuple[InputData, ...]
    requires: tuple[str, ...]

    @property
    def hit_policy(self) -> str | None:
        """The hit policy with its aggregation (`COLLECT SUM`), None when the decision is no table."""
        if self.table is None:
            return None
        return f"{self.table.hit_policy} {self.table.aggregation or ''}".strip()


class Decisions:
    """A set of decisions: one file and what it imports. Make it with `engine.dmn.load`."""

    def __init__(self, root: File, files: list[File], effort: Effort) -> None:
        self._root = root
        self._compiled: Compiled = compile_files(files, effort)
        self._functions = Functions(types=named_tests(root))

    @property
    def name(self) -> str:
        """The name of the file's definitions."""
        return self._root.definitions.name

    @property
    def problems(self) -> tuple[Note, ...]:
        """Texts that are no FEEL, unknown types and the like; the decisions they are in give null."""
        return self._compiled.problems

    @cached_property
    def decisions(self) -> tuple[DecisionInfo, ...]:
        """The decisions of the file itself, in file order."""
        nodes = self._root.definitions.nodes.values()
        return tuple(self._info(node) for node in nodes if isinstance(node, Decision))

    @cached_property
    def _rules(self) -> int:
        """Rules and tables of the file itself: what its analysis is divided by."""
        return sum(len(each.table.rules) + 1 for each in self.decisions if each.table is not None)

    @property
    def services(self) -> tuple[Service, ...]:
        """The decision services of the file itself."""
        return tuple(node for node in self._root.definitions.nodes.values() if isinstance(node, Service))

    def _info(self, node: Decision) -> DecisionInfo:
        place = Place(self._root, node)
        table = node.expression if isinstance(node.expression, Table) else None
        return DecisionInfo(
            id=node.id,
            name=node.name,
            kind="none" if node.expression is None else type(node.expression).__name__.lower(),
            result_type=node.variable.type_ref,
            table=table,
            inputs=tuple(graph.inputs(place)),
            requires=tuple(needed.node.name for needed in graph.required(place)),
        )

    def find(self, id_or_name: str) -> Place:
        """The node with this id, else with this name. Raises DmnError."""
        node = self._root.definitions.nodes.get(id_or_name) or self._root.by_name.get(" ".join(id_or_name.split()))
        if node is None:
            raise DmnError("there is no such decision", id_or_name, zh="没有这个决策")
        return Place(self._root, node)

    def evaluate(
        self,
        decision: str,
        context: Mapping[str, object],
        *,
        functions: Functions | None = None,
        budget: Budget | None = None,
    ) -> Result:
        """Evaluate a decision, a decision service or a business knowledge model, named by id or by name.

        context: Python data by name; values of an imported file stand under the import's name, or under
        `{namespace}name`. A service takes its input decisions from it as well, a knowledge model its parameters. What
        is declared is seen by requirement only, other data by every decision (`engine.dmn.requirements`).
        Rules that are broken while evaluating (UNIQUE with two matches, a value of the wrong type) make the result
        null with a note; see `Result.failed`. Raises DmnError for an unknown decision, FeelError for a context that
        is no data, and BudgetExceeded.
        """
        place = self.find(decision)
        run = Run(self._functions if functions is None else self._functions | functions, Meter(budget or DEFAULT))
        facts = {name: from_python(value, name) for name, value in context.items()}
        session = Session(self._compiled, run, facts)
        try:
            value = _evaluate(session, place)
        except RecursionError as error:
            raise BudgetExceeded("depth", run.meter.budget.depth) from error
        return Result(value, tuple(run.trace), tuple(run.notes))

    def analyse(self, decision: str) -> list[TableFinding]:
        """Gaps, overlaps and dead rules of a decision's table (`engine.dmn.analyse`); nothing when it has none."""
        place = self.find(decision)
        expression = place.node.expression if isinstance(place.node, Decision) else None
        if not isinstance(expression, Table):
            return []
        share = (len(expression.rules) + 1) / self._rules
        return analyse(expression, list(self._allowed(place, expression)), share)

    def _allowed(self, place: Place, table: Table) -> Iterator[str]:
        known = {needed.node.variable.name: needed for needed in graph.required(place)}
        for column in table.inputs:
            needed = known.get(column.expression.text)
            text = column.allowed
            if not text and needed is not None:
                text = self._compiled.type_of(needed.file, needed.node.variable.type_ref).allowed
            yield text or self._compiled.type_of(place.file, column.expression.type_ref).allowed


def _evaluate(session: Session, place: Place) -> Any:
    if isinstance(place.node, Decision):
        return session.decide(place)
    if isinstance(place.node, Service):
        return session.serve(place, session.service_facts(place))
    if isinstance(place.node, Knowledge):
        function = session.knowledge(place)
        arguments = {name: session.facts.get(name) for name in function.parameters}
        return session.run.call(function, arguments, place.node.id)
    return session.input(place)
