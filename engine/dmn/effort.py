"""What compiling a decision file may cost: the FEEL in it is weighed before it is compiled, so that the answer is the
same on every machine."""

from engine.dmn.errors import DmnError
from engine.dmn.trace import Note
from engine.feel.expression import MAX_KEPT
from engine.feel.parser import MAX_TEXT

MOST = 60_000
"""Characters of FEEL, plain values and simple cells apart: half a second of work."""
_EACH = 20
"""What a text costs besides its characters."""


class TooMuch(DmnError):
    """The decision file is too large"""


class Effort:
    """What may still be compiled of a set of files; what is in the cache costs nothing again."""

    __slots__ = ("_known", "_left")

    def __init__(self, most: int = MOST) -> None:
        self._left = most
        self._known: set[tuple[str, frozenset[str]]] = set()

    def spend(self, text: str = "", names: frozenset[str] = frozenset(), element: str = "") -> None:
        """Weigh a text (none: a type) with the names which have to be looked for in it. Raises TooMuch."""
        if (text, names) in self._known:
            return
        size = len(text) if len(text) <= MAX_TEXT else 0  # a longer one is refused without being read
        self._left -= _EACH + size + len(names)
        if self._left < 0:
            raise TooMuch(
                "there are more expressions and types than can be compiled: divide the file",
                element,
                zh="表达式和类型过多，无法编译：请拆分文件",
            )

    def compiled(self, text: str, names: frozenset[str]) -> None:
        """Note that a text is FEEL and was compiled; unless it is too long for the cache, it costs nothing again."""
        if len(text) <= MAX_KEPT:
            self._known.add((text, names))


class Notes(list[Note]):
    """What is wrong with the texts compiled so far, and what compiling more of them may cost."""

    def __init__(self, effort: Effort) -> None:
        super().__init__()
        self.effort = effort
