"""The inbox: what waits for a person or a department, the most urgent first; filters live in the address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from flask import Blueprint, render_template, request

from engine.db import transaction
from engine.models import UserTask
from web import cursors
from web.access import Rule, verb
from web.i18n import say
from web.identity import me
from web.pages.show import Deadline, given, here, task_deadline
from web.pages.words import department_names, know_people
from workflows import boxes, calendars
from workflows.authorisation import TaskInCase
from workflows.boxes import Box, Filters
from workflows.models import Case, Person, Role
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


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the inbox."""

    task: UserTask
    case: Case | None
    deadline: Deadline
    claimable: bool


@pages.get("/inbox")
def page() -> str:
    """A page of the inbox; for htmx only the list."""
    person, box = me(), _box()
    position = cast(tuple[datetime | None, UUID] | None, cursors.unpack(f"pages.inbox.{box}", given("after")))
    with transaction() as session:
        found = boxes.inbox(session, person, box, _filters(), position, LIMIT + 1)
        department_names(session)
        calendar = calendars.get(session)
        know_people(session, [one.task.assignee for one in found])
    shown = found[:LIMIT]
    return render_template(
        "inbox_list.html" if request.headers.get("HX-Request") else "inbox.html",
        box=box,
        boxes=[(name, say(*text), here(box=name, after=None)) for name, text in BOXES.items()],
        rows=[_row(one, person, box, calendar) for one in shown],
        filtered=any(given(name) for name in ("text", "channel", "risk", "overdue")),
        first=here(after=None) if position else None,
        next=here(after=_after(box, shown[-1])) if len(found) > LIMIT else None,
    )


def _box() -> Box:
    wanted = request.args.get("box", "mine")
    return wanted if wanted in BOXES else "mine"


def _filters() -> Filters:
    return Filters(
        channel=given("channel"),
        risk=given("risk"),
        overdue=True if given("overdue") else None,
        text=given("text"),
    )


def _after(box: Box, last: TaskInCase) -> str | None:
    moment = last.task.completed_at if box == "done" else last.task.due_at
    return cursors.pack(f"pages.inbox.{box}", (moment, last.task.id))


def _row(found: TaskInCase, person: Person, box: Box, calendar: Calendar) -> Row:
    task = found.task
    mine = task.department == person.department or str(person.id) in task.candidates or Role.MANAGER in person.roles
    return Row(task, found.case, task_deadline(task, calendar), box != "done" and task.assignee is None and mine)
