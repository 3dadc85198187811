"""What is recorded in a case file (ISO 10002): forms, plans, decisions, letters, evidence, remarks."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.clock import now
from engine.ids import new_id
from engine.models import Base, Json
from workflows.crypto import Encrypted


class DecisionKind(StrEnum):
    """Who decided: legal on the plan, an approval level on the plan, finance or staff on its execution."""

    LEGAL = "legal"
    APPROVAL = "approval"
    EXECUTION = "execution"


class CaseChange(Base):
    """An edit of a case field: what stood before, what after, who (the original narrative is beside it)."""

    __tablename__ = "case_change"
    __table_args__ = (Index("ix_case_change_case", "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str]
    field: Mapped[str]
    before: Mapped[Any] = mapped_column(Encrypted("case_change.before"), nullable=True)
    after: Mapped[Any] = mapped_column(Encrypted("case_change.after"), nullable=True)
    reason: Mapped[str] = mapped_column(default="")


class Submission(Base):
    """The whole form a person sent with a user task, kept in the case file.

    duty, step: `redress:role` and `redress:policy` of the task in the diagram it was sent under. seq: which came before
    which, numbered by the database under the lock of the case: clocks differ between machines, and are set back.
    """

    __tablename__ = "submission"
    __table_args__ = (Index("ix_submission_case", "case_id", "seq"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    task_id: Mapped[UUID]
    element_id: Mapped[str]
    form_id: Mapped[str | None]
    duty: Mapped[str | None]
    step: Mapped[str | None]
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    data: Mapped[Json] = mapped_column(Encrypted("submission.data"))
    seq: Mapped[int] = mapped_column(BigInteger, Identity())


class Plan(Base):
    """A frozen version of assessment and solution. `released_at`: legal and all approvals were on file then."""

    __tablename__ = "plan"
    __table_args__ = (Index("uq_plan_case_version", "case_id", "version", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    version: Mapped[int]
    upheld: Mapped[str | None]
    remedy: Mapped[str | None]
    amount: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(default="CNY")
    content: Mapped[Json] = mapped_column(Encrypted("plan.content"))
    proposer: Mapped[str]
    needs_legal: Mapped[bool]
    levels: Mapped[list[str]] = mapped_column(default=list)
    sha256: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    released_at: Mapped[datetime | None]


class Decision(Base):
    """A decision on a plan version by one person (legal, an approval level, execution), from the form they sent.

    Append-only; one submission gives one decision, so a step run again changes nothing. `seq` as in a submission.
    """

    __tablename__ = "decision"
    __table_args__ = (
        Index("ix_decision_case", "case_id", "seq"),
        Index("uq_decision_submission", "submission_id", "kind", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plan.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submission.id"))
    kind: Mapped[DecisionKind] = mapped_column(Text())
    level: Mapped[str | None]
    outcome: Mapped[str]
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(Encrypted("decision.reason"))
    seq: Mapped[int] = mapped_column(BigInteger, Identity())


class Letter(Base):
    """A letter as it was sent or received, verbatim; `outbox_id` is the promise which carries it."""

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_case", "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    direction: Mapped[str] = mapped_column(default="out")
    template: Mapped[str]
    locale: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Encrypted("letter.body"))
    recipient: Mapped[str | None] = mapped_column(Encrypted("letter.recipient"))
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    outbox_id: Mapped[UUID | None]
    sha256: Mapped[str]


class Evidence(Base):
    """An item of evidence, append-only (a trigger refuses change); `hash` chains the items of a case."""

    __tablename__ = "evidence"
    __table_args__ = (Index("uq_evidence_case_seq", "case_id", "seq", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    seq: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    url: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime | None]
    added_by: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(default=now)
    previous: Mapped[str] = mapped_column(default="")
    hash: Mapped[str]


class Comment(Base):
    """A remark of staff on a case; never shown to the complainant."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_case", "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    author: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    text: Mapped[str] = mapped_column(Encrypted("comment.text"))


class Escalation(Base):
    """A late step was told to the next level of the chain."""

    __tablename__ = "escalation"
    __table_args__ = (Index("ix_escalation_case", "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    step: Mapped[str]
    level: Mapped[int]
    told: Mapped[list[str]] = mapped_column(default=list)
    at: Mapped[datetime] = mapped_column(default=now)


class Disclosure(Base):
    """Somebody saw clear personal data: who, what, why."""

    __tablename__ = "disclosure"
    __table_args__ = (Index("ix_disclosure_case", "case_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    fields: Mapped[list[str]]
    reason: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)


class Export(Base):
    """Somebody took a list out of the house: who, what (`cases`, `tasks`), its filters, columns and number of rows."""

    __tablename__ = "export"
    __table_args__ = (Index("ix_export_at", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    what: Mapped[str]
    format: Mapped[str]
    filters: Mapped[Json]
    columns: Mapped[list[str]]
    rows: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now)
