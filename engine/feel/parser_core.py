"""The parser's hands: looking at tokens, taking them, reading names and types."""

from collections.abc import Iterable
from typing import NoReturn

from engine.feel import tree
from engine.feel.builtins import BUILTINS
from engine.feel.lexer import Token, syntax_error, tokenize
from engine.feel.names import KnownNames

MAX_DEPTH = 60
_BUILTINS = KnownNames(BUILTINS)
_TYPES_WITH_KEYWORDS = ("date and time", "years and months duration", "days and time duration")


class Core:
    """A position in a list of tokens."""

    def __init__(self, text: str, names: Iterable[str]) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.known = KnownNames(names)
        self.depth = 0
        self.in_range_end = False

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.index]

    @property
    def next_token(self) -> Token:
        """The one after it."""
        return self.tokens[min(self.index + 1, len(self.tokens) - 1)]

    def sees(self, *values: str) -> bool:
        """Whether the next token is one of these operators or keywords."""
        token = self.token
        return token.value in values and token.kind in ("operator", "keyword")

    def take(self) -> Token:
        """Read one token."""
        token = self.tokens[self.index]
        self.index += token.kind != "end"
        return token

    def accept(self, *values: str) -> Token | None:
        """Read the token when it is one of these."""
        return self.take() if self.sees(*values) else None

    def expect(self, *values: str) -> Token:
        """Read one of these, or fail."""
        return self.accept(*values) or self.fail(" / ".join(f"'{value}'" for value in values))

    def fail(self, wanted: str) -> NoReturn:
        """Raise the syntax error which says what was wanted at the next token."""
        token = self.token
        if token.kind == "other":
            raise syntax_error("bad_character", token.start, self.text, found=token.value)
        found = "the end" if token.kind == "end" else f"'{self.text[token.start : token.end][:40]}'"
        raise syntax_error("expected", token.start, self.text, wanted=wanted, found=found)

    def finish(self) -> None:
        """Fail unless everything was read."""
        if self.token.kind != "end":
            self.fail("an operator")

    def deeper(self) -> None:
        """Open one level of nesting, or fail; the caller closes it."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise syntax_error("too_deep", self.token.start, self.text)

    def name(self, *, property_name: bool = False) -> tuple[str, int]:
        """A name and its offset. A property (after a dot) may be a keyword."""
        token = self.token
        special = self._special_name()
        if special:
            return special, token.start
        if token.kind != "name" and not (property_name and token.kind == "keyword"):
            self.fail("a name")
        words = [self.take().value]
        while self.token.kind == "name" or (self.token.kind == "number" and self.token.value.isdigit()):
            words.append(self.take().value)
        return " ".join(words), token.start

    def _special_name(self) -> str | None:
        start = self.token.start
        match = self.known.match(self.text, start) or self._builtin_name(start)
        if match is None:
            return None
        name, end = match
        index = self.index
        while self.tokens[index].kind != "end" and self.tokens[index].start < end:
            index += 1
        if self.tokens[index - 1].end > end:
            return None
        self.index = index
        return name

    def _builtin_name(self, start: int) -> tuple[str, int] | None:
        match = _BUILTINS.match(self.text, start)
        if match and self.text[match[1] :].lstrip()[:1] in ("(", ")", ",", "]", ""):
            return match
        return None

    def declared_name(self, *ends: str) -> str:
        """A name being declared: everything up to one of the tokens `ends`; it is known from here on."""
        first = self.token
        if first.kind != "name" and not (first.kind == "keyword" and self.next_token.value not in ends):
            self.fail("a name")
        name, end = self.take().value, first.end
        while self.token.kind in ("name", "number", "other", "keyword") or self.sees("+", "-", "*", "/", ".", "**"):
            if self.sees(*ends):
                break
            token = self.take()
            name += token.value if token.start == end else f" {token.value}"
            end = token.end
        self.known.add(name)
        return name

    def type(self) -> tree.TypeNode:
        """A type (DMN 1.5, rule 54)."""
        self.deeper()
        at = self.token.start
        result = self._type(at)
        self.depth -= 1
        return result

    def _type(self, at: int) -> tree.TypeNode:
        name = self._type_name()
        if name in ("list", "range") and self.accept("<"):
            argument = self.type()
            self.expect(">")
            return tree.TypeNode(name, (argument,), at=at)
        if name == "context" and self.accept("<"):
            fields: list[str] = []
            types: list[tree.TypeNode] = []
            while not self.accept(">"):
                if fields:
                    self.expect(",")
                fields.append(self.declared_name(":"))
                self.expect(":")
                types.append(self.type())
            return tree.TypeNode(name, tuple(types), tuple(fields), at=at)
        if name == "function" and self.accept("<"):
            types = []
            while not self.accept(">"):
                if types:
                    self.expect(",")
                types.append(self.type())
            self.expect("->")
            return tree.TypeNode(name, tuple(types), (), self.type(), at=at)
        return tree.TypeNode(name, at=at)

    def _type_name(self) -> str:
        if self.accept("function"):
            return "function"
        if self.sees("null"):
            self.take()
            return "null"
        for name in _TYPES_WITH_KEYWORDS:
            words = name.split()
            if [token.value for token in self.tokens[self.index : self.index + len(words)]] == words:
                self.index += len(words)
                return name
        parts = [self.name()[0]]
        while self.accept("."):
            parts.append(self.name()[0])
        return ".".join(parts)
