"""FEEL, the expression language of DMN 1.5 (chapter 10).

The one language of conditions, timers, mappings, decisions and forms.

`compile_expression(text).evaluate(context)` is all most callers need. Values only: an expression can neither reach
Python objects nor do I/O, and it cannot cost more than its `Budget`.
"""

from engine.feel.budget import Budget, Meter
from engine.feel.errors import BudgetExceeded, Diagnostic, FeelError, FeelSyntaxError
from engine.feel.expression import (
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    input_scope,
    open_scope,
)
from engine.feel.functions import Function, Functions
from engine.feel.printing import format_expression
from engine.feel.temporal import DateTime, DayTimeDuration, FarDate, Time, YearMonthDuration
from engine.feel.values import FeelFunction, Range, Value, from_python, to_plain, to_text, type_name

__all__ = [
    "Budget",
    "BudgetExceeded",
    "DateTime",
    "DayTimeDuration",
    "Diagnostic",
    "Expression",
    "FarDate",
    "FeelError",
    "FeelFunction",
    "FeelSyntaxError",
    "Function",
    "Functions",
    "Meter",
    "Range",
    "Time",
    "UnaryTests",
    "Value",
    "YearMonthDuration",
    "compile_expression",
    "compile_unary_tests",
    "format_expression",
    "from_python",
    "input_scope",
    "open_scope",
    "to_plain",
    "to_text",
    "type_name",
]
