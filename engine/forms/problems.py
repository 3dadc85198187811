"""What is wrong with submitted data: one value a fault, with the field's path and label, in both languages."""

from dataclasses import dataclass
from typing import Any

from engine.forms.messages import KINDS, MESSAGES


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """path: where the value stands, as `items[0].name`, empty for the whole submission; code: a key of `MESSAGES`."""

    path: str
    label: str
    code: str
    message_zh: str
    message_en: str

    def message(self, locale: str = "zh-CN") -> str:
        """The sentence in a language; anything but Chinese gives English."""
        return self.message_zh if locale.lower().startswith("zh") else self.message_en

    def as_json(self) -> dict[str, str]:
        """The problem as `engine.errors.Invalid` wants it."""
        return {
            "path": self.path,
            "label": self.label,
            "code": self.code,
            "message_zh": self.message_zh,
            "message_en": self.message_en,
        }


@dataclass(frozen=True, slots=True)
class Submission:
    """The clean data of a submission and what is wrong with it; the data may be used only when `ok`."""

    values: dict[str, Any]
    problems: list[FieldProblem]
    locale: str = "zh-CN"

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    @property
    def messages(self) -> list[str]:
        """The sentences in the language of the submission."""
        return [problem.message(self.locale) for problem in self.problems]


def problem(path: str, label: str, code: str, **facts: object) -> FieldProblem:
    """A problem by code. facts: `limit`, or `wanted` (a key of `KINDS`) for wrong types."""
    zh, en = MESSAGES[code]
    wanted_zh, wanted_en = KINDS.get(str(facts.get("wanted", "")), ("", ""))
    names = {**facts, "label": label, "wanted_zh": wanted_zh, "wanted_en": wanted_en}
    return FieldProblem(path, label, code, zh.format_map(names), en.format_map(names))
