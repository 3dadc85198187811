"""Parts of FEEL trees which both translators need."""

from decimal import Decimal

from engine.feel import tree
from engine.feel.lexer import KEYWORDS
from engine.feel.names import is_plain
from engine.feel.translate.errors import NotTranslatable
from engine.feel.values import number as feel_number

MAX_TEXT = 5_000
MAX_DEPTH = 40
NULL = tree.Literal(None)
TRUE = tree.Literal(True)
FALSE = tree.Literal(False)


def name(text: str, position: int) -> tree.Name:
    """A variable; refused when FEEL reads its name as something else."""
    if text in KEYWORDS or not is_plain(text):
        raise NotTranslatable("name", position, found=text)
    return tree.Name(text)


def member(source: tree.Node, key: str, position: int) -> tree.Node:
    """An entry by its key."""
    if is_plain(key):
        return tree.Path(source, key)
    if not key:
        raise NotTranslatable("index", position)
    return call("get value", source, tree.Literal(key))


def number(text: str, position: int) -> tree.Node:
    """A number, negative ones as FEEL writes them."""
    value = feel_number(text)
    if value is None:
        raise NotTranslatable("number", position)
    literal = tree.Literal(abs(value))
    return tree.Negation(literal) if value < 0 else literal


def item(source: tree.Node, index: int) -> tree.Node:
    """An item by its position from 0, as the others count."""
    if index < 0:
        return tree.Filter(source, tree.Negation(tree.Literal(Decimal(-index))))
    return tree.Filter(source, tree.Literal(Decimal(index + 1)))


def call(function: str, *arguments: tree.Node) -> tree.Node:
    """A call of a built-in."""
    return tree.Call(tree.Name(function), arguments)


def negated(node: tree.Node) -> tree.Node:
    """Everything but true becomes true, null too: what the other languages mean by not."""
    if isinstance(node, tree.Comparison) and node.operator in ("=", "!="):
        return tree.Comparison("!=" if node.operator == "=" else "=", node.left, node.right)
    return tree.Comparison("!=", node, TRUE)


def conjunction(parts: list[tree.Node]) -> tree.Node:
    """`a and b`, flat."""
    flat = [inner for part in parts for inner in (part.operands if isinstance(part, tree.Conjunction) else (part,))]
    return flat[0] if len(flat) == 1 else tree.Conjunction(tuple(flat))


def disjunction(parts: list[tree.Node]) -> tree.Node:
    """`a or b`, flat."""
    flat = [inner for part in parts for inner in (part.operands if isinstance(part, tree.Disjunction) else (part,))]
    return flat[0] if len(flat) == 1 else tree.Disjunction(tuple(flat))


def is_empty(node: tree.Node) -> tree.Node:
    """Null, an empty text, list or context; a plain true or false for any value."""
    empties = [NULL, tree.Literal(""), tree.ListNode(()), tree.ContextNode(())]
    tests = disjunction([tree.Comparison("=", node, empty) for empty in empties])
    return tree.If(tests, TRUE, FALSE)


def size(node: tree.Node) -> tree.Node:
    """The length of a text or the number of items of a list."""
    is_text = tree.InstanceOf(node, tree.TypeNode("string"))
    return tree.If(is_text, call("string length", node), call("count", node))
