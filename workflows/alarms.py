"""The early warning: words of danger in a new complaint reach legal, compliance and public relations at once."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session

from workflows import authorisation, notices, people
from workflows.models import Case

WARNED: Final = ("legal", "compliance", "public_relations")
"""Departments whose heads are told of every alarming complaint."""
_WORDS: Final = {
    "litigation": ("诉讼", "litigation"),
    "media": ("曝光", "publicity"),
    "safety": ("人身安全", "safety"),
    "personal_data": ("个人信息", "personal data"),
}


def raise_alarm(session: Session, case: Case, signs: Mapping[str, bool]) -> bool:
    """Take a case with a warning sign for high risk until somebody has classified it, and tell the departments.

    Each department gets a notice of its own, promised in the step which received the complaint; once for a case.
    Answers whether there was a reason to.
    """
    found = [name for name in _WORDS if signs.get(name)]
    if not found or case.flags.get("alarmed"):
        return False
    case.risk = case.risk or "high"
    case.flags = {**case.flags, "alarmed": True}
    zh, en = "、".join(_WORDS[name][0] for name in found), ", ".join(_WORDS[name][1] for name in found)
    for department in WARNED:
        told = [one for one in people.heads(session, department) if not authorisation.locked_out(one, case)]
        notices.tell(
            session, told, f"{case.number}：高风险投诉（{zh}）", f"{case.number}: high-risk complaint ({en})",
            case_number=case.number,
        )  # fmt: skip
    return True
