"""The grammar itself: one method a rule, lowest precedence first."""

from engine.feel import tree
from engine.feel.parser_values import COMPARISONS, Values
from engine.feel.tree import Node


class Forms(Values):
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
        if self.sees(*COMPARISONS):
            return self._open_range()
        left = self._additive()
        while True:
            token = self.token
            if token.kind == "operator" and token.value in COMPARISONS:
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
        if self.sees(*COMPARISONS):
            return (self._open_range(),)
        if not self.sees("("):
            return (self._additive(),)
        opening = self.take()
        first = self.expression()
        if self.accept(".."):
            return (self.postfix_of(self.range(first, opening.start, low_included=False)),)
        tests = [first]
        while self.accept(","):
            tests.append(self.expression())
        self.expect(")")
        return tuple(tests) if len(tests) > 1 else (self.postfix_of(first),)

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
        node = self.postfix()
        while token := self.accept("instance"):
            self.expect("of")
            node = tree.InstanceOf(node, self.type(), at=token.start)
        return node
