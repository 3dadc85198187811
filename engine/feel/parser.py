"""Tokens -> syntax tree: the FEEL grammar (DMN 1.5, 10.3.1.2) by recursive descent, one method a level of precedence.

Adjacent words which are no keywords form one name (`full name`): nothing else could be meant. Names with keywords or
operators inside are found through `KnownNames`.
"""

from collections.abc import Iterable

from engine.feel import tree, walk
from engine.feel.lexer import syntax_error
from engine.feel.parser_forms import Forms
from engine.feel.tree import Node

MAX_TEXT = 32_768
MAX_HEIGHT = 120


def parse_expression(text: str, names: Iterable[str] = ()) -> Node:
    """The tree of a whole expression; names: the names in scope. Raises FeelSyntaxError."""
    parser = _parser(text, names)
    result = parser.expression()
    parser.finish()
    check_height(result, text)
    return result


def parse_unary_tests(text: str, names: Iterable[str] = ()) -> tree.Tests:
    """The tree of the unary tests of a decision table cell; blank text counts as `-`. Raises FeelSyntaxError."""
    parser = _parser(text, names)
    result = parser.unary_tests()
    parser.finish()
    check_height(result, text)
    return result


def _parser(text: str, names: Iterable[str]) -> Forms:
    if len(text) > MAX_TEXT:
        raise syntax_error("too_long", MAX_TEXT, text, limit=MAX_TEXT)
    return Forms(text, names)


def check_height(root: Node, text: str) -> None:
    """Refuse a tree taller than MAX_HEIGHT (chains like `1+1+1+...` are tall without being nested); not recursive."""
    level: list[Node] = [root]
    for _ in range(MAX_HEIGHT):
        level = [child for node in level for child in walk.children(node)]
        if not level:
            return
    raise syntax_error("too_deep", level[0].at, text)
