"""How a built-in function is declared, found and called.

A signature is written as in the standard: `"string: string, start position: number, length?: number"`. `?` after a
name means the argument may be left out, `?` after a type that null is accepted, `...` after a name that it takes all
the rest as a list. Several signatures of one name are tried in their order. An argument which fits no signature makes
the result null.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel.temporal import DateTime, DayTimeDuration, FarDate, Time, YearMonthDuration
from engine.feel.types import NO_VALUE
from engine.feel.values import FeelFunction, Range, Value, type_name


class Failed(Exception):
    """A built-in has no result for these arguments; the message becomes the diagnostic"""


@dataclass(frozen=True, slots=True)
class Param:
    """A formal parameter: its kinds are Python types, empty for any."""

    name: str
    kinds: frozenset[type]
    optional: bool
    nullable: bool
    rest: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in; with_run: the implementation wants the running evaluation first."""

    params: tuple[Param, ...]
    implementation: Callable[..., Value]
    with_run: bool

    @property
    def required(self) -> int:
        """How many arguments cannot be left out."""
        return sum(not param.optional and not param.rest for param in self.params)


_KINDS: dict[str, frozenset[type]] = {
    "any": frozenset(),
    "string": frozenset({str}),
    "number": frozenset({Decimal}),
    "boolean": frozenset({bool}),
    "date": frozenset({dt.date, FarDate}),
    "time": frozenset({Time}),
    "date and time": frozenset({DateTime}),
    "days and time duration": frozenset({DayTimeDuration}),
    "years and months duration": frozenset({YearMonthDuration}),
    "list": frozenset({list}),
    "context": frozenset({dict}),
    "range": frozenset({Range}),
    "function": frozenset({FeelFunction}),
}
_KINDS["point"] = frozenset().union(
    *(_KINDS[kind] for kind in ("string", "number", "date", "time", "date and time")),
    *(_KINDS[kind] for kind in ("days and time duration", "years and months duration")),
)

BUILTINS: dict[str, list[Signature]] = {}


def builtin(name: str, signature: str, *, run: bool = False) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Declare a function as a built-in (decorator); may be given several times."""
    params = tuple(_param(part.strip()) for part in signature.split(",")) if signature else ()

    def declare(implementation: Callable[..., Value]) -> Callable[..., Value]:
        BUILTINS.setdefault(name, []).append(Signature(params, implementation, run))
        return implementation

    return declare


def _param(text: str) -> Param:
    name, _, kind = (part.strip() for part in text.partition(":"))
    nullable = kind.endswith("?") or kind == "any"
    kinds = frozenset[type]().union(*(_KINDS[part.strip()] for part in kind.rstrip("?").split("|")))
    return Param(name.rstrip("?.").strip(), kinds, name.endswith("?"), nullable, name.endswith("..."))


def call_builtin(name: str, run: Any, arguments: Sequence[Value], names: Sequence[str] | None = None) -> Value:
    """The result of a built-in; raises Failed when no signature takes the arguments, or it has no result for them.

    Where several signatures have the parameters of a named call, the one which has them in the order written goes first
    (`before(range: r, point: p)` is not `before(point: p, range: r)`).
    """
    signatures = BUILTINS[name]
    if names and len(signatures) > 1:
        signatures = sorted(signatures, key=lambda each: [param.name for param in each.params] != list(names))
    for signature in signatures:
        bound = _bind_named(signature, arguments, names) if names else _bind(signature, arguments)
        if bound is not None:
            return signature.implementation(run, *bound) if signature.with_run else signature.implementation(*bound)
    raise Failed("arguments")


def prepare_call(name: str, count: int) -> Callable[[Any, list[Value]], Value]:
    """A call of a built-in with so many positional arguments: `call(run, arguments)`, as `call_builtin` but faster."""
    exact = [
        (tuple(param.kinds for param in signature.params[:count]), signature)
        for signature in BUILTINS[name]
        if signature.required <= count <= len(signature.params) and not any(param.rest for param in signature.params)
    ]

    def call(run: Any, arguments: list[Value]) -> Value:
        for kinds, signature in exact:
            for value, kind in zip(arguments, kinds, strict=True):
                if type(value) not in kind and kind:
                    break
            else:
                if signature.with_run:
                    return signature.implementation(run, *arguments)
                return signature.implementation(*arguments)
        return call_builtin(name, run, arguments)

    return call


def _bind(signature: Signature, arguments: Sequence[Value]) -> list[Value] | None:
    params = signature.params
    if params and params[-1].rest:
        head = len(params) - 1
        if len(arguments) < max(head, 1):
            return None
        rest = [_fit(argument, params[-1]) for argument in arguments[head:]]
        if any(value is NO_VALUE for value in rest):
            return None
        bound = [_fit(argument, param) for argument, param in zip(arguments, params[:-1], strict=False)]
        return None if any(value is NO_VALUE for value in bound) else [*bound, rest]
    if not signature.required <= len(arguments) <= len(params):
        return None
    bound = []
    for argument, param in zip(arguments, params, strict=False):
        value = _fit(argument, param)
        if value is NO_VALUE:
            return None
        bound.append(value)
    return bound


def _bind_named(signature: Signature, arguments: Sequence[Value], names: Sequence[str]) -> list[Value] | None:
    given = dict(zip(names, arguments, strict=True))
    if len(given) != len(names) or any(param.rest for param in signature.params):
        return None
    bound: list[Value] = []
    for param in signature.params:
        if param.name in given:
            value = _fit(given.pop(param.name), param)
            if value is NO_VALUE:
                return None
            bound.append(value)
        elif param.optional or param.nullable:
            bound.append(None)
        else:
            return None
    return None if given else bound


def _fit(value: Value, param: Param) -> Any:
    kinds = param.kinds
    kind = type(value)
    if kind in kinds or not kinds:
        return value
    if value is None:
        return None if param.nullable else NO_VALUE
    if kind is list and len(value) == 1 and type(value[0]) in kinds:
        return value[0]
    if list in kinds and kind is not list:
        return [value]
    if DateTime in kinds and type_name(value) == "date":
        return DateTime(value, Time(0, 0, 0, 0, 0))
    return NO_VALUE


def whole(value: Decimal) -> int:
    """A number cut to a Python int; raises Failed beyond 18 digits, which nothing here needs."""
    if abs(value) >= 10**18:
        raise Failed("a number is too large")
    return int(value)
