"""Expressions of a diagram: `=FEEL` or a literal, compiled once; whatever fails names its element."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.feel import BudgetExceeded, Diagnostic, Expression, FeelSyntaxError, Functions, Value, compile_expression
from engine.spiff.errors import Failure


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of one element: FEEL, or a literal text when `expression` is None."""

    element_id: str
    text: str
    expression: Expression | None

    def value(self, context: Mapping[str, Value], functions: Functions) -> Value:
        """Its value. Raises Failure where the expression costs too much."""
        if self.expression is None:
            return self.text
        try:
            return self.expression.evaluate(context, functions=functions)
        except BudgetExceeded as error:
            raise Failure(self.element_id, "expression_budget", f"The expression costs too much: {error}") from None

    def explained(self, context: Mapping[str, Value], functions: Functions) -> str:
        """Why the value is not what it should be: FEEL's first remark, or "" where it has none."""
        if self.expression is None:
            return ""
        notes: list[Diagnostic] = []
        self.expression.evaluate(context, functions=functions, diagnostics=notes)
        return f" ({notes[0].en})" if notes else ""

    def holds(self, context: Mapping[str, Value], functions: Functions) -> bool:
        """Its value as a condition. Raises Failure unless it is true or false: a guess would be a wrong path."""
        value = self.value(context, functions)
        if isinstance(value, bool):
            return value
        reason = self.explained(context, functions)
        raise Failure(
            self.element_id, "condition_not_boolean", f"The condition {self.text!r} is neither true nor false{reason}"
        )


def formula(element_id: str, text: str, *, always_feel: bool = False) -> Formula:
    """Compile `=FEEL`; other text is a literal, unless `always_feel` (then the `=` may be left out).

    Raises FeelSyntaxError.
    """
    stripped = text.strip()
    if stripped.startswith("="):
        return Formula(element_id, stripped, compile_expression(stripped[1:].strip()))
    if always_feel:
        return Formula(element_id, stripped, compile_expression(stripped))
    return Formula(element_id, stripped, None)


def optional(element_id: str, text: str | None, *, always_feel: bool = False) -> Formula | None:
    """`formula`, None for None and for empty text."""
    return formula(element_id, text, always_feel=always_feel) if text and text.strip() else None


__all__ = ["FeelSyntaxError", "Formula", "formula", "optional"]
