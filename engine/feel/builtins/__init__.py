"""The built-in functions of DMN 1.5, 10.3.4, one module a kind; importing this package declares them all."""

from engine.feel.builtins import contexts, conversion, dates, lists, numbers, ranges, statistics, strings
from engine.feel.builtins.registry import BUILTINS, Failed, call_builtin, prepare_call

__all__ = [
    "BUILTINS",
    "Failed",
    "call_builtin",
    "contexts",
    "conversion",
    "dates",
    "lists",
    "numbers",
    "prepare_call",
    "ranges",
    "statistics",
    "strings",
]
