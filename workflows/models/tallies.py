"""The sums behind the dashboard: what was counted of the cases, and what changed since (`workflows.tallies`)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base


class CaseTally(Base):
    """`n` cases of outside people to which `event` (received, closed, open) happened on `day` in the time zone `zone`.

    Of them those which have `value` (and `detail`) in `dimension`; "" stands for none. `workflows.tallies` says which
    dimensions there are; of dimension `microseconds` n is the sum of the solving times.
    """

    __tablename__ = "case_tally"

    zone: Mapped[str] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger())


class CaseTallyEntry(Base):
    """A case as it came to be (sign 1) or ceased to be (-1), not yet in the tally; a trigger on `case_file` writes it.

    Only appended to and emptied: two people who change two cases never wait for each other.
    """

    __tablename__ = "case_tally_entry"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    sign: Mapped[int]
    status: Mapped[str]
    received_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    promised_at: Mapped[datetime | None]
    channel: Mapped[str]
    nature: Mapped[str | None]
    issue: Mapped[str | None]
    risk: Mapped[str | None]
    outcome: Mapped[str | None]
    satisfaction: Mapped[str | None]
    region: Mapped[str | None]
