"""The managers' desk: the board of deadlines, the heat of a process, the tasks of a step, the search for instances."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from flask import Blueprint, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions
from engine.clock import now
from engine.db import reading
from engine.errors import NotFound
from engine.models import InstanceStatus, ProcessDefinition
from web import cursors
from web.access import Rule, roles, verb
from web.i18n import say
from web.identity import me
from web.pages.elements import element_names
from web.pages.inbox import Row
from web.pages.show import given, here, task_deadline, with_query
from web.pages.words import department_names, know_people, name_of
from workflows import authorisation, boxes, calendars, exporting, monitoring, people, rollup, searching
from workflows.boxes import Filters
from workflows.models import Person, Role
from workflows.monitoring import Heat, Step

pages = Blueprint("monitor", __name__)
_LISTS: Final = frozenset({Role.MANAGER, Role.MANAGEMENT, Role.AUDITOR})
"""Who sees the tasks themselves; others who oversee instances see the numbers only."""
ACCESS: Final[dict[str, Rule]] = {
    "monitor.page": verb("instance.list"),
    "monitor.process": verb("instance.list"),
    "monitor.instances": verb("instance.list"),
    "monitor.element": roles(*_LISTS),
}
LIMIT: Final = 50
PERIODS: Final = (7, 30, 90, 365)
MEASURES: Final[dict[str, tuple[str, str]]] = {
    "open": ("在办数", "Open now"),
    "median": ("用时中位数", "Median time"),
    "p90": ("90% 用时", "90 % time"),
    "overdue": ("逾期率", "Overdue share"),
}


@dataclass(frozen=True, slots=True)
class Bar:
    """The proportions of a line of the board, in per cent of its open tasks; what is left is neither."""

    overdue: float
    at_risk: float
    today: float


@pages.get("/monitor")
def page() -> str:
    """The board, and a card for each process."""
    with reading() as session:
        steps = monitoring.board(session)
        found = monitoring.processes(session, steps)
        names = department_names(session)
        reads_incidents = people.may(session, me(), "incident.read")
        overseen = authorisation.overseen(session, me()) if _lists() else frozenset()
    department, late = given("department"), bool(given("overdue"))
    shown = [step for step in steps if (not department or step.department == department) and (step.overdue or not late)]
    return render_template(
        "monitor.html",
        rows=[(step, _bar(step)) for step in shown],
        total=_total(shown),
        processes=found,
        departments=[(code, names.get(code, code)) for code in sorted({one.department or "" for one in steps} - {""})],
        overseen=overseen,
        failed=sum(one.incidents for one in found) if reads_incidents else None,
        filtered=bool(department or late),
    )


def _bar(step: Step) -> Bar:
    return Bar(
        100 * step.overdue / step.open,
        100 * step.at_risk / step.open,
        100 * max(0, step.due_today - step.at_risk) / step.open,
    )


def _total(steps: Iterable[Step]) -> dict[str, int]:
    names = ("open", "overdue", "at_risk", "due_today", "unclaimed")
    listed = list(steps)
    return {name: sum(getattr(step, name) for step in listed) for name in names}


def _lists() -> bool:
    return bool(_LISTS & set(me().roles))


@pages.get("/monitor/<key>")
def process(key: str) -> str:
    """The heat of a process: diagram and table with the same numbers."""
    version, days = _number("version"), _number("days")
    measure = request.args.get("by", "open")
    with reading() as session:
        definition = monitoring.drawn(session, key, version)
        since = now() - timedelta(days=days) if days else None
        found: list[Heat] = list(monitoring.heat(session, key, version=version, since=since))
        found += rollup.heat(session, definition, version=version, since=since)
        own = element_names(session, definition.id)
        return render_template(
            "monitor_process.html",
            definition=definition,
            rows=sorted(found, key=lambda row: (-row.overdue, -row.open, row.element_id)),
            names=own | _names(session, key, [row.element_id for row in found if row.element_id not in own]),
            versions=_versions(session, key),
            related=_related(session, definition),
            measure=measure if measure in MEASURES else "open",
            measures=[(name, say(*text)) for name, text in MEASURES.items()],
            address=with_query(f"/api/v1/monitor/processes/{key}/heat", {"version": version, "days": days}),
            periods=[("", say("全部", "All"))] + [(str(one), say(f"近 {one} 天", f"{one} days")) for one in PERIODS],
            lists=_lists(),
        )


def _versions(session: Session, key: str) -> list[tuple[str, str]]:
    query = select(ProcessDefinition.version).where(ProcessDefinition.key == key)
    numbers = session.scalars(query.order_by(ProcessDefinition.version.desc()))
    return [("", say("全部版本", "All versions"))] + [
        (str(one), say(f"第 {one} 版", f"Version {one}")) for one in numbers
    ]


def _related(session: Session, definition: ProcessDefinition) -> list[ProcessDefinition]:
    """The processes this one calls, and those which call it."""
    called = {str(one) for one in definition.bound.values()}
    newest: dict[str, ProcessDefinition] = {}
    keys: set[str] = set()
    ids: set[str] = set()
    for one in session.scalars(select(ProcessDefinition).order_by(ProcessDefinition.version)):
        newest[one.key] = one
        if str(one.id) in called:
            keys.add(one.key)
        if one.key == definition.key:
            ids.add(str(one.id))
    calling = {one.key for one in newest.values() if ids & {str(below) for below in one.bound.values()}}
    return [newest[key] for key in sorted((keys | calling) - {definition.key})]


def _names(session: Session, key: str, elements: list[str]) -> dict[str, str]:
    return {element: say(*pair) for element, pair in monitoring.names(session, key, elements).items()}


@pages.get("/monitor/<key>/<element>")
def element(key: str, element: str) -> str:
    """The open tasks of a step; for htmx only the list."""
    person = me()
    name = f"pages.monitor.{key}.{element}"
    position = cursors.unpack(name, given("after"))
    with reading() as session:
        definition = monitoring.drawn(session, key, _number("version"))
        title = element_names(session, definition.id).get(element) or _names(session, key, [element]).get(element)
        if title is None and not _is_drawn(session, definition, element):
            raise NotFound
        filters = Filters(
            process=key,
            version=_number("version"),
            element=element,
            department=given("department"),
            assignee=given("assignee"),
            claimed=False if given("unclaimed") else None,
            overdue=True if given("overdue") else None,
            due=_due(),
            text=given("text"),
        )
        found = boxes.inbox(session, person, "open", filters, cast(Any, position), LIMIT + 1)
        names = department_names(session)
        calendar = calendars.get(session)
        know_people(session, [one.task.assignee for one in found])
        staff = [(one, names.get(one.department, one.department)) for one in people.listing(session)]
        shown = found[:LIMIT]
        last = shown[-1].task if len(found) > LIMIT else None
        return render_template(
            "monitor_list.html" if request.headers.get("HX-Request") else "monitor_element.html",
            definition=definition,
            element=element,
            title=title or element,
            rows=[Row(one.task, one.case, task_deadline(one.task, calendar), False, None) for one in shown],
            acts=Role.MANAGER in person.roles,
            staff=staff_by_department(staff),
            departments=[("", say("全部", "All")), *names.items()],
            filtered=any(given(one) for one in ("department", "assignee", "overdue", "due", "unclaimed", "text")),
            export={"kind": "tasks", "fixed": {"box": "open", "process": key, "element": element}},
            columns=[(one.name, say(one.zh, one.en), one.usual) for one in exporting.TASKS],
            first=here(after=None) if position else None,
            next=here(after=cursors.pack(name, (last.due_at, last.id))) if last else None,
        )


def _is_drawn(session: Session, definition: ProcessDefinition, element: str) -> bool:
    """Whether an element without a name is in the diagram, or in one it calls."""
    ahead = [definitions.compiled_by_id(session, definition.id)]
    while ahead:
        compiled = ahead.pop()
        if any(node.id == element for _, node in compiled.diagram.walk()):
            return True
        ahead += compiled.called.values()
    return False


def staff_by_department(staff: list[tuple[Person, str]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """People by department, for a select: those who work on tasks."""
    found: dict[str, list[tuple[str, str]]] = {}
    for person, department in staff:
        if {Role.STAFF, Role.HEAD, Role.LEGAL, Role.FINANCE, Role.MANAGEMENT, Role.MANAGER} & set(person.roles):
            found.setdefault(department, []).append((str(person.id), name_of(person)))
    return sorted(found.items())


@pages.get("/monitor/instances")
def instances() -> str:
    """The search for instances; for htmx only the rows."""
    position = cursors.unpack("pages.instances", given("after"))
    wanted = searching.Wanted(
        number=given("number"),
        status=given("status"),
        key=given("key"),
        version=_number("version"),
        person=given("person"),
        incident=True if given("incident") else None,
        text=given("text"),
    )
    with reading() as session:
        found = searching.find(session, me(), wanted, position[0] if position else None, LIMIT + 1)
        keys = monitoring.published(session)
        control = people.may(session, me(), "instance.control")
        staff = people.listing(session)
    shown = found[:LIMIT]
    last = shown[-1].instance.id if len(found) > LIMIT else None
    return render_template(
        "monitor_found.html" if request.headers.get("HX-Request") else "monitor_instances.html",
        rows=shown,
        control=control,
        export={"kind": "instances", "fixed": {}},
        columns=[(one.name, say(one.zh, one.en), one.usual) for one in exporting.INSTANCES],
        statuses=[(one.value, one.value) for one in InstanceStatus],
        keys=[("", say("全部", "All"))] + [(one.key, say(one.name_zh, one.name_en)) for one in keys],
        staff=[("", say("任何人", "Anybody"))] + [(str(one.id), name_of(one)) for one in staff],
        filtered=any(given(one) for one in ("number", "status", "key", "version", "person", "incident", "text")),
        first=here(after=None) if position else None,
        next=here(after=cursors.pack("pages.instances", (last,))) if last else None,
    )


def _due() -> monitoring.Due | None:
    wanted: dict[str | None, monitoring.Due] = {"soon": "soon", "today": "today"}
    return wanted.get(given("due"))


def _number(name: str) -> int | None:
    text = given(name) or ""
    return int(text) if text.isdecimal() and 0 < int(text) < 100_000 else None
