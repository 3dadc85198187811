"""Messages to our own people inside the application."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine import outbox
from engine.clock import now
from workflows.models import Notice, Person


def tell(
    session: Session, people: Iterable[Person], text_zh: str, text_en: str, *, case_number: str | None = None
) -> None:
    """Promise a notice (outbox topic `notify`) to these people."""
    ids = sorted({str(person.id) for person in people})
    if ids:
        payload = {"people": ids, "text_zh": text_zh, "text_en": text_en, "case_number": case_number}
        outbox.promise(session, "notify", payload)


def deliver(session: Session, message_id: UUID, payload: Mapping[str, Any]) -> None:
    """Write the notices of a promise; delivering it twice changes nothing."""
    rows = [
        {
            "id": message_id,
            "person_id": UUID(person),
            "text_zh": payload["text_zh"],
            "text_en": payload["text_en"],
            "case_number": payload.get("case_number"),
            "at": now(),
        }
        for person in payload["people"]
    ]
    if rows:
        session.execute(insert(Notice).on_conflict_do_nothing(), rows)


def unread(session: Session, person: Person, limit: int = 50) -> list[Notice]:
    """The newest unread notices of a person."""
    query = select(Notice).where(Notice.person_id == person.id, Notice.read_at.is_(None))
    return list(session.scalars(query.order_by(Notice.at.desc()).limit(limit)))


def unread_count(person_id: UUID, most: int = 50) -> ScalarSelect[int]:
    """How many unread notices a person has, counted to `most` and no further; to be read along with other things."""
    some = select(Notice.id).where(Notice.person_id == person_id, Notice.read_at.is_(None)).limit(most).subquery()
    return select(func.count()).select_from(some).scalar_subquery()


def mark_read(session: Session, person: Person, notice_ids: Iterable[UUID]) -> None:
    """Mark notices of this person as read."""
    session.execute(
        update(Notice).where(Notice.person_id == person.id, Notice.id.in_(list(notice_ids))).values(read_at=now())
    )
