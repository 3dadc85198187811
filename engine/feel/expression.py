"""Compiled expressions and unary tests: what callers keep, evaluate and inspect."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from engine.feel import tree
from engine.feel.budget import DEFAULT, Budget, Meter
from engine.feel.closures import build
from engine.feel.errors import BudgetExceeded, Diagnostic, FeelSyntaxError
from engine.feel.functions import NO_FUNCTIONS, Functions
from engine.feel.lexer import syntax_error
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.run import Run, Scope
from engine.feel.unary import INPUT, compile_tests
from engine.feel.usage import Usage, usage
from engine.feel.values import Range, Value

MAX_KEPT = 2_000
"""Characters of an expression which is kept in the cache.

Longer ones are compiled anew, or hostile ones could fill it.
"""


class _Compiled:
    """What both kinds share: the text, the tree and what it uses."""

    __slots__ = ("_usage", "text", "tree")

    def __init__(self, text: str, root: tree.Node) -> None:
        self.text = text
        self.tree = root
        self._usage: Usage | None = None

    def _used(self) -> Usage:
        if self._usage is None:
            self._usage = usage(self.tree)
        return self._usage

    @property
    def names(self) -> frozenset[str]:
        """Free variables, and the paths through them (`case`, `case.risk`).

        Names inside filters are `possible_names`.
        """
        return self._used().names

    @property
    def possible_names(self) -> frozenset[str]:
        """Names inside filters: each is a key of the items or a variable, which only the data can tell."""
        return self._used().possible_names

    @property
    def calls(self) -> frozenset[str]:
        """Names of the functions called and not defined in the expression itself."""
        return self._used().calls

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"


class Expression(_Compiled):
    """A compiled expression; immutable, shared between threads.

    `value_in(scope)` is the value in a scope of `open_scope`, neither weighed nor guarded: RecursionError may escape.
    """

    __slots__ = ("value_in",)

    def __init__(self, text: str, root: tree.Node) -> None:
        super().__init__(text, root)
        self.value_in = build(root)

    def evaluate(
        self,
        context: Mapping[str, Value],
        *,
        functions: Functions | None = None,
        budget: Budget | Meter | None = None,
        diagnostics: list[Diagnostic] | None = None,
    ) -> Value:
        """The value in a context of FEEL values (see `from_python`).

        A Meter instead of a Budget shares one budget between several evaluations. diagnostics, when given,
        receives the reasons of every null which the standard calls an error (at most 100). Raises
        BudgetExceeded, also for a value which would be too large or too deep when written out, and FeelError for a
        variable which is no value.
        """
        meter = budget if isinstance(budget, Meter) else Meter(budget or DEFAULT)
        try:
            value = self.value_in(Scope(context, Run(meter, functions or NO_FUNCTIONS, diagnostics)))
        except RecursionError:
            raise BudgetExceeded("depth", meter.budget.depth) from None
        if isinstance(value, (list, dict, Range)):
            Meter(meter.budget).weigh(value)
        return value


class UnaryTests(_Compiled):
    """The compiled tests of one decision table cell; immutable, shared between threads."""

    __slots__ = ("always", "test")

    def __init__(self, text: str, root: tree.Tests) -> None:
        super().__init__(text, root)
        self.always = not root.tests
        self.test = compile_tests(root.tests, build, negated=root.negated) if root.tests else _always

    def evaluate(
        self,
        input_value: Value,
        context: Mapping[str, Value],
        *,
        functions: Functions | None = None,
        budget: Budget | Meter | None = None,
        diagnostics: list[Diagnostic] | None = None,
    ) -> bool | None:
        """Whether the input passes.

        True when one test does (or none does, when negated), null when that cannot be said.

        No tests (`-`) are always true. Arguments and errors as `Expression.evaluate`.
        """
        scope = input_scope(
            input_value, open_scope(context, functions=functions, budget=budget, diagnostics=diagnostics)
        )
        try:
            return self.test(input_value, scope)
        except RecursionError:
            raise BudgetExceeded("depth", scope.run.meter.budget.depth) from None


def _always(value: Value, scope: Scope) -> bool:
    return True


def open_scope(
    context: Mapping[str, Value],
    *,
    functions: Functions | None = None,
    budget: Budget | Meter | None = None,
    diagnostics: list[Diagnostic] | None = None,
) -> Scope:
    """The scope of an evaluation, for callers which evaluate hundreds of cells in one: see `input_scope`."""
    meter = budget if isinstance(budget, Meter) else Meter(budget or DEFAULT)
    return Scope(context, Run(meter, functions or NO_FUNCTIONS, diagnostics))


def input_scope(input_value: Value, scope: Scope) -> Scope:
    """The scope in which the cells of one input are tested: `tests.test(input_value, input_scope(input_value, scope))`.

    One such scope serves a whole column of a decision table. RecursionError may escape from `test`, not from
    `evaluate`.
    """
    return Scope({INPUT: input_value}, scope.run, scope)


def compile_expression(text: str, *, names: Iterable[str] = ()) -> Expression:
    """Compile an expression, or take it from the cache.

    names: variables and functions in scope; only needed for names with keywords or operators inside (`profit and
    loss`, `a-b`). Raises FeelSyntaxError.
    """
    compiler = _expression if len(text) <= MAX_KEPT else _expression.__wrapped__
    return compiler(text, frozenset(names))


def compile_unary_tests(text: str, *, names: Iterable[str] = ()) -> UnaryTests:
    """Compile the text of a decision table cell, or take it from the cache.

    Names and errors as `compile_expression`.
    """
    compiler = _tests if len(text) <= MAX_KEPT else _tests.__wrapped__
    return compiler(text, frozenset(names))


@lru_cache(maxsize=4096)
def _expression(text: str, names: frozenset[str]) -> Expression:
    try:
        return Expression(text, parse_expression(text, names))
    except RecursionError:
        raise _too_deep(text) from None


@lru_cache(maxsize=4096)
def _tests(text: str, names: frozenset[str]) -> UnaryTests:
    try:
        return UnaryTests(text, parse_unary_tests(text, names))
    except RecursionError:
        raise _too_deep(text) from None


def _too_deep(text: str) -> FeelSyntaxError:
    return syntax_error("too_deep", 0, text)
