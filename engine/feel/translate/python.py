"""Python conditions, as SpiffWorkflow and SpiffArena have them -> FEEL; the text is parsed by `ast`, never run."""

import ast
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.printing import format_expression
from engine.feel.translate import build
from engine.feel.translate.errors import NotTranslatable

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Pow: "**",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_FUNCTIONS = {"str": "string", "abs": "abs", "min": "min", "max": "max", "all": "all", "any": "any"}
_METHODS = {
    "startswith": ("starts with", 1),
    "endswith": ("ends with", 1),
    "lower": ("lower case", 0),
    "upper": ("upper case", 0),
}
_MOST_BITS = 1_000
"""Of a whole number; Python does not even write down those of some thousands of digits."""
_DURATION_PARTS = {"weeks": 604_800, "days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}


def from_python_condition(text: str) -> str:
    """The FEEL text of a Python expression; raises NotTranslatable with the position in `text`.

    A variable standing alone where Python asks for its truth is taken for a boolean: `approved`, `not approved`.
    """
    if len(text) > build.MAX_TEXT or _nesting(text) > build.MAX_DEPTH:
        raise NotTranslatable("too_long", 0)
    source = text.strip()
    try:
        parsed = ast.parse(source, mode="eval")
    except SyntaxError as problem:
        raise NotTranslatable("unreadable", _offset(text, source, problem.lineno, problem.offset)) from None
    except (ValueError, RecursionError, MemoryError):
        raise NotTranslatable("unreadable", 0) from None
    return format_expression(_Translator(text, source).visit(parsed.body, 0))


def _nesting(text: str) -> int:
    depth = deepest = 0
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        deepest = max(deepest, depth)
    return deepest


def _offset(text: str, source: str, line: int | None, column: int | None) -> int:
    """The offset in text of a line and column (from 1) of its stripped source; the end where Python names no column."""
    if not line or not column:
        return len(text)
    lines = source.splitlines(keepends=True) or [""]
    return min(text.find(source) + sum(map(len, lines[: line - 1])) + column - 1, len(text))


class _Translator:
    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source

    def at(self, node: ast.AST) -> int:
        line, byte = getattr(node, "lineno", 1), getattr(node, "col_offset", 0)
        row = (self.source.splitlines() or [""])[line - 1]
        column = len(row.encode()[:byte].decode(errors="replace"))
        return _offset(self.text, self.source, line, column + 1)

    def refuse(self, node: ast.AST) -> NotTranslatable:
        return NotTranslatable("construct", self.at(node), found=type(node).__name__)

    def visit(self, node: ast.expr, depth: int) -> tree.Node:
        if depth > build.MAX_DEPTH:
            raise NotTranslatable("too_long", self.at(node))
        visitor = _VISITORS.get(type(node))
        if visitor is None:
            raise self.refuse(node)
        return visitor(self, node, depth + 1)

    def constant(self, node: ast.Constant, depth: int) -> tree.Node:
        value = node.value
        if value is None or isinstance(value, (bool, str)):
            return tree.Literal(value)
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            raise NotTranslatable("number", self.at(node))
        if isinstance(value, (int, float)):
            return build.number(str(value), self.at(node))
        raise self.refuse(node)

    def variable(self, node: ast.Name, depth: int) -> tree.Node:
        return build.name(node.id, self.at(node))

    def attribute(self, node: ast.Attribute, depth: int) -> tree.Node:
        if node.attr.startswith("_"):
            raise self.refuse(node)
        return build.member(self.visit(node.value, depth), node.attr, self.at(node))

    def subscript(self, node: ast.Subscript, depth: int) -> tree.Node:
        source, key = self.visit(node.value, depth), node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return build.member(source, key.value, self.at(node))
        try:
            index = ast.literal_eval(key)
        except (ValueError, TypeError):
            index = None
        if isinstance(index, bool) or not isinstance(index, int) or abs(index) > 10**9:
            raise NotTranslatable("index", self.at(key))
        return build.item(source, index)

    def logic(self, node: ast.BoolOp, depth: int) -> tree.Node:
        for value in node.values:
            if _is_plain_value(value):  # `x or 5` is one of the two values, not their truth
                raise NotTranslatable("values", self.at(value), found=type(node.op).__name__.lower())
        parts = [self.visit(value, depth) for value in node.values]
        return build.conjunction(parts) if isinstance(node.op, ast.And) else build.disjunction(parts)

    def unary(self, node: ast.UnaryOp, depth: int) -> tree.Node:
        operand = self.visit(node.operand, depth)
        if isinstance(node.op, ast.Not):
            return build.negated(operand)
        if isinstance(node.op, ast.USub):
            return tree.Negation(operand)
        if isinstance(node.op, ast.UAdd):
            return operand
        raise self.refuse(node)

    def binary(self, node: ast.BinOp, depth: int) -> tree.Node:
        left, right = self.visit(node.left, depth), self.visit(node.right, depth)
        if isinstance(node.op, ast.Mult) and any(map(_repeats, (left, right))):
            raise self.refuse(node)
        if isinstance(node.op, ast.Mod) and not isinstance(left, tree.Literal):
            return build.call("modulo", left, right)
        if isinstance(node.op, ast.FloorDiv):
            return build.call("floor", tree.Arithmetic("/", left, right))
        operator = _OPERATORS.get(type(node.op))
        if operator is None:
            raise self.refuse(node)
        return tree.Arithmetic(operator, left, right)

    def comparisons(self, node: ast.Compare, depth: int) -> tree.Node:
        parts: list[tree.Node] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self.comparison(left, operator, right, depth))
            left = right
        return build.conjunction(parts)

    def comparison(self, left: ast.expr, operator: ast.cmpop, right: ast.expr, depth: int) -> tree.Node:
        one, two = self.visit(left, depth), self.visit(right, depth)
        if type(operator) in _COMPARISONS:
            return tree.Comparison(_COMPARISONS[type(operator)], one, two)
        if isinstance(operator, (ast.Is, ast.IsNot)) and isinstance(right, ast.Constant):
            return tree.Comparison("=" if isinstance(operator, ast.Is) else "!=", one, two)
        if isinstance(operator, (ast.In, ast.NotIn)):
            if not isinstance(two, tree.ListNode):
                raise NotTranslatable("member", self.at(right), found=ast.unparse(right)[:60])
            found = tree.In(one, (two,))
            return found if isinstance(operator, ast.In) else build.call("not", found)
        raise NotTranslatable("construct", self.at(left), found=type(operator).__name__)

    def conditional(self, node: ast.IfExp, depth: int) -> tree.Node:
        return tree.If(self.visit(node.test, depth), self.visit(node.body, depth), self.visit(node.orelse, depth))

    def sequence(self, node: ast.List | ast.Tuple | ast.Set, depth: int) -> tree.Node:
        return tree.ListNode(tuple(self.visit(item, depth) for item in node.elts))

    def context(self, node: ast.Dict, depth: int) -> tree.Node:
        entries: dict[str, tree.Node] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                raise self.refuse(node)
            entries[key.value] = self.visit(value, depth)
        return tree.ContextNode(tuple(entries.items()))

    def call(self, node: ast.Call, depth: int) -> tree.Node:
        found = ast.unparse(node.func)[:60]
        if isinstance(node.func, ast.Name) and node.func.id == "timedelta":
            return self.duration(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise NotTranslatable("function", self.at(node), found=found)
        if isinstance(node.func, ast.Name):
            if len(node.args) == 1 and node.func.id == "len":
                return build.size(self.visit(node.args[0], depth))
            if node.func.id in _FUNCTIONS and len(node.args) == 1:
                return build.call(_FUNCTIONS[node.func.id], self.visit(node.args[0], depth))
        if isinstance(node.func, ast.Attribute):
            method, count = _METHODS.get(node.func.attr, ("", 0))
            if method and len(node.args) == count:
                arguments = [self.visit(argument, depth) for argument in node.args]
                if any(isinstance(argument, tree.ListNode) for argument in arguments):  # any of several beginnings
                    raise NotTranslatable("function", self.at(node), found=found)
                return build.call(method, self.visit(node.func.value, depth), *arguments)
            if node.func.attr == "get" and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
                key = node.args[0].value
                if isinstance(key, str):
                    return build.member(self.visit(node.func.value, depth), key, self.at(node))
        raise NotTranslatable("function", self.at(node), found=found)

    def duration(self, node: ast.Call) -> tree.Node:
        """`timedelta(days=2)` with constant parts."""
        seconds = Decimal(0)
        parts = [(keyword.arg or "", keyword.value) for keyword in node.keywords]
        parts += [("days", argument) for argument in node.args[:1]]
        for part, value in parts:
            if part not in _DURATION_PARTS or not isinstance(value, ast.Constant) or type(value.value) is not int:
                raise NotTranslatable("function", self.at(node), found="timedelta")
            seconds += value.value * _DURATION_PARTS[part]
        if len(node.args) > 1 or not 0 <= seconds < 10**12:
            raise NotTranslatable("function", self.at(node), found="timedelta")
        days, rest = divmod(int(seconds), 86_400)
        text = f"P{days}D" + (f"T{rest}S" if rest else "")
        return build.call("duration", tree.Literal(text))


def _is_plain_value(node: ast.expr) -> bool:
    """Whether an operand is written out and is no boolean."""
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not):
        return _is_plain_value(node.operand)
    if isinstance(node, ast.Constant):
        return not isinstance(node.value, bool)
    return isinstance(node, (ast.List, ast.Tuple, ast.Set, ast.Dict))


def _repeats(node: tree.Node) -> bool:
    """Whether multiplying this repeats it."""
    return isinstance(node, tree.ListNode) or (isinstance(node, tree.Literal) and isinstance(node.value, str))


_VISITORS: dict[type[ast.expr], Callable[[_Translator, Any, int], tree.Node]] = {
    ast.Constant: _Translator.constant,
    ast.Name: _Translator.variable,
    ast.Attribute: _Translator.attribute,
    ast.Subscript: _Translator.subscript,
    ast.BoolOp: _Translator.logic,
    ast.UnaryOp: _Translator.unary,
    ast.BinOp: _Translator.binary,
    ast.Compare: _Translator.comparisons,
    ast.IfExp: _Translator.conditional,
    ast.List: _Translator.sequence,
    ast.Tuple: _Translator.sequence,
    ast.Set: _Translator.sequence,
    ast.Dict: _Translator.context,
    ast.Call: _Translator.call,
}
