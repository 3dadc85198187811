"""Plain Python functions of the domain as FEEL functions."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import EngineError
from engine.feel import FeelError
from engine.feel.functions import Function, Functions
from engine.feel.values import Value, from_python


def injected(given: Mapping[str, Callable[..., Any] | Function]) -> Functions:
    """FEEL functions by name. A plain one takes FEEL values by position and returns Python data.

    An `EngineError` it raises makes the result null, with its message as the reason.
    """
    if isinstance(given, Functions):
        return given
    return Functions({name: each if isinstance(each, Function) else _wrapped(each) for name, each in given.items()})


def _wrapped(function: Callable[..., Any]) -> Function:
    parameters = inspect.signature(function).parameters.values()

    def call(*arguments: Value) -> Value:
        try:
            return from_python(function(*arguments), "result")
        except FeelError:
            raise
        except EngineError as error:
            raise FeelError(str(error)) from error

    return Function(
        call,
        tuple(each.name for each in parameters),
        optional=sum(each.default is not inspect.Parameter.empty for each in parameters),
    )
