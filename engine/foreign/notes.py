"""What happened to a foreign extension."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass, replace
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


def missing_forms(notes: Iterable[Note], known: Collection[str]) -> list[Note]:
    """The notes; those on a form which is none of `known` say that it has to be made: it is kept elsewhere."""
    return [_missing(note) if _is_form(note) and note.new not in known else note for note in notes]


def _is_form(note: Note) -> bool:
    return note.outcome is Outcome.TRANSLATED and note.what.endswith((":formKey", ":formRef"))


def _missing(note: Note) -> Note:
    zh = f"{note.message_zh}；表单本身不在导入的文件中，须在编辑器中新建"
    en = f"{note.message_en}; the form itself is not in the imported files and has to be made in the studio"
    return replace(note, message_zh=zh, message_en=en)
