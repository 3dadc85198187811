"""One evaluation under way: the budget, the notes and the trace which all its decisions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.dmn.trace import DecisionTrace, Note, TableTrace
from engine.dmn.types import ANY, Type, convert
from engine.feel import Diagnostic, FeelFunction, Functions, Meter, UnaryTests
from engine.feel.run import Run as FeelRun
from engine.feel.tree import TypeNode
from engine.feel.types import BASIC

if TYPE_CHECKING:
    from engine.dmn.texts import Code, Scope

_MAX_NOTES = 200
_LEVELS = 5
"""Python frames of one function call, counted as levels of depth."""


class Run:
    """Shared by everything that one call of `Decisions.evaluate` evaluates."""

    __slots__ = ("decisions", "functions", "meter", "notes", "trace")

    def __init__(self, functions: Functions, meter: Meter) -> None:
        self.functions = functions
        self.meter = meter
        self.notes: list[Note] = []
        self.trace: list[DecisionTrace] = []
        self.decisions: list[DecisionTrace] = []

    def step(self, count: int = 1) -> None:
        """Count rounds of a loop; raises BudgetExceeded."""
        self.meter.step(count)

    def complain(self, note: Note) -> None:
        """Add a note once."""
        if len(self.notes) < _MAX_NOTES and note not in self.notes:
            self.notes.append(note)

    def decided(self, table: TableTrace) -> None:
        """Add a table to the decision being evaluated; tables inside functions count to the decision that calls."""
        if self.decisions and len(self.decisions[-1].tables) < _MAX_NOTES:
            self.decisions[-1].tables.append(table)

    def weigh(self, value: object) -> None:
        """Refuse a value which is too large or too deep when written out: its parts may be shared, and so be many.

        What is built of others is weighed where it is built, as it may be traced. Raises BudgetExceeded.
        """
        scale = Meter(self.meter.budget)
        scale.steps = self.meter.steps
        scale.weigh(value)
        self.meter.steps = scale.steps

    def ask_tests(self, compiled: UnaryTests, value: object, scope: Scope) -> bool | None:
        """The answer of compiled unary tests; FEEL's remarks are not noted: a cell which does not apply is no news."""
        return compiled.evaluate(value, scope, functions=self.functions, budget=self.meter)

    def hear(self, element: str, said: Sequence[Diagnostic]) -> None:
        """Note what FEEL has to say about a text of an element."""
        for each in said:
            self.complain(Note(element, each.code, each.zh, each.en, "warning"))

    def converted(self, value: object, wanted: Type, element: str) -> object:
        """The value as the type wants it; null with an error note when it cannot be: a null may hit another rule."""
        found, fits = convert(value, wanted)
        if not fits:
            self.complain(Note(element, "type", f"值不属于类型 {wanted.name}", f"the value is no {wanted.name}"))
        return found

    def function(
        self,
        element: str,
        names: Sequence[str],
        kinds: Sequence[Type],
        body: Code,
        around: Callable[[], Scope],
        result: Type = ANY,
    ) -> FeelFunction:
        """A function value: its body sees the scope it was written in and its parameters (DMN 1.5, 10.3.2.13.2).

        around: gives that scope whenever the function is called.
        """

        def call(_: object, arguments: list[object]) -> object:
            if len(arguments) != len(names):
                self.complain(_arity(element, len(names)))
                return None
            inner = dict(around())
            for name, kind, argument in zip(names, kinds, arguments, strict=True):
                fitting, fits = convert(argument, kind)
                if not fits:
                    self.converted(argument, kind, element)
                    return None
                inner[name] = fitting
            self.meter.step()
            self.meter.enter(_LEVELS)
            try:
                value = body(self, inner)
            finally:
                self.meter.leave(_LEVELS)
            return value if value is None or result.accepts(value) else self.converted(value, result, element)

        types = [TypeNode(kind.name) if kind.name in BASIC else None for kind in kinds]
        return FeelFunction(
            f"dmn:{element}", names, call, types, TypeNode(result.name) if result.name in BASIC else None
        )

    def call(self, function: object, arguments: Mapping[str, object], element: str) -> object:
        """Call a function value with named arguments, as a named call in text (DMN 1.5, 10.2.1.3); null with a note
        when it does not take exactly these. Of built-in and added functions optional arguments may be left out."""
        if not isinstance(function, FeelFunction):
            self.complain(Note(element, "not-a-function", "被调用的不是函数", "what is called is not a function"))
            return None
        said: list[Diagnostic] = []
        asked = FeelRun(self.meter, self.functions, said)
        value: object = asked.call_value(function, list(arguments.values()), list(arguments), 0)
        self.hear(element, said)
        return value


def _arity(element: str, count: int) -> Note:
    return Note(element, "arguments", f"函数需要 {count} 个参数", f"the function takes {count} arguments", "warning")
