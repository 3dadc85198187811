"""What a new process can start as: bundles that pass the gate as they are, to be filled with an enterprise's own rules.

A starter is a folder of `data/starters`; forms which the shipped bundles have already are taken from there.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from engine.bundles import load_folder
from engine.settings import ROOT

_FOLDER: Final = Path(__file__).parent / "data" / "starters"
_SHIPPED: Final = ROOT / "diagrams"

BORROWED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "empty": (),
        "seven-steps": (
            "complaint/complaint-accept.form",
            "complaint/complaint-classify.form",
            "complaint/complaint-approve.form",
            "complaint/complaint-communicate.form",
            "complaint/complaint-carry-out.form",
            "complaint/complaint-revisit.form",
            "legal-review/legal-review-opinion.form",
        ),
    }
)
"""Name of each starter -> the forms it takes from the shipped bundles."""


def files(name: str) -> dict[str, bytes]:
    """The files of a starter by path, under its own key. Raises KeyError for an unknown name."""
    shipped = {path.rpartition("/")[2]: (_SHIPPED / path).read_bytes() for path in BORROWED[name]}
    return {**shipped, **load_folder(_FOLDER / name)}
