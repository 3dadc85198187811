"""Names of several words: which ones are known, and where the text has one.

FEEL names may hold spaces, keywords and even operators (`date and time`, `profit and loss`, `a-b`; DMN 1.5, 10.3.1.2):
the text alone does not tell, the names in scope do. The longest known name wins.
"""

import re
from collections.abc import Iterable

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


class KnownNames:
    """The names which need help, by their first character, longest first."""

    __slots__ = ("_by_first",)

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Make a name known; plain ones need no help and are skipped."""
        name = normal(name)
        if not WORD.match(name) or is_plain(name) or name in KEYWORDS:
            return
        bucket = self._by_first.setdefault(name[0], [])
        if any(known == name for known, _ in bucket):
            return
        pattern = re.compile(_pattern(name))
        bucket.append((name, pattern))
        bucket.sort(key=lambda entry: -len(entry[0]))

    def match(self, text: str, position: int) -> tuple[str, int] | None:
        """The longest known name at the position and where it ends."""
        for name, pattern in self._by_first.get(text[position : position + 1], ()):
            found = pattern.match(text, position)
            if found and not (NAME_PART.match(text, found.end()) and NAME_PART.match(name[-1])):
                return name, found.end()
        return None


def _pattern(name: str) -> str:
    """The tokens of a name with any white space between them; some is needed between two words only."""
    out = ""
    previous_is_word = False
    for token in _TOKENS.findall(name):
        is_word = WORD.match(token) is not None or token.isdigit()
        gap = f"[{SPACE}]+" if previous_is_word and is_word else f"[{SPACE}]*"
        out += (gap if out else "") + re.escape(token)
        previous_is_word = is_word
    return out


_TOKENS = re.compile(f"{WORD.pattern}|[0-9]+|[^{SPACE}]")
_LEGAL = re.compile(f"{WORD.pattern}(?:[./+*'’-]|[{SPACE}]|{NAME_PART.pattern})*")
