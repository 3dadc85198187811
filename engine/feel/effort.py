"""What compiling the FEEL of a file may cost: it is weighed before it is compiled, so that the answer is the same on
every machine."""

from engine.feel.expression import MAX_KEPT
from engine.feel.parser import MAX_TEXT

MOST = 60_000
"""Characters of FEEL, plain values and simple cells apart: half a second of work."""
_EACH = 20
"""What a text costs besides its characters."""


class Effort:
    """What may still be compiled of a set of files; what is in the cache costs nothing again."""

    __slots__ = ("_known", "_left")

    def __init__(self, most: int = MOST) -> None:
        self._left = most
        self._known: set[tuple[str, frozenset[str]]] = set()

    def spend(self, text: str = "", names: frozenset[str] = frozenset(), cost: int = 1) -> bool:
        """Weigh a text with the names which have to be looked for in it: whether it may be compiled.

        text: "" = something without a text, such as a type; cost: of a character, compared with one of FEEL.
        """
        if (text, names) not in self._known and self._left >= 0:
            size = len(text) if len(text) <= MAX_TEXT else 0  # a longer one is refused without being read
            self._left -= (_EACH + size + len(names)) * cost
        return self._left >= 0

    def compiled(self, text: str, names: frozenset[str] = frozenset()) -> None:
        """Note that a text was compiled, or will be: it costs nothing again, unless it is too long for the cache."""
        if len(text) <= MAX_KEPT:
            self._known.add((text, names))
