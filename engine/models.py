"""The engine's tables: what waits, what happened, what will be delivered. The token state itself is bytes."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, MetaData, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from engine.clock import now
from engine.ids import new_id

Json = dict[str, Any]
_OPEN = text("status = 'open'")


class Base(DeclarativeBase):
    """Base of all tables, the domain's too."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: TIMESTAMP(timezone=True),
        Json: JSONB(),
        list[Json]: JSONB(),
        list[str]: ARRAY(Text()),
        bytes: LargeBinary(),
    }


class InstanceStatus(StrEnum):
    """Life of a process instance."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskStatus(StrEnum):
    """Life of a user task."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TimerKind(StrEnum):
    """What a timer stands on: an event in the diagram, or a warning ahead of a task's due date."""

    EVENT = "event"
    WARNING = "warning"


class IncidentStatus(StrEnum):
    """Life of an incident."""

    OPEN = "open"
    RESOLVED = "resolved"


class DraftState(StrEnum):
    """Life of a draft on its way to publication."""

    EDITING = "editing"
    IN_REVIEW = "in_review"
    APPROVED = "approved"


class ProcessDefinition(Base):
    """One published, immutable version of a bundle.

    files live in `DefinitionFile`; `bound` pins the called processes: process id -> definition id as text.
    `starts_on`: names of the messages which start an instance, of the signals with `signal:` before the name.
    `sha256` is over all file names and contents; `lint` is the gate's report at publication.
    `authors`: who changed the content; `author`: who published it; `approver`: the second person.
    """

    __tablename__ = "process_definition"
    __table_args__ = (Index("uq_process_definition_key_version", "key", "version", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str]
    version: Mapped[int]
    process_id: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    sha256: Mapped[str]
    bound: Mapped[Json] = mapped_column(default=dict)
    starts_on: Mapped[list[str]] = mapped_column(default=list)
    lint: Mapped[list[Json]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    authors: Mapped[list[str]] = mapped_column(default=list)
    approver: Mapped[str | None]
    published_at: Mapped[datetime] = mapped_column(default=now)
    retired_at: Mapped[datetime | None]

    files: Mapped[list["DefinitionFile"]] = relationship(order_by="DefinitionFile.path")


class DefinitionFile(Base):
    """A file of a published bundle: `*.bpmn`, `*.dmn`, `*.form` or `bundle.json`."""

    __tablename__ = "definition_file"

    definition_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class Draft(Base):
    """The editable state of a bundle; `rev` is the version its editors send back in If-Match.

    `author` saved last; `authors` are all who saved or handed it in since the draft began, none of whom may approve it.
    """

    __tablename__ = "draft"

    key: Mapped[str] = mapped_column(primary_key=True)
    rev: Mapped[int] = mapped_column(default=1)
    state: Mapped[DraftState] = mapped_column(Text(), default=DraftState.EDITING)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    base_version: Mapped[int | None]
    note: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    authors: Mapped[list[str]] = mapped_column(default=list)
    reviewer: Mapped[str | None]
    reviewed_sha256: Mapped[str | None]
    updated_at: Mapped[datetime] = mapped_column(default=now)

    files: Mapped[list["DraftFile"]] = relationship(order_by="DraftFile.path", cascade="all, delete-orphan")


class DraftFile(Base):
    """A file of a draft."""

    __tablename__ = "draft_file"

    draft_key: Mapped[str] = mapped_column(ForeignKey("draft.key", ondelete="CASCADE"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[bytes]


class ProcessInstance(Base):
    """One running process. `state` is opaque to SQL: format byte + zstd of ordered rows (`engine.spiff.state`),
    and empty since `swept_at`, when a finished instance had served its time."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_business_key", "business_key"),
        Index("ix_process_instance_key_prefix", "business_key", postgresql_ops={"business_key": "text_pattern_ops"}),
        Index("ix_process_instance_definition_status", "definition_id", "status", "id"),
        Index(
            "ix_process_instance_sweep", "ended_at", postgresql_where=text("ended_at IS NOT NULL AND swept_at IS NULL")
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    status: Mapped[InstanceStatus] = mapped_column(Text(), default=InstanceStatus.RUNNING)
    business_key: Mapped[str]
    rev: Mapped[int] = mapped_column(default=1)
    state: Mapped[bytes]
    history_seq: Mapped[int] = mapped_column(default=0)
    history_hash: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    swept_at: Mapped[datetime | None]

    definition: Mapped[ProcessDefinition] = relationship()


DUE = "coalesce(user_task.due_at, '9999-01-01 00:00:00+00'::timestamptz)"
"""When a user task is due, to sort by: those without a due date come last."""


class UserTask(Base):
    """Work which waits for a person. `id` is the token's own id inside the state; `rev` guards against lost edits.

    lane: name on the diagram; department: code it resolved to; candidates: further people (ids) who may take it;
    lender: who delegated it to the assignee and gets it back to complete it.
    signing: the token under which it is signed together with others (its own, or that of a task signers were added to);
    added_by: who added it as a further signer's; None = the diagram draws it.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        Index("ix_user_task_department_open", "department", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_user_task_due_open", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_user_task_assignee_open", "assignee", "due_at", "id", postgresql_where=_OPEN),
        Index("ix_user_task_priority_open", text("(-priority)"), text(DUE), "id", postgresql_where=_OPEN),
        Index("ix_user_task_step_open", "element_id", text(DUE), "id", postgresql_where=_OPEN),
        Index("ix_user_task_lender_open", "lender", postgresql_where=_OPEN),
        Index("ix_user_task_candidates_open", "candidates", postgresql_using="gin", postgresql_where=_OPEN),
        Index("ix_user_task_element_open", "definition_id", "element_id", postgresql_where=_OPEN),
        Index(
            "ix_user_task_board",
            *("definition_id", "element_id", "department", "due_at", "assignee"),
            postgresql_where=_OPEN,
        ),
        Index("ix_user_task_instance", "instance_id"),
        Index(
            "ix_user_task_completed",
            "definition_id",
            "completed_at",
            postgresql_include=["element_id", "created_at", "due_at"],
            postgresql_where=text("status = 'completed'"),
        ),
        Index("ix_user_task_done", "completed_by", "completed_at", postgresql_where=text("status = 'completed'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    definition_id: Mapped[UUID] = mapped_column(ForeignKey("process_definition.id"))
    element_id: Mapped[str]
    name_zh: Mapped[str]
    name_en: Mapped[str]
    lane: Mapped[str | None]
    department: Mapped[str | None]
    assignee: Mapped[str | None]
    lender: Mapped[str | None]
    candidates: Mapped[list[str]] = mapped_column(default=list)
    form_id: Mapped[str | None]
    priority: Mapped[int] = mapped_column(default=50)
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    status: Mapped[TaskStatus] = mapped_column(Text(), default=TaskStatus.OPEN)
    draft: Mapped[Json | None]
    rev: Mapped[int] = mapped_column(default=1)
    urged: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=now)
    claimed_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    signing: Mapped[UUID | None]
    added_by: Mapped[str | None]

    instance: Mapped[ProcessInstance] = relationship()


class Timer(Base):
    """A deadline. `id` is the waiting token's id (EVENT) or a fresh id (WARNING; `task_id` names the user task).

    claimed_until: a worker is on it until then. The rows of a suspended instance are gone until it is resumed.
    """

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due", "due_at"), Index("ix_timer_instance", "instance_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str]
    kind: Mapped[TimerKind] = mapped_column(Text(), default=TimerKind.EVENT)
    task_id: Mapped[UUID | None]
    level: Mapped[int | None]
    due_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)


class Subscription(Base):
    """A token which waits for a message or a signal, its instance suspended or not; `correlation`: evaluated key."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_name_correlation", "name", "correlation"),
        Index("ix_subscription_instance", "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    correlation: Mapped[str] = mapped_column(default="")


class Message(Base):
    """A message, buffered until `expires_at` while nobody waits for it. `id` is the sender's, so twice = once.

    instance_id: who took it; until it is delivered, for whom it is kept however long (suspended, or failed to take it).
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_waiting", "name", "correlation", postgresql_where=text("delivered_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    correlation: Mapped[str]
    payload: Mapped[Json] = mapped_column(default=dict)
    received_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    instance_id: Mapped[UUID | None]


class Incident(Base):
    """A step which failed and was rolled back. `command` says what to run again; `cause` groups equal failures."""

    __tablename__ = "incident"
    __table_args__ = (
        Index("ix_incident_open", "cause", "created_at", postgresql_where=_OPEN),
        Index("ix_incident_retry", "retry_at", postgresql_where=text("status = 'open' AND retry_at IS NOT NULL")),
        Index("ix_incident_instance", "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    instance_id: Mapped[UUID] = mapped_column(ForeignKey("process_instance.id"))
    element_id: Mapped[str | None]
    task_id: Mapped[UUID | None]
    cause: Mapped[str]
    message: Mapped[str]
    command: Mapped[Json]
    attempts: Mapped[int] = mapped_column(default=1)
    status: Mapped[IncidentStatus] = mapped_column(Text(), default=IncidentStatus.OPEN)
    created_at: Mapped[datetime] = mapped_column(default=now)
    retry_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None]


class OutboxMessage(Base):
    """A promised side effect, written in the step, delivered at least once; `id` is its idempotency key."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_pending",
            "available_at",
            "id",
            postgresql_where=text("delivered_at IS NULL AND failed_at IS NULL"),
        ),
        Index("ix_outbox_message_instance", "instance_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    topic: Mapped[str]
    payload: Mapped[Json]
    instance_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(default=now)
    available_at: Mapped[datetime] = mapped_column(default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    delivered_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]


class HistoryEvent(Base):
    """What happened, append-only (a trigger refuses UPDATE and DELETE). `hash` chains the events of one instance."""

    __tablename__ = "history_event"
    __table_args__ = (
        Index("uq_history_event_instance_seq", "instance_id", "seq", unique=True),
        Index("ix_history_event_kind_at", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    instance_id: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime]
    actor: Mapped[str]
    kind: Mapped[str]
    element_id: Mapped[str | None]
    task_id: Mapped[UUID | None]
    data: Mapped[Json] = mapped_column(default=dict)
    hash: Mapped[str]


class Idempotency(Base):
    """An answered command: the same key by the same actor gets the same answer."""

    __tablename__ = "idempotency"
    __table_args__ = (Index("ix_idempotency_created_at", "created_at"),)

    actor: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[str]
    answer: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(default=now)
