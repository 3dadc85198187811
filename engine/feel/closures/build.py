"""Which function compiles which node; the modules of this package register theirs."""

from collections.abc import Callable
from typing import Any, TypeVar

from engine.feel.run import Evaluator
from engine.feel.tree import Node

_COMPILERS: dict[type[Node], Callable[[Any], Evaluator]] = {}
_Compiler = TypeVar("_Compiler", bound=Callable[[Any], Evaluator])


def compiles(kind: type[Node]) -> Callable[[_Compiler], _Compiler]:
    """Register the compiler of a node (decorator)."""

    def register(compiler: _Compiler) -> _Compiler:
        _COMPILERS[kind] = compiler
        return compiler

    return register


def build(node: Node) -> Evaluator:
    """The closure of a node."""
    return _COMPILERS[type(node)](node)
