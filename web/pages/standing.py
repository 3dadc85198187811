"""What stands still: the suspended processes of a page, since when, by whom and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import HistoryEvent, ProcessInstance
from web.pages.show import standing_since
from web.pages.words import know_people


@dataclass(frozen=True, slots=True)
class Standing:
    """A process which is suspended: its name is that of `instance`'s definition; nobody says beforehand until when."""

    instance: ProcessInstance
    since: datetime
    actor: str
    reason: str


def standing_of(session: Session, instances: Sequence[ProcessInstance]) -> list[Standing]:
    """Those of `instances` which are suspended, in their order; where none is, the database is not asked."""
    still = {one.id: since for one in instances if (since := standing_since(one))}
    if not still:
        return []
    rows = session.scalars(
        select(HistoryEvent)
        .where(HistoryEvent.instance_id.in_(still), HistoryEvent.kind == "instance_suspended")
        .order_by(HistoryEvent.seq)
    )
    last = {row.instance_id: row for row in rows}
    know_people(session, [row.actor for row in last.values()])
    return [
        Standing(one, still[one.id], last[one.id].actor, str(last[one.id].data.get("reason") or ""))
        for one in instances
        if one.id in last
    ]
