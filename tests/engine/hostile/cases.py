"""What a case is, and all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Content = bytes | dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile file.

    name: a word or two; suffix: of the file; make: its content, or a whole bundle (path -> content);
    code: of one of the errors it must be refused with, "" = it is rightly accepted;
    played: likewise, of what only the dry run before a publication finds.
    """

    name: str
    suffix: str
    make: Callable[[], Content]
    code: str = ""
    played: str = ""

    @property
    def file_name(self) -> str:
        """A name for the file or folder."""
        return f"{self.name.replace(' ', '_').replace('/', '-')}{self.suffix}"


def cases() -> Mapping[str, Case]:
    """All cases by name."""
    from tests.engine.hostile import (
        diagrams,
        disguises,
        encodings,
        explosions,
        heavy_files,
        many_texts,
        other_files,
        quoted_often,
        sizes,
    )

    rooms = (encodings, disguises, sizes, explosions, diagrams, other_files, heavy_files, many_texts, quoted_often)
    found = [case for room in rooms for case in room.CASES]
    by_name = {case.name: case for case in found}
    assert len(by_name) == len(found), "two cases have one name"
    return by_name
