"""The grammar itself: one method a rule, lowest precedence first."""

from engine.feel import tree
from engine.feel.lexer import syntax_error
from engine.feel.literals import parse_temporal
from engine.feel.names import is_legal
from engine.feel.parser_core import Core
from engine.feel.tree import Node
from engine.feel.values import number

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_STARTERS = ("for", "if", "some", "every", "function", "true", "false", "null", "(", "[", "{", "-", "@")


class Forms(Core):
    """The rules of the grammar."""

    def expression(self, *, range_end: bool = False) -> Node:
        """Any expression; range_end: it stands where a `[` may close a range."""
        self.deeper()
        outer, self.in_range_end = self.in_range_end, range_end
        if self.sees("for"):
            result = self._for()
        elif self.sees("if"):
            result = self._if()
        elif self.sees("some", "every"):
            result = self._quantified()
        else:
            result = self._disjunction()
        self.depth -= 1
        self.in_range_end = outer
        return result

    def unary_tests(self) -> tree.Tests:
        """`-`, `not(tests)` or tests separated by commas."""
        at = self.token.start
        if self.token.kind == "end":
            return tree.Tests((), at=at)
        if self.sees("-") and self.next_token.kind == "end":
            self.take()
            return tree.Tests((), at=at)
        if self.token.value == "not" and self.next_token.value == "(":
            start = self.index
            self.index += 2
            tests = self._tests()
            self.expect(")")
            if self.token.kind == "end":
                return tree.Tests(tests, True, at=at)
            self.index = start
        return tree.Tests(self._tests(), at=at)

    def _tests(self) -> tuple[Node, ...]:
        tests = [self.expression()]
        while self.accept(","):
            tests.append(self.expression())
        return tuple(tests)

    def _for(self) -> Node:
        at = self.take().start
        bindings = self._bindings()
        self.expect("return")
        return tree.For(bindings, self.expression(), at=at)

    def _quantified(self) -> Node:
        word = self.take()
        bindings = self._bindings()
        self.expect("satisfies")
        return tree.Quantified(word.value == "every", bindings, self.expression(), at=word.start)

    def _bindings(self) -> tuple[tree.Binding, ...]:
        bindings = []
        while True:
            at = self.token.start
            name = self.declared_name("in")
            self.expect("in")
            source = self.expression()
            end = self.expression() if self.accept("..") else None
            bindings.append(tree.Binding(name, source, end, at=at))
            if not self.accept(","):
                return tuple(bindings)

    def _if(self) -> Node:
        at = self.take().start
        condition = self.expression()
        self.expect("then")
        yes = self.expression()
        self.expect("else")
        return tree.If(condition, yes, self.expression(), at=at)

    def _disjunction(self) -> Node:
        operands = [self._conjunction()]
        while self.accept("or"):
            operands.append(self._conjunction())
        return operands[0] if len(operands) == 1 else tree.Disjunction(tuple(operands), at=operands[0].at)

    def _conjunction(self) -> Node:
        operands = [self._comparison()]
        while self.accept("and"):
            operands.append(self._comparison())
        return operands[0] if len(operands) == 1 else tree.Conjunction(tuple(operands), at=operands[0].at)

    def _comparison(self) -> Node:
        if self.sees(*_COMPARISONS):
            return self._open_range()
        left = self._additive()
        while True:
            token = self.token
            if token.kind == "operator" and token.value in _COMPARISONS:
                self.take()
                left = tree.Comparison(token.value, left, self._additive(), at=token.start)
            elif token.kind != "keyword":
                return left
            elif self.accept("between"):
                low = self._additive()
                self.expect("and")
                left = tree.Between(left, low, self._additive(), at=token.start)
            elif self.accept("in"):
                left = tree.In(left, self._in_tests(), at=token.start)
            else:
                return left

    def _open_range(self) -> Node:
        token = self.take()
        return tree.OpenRange(token.value, self._additive(), at=token.start)

    def _in_tests(self) -> tuple[Node, ...]:
        if self.sees(*_COMPARISONS):
            return (self._open_range(),)
        if not self.sees("("):
            return (self._additive(),)
        opening = self.take()
        first = self.expression()
        if self.accept(".."):
            return (self._postfix_of(self._range(first, opening.start, low_included=False)),)
        tests = [first]
        while self.accept(","):
            tests.append(self.expression())
        self.expect(")")
        return tuple(tests) if len(tests) > 1 else (self._postfix_of(first),)

    def _additive(self) -> Node:
        left = self._multiplicative()
        while token := self.accept("+", "-"):
            left = tree.Arithmetic(token.value, left, self._multiplicative(), at=token.start)
        return left

    def _multiplicative(self) -> Node:
        left = self._power()
        while token := self.accept("*", "/"):
            left = tree.Arithmetic(token.value, left, self._power(), at=token.start)
        return left

    def _power(self) -> Node:
        left = self._negation()
        while token := self.accept("**"):
            left = tree.Arithmetic("**", left, self._negation(), at=token.start)
        return left

    def _negation(self) -> Node:
        minuses = []
        while self.sees("-"):
            minuses.append(self.take().start)
        node = self._instance_of()
        for at in reversed(minuses):
            node = tree.Negation(node, at=at)
        return node

    def _instance_of(self) -> Node:
        node = self._postfix()
        while token := self.accept("instance"):
            self.expect("of")
            node = tree.InstanceOf(node, self.type(), at=token.start)
        return node

    def _postfix(self) -> Node:
        return self._postfix_of(self._primary())

    def _postfix_of(self, node: Node) -> Node:
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
        return following.value in _STARTERS or (following.value in _COMPARISONS and not self.in_range_end)

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
            return self._range(inner, at, low_included=False)
        self.expect(")")
        return inner

    def _range(self, low: Node, at: int, *, low_included: bool) -> Node:
        high = self.expression(range_end=True)
        close = self.expect("]", ")", "[")
        return tree.RangeNode(low, high, low_included, close.value == "]", at=at)

    def _bracket(self) -> Node:
        opening = self.take()
        if opening.value == "]":
            low = self.expression()
            self.expect("..")
            return self._range(low, opening.start, low_included=False)
        if self.accept("]"):
            return tree.ListNode((), at=opening.start)
        first = self.expression()
        if self.accept(".."):
            return self._range(first, opening.start, low_included=True)
        items = [first]
        while self.accept(","):
            items.append(self.expression())
        self.expect("]")
        return tree.ListNode(tuple(items), at=opening.start)

    def _context(self) -> Node:
        at = self.take().start
        entries: list[tuple[str, Node]] = []
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
            if any(key == other for other, _ in entries):
                raise syntax_error("duplicate_key", token.start, self.text, found=key)
            self.expect(":")
            entries.append((key, self.expression()))
        return tree.ContextNode(tuple(entries), at=at)

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
