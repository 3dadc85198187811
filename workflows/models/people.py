"""Who works here, and the messages they get inside the application."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.clock import now
from engine.ids import new_id
from engine.models import Base, Json


class Role(StrEnum):
    """What a person is here; one person may have several."""

    STAFF = "staff"
    HEAD = "head"
    LEGAL = "legal"
    MANAGEMENT = "management"
    FINANCE = "finance"
    PROCESS_OWNER = "process_owner"
    PROCESS_APPROVER = "process_approver"
    MANAGER = "manager"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    INTAKE = "intake"


class Department(Base):
    """A department; `aliases` are the lane names which resolve to it besides code and names.

    leader: id of the head who is told first; `rev` guards edits.
    """

    __tablename__ = "department"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey("department.code"))
    aliases: Mapped[list[str]] = mapped_column(default=list)
    leader: Mapped[UUID | None]
    position: Mapped[int] = mapped_column(default=0)
    rev: Mapped[int] = mapped_column(default=1)


class Person(Base):
    """Somebody who works here. `password_hash` is argon2id; `rev` guards edits."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_department", "department"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    login: Mapped[str] = mapped_column(unique=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    mail: Mapped[str | None]
    department: Mapped[str] = mapped_column(ForeignKey("department.code"))
    roles: Mapped[list[str]] = mapped_column(default=list)
    password_hash: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="zh")
    active: Mapped[bool] = mapped_column(default=True)
    rev: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)


class DirectoryChange(Base):
    """What somebody changed of a person or a department: the values before (empty for a new one) and after.

    subject: `person` or `department`; key: the id or code of it.
    """

    __tablename__ = "directory_change"
    __table_args__ = (Index("ix_directory_change_key", "key", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str]
    subject: Mapped[str]
    key: Mapped[str]
    before: Mapped[Json]
    after: Mapped[Json]


class ApiToken(Base):
    """A program's key to the API. Only `digest` (SHA-256 of the token) is kept; `prefix` helps to recognise it."""

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_person", "person_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    name: Mapped[str]
    prefix: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Notice(Base):
    """A message inside the application. `id` is the promise's, so a second delivery changes nothing."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_unread", "person_id", "at", postgresql_where=text("read_at IS NULL")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    text_zh: Mapped[str]
    text_en: Mapped[str]
    case_number: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]
