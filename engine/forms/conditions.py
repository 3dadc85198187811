"""FEEL inside a form: conditions (`=risk = "high"`) and formulas (`=amount * 0.1`), with the names form-js gives them.

In a dynamic list an expression sees, beside all variables, `this` (the row), `parent` (what is around the list) and `i`
(the row's number, and those of the lists around it), also written `_this_`, `_parent_`, `_i_`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.feel import Diagnostic, Expression, Functions, Meter, compile_expression, tree

_COMPARING = frozenset({"=", "<", "<=", ">", ">=", "between"})


@dataclass(frozen=True, slots=True)
class Formula:
    """A compiled expression; the text is without the leading `=`."""

    text: str
    compiled: Expression
    tests: tuple[Expression, ...]
    """What it is as a condition: usually one test, the arguments when the whole text is `not(...)`."""
    denied: bool = False

    def value(self, scope: Mapping[str, Any], functions: Functions | None, meter: Meter) -> Any:
        """Its FEEL value; raises BudgetExceeded."""
        return self.compiled.evaluate(scope, functions=functions, budget=meter)

    def holds(self, scope: Mapping[str, Any], functions: Functions | None, meter: Meter) -> bool:
        """Whether the condition is met; raises BudgetExceeded.

        Form-js evaluates it as a unary test of null (`FeelExpressionLanguage.evaluateUnaryTest`), so that null is as
        good as true: what is hidden by `=amount > 5` is hidden while nobody has filled in the amount.
        """
        return self.denied != any(_passes(test, scope, functions, meter) for test in self.tests)


def _passes(test: Expression, scope: Mapping[str, Any], functions: Functions | None, meter: Meter) -> bool:
    reasons: list[Diagnostic] = []
    value = test.evaluate(scope, functions=functions, budget=meter, diagnostics=reasons)
    if value is None:
        return not any(map(_mixed, reasons))
    return value is True or (isinstance(value, list) and any(each is None for each in value))


def _mixed(reason: Diagnostic) -> bool:
    """Whether values of two types were compared: form-js takes that for false, not for null."""
    facts = reason.facts
    return facts.get("operator") in _COMPARING and "null" not in (facts["left"], facts["right"])


def _certain(node: Any) -> Any:
    """The tree with every `in` made true or false, as it always is in form-js."""
    if isinstance(node, tuple):
        return tuple(map(_certain, node))
    if not isinstance(node, tree.Node):
        return node
    parts = {each.name: _certain(getattr(node, each.name)) for each in fields(node) if each.init}
    made = type(node)(**parts)
    return tree.Comparison("=", made, tree.Literal(True)) if isinstance(node, tree.In) else made


def is_expression(value: object) -> bool:
    """Whether a property is FEEL: a text which begins with `=`."""
    return isinstance(value, str) and value.startswith("=")


def formula(text: str) -> Formula:
    """Compile `=expression`; raises FeelError."""
    compiled = compile_expression(text[1:])
    root = compiled.tree
    denied = (
        isinstance(root, tree.Call)
        and root.names is None
        and isinstance(root.callee, tree.Name)
        and root.callee.name == "not"
        and not compiled.text[: root.callee.at].strip()
    )
    tests = root.arguments if denied and isinstance(root, tree.Call) else (root,)
    return Formula(text[1:], compiled, tuple(Expression(compiled.text, _certain(test)) for test in tests), denied)
