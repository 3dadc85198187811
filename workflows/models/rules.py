"""What people may tune: classification, calendars, deadlines, authority."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from engine.ids import new_id
from engine.models import Base


class Origin(StrEnum):
    """Where a deadline comes from; loosening a law row needs a second approver."""

    LAW = "law"
    COMPANY = "company"


class ClockKind(StrEnum):
    """How a period is counted."""

    CLOCK_HOURS = "clock_hours"
    BUSINESS_HOURS = "business_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"


class Category(Base):
    """A node of a classification tree: level `nature` or `issue`. Codes are never reused, names may change."""

    __tablename__ = "category"

    code: Mapped[str] = mapped_column(primary_key=True)
    scheme: Mapped[str]
    level: Mapped[str]
    parent: Mapped[str | None] = mapped_column(ForeignKey("category.code"))
    name_zh: Mapped[str]
    name_en: Mapped[str]
    key_type: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class WorkCalendar(Base):
    """Working times of a place. shifts: `["08:00-12:00", "13:30-18:00"]`; country: holidays of CN, GB, US or none."""

    __tablename__ = "calendar"

    code: Mapped[str] = mapped_column(primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    country: Mapped[str | None]
    timezone: Mapped[str]
    shifts: Mapped[list[str]]
    weekend: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger()), default=lambda: [5, 6])


class CalendarDay(Base):
    """The enterprise's own exception: a day which is working, or free, whatever the country says."""

    __tablename__ = "calendar_day"

    calendar: Mapped[str] = mapped_column(ForeignKey("calendar.code"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")


class DeadlinePolicy(Base):
    """A time limit. amount in units of `clock`; warn: percent of the period; levels: who is told, in order.

    urgency narrows the row to one class (service, quality, major); a row without it serves all.
    """

    __tablename__ = "deadline_policy"
    __table_args__ = (Index("uq_deadline_policy_step", "template", "step", "urgency", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    template: Mapped[str]
    step: Mapped[str]
    urgency: Mapped[str] = mapped_column(default="")
    name_zh: Mapped[str]
    name_en: Mapped[str]
    trigger: Mapped[str]
    clock: Mapped[ClockKind] = mapped_column(Text())
    amount: Mapped[int]
    minutes: Mapped[bool] = mapped_column(default=False)
    calendar: Mapped[str | None] = mapped_column(ForeignKey("calendar.code"))
    warn: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger()), default=list)
    levels: Mapped[list[str]] = mapped_column(default=list)
    origin: Mapped[Origin] = mapped_column(Text())
    source: Mapped[str] = mapped_column(default="")
    rev: Mapped[int] = mapped_column(default=1)


class AuthorityBand(Base):
    """Who must approve: plans of `severity` or more with an amount above `above` (minor units) need `levels`."""

    __tablename__ = "authority_band"
    __table_args__ = (Index("uq_authority_band", "severity", "above", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    severity: Mapped[int]
    above: Mapped[int]
    levels: Mapped[list[str]] = mapped_column(default=list)


class RulesMark(Base):
    """One row: a random mark which a trigger renews whenever a rule of these tables or a department changes."""

    __tablename__ = "rules_mark"

    single: Mapped[bool] = mapped_column(primary_key=True, default=True)
    mark: Mapped[UUID]
