"""The complaint file itself: complainant, number, case."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.clock import now
from engine.ids import new_id
from engine.models import Base, Json
from workflows.crypto import Encrypted


class Source(StrEnum):
    """Whether the complaint comes from outside or from our own people (restricted)."""

    EXTERNAL = "external"
    INTERNAL = "internal"


class CaseStatus(StrEnum):
    """Life of a case."""

    OPEN = "open"
    CLOSED = "closed"


class Party(Base):
    """A complainant. `identity` (sealed) holds name, phone, mail, address; the indexes find it again."""

    __tablename__ = "party"
    __table_args__ = (
        Index("ix_party_phone_index", "phone_index"),
        Index("ix_party_mail_index", "mail_index"),
        Index("ix_party_vip", "id", postgresql_where=text("tier = 'vip'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(default="consumer")
    tier: Mapped[str] = mapped_column(default="ordinary")
    locale: Mapped[str] = mapped_column(default="zh")
    identity: Mapped[dict[str, str] | None] = mapped_column(Encrypted("party.identity"))
    phone_index: Mapped[str | None]
    mail_index: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    erased_at: Mapped[datetime | None]

    def _part(self, key: str) -> str:
        return (self.identity or {}).get(key, "")

    @property
    def name(self) -> str:
        """Clear name; empty after erasure."""
        return self._part("name")

    @property
    def phone(self) -> str:
        """Clear phone number."""
        return self._part("phone")

    @property
    def mail(self) -> str:
        """Clear mail address."""
        return self._part("mail")

    @property
    def address(self) -> str:
        """Clear postal address."""
        return self._part("address")


class AcceptanceNumber(Base):
    """Every number ever given, kept when a case is erased: a number is never reused."""

    __tablename__ = "acceptance_number"

    number: Mapped[str] = mapped_column(primary_key=True)
    issued_at: Mapped[datetime] = mapped_column(default=now)


TOLD = "(case_file.summary || chr(10)) || coalesce(case_file.product, '')"
"""What a case is about, as it is indexed by pairs of letters (`workflows.lookup`)."""


class Case(Base):
    """The complaint file. `original` is what the complainant said and never changes (a trigger refuses it).

    named: ids of staff the complaint is about (locked out). template: deadline policy template.
    message_id: the sender's id of the intake message, so that twice is once. read_back_by, read_back_at: who repeated
    the complaint to the complainant, who confirmed it, and when. Money in minor units of `currency`.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        Index("ix_case_file_instance", "instance_id"),
        Index("ix_case_file_party", "party_id"),
        Index("ix_case_file_status_received", "status", "received_at", "id"),
        Index("ix_case_file_received", "received_at", "id"),
        Index("ix_case_file_open", "source", postgresql_where=text("status = 'open'")),
        Index("ix_case_file_closed", "closed_at", "id", postgresql_where=text("closed_at IS NOT NULL")),
        Index("ix_case_file_number_prefix", "number", postgresql_ops={"number": "text_pattern_ops"}),
        Index("ix_case_file_open_party", "party_id", postgresql_where=text("status = 'open'")),
        Index("ix_case_file_order", "order_no", postgresql_where=text("order_no IS NOT NULL")),
        Index(
            "ix_case_file_told",
            text(f"letter_pairs({TOLD})"),
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
        Index("ix_case_file_batch", "batch_no", postgresql_where=text("batch_no IS NOT NULL")),
        CheckConstraint("severity BETWEEN 1 AND 4", name="severity"),
        CheckConstraint("impact BETWEEN 1 AND 3", name="impact"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(ForeignKey("acceptance_number.number"), unique=True)
    instance_id: Mapped[UUID | None] = mapped_column(ForeignKey("process_instance.id"))
    message_id: Mapped[str | None] = mapped_column(unique=True)
    party_id: Mapped[UUID] = mapped_column(ForeignKey("party.id"))
    status: Mapped[CaseStatus] = mapped_column(Text(), default=CaseStatus.OPEN)
    source: Mapped[Source] = mapped_column(Text(), default=Source.EXTERNAL)
    channel: Mapped[str]
    locale: Mapped[str] = mapped_column(default="zh")
    summary: Mapped[str]
    original: Mapped[str] = mapped_column(Encrypted("case_file.original"), deferred=True)
    narrative: Mapped[str] = mapped_column(Encrypted("case_file.narrative"), deferred=True)
    product: Mapped[str | None]
    order_no: Mapped[str | None]
    batch_no: Mapped[str | None]
    branch: Mapped[str | None]
    region: Mapped[str | None]
    named: Mapped[list[str]] = mapped_column(default=list)
    demand: Mapped[str | None]
    amount_claimed: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(default="CNY")
    occurred_at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(default=now)
    promised_at: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    nature: Mapped[str | None]
    issue: Mapped[str | None]
    severity: Mapped[int | None]
    impact: Mapped[int | None]
    risk: Mapped[str | None]
    urgency: Mapped[str | None]
    emotion: Mapped[str | None]
    flags: Mapped[Json] = mapped_column(default=dict)
    template: Mapped[str] = mapped_column(default="T1")
    owner: Mapped[str | None]
    read_back_by: Mapped[str | None]
    read_back_at: Mapped[datetime | None]
    intake_by: Mapped[str] = mapped_column(default="system")
    cause: Mapped[str | None]
    upheld: Mapped[str | None]
    remedy: Mapped[str | None]
    amount_offered: Mapped[int | None]
    satisfaction: Mapped[str | None]
    outcome: Mapped[str | None]
    rounds: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
    watch_until: Mapped[datetime | None]
    rev: Mapped[int] = mapped_column(default=1)

    party: Mapped[Party] = relationship()

    @property
    def held(self) -> bool:
        """Whether it is under legal hold (`workflows.retention`)."""
        return bool(self.flags.get("hold"))
