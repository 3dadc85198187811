"""FEEL inside a form: conditions (`=risk = "high"`) and formulas (`=amount * 0.1`), with the names form-js gives them.

In a dynamic list an expression sees, beside all variables, `this` (the row), `parent` (what is around the list) and `i`
(the row's number, and those of the lists around it), also written `_this_`, `_parent_`, `_i_`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel import Expression, Functions, Meter, compile_expression


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled expression; the text is without the leading `=`."""

    text: str
    compiled: Expression

    def value(self, scope: Mapping[str, Any], functions: Functions | None, meter: Meter) -> Any:
        """Its FEEL value; raises BudgetExceeded."""
        return self.compiled.evaluate(scope, functions=functions, budget=meter)

    def holds(self, scope: Mapping[str, Any], functions: Functions | None, meter: Meter) -> bool:
        """Whether it is true; false for null and for anything else. Raises BudgetExceeded."""
        return self.value(scope, functions, meter) is True


def is_expression(value: object) -> bool:
    """Whether a property is FEEL: a text which begins with `=`."""
    return isinstance(value, str) and value.startswith("=")


def formula(text: str) -> Formula:
    """Compile `=expression`; raises FeelError."""
    return Formula(text[1:], compile_expression(text[1:]))
