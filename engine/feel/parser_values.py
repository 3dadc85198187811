"""The grammar from the dot upwards: values, calls, paths, filters, lists, ranges, contexts, functions."""

from engine.feel import tree
from engine.feel.lexer import syntax_error
from engine.feel.literals import parse_temporal
from engine.feel.names import is_legal
from engine.feel.parser_core import Core
from engine.feel.tree import Node
from engine.feel.values import number

COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_STARTERS = ("for", "if", "some", "every", "function", "true", "false", "null", "(", "[", "{", "-", "@")


class Values(Core):
    """The rules for what stands between operators."""

    def expression(self, *, range_end: bool = False) -> Node:
        """Any expression; the rules of the operators say how."""
        raise NotImplementedError

    def postfix(self) -> Node:
        return self.postfix_of(self._primary())

    def postfix_of(self, node: Node) -> Node:
        while True:
            token = self.token
            if token.kind != "operator":
                return node
            if token.value == ".":
                self.take()
                name, _ = self.name(property_name=True)
                node = tree.Path(node, name, at=token.start)
            elif token.value == "(":
                self.take()
                node = self._call(node, token.start)
            elif token.value == "[" and self._starts_expression():
                self.take()
                test = self.expression()
                self.expect("]")
                node = tree.Filter(node, test, at=token.start)
            else:
                return node

    def _starts_expression(self) -> bool:
        """Whether the token after a `[` can begin an expression: else the bracket closes a range (`]1..5[`)."""
        following = self.next_token
        if following.kind in ("name", "number", "string"):
            return True
        return following.value in _STARTERS or (following.value in COMPARISONS and not self.in_range_end)

    def _call(self, callee: Node, at: int) -> Node:
        arguments: list[Node] = []
        names: list[str] = []
        while not self.accept(")"):
            if arguments:
                self.expect(",")
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
            if names and len(names) != len(arguments):
                raise syntax_error("mixed_arguments", arguments[-1].at, self.text)
        return tree.Call(callee, tuple(arguments), tuple(names) if names else None, at=at)

    def _argument_name(self) -> str | None:
        if self.token.kind != "name":
            return None
        start = self.index
        name, _ = self.name()
        if self.accept(":"):
            return name
        self.index = start
        return None

    def _primary(self) -> Node:
        token = self.token
        if token.kind == "name":
            name, at = self.name()
            return tree.Name(name, at=at)
        if token.kind == "number":
            self.take()
            value = number(token.value)
            if value is None:
                self.index -= 1
                self.fail("a number of at most 6144 digits")
            return tree.Literal(value, at=token.start)
        if token.kind == "string":
            self.take()
            return tree.Literal(token.value, at=token.start)
        if token.kind == "keyword":
            return self._keyword()
        if token.kind == "operator":
            if token.value == "(":
                return self._parenthesis()
            if token.value in ("[", "]"):
                return self._bracket()
            if token.value == "{":
                return self._context()
            if token.value == "@":
                return self._at_literal()
        return self.fail("an expression")

    def _keyword(self) -> Node:
        token = self.token
        if self.accept("null", "true", "false"):
            return tree.Literal(None if token.value == "null" else token.value == "true", at=token.start)
        if self.sees("function"):
            return self._function()
        if self.sees("if", "for", "some", "every"):
            return self.expression()
        special = self._special_name()
        if special:
            return tree.Name(special, at=token.start)
        return self.fail("an expression")

    def _at_literal(self) -> Node:
        at = self.take().start
        token = self.token
        if token.kind != "string":
            self.fail("a string")
        self.take()
        value = parse_temporal(token.value)
        if value is None:
            raise syntax_error("bad_literal", at, self.text, found=token.value[:60])
        return tree.AtLiteral(token.value, value, at=at)

    def _parenthesis(self) -> Node:
        at = self.take().start
        inner = self.expression()
        if self.accept(".."):
            return self.range(inner, at, low_included=False)
        self.expect(")")
        return inner

    def range(self, low: Node, at: int, *, low_included: bool) -> Node:
        high = self.expression(range_end=True)
        close = self.expect("]", ")", "[")
        return tree.RangeNode(low, high, low_included, close.value == "]", at=at)

    def _bracket(self) -> Node:
        opening = self.take()
        if opening.value == "]":
            low = self.expression()
            self.expect("..")
            return self.range(low, opening.start, low_included=False)
        if self.accept("]"):
            return tree.ListNode((), at=opening.start)
        first = self.expression()
        if self.accept(".."):
            return self.range(first, opening.start, low_included=True)
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect("]")
        return tree.ListNode(tuple(items), at=opening.start)

    def _context(self) -> Node:
        at = self.take().start
        entries: dict[str, Node] = {}
        while not self.accept("}"):
            if entries:
                self.expect(",")
            token = self.token
            if token.kind == "string":
                key = self.take().value
                if is_legal(key):
                    self.known.add(key)
            else:
                key = self.declared_name(":")
            if key in entries:
                raise syntax_error("duplicate_key", token.start, self.text, found=key)
            self.expect(":")
            entries[key] = self.expression()
        return tree.ContextNode(tuple(entries.items()), at=at)

    def _function(self) -> Node:
        at = self.take().start
        self.expect("(")
        parameters: list[tree.Parameter] = []
        while not self.accept(")"):
            if parameters:
                self.expect(",")
            start = self.token.start
            name = self.declared_name(",", ")", ":")
            parameters.append(tree.Parameter(name, self.type() if self.accept(":") else None, at=start))
        external = self.accept("external") is not None
        return tree.FunctionNode(tuple(parameters), self.expression(), external, at=at)
