"""Names of several words: which ones are known, and where the text has one.

FEEL names may hold spaces, keywords and even operators (`date and time`, `profit and loss`, `a-b`; DMN 1.5, 10.3.1.2):
the text alone does not tell, the names in scope do. The longest known name wins.
"""

import re
from collections.abc import Iterable
from typing import Any

from engine.feel.lexer import KEYWORDS, NAME_PART, SPACE, SPACES, WORD


def normal(name: str) -> str:
    """White space trimmed and every run of it one space."""
    return SPACES.sub(" ", name).strip()


def is_plain(name: str) -> bool:
    """Whether the lexer reads the name without help: words and single spaces, no keyword."""
    return all(WORD.fullmatch(word) and word not in KEYWORDS for word in name.split(" "))


def is_legal(name: str) -> bool:
    """Whether a text may be a name at all (rules 25 to 30)."""
    return _LEGAL.fullmatch(name) is not None


def helped(names: Iterable[str]) -> frozenset[str]:
    """Those of some names which the lexer does not read without help."""
    return frozenset(name for name in names if not is_plain(normal(name)))


_END = ""


class KnownNames:
    """The names which need help, as a tree of their tokens: however many, a look-up is as long as one name."""

    __slots__ = ("_root",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._root: dict[str, Any] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known; plain ones need no help and are skipped."""
        name = normal(name)
        if not WORD.match(name) or is_plain(name) or name in KEYWORDS or len(name) > MAX_NAME:
            return
        branch = self._root
        for token in _TOKENS.findall(name):
            branch = branch.setdefault(token, {})
        branch.setdefault(_END, name)

    def match(self, text: str, position: int) -> tuple[str, int] | None:
        """The longest known name at the position and where it ends; white space between its tokens does not matter."""
        branch = self._root
        found: tuple[str, int] | None = None
        while branch:
            token = _TOKENS.match(text, position)
            if token is None:
                break
            branch = branch.get(token[1], _NOTHING)
            position = token.end()
            if _END in branch:
                found = branch[_END], position
        return found


_NOTHING: dict[str, Any] = {}
MAX_NAME = 500
_TOKENS = re.compile(f"[{SPACE}]*({WORD.pattern}|[0-9]+|[^{SPACE}])")
_LEGAL = re.compile(f"{WORD.pattern}(?:[./+*'’-]|[{SPACE}]|{NAME_PART.pattern})*")
