"""What the publish gate says about a bundle: one finding a fault, in both languages."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault (`severity` "error": the bundle is refused) or a doubt ("warning") about one element.

    element: its id in the diagram ("" = the whole file); code: stable short name; hint: what to do about it.
    """

    element: str
    code: str
    severity: str
    message_zh: str
    message_en: str
    file: str = ""
    hint_zh: str = ""
    hint_en: str = ""

    def as_json(self) -> dict[str, str]:
        """The finding as a JSON object."""
        return asdict(self)
