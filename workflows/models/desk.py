"""What a person keeps at their desk: filters of the inbox by name."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.clock import now
from engine.ids import new_id
from engine.models import Base, Json


class SavedFilter(Base):
    """A filter of the inbox somebody gave a name; `department`: whose people see it too, None = the author alone.

    query: parameters of the inbox's address (`workflows.filters.KEYS`), texts by name.
    """

    __tablename__ = "saved_filter"
    __table_args__ = (
        Index("uq_saved_filter_name", "person_id", "name", unique=True),
        Index("ix_saved_filter_department", "department"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    department: Mapped[str | None] = mapped_column(ForeignKey("department.code"))
    name: Mapped[str]
    query: Mapped[Json]
    created_at: Mapped[datetime] = mapped_column(default=now)
