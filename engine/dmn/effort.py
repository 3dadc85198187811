"""What compiling a decision file may cost, and what is said where it is too much."""

from engine.dmn.errors import DmnError
from engine.dmn.trace import Note
from engine.feel.effort import Effort


class TooMuch(DmnError):
    """The decision file is too large"""


def spend(effort: Effort, text: str = "", names: frozenset[str] = frozenset(), element: str = "") -> None:
    """Weigh a text of an element (none: a type) before it is compiled. Raises TooMuch."""
    if not effort.spend(text, names):
        raise TooMuch(
            "there are more expressions and types than can be compiled: divide the file",
            element,
            zh="表达式和类型过多，无法编译：请拆分文件",
        )


class Notes(list[Note]):
    """What is wrong with the texts compiled so far, and what compiling more of them may cost."""

    def __init__(self, effort: Effort) -> None:
        super().__init__()
        self.effort = effort
