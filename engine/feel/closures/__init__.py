"""Tree -> nested Python closures: every node becomes a function of the scope, so that evaluating is only calling.

Literals and operators are bound when the closure is made; at run time only names are looked up and values computed.
"""

from engine.feel.closures import calls, operators, scopes, simple
from engine.feel.closures.build import build

__all__ = ["build", "calls", "operators", "scopes", "simple"]
