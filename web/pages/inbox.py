"""The inbox: what waits for a person or a department, the most urgent first; filters and order live in the address."""

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from engine.db import reading
from engine.models import UserTask
from web import cursors
from web.access import Rule, verb
from web.i18n import say
from web.identity import me
from web.pages.show import Deadline, given, here, task_deadline, with_query
from web.pages.words import department_names, know_people, name_of
from workflows import authority, boxes, calendars, filters, gates, people
from workflows.authorisation import TaskInCase
from workflows.boxes import Box
from workflows.models import Case, Person, Role, SavedFilter
from workflows.worktime import Calendar

pages = Blueprint("inbox", __name__)
ACCESS: Final[dict[str, Rule]] = {"inbox.page": verb("task.list")}
LIMIT: Final = 50
BOXES: Final[dict[Box, tuple[str, str]]] = {
    "mine": ("我的待办", "Mine"),
    "department": ("本部门待签收", "Unclaimed in my department"),
    "open": ("全部在办", "All open"),
    "done": ("我的已办", "Done by me"),
}
COUNTED: Final[tuple[Box, ...]] = ("mine", "department", "open")
SORTS: Final = {
    "due": ("期限", "Deadline"),
    "priority": ("优先级与风险", "Priority and risk"),
    "received": ("收到时间", "Received"),
    "step": ("步骤", "Step"),
    "customer": ("客户", "Customer"),
}
NARROWING: Final = ("text", "channel", "nature", "risk", "element", "department", "overdue")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the inbox. waits_for: the role without which nobody can claim it, and which the reader has not."""

    task: UserTask
    case: Case | None
    deadline: Deadline
    claimable: bool
    waits_for: Role | None


@dataclass(frozen=True, slots=True)
class Tab:
    """A box with its address and how many tasks it holds; None where nobody counts."""

    name: str
    text: str
    address: str
    count: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved filter with its address, its count now, and whether it is what the page shows."""

    id: str
    name: str
    address: str
    count: str
    here: bool
    mine: bool
    shared: bool


@pages.get("/inbox")
def page() -> str:
    """A page of the inbox; for htmx the list with its tabs."""
    person = me()
    box, wanted, sort = filters.read(request.args)
    name = f"pages.inbox.{box}.{sort}"
    position = cursors.unpack(name, given("after"))
    live = bool(request.headers.get("HX-Request"))
    with reading() as session:
        found = boxes.inbox(session, person, box, wanted, position, LIMIT + 1, sort)
        tabs, saved = _tabs(session, person), _saved(session, person)
        department_names(session)
        calendar = calendars.get(session)
        know_people(session, [who for one in found for who in (one.task.assignee, one.task.lender)])
        colleagues = [] if live else _colleagues(session, person)
        shown = found[:LIMIT]
        rows = [_row(session, one, person, box, calendar) for one in shown]
    end = boxes.position(box, sort, shown[-1]) if len(found) > LIMIT else None
    return render_template(
        "inbox_list.html" if live else "inbox.html",
        live=live,
        box=box,
        tabs=tabs,
        sort=sort,
        sorts=[(code, say(*text)) for code, text in SORTS.items()],
        saved=saved,
        query={key: given(key) for key in filters.KEYS if given(key)},
        colleagues=colleagues,
        leads=_leads(person),
        rows=rows,
        filtered=any(given(name) for name in NARROWING),
        first=here(after=None) if position else None,
        next=here(after=cursors.pack(name, end)) if end else None,
    )


def _tabs(session: Session, person: Person) -> list[Tab]:
    counts = boxes.open_counts(session, person, COUNTED)
    return [
        Tab(name, say(*text), here(box=name, after=None), _at_most(counts.get(name), boxes.MOST))
        for name, text in BOXES.items()
    ]


def _at_most(count: int | None, most: int) -> str | None:
    return None if count is None else str(count) if count <= most else f"{most}+"


def _saved(session: Session, person: Person) -> list[Kept]:
    kept = filters.listing(session, person)
    counted = filters.counts(session, person, kept)
    now: dict[str, Any] = {key: given(key) for key in filters.KEYS if given(key)}

    def row(one: SavedFilter, count: int) -> Kept:
        address = with_query(request.path, one.query)
        mine = one.person_id == person.id
        return Kept(
            str(one.id), one.name, address, str(_at_most(count, 99)), one.query == now, mine, bool(one.department)
        )

    return [row(one, count) for one, count in zip(kept, counted, strict=True)]


def _leads(person: Person) -> bool:
    return bool({Role.HEAD, Role.MANAGER} & set(person.roles))


def _colleagues(session: Session, person: Person) -> list[tuple[str, str]]:
    """Whom a head or manager may give several tasks to; empty for others."""
    if not _leads(person):
        return []
    department = None if Role.MANAGER in person.roles else person.department
    return [(str(one.id), name_of(one)) for one in people.listing(session, department=department)]


def _row(session: Session, found: TaskInCase, person: Person, box: Box, calendar: Calendar) -> Row:
    task = found.task
    mine = task.department == person.department or str(person.id) in task.candidates or Role.MANAGER in person.roles
    free = box != "done" and task.assignee is None and mine
    missing = authority.missing_role(person, gates.duty_of(session, task)[0]) if free else None
    return Row(task, found.case, task_deadline(task, calendar), free and missing is None, missing)
