"""One running evaluation: its meter, its notes, its functions, the scopes open at the moment, and calls."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from engine.feel.budget import Meter
from engine.feel.builtins import BUILTINS, Failed, call_builtin
from engine.feel.errors import Diagnostic, FeelError
from engine.feel.functions import NO_FUNCTIONS, Function, Functions
from engine.feel.values import TYPE_NAMES, FeelFunction, Value, from_python, type_name

MISSING: Final = object()


class Run:
    """What all parts of one evaluation share."""

    __slots__ = ("_now", "diagnostics", "functions", "meter")

    def __init__(
        self, meter: Meter, functions: Functions = NO_FUNCTIONS, diagnostics: list[Diagnostic] | None = None
    ) -> None:
        self.meter = meter
        self.functions = functions
        self.diagnostics = diagnostics
        self._now: Value = None

    def note(self, code: str, at: int, **facts: object) -> None:
        """Remember why something became null."""
        if self.diagnostics is not None and len(self.diagnostics) < 100:
            self.diagnostics.append(Diagnostic(code, at, facts))

    def now(self) -> Value:
        """The moment of this evaluation, the same however often it is asked (UTC)."""
        if self._now is None:
            self._now = from_python(self.functions.clock())
        return self._now

    def call(self, function: FeelFunction, arguments: list[Value]) -> Value:
        """Call a function value."""
        self.meter.step()
        return function.call(self, arguments)

    def call_value(self, function: FeelFunction, arguments: list[Value], names: Sequence[str] | None, at: int) -> Value:
        """Call a function value with arguments by position or by name; null with a note when they do not fit."""
        if function.call_loosely is not None:
            return function.call_loosely(self, arguments, names, at)
        arranged = arrange(function.parameters, arguments, names)
        if arranged is None:
            self.note("arguments", at, name=function.name, found=", ".join(map(type_name, arguments)) or "-")
            return None
        return self.call(function, arranged)

    def call_named_builtin(self, name: str, arguments: Sequence[Value], names: Sequence[str] | None, at: int) -> Value:
        """Call a built-in; null with a note when it fails."""
        self.meter.step(1 + sum(len(argument) for argument in arguments if isinstance(argument, list)))
        try:
            return call_builtin(name, self, arguments, names)
        except Failed as problem:
            return self.failed(name, problem, arguments, at)

    def failed(self, name: str, problem: Failed, arguments: Sequence[Value], at: int) -> None:
        """Note why a built-in has no result."""
        if str(problem) == "arguments":
            self.note("arguments", at, name=name, found=", ".join(map(type_name, arguments)) or "-")
        else:
            self.note("function_failed", at, name=name, reason=str(problem))


class Scope:
    """Names and their values; `parent` is the scope around it."""

    __slots__ = ("parent", "run", "variables")

    def __init__(self, variables: Mapping[str, Value], run: Run, parent: "Scope | None" = None) -> None:
        self.variables = variables
        self.run = run
        self.parent = parent

    def find(self, name: str) -> Any:
        """The innermost value of a name, or MISSING."""
        scope: Scope | None = self
        while scope is not None:
            value = scope.variables.get(name, MISSING)
            if value is not MISSING:
                return value
            scope = scope.parent
        return MISSING


Evaluator: TypeAlias = Callable[[Scope], Value]


def builtin_value(name: str) -> FeelFunction:
    """A built-in as a value, to be passed to `sort` and friends."""
    signature = BUILTINS[name][0]
    return FeelFunction(
        name,
        [param.name for param in signature.params],
        lambda run, arguments: run.call_named_builtin(name, arguments, None, 0),
        call_loosely=lambda run, arguments, names, at: run.call_named_builtin(name, arguments, names, at),
    )


def injected_value(name: str, function: Function) -> FeelFunction:
    """An added function as a value."""
    return FeelFunction(
        name,
        function.params,
        lambda run, arguments: call_injected(run, name, function, arguments, None, 0),
        call_loosely=lambda run, arguments, names, at: call_injected(run, name, function, arguments, names, at),
    )


def call_injected(
    run: Run, name: str, function: Function, values: list[Value], names: Sequence[str] | None, at: int
) -> Value:
    """Call an added function; its FeelError becomes null with a note."""
    run.meter.step()
    params = function.params
    required = len(params) - function.optional
    if names is not None:
        given = dict(zip(names, values, strict=True))
        fits = len(given) == len(names) and set(params[:required]) <= given.keys() <= set(params)
        values = [given.get(param) for param in params]
    else:
        fits = required <= len(values) <= len(params)
        values = [*values, *[None] * (len(params) - len(values))]
    if not fits:
        run.note("arguments", at, name=name, found=", ".join(map(type_name, values)) or "-")
        return None
    try:
        found = function.call(*values)
        return found if type(found) in TYPE_NAMES else from_python(found, name)
    except FeelError as problem:
        run.note("function_failed", at, name=name, reason=str(problem))
        return None


def arrange(parameters: Sequence[str], arguments: Sequence[Value], names: Sequence[str] | None) -> list[Value] | None:
    """Arguments in the order of the parameters; None when they do not fit."""
    if names is None:
        return list(arguments) if len(arguments) == len(parameters) else None
    given = dict(zip(names, arguments, strict=True))
    if len(given) != len(names) or given.keys() != set(parameters):
        return None
    return [given[name] for name in parameters]
