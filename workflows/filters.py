"""Filters of the inbox: how an address reads, and those people keep under a name for themselves or their department."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine.clock import now
from engine.ids import new_id
from workflows import authorisation, boxes
from workflows.boxes import Box, Filters
from workflows.errors import BadComplaint, NoSuchFilter
from workflows.models import Person, SavedFilter
from workflows.orders import SORTS, Sort

KEYS: Final = ("box", "text", "channel", "nature", "risk", "element", "department", "overdue", "sort")
"""Parameters of the inbox's address which belong to a filter; where a page begins does not."""
MOST: Final = 20
"""Filters one person may keep."""


def read(query: Mapping[str, str]) -> tuple[Box, Filters, Sort]:
    """What an address asks for; unknown words mean the default."""
    given: dict[str, Any] = {key: query.get(key, "").strip()[:200] or None for key in KEYS}
    box: Box = next((one for one in boxes.BOXES if one == given["box"]), "mine")
    sort: Sort = next((one for one in SORTS if one == given["sort"]), "due")
    wanted = {key: given[key] for key in ("text", "channel", "nature", "risk", "element", "department")}
    return box, Filters(**wanted, overdue=True if given["overdue"] else None), sort


def listing(session: Session, person: Person) -> list[SavedFilter]:
    """My filters, and those colleagues share with my department; by name."""
    authorisation.require(session, person, "task.list")
    mine = or_(SavedFilter.person_id == person.id, SavedFilter.department == person.department)
    query = select(SavedFilter).where(mine).order_by(SavedFilter.name, SavedFilter.id).limit(2 * MOST)
    return list(session.scalars(query))


def counts(session: Session, person: Person, kept: list[SavedFilter]) -> list[int]:
    """How many tasks each would show this person now, in one statement; see `boxes.matching_counts`."""
    return boxes.matching_counts(session, person, [read(one.query)[:2] for one in kept])


def save(session: Session, person: Person, name: str, query: Mapping[str, str], *, shared: bool = False) -> SavedFilter:
    """Keep a filter; one of mine with the same name is replaced.

    Raises BadComplaint naming the field: without a name, with a parameter no filter has, or beyond `MOST`.
    """
    authorisation.require(session, person, "task.list")
    name = name.strip()
    if not 1 <= len(name) <= 60:
        raise _bad("name", "length", "名称须为 1 至 60 个字", "a name has 1 to 60 signs")
    unknown = sorted(set(query) - set(KEYS))
    if unknown:
        raise _bad("query", "unknown", f"没有这一筛选条件：{unknown[0]}", f"no filter has {unknown[0]}")
    others = select(func.count()).where(SavedFilter.person_id == person.id, SavedFilter.name != name)
    if (session.scalar(others) or 0) >= MOST:
        raise _bad("name", "too_many", f"最多保存 {MOST} 个筛选", f"at most {MOST} filters")
    values = {
        "query": {key: value[:200] for key, value in query.items() if value},
        "department": person.department if shared else None,
    }
    statement = (
        insert(SavedFilter)
        .values(id=new_id(), person_id=person.id, name=name, created_at=now(), **values)
        .on_conflict_do_update(index_elements=["person_id", "name"], set_=values)
        .returning(SavedFilter)
    )
    return session.scalars(statement, execution_options={"populate_existing": True}).one()


def remove(session: Session, person: Person, filter_id: UUID) -> None:
    """Forget one of my filters. Raises NoSuchFilter, for those of others too."""
    kept = session.get(SavedFilter, filter_id)
    if kept is None or kept.person_id != person.id:
        raise NoSuchFilter
    session.delete(kept)
    session.flush()


def _bad(path: str, code: str, zh: str, en: str) -> BadComplaint:
    return BadComplaint(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}])
