"""Calling functions, and writing them."""

from collections.abc import Sequence

from engine.feel import tree, walk
from engine.feel.builtins import BUILTINS, Failed, prepare_call
from engine.feel.closures.build import build, compiles
from engine.feel.run import MISSING, Evaluator, Run, Scope, call_injected
from engine.feel.types import NO_VALUE, coerce
from engine.feel.values import FeelFunction, Value, type_name


@compiles(tree.Call)
def call(node: tree.Call) -> Evaluator:
    """A call by name (variable, then added function, then built-in), or of any expression which gives a function."""
    arguments, names, at = [build(argument) for argument in node.arguments], node.names, node.at
    if not isinstance(node.callee, tree.Name):
        callee = build(node.callee)
        return lambda scope: _call_value(scope, callee(scope), [argument(scope) for argument in arguments], names, at)
    wanted = node.callee.name
    is_builtin = wanted in BUILTINS
    prepared = prepare_call(wanted, len(arguments)) if is_builtin and names is None else None

    def evaluate(scope: Scope) -> Value:
        values = [argument(scope) for argument in arguments]
        variable = scope.find(wanted)
        run = scope.run
        if type(variable) is FeelFunction:
            if names is None and variable.call_loosely is None and len(values) == len(variable.parameters):
                run.meter.step()
                return variable.call(run, values)  # as `call_value`, for the sake of recursion without its frames
            return run.call_value(variable, values, names, at)
        injected = run.functions.find(wanted)
        if injected is not None:
            return call_injected(run, wanted, injected, values, names, at)
        if prepared is not None:
            run.meter.step(_effort(values))
            try:
                return prepared(run, values)
            except Failed as problem:
                return run.failed(wanted, problem, values, at)
        if is_builtin:
            return run.call_named_builtin(wanted, values, names, at)
        if variable is not MISSING:
            run.note("not_a_function", at, found=type_name(variable))
        else:
            run.note("unknown_function", at, name=wanted)
        return None

    return evaluate


def _effort(values: list[Value]) -> int:
    """Steps of a built-in: it may look at every item and every character."""
    steps = 1
    for value in values:
        kind = type(value)
        if kind is list:
            steps += len(value)
        elif kind is str:
            steps += len(value) >> 6
    return steps


def _call_value(scope: Scope, function: Value, values: list[Value], names: Sequence[str] | None, at: int) -> Value:
    if type(function) is list and len(function) == 1:
        function = function[0]
    if type(function) is not FeelFunction:
        scope.run.note("not_a_function", at, found=type_name(function))
        return None
    return scope.run.call_value(function, values, names, at)


@compiles(tree.FunctionNode)
def function(node: tree.FunctionNode) -> Evaluator:
    """A function which remembers the scope it is written in; external (Java, PMML) ones are null, always."""
    body, at, levels = build(node.body), node.at, walk.call_levels(node.body) + 1
    weight = walk.weight(node.body)
    parameters = tuple(parameter.name for parameter in node.parameters)
    types = tuple(parameter.type for parameter in node.parameters)

    typed = any(kind is not None for kind in types)

    def evaluate(scope: Scope) -> Value:
        if node.external:
            scope.run.note("external", at)
            return None

        def invoke(run: Run, values: list[Value]) -> Value:
            converted = _converted(run, values, types, at) if typed else values
            if converted is None:
                return None
            run.meter.step(weight)
            run.meter.enter(levels)
            try:
                return body(Scope(dict(zip(parameters, converted, strict=True)), run, scope))
            finally:
                run.meter.leave(levels)

        return FeelFunction("function", parameters, invoke, types)

    return evaluate


def _converted(run: Run, values: list[Value], types: Sequence[tree.TypeNode | None], at: int) -> list[Value] | None:
    """The arguments as the types of the parameters want them; None with a note when one does not fit."""
    found = []
    for value, kind in zip(values, types, strict=True):
        fitting = value if kind is None else coerce(value, kind, run.functions.types)
        if fitting is NO_VALUE:
            run.note("arguments", at, name="function", found=", ".join(map(type_name, values)))
            return None
        found.append(fitting)
    return found
