"""What happened to a foreign extension."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """TRANSLATED: moved into our dialect; KEPT: stays in the file, means nothing here and need not; UNKNOWN: stays in
    the file, but a person must decide what should happen instead."""

    TRANSLATED = "translated"
    KEPT = "kept"
    UNKNOWN = "not_understood"


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the import's report: `old` stood there, `new` stands there now ("" unless translated)."""

    element: str
    outcome: Outcome
    what: str
    old: str
    new: str
    message_zh: str
    message_en: str

    def as_json(self) -> dict[str, str]:
        """The note as a JSON object."""
        return asdict(self)
