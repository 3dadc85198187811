"""How satisfied a complainant is, by their own hand: once per case, on their page or by a link of the closing mail.

It stands above what staff wrote down at the revisit; what stood there before is kept. A link carries a seal, so that
it opens its own case and no other, and says which rating its reader chose.
"""

import hmac
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import now
from workflows import cases, correspondence, notices, people
from workflows.crypto import blind
from workflows.errors import BadComplaint, NoSuchCase
from workflows.models import Case, CaseChange
from workflows.settings import settings

WORDS: Final = ("satisfied", "basically", "unsatisfied")
LETTER: Final = "closed"
ACTOR: Final = "complainant"
RATED: Final = frozenset({"solved", "partly_solved", "refused", "solved_on_the_spot", "settled", "unsettled"})
"""Outcomes whose complainants are asked; not those whose case goes on elsewhere."""


def rate(session: Session, case: Case, satisfaction: str) -> None:
    """Keep a complainant's rating of a closed case: satisfied, basically, unsatisfied. Only once; who is not satisfied
    is brought to the notice of the case's owner.

    Raises BadComplaint for another word, a case which is still open or was rated already.
    """
    if satisfaction not in WORDS:
        raise _bad("unknown", "请选择满意度", "choose how satisfied you are")
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    session.refresh(case, ["status", "satisfaction", "rev"])
    if cases.is_open(case):
        raise _bad("open", "结案后才能评价", "the case is still open")
    if rated(session, case):
        raise _bad("twice", "您已评价过", "you have rated it already")
    session.add(
        CaseChange(
            case_id=case.id, actor=ACTOR, field="satisfaction", before=case.satisfaction, after=satisfaction, at=now()
        )
    )  # fmt: skip
    case.satisfaction = satisfaction
    case.rev += 1
    session.flush()
    if satisfaction == "unsatisfied":
        owner = people.get(session, case.owner) if case.owner else None
        told = [owner] if owner else people.heads(session, "customer_service")
        zh, en = f"{case.number}：投诉人评价不满意", f"{case.number}: the complainant is not satisfied"
        notices.tell(session, told, zh, en, case_number=case.number)


def rated(session: Session, case: Case) -> bool:
    """Whether the complainant has rated the case."""
    mine = (CaseChange.case_id == case.id, CaseChange.actor == ACTOR, CaseChange.field == "satisfaction")
    return session.scalar(select(CaseChange.id).where(*mine).limit(1)) is not None


def seal(number: str) -> str:
    """What proves that a link comes from our own mail (HMAC-SHA-256, 32 hex signs)."""
    return str(blind("rating", number))[:32]


def opened_by(session: Session, number: str, given: str) -> Case:
    """The closed case a link is for. Raises NoSuchCase for a wrong seal and an unknown or open case alike."""
    case = cases.find(session, number)
    fits = hmac.compare_digest(seal(number).encode(), given.encode())
    if case is None or not fits or cases.is_open(case):
        raise NoSuchCase
    return case


def ask(session: Session, case: Case) -> None:
    """Send the mail which closes a case with a link for each rating; nobody is asked twice, or without an address."""
    if not case.party.mail or not settings().site:
        return
    if any(letter.template == LETTER for letter in correspondence.of(session, case)):
        return
    links = {word: f"{settings().site}/rate/{case.number}/{word}/{seal(case.number)}" for word in WORDS}
    correspondence.send(session, case, LETTER, actor="system", extra=links)


def _bad(code: str, zh: str, en: str) -> BadComplaint:
    return BadComplaint(
        en, problems=[{"path": "satisfaction", "code": code, "message_zh": zh, "message_en": en}]
    )  # fmt: skip
