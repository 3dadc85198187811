"""What the publish gate says about a bundle: one finding a fault, in both languages."""

from dataclasses import asdict, dataclass

LONGEST = {"element": 200, "message_zh": 1_000, "message_en": 1_000, "file": 400, "hint_zh": 1_000, "hint_en": 1_000}
"""Characters kept of each text: what a file says once may be quoted in a thousand findings."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault (`severity` "error": the bundle is refused) or a doubt ("warning") about one element.

    element: its id in the diagram ("" = the whole file); code: stable short name; hint: what to do about it. Longer
    texts than anybody reads are cut.
    """

    element: str
    code: str
    severity: str
    message_zh: str
    message_en: str
    file: str = ""
    hint_zh: str = ""
    hint_en: str = ""

    def __post_init__(self) -> None:
        for name, most in LONGEST.items():
            text = getattr(self, name)
            if len(text) > most:
                object.__setattr__(self, name, f"{text[: most - 1]}…")

    def as_json(self) -> dict[str, str]:
        """The finding as a JSON object."""
        return asdict(self)
