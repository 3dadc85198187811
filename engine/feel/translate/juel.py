"""JUEL, the expressions of Camunda 7, Flowable and Activiti (`${approved && amount > 100}`) -> FEEL (JSR 341)."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from engine.feel import tree, walk
from engine.feel.parser import MAX_HEIGHT
from engine.feel.printing import format_expression
from engine.feel.translate import build
from engine.feel.translate.errors import NotTranslatable

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
    |(?P<string>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
    |(?P<operator>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:().,\[\]])""",
    re.VERBOSE | re.DOTALL,
)
_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "and": "&&", "or": "||", "not": "!"}
_WORDS |= {"div": "/", "mod": "%"}
_COMPARISONS = {"==": "=", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_METHODS = {
    "startsWith": "starts with",
    "endsWith": "ends with",
    "toLowerCase": "lower case",
    "toUpperCase": "upper case",
    "length": "string length",
}
_METHOD_ARGUMENTS = {"startsWith": 1, "endsWith": 1, "toLowerCase": 0, "toUpperCase": 0, "length": 0}


class _Token(NamedTuple):
    kind: str
    value: str
    at: int


def from_juel(text: str) -> str:
    """The FEEL text of a JUEL attribute.

    `${...}` or `#{...}` is an expression; text around it makes a concatenation; text without any is a string.
    Raises NotTranslatable with the position in `text`.
    """
    if len(text) > build.MAX_TEXT:
        raise NotTranslatable("too_long", build.MAX_TEXT)
    parts = _parts(text)
    if len(parts) == 1:
        return _print(parts[0])
    strings = [part if isinstance(part, tree.Literal) else build.call("string", part) for part in parts]
    whole = strings[0]
    for part in strings[1:]:
        whole = tree.Arithmetic("+", whole, part)
    return _print(whole)


def _print(node: tree.Node) -> str:
    level = [node]
    for _ in range(MAX_HEIGHT):
        level = [child for parent in level for child in walk.children(parent)]
        if not level:
            return format_expression(node)
    raise NotTranslatable("too_long", 0)


def _parts(text: str) -> list[tree.Node]:
    parts: list[tree.Node] = []
    position = 0
    stripped = text.strip()
    if stripped.startswith(("${", "#{")):
        position = text.index(stripped)
        text = text.rstrip()
    while position < len(text):
        opening = _opening(text, position)
        if opening < 0:
            parts.append(tree.Literal(text[position:]))
            break
        if opening > position:
            parts.append(tree.Literal(text[position:opening]))
        parser = _Parser(text, opening + 2)
        parts.append(parser.whole())
        position = parser.end
    return parts or [tree.Literal("")]


def _opening(text: str, position: int) -> int:
    found = [at for at in (text.find("${", position), text.find("#{", position)) if at >= 0]
    return min(found, default=-1)


class _Parser:
    """One expression between the braces."""

    def __init__(self, text: str, start: int) -> None:
        self.tokens: list[_Token] = []
        self.index = 0
        self.depth = 0
        position = start
        while not text.startswith("}", position):
            match = _TOKEN.match(text, position)
            if match is None:
                raise NotTranslatable("unreadable", position)
            if match.lastgroup != "space":
                value = match.group()
                word = _WORDS.get(value) if match.lastgroup == "name" else None
                self.tokens.append(_Token("operator" if word else str(match.lastgroup), word or value, position))
            position = match.end()
        self.tokens.append(_Token("end", "", position))
        self.end = position + 1

    def whole(self) -> tree.Node:
        node = self.ternary()
        if self.token.kind != "end":
            raise self.unreadable()
        return node

    @property
    def token(self) -> _Token:
        return self.tokens[self.index]

    def unreadable(self) -> NotTranslatable:
        return NotTranslatable("unreadable", self.token.at)

    def accept(self, *values: str) -> _Token | None:
        token = self.token
        if token.kind == "operator" and token.value in values:
            self.index += 1
            return token
        return None

    def expect(self, value: str) -> None:
        if not self.accept(value):
            raise self.unreadable()

    def ternary(self) -> tree.Node:
        self.depth += 1
        if self.depth > build.MAX_DEPTH:
            raise NotTranslatable("too_long", self.token.at)
        node = self.disjunction()
        if self.accept("?"):
            yes = self.ternary()
            self.expect(":")
            node = tree.If(node, yes, self.ternary())
        self.depth -= 1
        return node

    def disjunction(self) -> tree.Node:
        parts = [self.conjunction()]
        while self.accept("||"):
            parts.append(self.conjunction())
        return build.disjunction(parts)

    def conjunction(self) -> tree.Node:
        parts = [self.comparison()]
        while self.accept("&&"):
            parts.append(self.comparison())
        return build.conjunction(parts)

    def comparison(self) -> tree.Node:
        left = self.additive()
        while token := self.accept(*_COMPARISONS):
            right = self.additive()
            _same_kind(token, left, right)
            left = tree.Comparison(_COMPARISONS[token.value], left, right)
        return left

    def additive(self) -> tree.Node:
        left = self.multiplicative()
        while token := self.accept("+", "-"):
            right = self.multiplicative()
            _same_kind(token, left, right)
            left = tree.Arithmetic(token.value, left, right)
        return left

    def multiplicative(self) -> tree.Node:
        left = self.unary()
        while token := self.accept("*", "/", "%"):
            right = self.unary()
            if token.value == "%":
                # The remainder has the sign of the dividend here, FEEL's modulo that of the divisor.
                quotient = build.call("round down", tree.Arithmetic("/", left, right), build.number("0", token.at))
                left = tree.Arithmetic("-", left, tree.Arithmetic("*", right, quotient))
            else:
                left = tree.Arithmetic(token.value, left, right)
        return left

    def unary(self) -> tree.Node:
        wrappers: list[Callable[[tree.Node], tree.Node]] = []
        while True:
            if self.accept("!"):
                wrappers.append(build.negated)
            elif self.accept("-"):
                wrappers.append(tree.Negation)
            elif self.token.kind == "name" and self.token.value == "empty":
                self.index += 1
                wrappers.append(build.is_empty)
            else:
                break
            if len(wrappers) > build.MAX_DEPTH:
                raise NotTranslatable("too_long", self.token.at)
        node = self.postfix()
        for wrap in reversed(wrappers):
            node = wrap(node)
        return node

    def postfix(self) -> tree.Node:
        node = self.primary()
        while True:
            if self.accept("."):
                node = self.property_or_method(node)
            elif self.accept("["):
                node = self.subscript(node)
            else:
                return node

    def property_or_method(self, source: tree.Node) -> tree.Node:
        token = self.token
        if token.kind != "name":
            raise self.unreadable()
        self.index += 1
        if not self.accept("("):
            return build.member(source, token.value, token.at)
        arguments = self.arguments()
        return _method(source, token, arguments)

    def arguments(self) -> list[tree.Node]:
        arguments: list[tree.Node] = []
        while not self.accept(")"):
            if arguments:
                self.expect(",")
            arguments.append(self.ternary())
        return arguments

    def subscript(self, source: tree.Node) -> tree.Node:
        token = self.token
        following = self.tokens[self.index + 1] if token.kind != "end" else token
        if following.value != "]":
            raise NotTranslatable("index", token.at)
        self.index += 2
        if token.kind == "string":
            return build.member(source, _unquote(token.value), token.at)
        if token.kind != "number" or not token.value.isdigit() or len(token.value) > 9:
            raise NotTranslatable("index", token.at)
        return build.item(source, int(token.value))

    def primary(self) -> tree.Node:
        token = self.token
        if token.kind == "number":
            self.index += 1
            return build.number(token.value, token.at)
        if token.kind == "string":
            self.index += 1
            return tree.Literal(_unquote(token.value))
        if token.kind == "name":
            self.index += 1
            if token.value in ("true", "false", "null"):
                return {"true": build.TRUE, "false": build.FALSE, "null": build.NULL}[token.value]
            following = self.token
            if following.value in (":", "(") and self._is_call(token):
                raise NotTranslatable("function", token.at, found=token.value)
            return build.name(token.value, token.at)
        if self.accept("("):
            node = self.ternary()
            self.expect(")")
            return node
        raise self.unreadable()

    def _is_call(self, name: _Token) -> bool:
        """Whether `name(` or `prefix:name(` follows; a lonely colon belongs to `a ? b : c`."""
        rest = self.tokens[self.index : self.index + 3]
        if rest[0].value == "(":
            return True
        touching = rest[0].at == name.at + len(name.value) and len(rest) > 2 and rest[1].at == rest[0].at + 1
        return touching and rest[1].kind == "name" and rest[2].value == "("


def _same_kind(token: _Token, left: tree.Node, right: tree.Node) -> None:
    """JUEL makes a number of a text beside a number, and of every text it adds, where FEEL does not (JSR 341, 1.7)."""
    kinds = {_literal_kind(left), _literal_kind(right)}
    if kinds == {str, Decimal} or (str in kinds and token.value in "+-"):
        raise NotTranslatable("mixed", token.at, found=token.value)


def _literal_kind(node: tree.Node) -> type | None:
    if isinstance(node, tree.Negation):
        node = node.operand
    return type(node.value) if isinstance(node, tree.Literal) else None


def _method(source: tree.Node, token: _Token, arguments: list[tree.Node]) -> tree.Node:
    name = token.value
    if isinstance(source, tree.Name) and source.name in ("execution", "task") and len(arguments) == 1:
        key = arguments[0]
        if isinstance(key, tree.Literal) and isinstance(key.value, str):
            variable = build.name(key.value, token.at)
            if name == "getVariable":
                return variable
            if name == "hasVariable":
                return tree.Comparison("!=", variable, build.NULL)
    if name == "equals" and len(arguments) == 1:
        return tree.Comparison("=", source, arguments[0])
    if name == "size" and not arguments:
        return build.size(source)
    if name == "isEmpty" and not arguments:
        return build.is_empty(source)
    if name in _METHODS and len(arguments) == _METHOD_ARGUMENTS[name]:
        return build.call(_METHODS[name], source, *arguments)
    raise NotTranslatable("function", token.at, found=name)


def _unquote(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1], flags=re.DOTALL)
