"""What can go wrong with an expression, and the notes an evaluation leaves behind.

A wrong *text* raises `FeelSyntaxError`; a too hungry evaluation raises `BudgetExceeded`; everything else is null plus a
`Diagnostic`, as the standard demands (DMN 1.5, 10.3.2.13.1: a function or operator outside its domain is null).
"""

from dataclasses import dataclass, field

from engine.errors import Invalid
from engine.feel.messages import MESSAGES


class FeelError(Invalid):
    """The expression cannot be used"""


class FeelSyntaxError(FeelError):
    """The text is not a FEEL expression"""

    def __init__(self, message: str, position: int, text: str, *, message_zh: str = "") -> None:
        """message: English sentence; position: offset in characters into text; message_zh: the same in Chinese."""
        super().__init__(message, position=position)
        self.message = message
        self.message_zh = message_zh or message
        self.position = position
        self.text = text

    @property
    def line_and_column(self) -> tuple[int, int]:
        """Line and column of the position, both from 1."""
        before = self.text[: self.position]
        return before.count("\n") + 1, self.position - (before.rfind("\n") + 1) + 1

    def __str__(self) -> str:
        line, column = self.line_and_column
        return f"{self.message} (line {line}, column {column})"


class BudgetExceeded(FeelError):
    """The evaluation asked for more time, steps, depth or memory than it may have"""

    def __init__(self, what: str, limit: float) -> None:
        """what: the name of the `Budget` field which ran out; limit: its value."""
        en, zh = MESSAGES["budget"]
        super().__init__(en.format(what=what, limit=limit), what=what, limit=limit)
        self.what = what
        self.message_zh = zh.format(what=what, limit=limit)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Why a part of an expression became null: a code of `messages.MESSAGES`, its facts, and where in the text."""

    code: str
    position: int
    facts: dict[str, object] = field(default_factory=dict, hash=False)

    @property
    def en(self) -> str:
        """The English sentence."""
        return MESSAGES[self.code][0].format(**self.facts)

    @property
    def zh(self) -> str:
        """The Chinese sentence."""
        return MESSAGES[self.code][1].format(**self.facts)

    def __str__(self) -> str:
        return self.en
