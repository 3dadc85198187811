"""Finding cases by what somebody types: a number, words of the summary or product, a complainant's phone or mail."""

from sqlalchemy import ColumnElement, func, literal_column, or_, select, union_all
from sqlalchemy.orm import Session

from workflows.crypto import blind, normal_mail, normal_phone
from workflows.models import TOLD, Case, Party

FEW = 500
"""So many cases are taken by their ids; a text in more of them is soon found by looking at one after the other."""


def matching(session: Session, text: str) -> ColumnElement[bool]:
    """SQL condition on `Case` for a search text: how the number begins, the whole order or batch number, words of the
    summary or product (upper or lower case), or by the blind index a complainant's whole phone number or mail address.

    Costs a statement, which reads indexes only: what is in few cases is not looked for in all of them.
    """
    wanted = text.strip()
    words = literal_column(f"({TOLD})").icontains(wanted, autoescape=True)
    number = Case.number.startswith(wanted.upper(), autoescape=True)
    if len(wanted) < 2:  # nothing which the index of pairs could tell
        return or_(number, words)
    pairs = literal_column(f"letter_pairs({TOLD})").op("@>")(func.letter_pairs(wanted))
    ways: list[ColumnElement[bool]] = [number, Case.order_no == wanted, Case.batch_no == wanted, pairs & words]
    queries = [select(Case.id).where(way).limit(FEW + 1) for way in ways]
    reached = reached_by(wanted)
    if reached is not None:
        queries.append(select(Case.id).join(Case.party).where(reached).limit(FEW + 1))
    found = session.scalars(union_all(*queries).limit(FEW + 1)).all()
    return Case.id.in_(found) if len(found) <= FEW else or_(*ways[:3], words, *_of_party(reached))


def reached_by(text: str) -> ColumnElement[bool] | None:
    """SQL condition on `Party`: who has this whole phone number or mail address; None where the text is neither."""
    if "@" in text:
        return Party.mail_index == blind("mail", normal_mail(text))
    phone = normal_phone(text)
    return Party.phone_index == blind("phone", phone) if len(phone) >= 7 else None


def _of_party(reached: ColumnElement[bool] | None) -> list[ColumnElement[bool]]:
    return [] if reached is None else [Case.party_id.in_(select(Party.id).where(reached))]
