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
from engine.feel.unary import INPUT, compile_test
from engine.feel.usage import Usage, usage
from engine.feel.values import Value


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
        """Free variables, and the paths through them (`case`, `case.risk`); names inside filters are `possible_names`."""
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
    """A compiled expression; immutable, shared between threads."""

    __slots__ = ("_evaluate",)

    def __init__(self, text: str, root: tree.Node) -> None:
        super().__init__(text, root)
        self._evaluate = build(root)

    def evaluate(
        self,
        context: Mapping[str, Value],
        *,
        functions: Functions | None = None,
        budget: Budget | Meter | None = None,
        diagnostics: list[Diagnostic] | None = None,
    ) -> Value:
        """The value in a context of FEEL values (see `from_python`).

        A Meter instead of a Budget shares one budget between several evaluations. diagnostics, when given, receives the reasons of every
        null which the standard calls an error (at most 100). Raises BudgetExceeded, nothing else.
        """
        run = _run(functions, budget, diagnostics)
        try:
            return self._evaluate(Scope(context, run))
        except RecursionError:
            raise BudgetExceeded("depth", run.meter.budget.depth) from None


class UnaryTests(_Compiled):
    """The compiled tests of one decision table cell; immutable, shared between threads."""

    __slots__ = ("_negated", "_tests")

    def __init__(self, text: str, root: tree.Tests) -> None:
        super().__init__(text, root)
        self._tests = [compile_test(test, build) for test in root.tests]
        self._negated = root.negated

    def evaluate(
        self,
        input_value: Value,
        context: Mapping[str, Value],
        *,
        functions: Functions | None = None,
        budget: Budget | Meter | None = None,
        diagnostics: list[Diagnostic] | None = None,
    ) -> bool | None:
        """Whether the input passes: true when one test does (or none does, when negated), null when that cannot be said.

        No tests (`-`) are always true. Arguments and errors as `Expression.evaluate`.
        """
        if not self._tests:
            return True
        run = _run(functions, budget, diagnostics)
        scope = Scope({INPUT: input_value}, run, Scope(context, run))
        verdict: bool | None = False
        try:
            for test in self._tests:
                passed = test(input_value, scope)
                if passed is True:
                    verdict = True
                    break
                if passed is None:
                    verdict = None
        except RecursionError:
            raise BudgetExceeded("depth", run.meter.budget.depth) from None
        return (None if verdict is None else not verdict) if self._negated else verdict


def _run(functions: Functions | None, budget: Budget | Meter | None, diagnostics: list[Diagnostic] | None) -> Run:
    meter = budget if isinstance(budget, Meter) else Meter(budget or DEFAULT)
    return Run(meter, NO_FUNCTIONS if functions is None else functions, diagnostics)


def compile_expression(text: str, *, names: Iterable[str] = ()) -> Expression:
    """Compile an expression, or take it from the cache.

    names: variables and functions in scope; only needed for names with keywords or operators inside (`profit and loss`, `a-b`). Raises FeelSyntaxError.
    """
    return _expression(text, frozenset(names))


def compile_unary_tests(text: str, *, names: Iterable[str] = ()) -> UnaryTests:
    """Compile the text of a decision table cell, or take it from the cache; names and errors as `compile_expression`."""
    return _tests(text, frozenset(names))


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
