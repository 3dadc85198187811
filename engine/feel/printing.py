"""Tree -> text, with as few parentheses as the grammar needs; parsing the text again gives an equal tree.

Where names with operators or keywords inside are about (`a-b`), every name gets parentheses, or `(a) - (b)` would be
read as one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.feel import tree, walk
from engine.feel.names import is_plain
from engine.feel.values import NUMBERS, quote

# Levels of precedence, as the methods of the parser: what stands at a lower level needs parentheses.
_LOOSE, _OR, _AND, _COMPARE, _ADD, _MULTIPLY, _POWER, _NEGATE, _INSTANCE, _TIGHT = range(10)


def format_expression(node: tree.Node, *, names: Iterable[str] = ()) -> str:
    """The text of a tree (an expression or unary tests); names: those it was compiled with."""
    special = not all(map(is_plain, names)) or not all(map(is_plain, _names(node)))
    text = _text(node, _LOOSE)
    return _text(_careful(node), _LOOSE) if special else text


def _text(node: tree.Node, least: int) -> str:
    level, text = _PRINTERS[type(node)](node)
    return text if level >= least else f"({text})"


def _names(node: tree.Node) -> list[str]:
    """All names in a tree, but those of called functions."""
    found: list[str] = []
    if isinstance(node, (tree.Name, tree.Path, tree.Binding)):
        found.append(node.name)
    elif isinstance(node, tree.ContextNode):
        found += [key for key, _ in node.entries]
    elif isinstance(node, tree.FunctionNode):
        found += [parameter.name for parameter in node.parameters]
    children = walk.children(node)
    if isinstance(node, tree.Call) and isinstance(node.callee, tree.Name):
        children = list(node.arguments)
    return found + [name for child in children for name in _names(child)]


@dataclass(frozen=True, slots=True)
class _Wrapped(tree.Node):
    inner: tree.Node


def _careful(node: tree.Node) -> tree.Node:
    if isinstance(node, tree.Call) and isinstance(node.callee, tree.Name):
        return replace(node, arguments=tuple(map(_careful, node.arguments)))
    rebuilt = walk.rebuild(node, _careful)
    return _Wrapped(rebuilt) if isinstance(node, (tree.Name, tree.Path)) else rebuilt


def _all(nodes: tuple[tree.Node, ...]) -> str:
    return ", ".join(_text(node, _LOOSE) for node in nodes)


def _literal(node: tree.Literal) -> tuple[int, str]:
    value = node.value
    if isinstance(value, Decimal):
        return _TIGHT, f"{value.normalize(NUMBERS):f}"
    if isinstance(value, str):
        return _TIGHT, quote(value)
    return _TIGHT, {None: "null", True: "true", False: "false"}[value]


def _call(node: tree.Call) -> tuple[int, str]:
    if node.names is None:
        return _TIGHT, f"{_text(node.callee, _TIGHT)}({_all(node.arguments)})"
    named = (f"{name}: {_text(value, _LOOSE)}" for name, value in zip(node.names, node.arguments, strict=True))
    return _TIGHT, f"{_text(node.callee, _TIGHT)}({', '.join(named)})"


_ARITHMETIC = {"+": _ADD, "-": _ADD, "*": _MULTIPLY, "/": _MULTIPLY, "**": _POWER}


def _arithmetic(node: tree.Arithmetic) -> tuple[int, str]:
    level = _ARITHMETIC[node.operator]
    return level, f"{_text(node.left, level)} {node.operator} {_text(node.right, level + 1)}"


def _comparison(node: tree.Comparison) -> tuple[int, str]:
    return _COMPARE, f"{_text(node.left, _COMPARE)} {node.operator} {_text(node.right, _ADD)}"


def _between(node: tree.Between) -> tuple[int, str]:
    low, high = _text(node.low, _ADD), _text(node.high, _ADD)
    return _COMPARE, f"{_text(node.value, _COMPARE)} between {low} and {high}"


def _in(node: tree.In) -> tuple[int, str]:
    if len(node.tests) > 1:
        tests = f"({_all(node.tests)})"
    else:
        test = node.tests[0]
        bare = isinstance(test, tree.OpenRange)
        tests = _text(test, _LOOSE if bare else _ADD)
        if tests.startswith("(") and not isinstance(test, tree.RangeNode):
            tests = f"({_text(test, _LOOSE)})"
    return _COMPARE, f"{_text(node.value, _COMPARE)} in {tests}"


def _for(node: tree.For) -> tuple[int, str]:
    return _LOOSE, f"for {_bindings(node.bindings)} return {_text(node.result, _LOOSE)}"


def _quantified(node: tree.Quantified) -> tuple[int, str]:
    word = "every" if node.every else "some"
    return _LOOSE, f"{word} {_bindings(node.bindings)} satisfies {_text(node.condition, _LOOSE)}"


def _bindings(bindings: tuple[tree.Binding, ...]) -> str:
    return ", ".join(
        f"{binding.name} in {_text(binding.source, _OR)}"
        + (f"..{_text(binding.end, _OR)}" if binding.end is not None else "")
        for binding in bindings
    )


def _if(node: tree.If) -> tuple[int, str]:
    condition, yes, no = (_text(part, _LOOSE) for part in (node.condition, node.yes, node.no))
    return _LOOSE, f"if {condition} then {yes} else {no}"


def _context(node: tree.ContextNode) -> tuple[int, str]:
    entries = (f"{key if is_plain(key) else quote(key)}: {_text(value, _LOOSE)}" for key, value in node.entries)
    return _TIGHT, f"{{{', '.join(entries)}}}"


def _range(node: tree.RangeNode) -> tuple[int, str]:
    low = _text(node.low, _ADD)
    high = f"({_text(node.high, _LOOSE)})" if isinstance(node.high, tree.Filter) else _text(node.high, _TIGHT)
    return _TIGHT, f"{'[' if node.low_included else '('}{low}..{high}{']' if node.high_included else ')'}"


def _function(node: tree.FunctionNode) -> tuple[int, str]:
    parameters = ", ".join(
        parameter.name + (f": {type_text(parameter.type)}" if parameter.type else "") for parameter in node.parameters
    )
    return _LOOSE, f"function({parameters}) {'external ' if node.external else ''}{_text(node.body, _LOOSE)}"


def _tests(node: tree.Tests) -> tuple[int, str]:
    if not node.tests:
        return _TIGHT, "-"
    text = _all(node.tests)
    if node.negated:
        return _TIGHT, f"not({text})"
    return _TIGHT, f"({_text(node.tests[0], _LOOSE)}){text[len(_all(node.tests[:1])) :]}" if text.startswith(
        "not("
    ) else text


def type_text(node: tree.TypeNode) -> str:
    """The text of a type."""
    if node.result is not None:
        return f"{node.name}<{', '.join(map(type_text, node.arguments))}> -> {type_text(node.result)}"
    if node.fields:
        pairs = zip(node.fields, node.arguments, strict=True)
        return f"{node.name}<{', '.join(f'{name}: {type_text(kind)}' for name, kind in pairs)}>"
    return f"{node.name}<{', '.join(map(type_text, node.arguments))}>" if node.arguments else node.name


_PRINTERS: dict[type, Callable[[Any], tuple[int, str]]] = {
    tree.Literal: _literal,
    tree.AtLiteral: lambda node: (_TIGHT, f"@{quote(node.text)}"),
    tree.Name: lambda node: (_TIGHT, node.name),
    tree.Path: lambda node: (_TIGHT, f"{_text(node.source, _TIGHT)}.{node.name}"),
    tree.Filter: lambda node: (_TIGHT, f"{_text(node.source, _TIGHT)}[{_text(node.test, _LOOSE)}]"),
    tree.Call: _call,
    tree.Negation: lambda node: (_NEGATE, f"-{_text(node.operand, _NEGATE)}"),
    tree.Arithmetic: _arithmetic,
    tree.Comparison: _comparison,
    tree.Between: _between,
    tree.In: _in,
    tree.InstanceOf: lambda node: (_INSTANCE, f"{_text(node.value, _INSTANCE)} instance of {type_text(node.type)}"),
    tree.Conjunction: lambda node: (_AND, " and ".join(_text(part, _COMPARE) for part in node.operands)),
    tree.Disjunction: lambda node: (_OR, " or ".join(_text(part, _AND) for part in node.operands)),
    tree.If: _if,
    tree.For: _for,
    tree.Quantified: _quantified,
    tree.ListNode: lambda node: (_TIGHT, f"[{_all(node.items)}]"),
    tree.ContextNode: _context,
    tree.RangeNode: _range,
    tree.OpenRange: lambda node: (_LOOSE, f"{node.operator} {_text(node.end, _ADD)}"),
    tree.FunctionNode: _function,
    tree.Tests: _tests,
    _Wrapped: lambda node: (_TIGHT, f"({_text(node.inner, _LOOSE)})"),
}
