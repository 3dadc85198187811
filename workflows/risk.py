"""Risk and the legal gate as the domain sees them, whatever a diagram or its variables say.

The level itself is decided by the DMN of the bundle and kept on the case; a level may rise by the facts here, and
never falls below them.
"""

from collections.abc import Mapping

from workflows.models import Case

LEVELS = ("ordinary", "medium", "high")
FLAGS = ("litigation", "personal_data", "media", "safety")
COMPENSATING = frozenset({"compensation", "compensate", "punitive"})


def floor(case: Case) -> str:
    """The lowest level the facts on file allow: 4 = major is high; safety, media, law or severity 3 at least medium."""
    if case.severity == 4 or (case.flags.get("safety") and case.flags.get("media")):
        return "high"
    if (case.severity or 1) >= 3 or any(case.flags.get(name) for name in FLAGS):
        return "medium"
    return "ordinary"


def higher(first: str | None, second: str) -> str:
    """The higher of two levels; an unknown first one counts as lowest."""
    return max(first if first in LEVELS else "ordinary", second, key=LEVELS.index)


def needs_legal(case: Case, remedy: str | None = None) -> bool:
    """Whether legal must review before a plan is final: high risk, litigation, personal data, or compensation."""
    flags: Mapping[str, object] = case.flags
    return bool(case.risk == "high" or flags.get("litigation") or flags.get("personal_data") or remedy in COMPENSATING)
