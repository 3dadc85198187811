"""The syntax tree: frozen nodes which compare by meaning of the text, not by its position.

Every node carries `at`, the offset in the text, which takes no part in equality, so that a printed and re-parsed tree
is equal to the first one.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from engine.feel.temporal import Temporal


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression."""

    at: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """null, true, false, a number or a string."""

    value: bool | Decimal | str | None


@dataclass(frozen=True, slots=True)
class AtLiteral(Node):
    """`@"2026-01-31"`: a date, time, date and time, or duration."""

    text: str
    value: Temporal = field(compare=False)


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable; words are separated by one space."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[test]`, also the n-th item."""

    source: Node
    test: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`callee(arguments)`; `names` is None for positional arguments."""

    callee: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left operator right` with `+ - * / **`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left operator right` with `= != < <= > >=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`value in test` or `value in (test, test)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: "TypeNode"


@dataclass(frozen=True, slots=True)
class Conjunction(Node):
    """`a and b and c`."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Disjunction(Node):
    """`a or b or c`."""

    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Binding(Node):
    """`name in source`, or `name in source..end` when end is given."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for bindings return result`."""

    bindings: tuple[Binding, ...]
    result: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some|every bindings satisfies condition`."""

    every: bool
    bindings: tuple[Binding, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class ListNode(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextNode(Node):
    """`{key: value}`; an entry sees the ones before it."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeNode(Node):
    """`[low..high]` and its open forms."""

    low: Node
    high: Node
    low_included: bool
    high_included: bool


@dataclass(frozen=True, slots=True)
class OpenRange(Node):
    """`< end`, `<= end`, `> end`, `>= end`, `= end`, `!= end`: a range, or a unary test."""

    operator: str
    end: Node


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A formal parameter with its optional type."""

    name: str
    type: "TypeNode | None" = None


@dataclass(frozen=True, slots=True)
class FunctionNode(Node):
    """`function(parameters) body`."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests of a decision table cell: `-` has no tests; negated when written `not(...)`."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TypeNode(Node):
    """A type: a name, `list<T>`, `range<T>`, `context<a: T>` or `function<T> -> R`.

    `arguments` are the inner types; `fields` the keys of a context, `result` that of a function.
    """

    name: str
    arguments: tuple["TypeNode", ...] = ()
    fields: tuple[str, ...] = ()
    result: "TypeNode | None" = None
