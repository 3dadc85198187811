"""The administrators' desk: people, departments, and what was changed of both."""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, render_template, request
from sqlalchemy.orm import Session

from engine.db import transaction
from engine.errors import NotFound
from web import cursors
from web.access import Rule, verb
from web.i18n import say
from web.identity import me
from web.pages.show import given, here
from web.pages.words import department_names, know_people, name_of, person_name, role_text, value_text
from workflows import directory, handover, people
from workflows.models import Department, DirectoryChange, Person, Role

pages = Blueprint("directory", __name__)
ACCESS: Final[dict[str, Rule]] = {
    "directory.people_list": verb("people.edit"),
    "directory.new_person": verb("people.edit"),
    "directory.person": verb("people.edit"),
    "directory.departments": verb("department.edit"),
    "directory.new_department": verb("department.edit"),
    "directory.department": verb("department.edit"),
    "directory.changes": verb("people.edit"),
}
LIMIT: Final = 50
STATES: Final[dict[str, bool | None]] = {"": True, "left": False, "all": None}
_FIELDS: Final[dict[str, tuple[str, str]]] = {
    "login": ("登录名", "Login"),
    "name_zh": ("中文名", "Chinese name"),
    "name_en": ("英文名", "English name"),
    "mail": ("邮箱", "Mail"),
    "department": ("部门", "Department"),
    "roles": ("角色", "Roles"),
    "active": ("在职", "Active"),
    "password": ("密码", "Password"),
    "parent": ("上级部门", "Parent"),
    "aliases": ("泳道别名", "Lane names"),
    "leader": ("负责人", "Leader"),
}


@dataclass(frozen=True, slots=True)
class Branch:
    """A department in the tree. depth: 0 at the top; heads: its leader, else its heads; staff: active people."""

    department: Department
    depth: int
    heads: list[str]
    staff: int


@dataclass(frozen=True, slots=True)
class Line:
    """A change in words: what it is about with its address, and (field, before, after)."""

    change: DirectoryChange
    title: str
    values: list[tuple[str, str, str]]


@pages.get("/people")
def people_list() -> str:
    """People, filtered; for htmx only the rows."""
    role, state = given("role"), given("state") or ""
    with transaction() as session:
        found = directory.search(
            session,
            me(),
            department=given("department"),
            role=Role(role) if role in set(Role) else None,
            active=STATES.get(state, True),
            text=given("text"),
        )
        names = department_names(session)
    after = int(given("after") or 0) if (given("after") or "").isdecimal() else 0
    return render_template(
        "directory_list.html" if request.headers.get("HX-Request") else "directory_people.html",
        rows=found[after : after + LIMIT],
        total=len(found),
        departments=[("", say("全部", "All")), *names.items()],
        roles=[("", say("全部", "All")), *((one.value, role_text(one.value)) for one in Role)],
        states=[("", say("在职", "Active")), ("left", say("已停用", "Inactive")), ("all", say("全部", "All"))],
        filtered=any(given(one) for one in ("text", "department", "role", "state")),
        first=here(after=None) if after else None,
        next=here(after=after + LIMIT) if len(found) > after + LIMIT else None,
    )


@pages.get("/people/new")
def new_person() -> str:
    """The form of a new person."""
    with transaction() as session:
        return _person_page(session, None)


@pages.get("/people/<uuid:person_id>")
def person(person_id: UUID) -> str:
    """A person: account, open tasks, what was changed."""
    with transaction() as session:
        found = people.get(session, person_id)
        if found is None:
            raise NotFound
        return _person_page(session, found)


def _person_page(session: Session, found: Person | None) -> str:
    return render_template(
        "directory_person.html",
        person=found,
        departments=list(department_names(session).items()),
        roles=[(one.value, role_text(one.value)) for one in Role],
        held=handover.open_tasks(session, me(), found) if found else [],
        colleagues=[
            one for one in people.listing(session, department=found.department if found else "") if one is not found
        ],
        lines=_lines(session, directory.history(session, me(), key=str(found.id))) if found else [],
    )


@pages.get("/departments")
def departments() -> str:
    """The tree of departments."""
    with transaction() as session:
        known = people.departments(session)
        return render_template("directory_departments.html", branches=_tree(known, people.listing(session)))


def _tree(known: list[Department], staff: list[Person]) -> list[Branch]:
    """Parents before their children; what hangs on a circle or on nothing stands at the top."""
    found: list[Branch] = []
    seen: set[str] = set()
    count = Counter(one.department for one in staff)

    def grow(department: Department, depth: int) -> None:
        if department.code in seen:
            return
        seen.add(department.code)
        found.append(Branch(department, depth, _leading(department, staff), count[department.code]))
        for below in known:
            if below.parent == department.code:
                grow(below, depth + 1)

    codes = {one.code for one in known}
    for one in [*(one for one in known if one.parent not in codes), *known]:
        grow(one, 0)
    return found


def _leading(department: Department, staff: list[Person]) -> list[str]:
    heads = [one for one in staff if one.department == department.code and Role.HEAD in one.roles]
    return [name_of(one) for one in heads if department.leader in (None, one.id)]


@pages.get("/departments/new")
def new_department() -> str:
    """The form of a new department."""
    with transaction() as session:
        return _department_page(session, None)


@pages.get("/departments/<code>")
def department(code: str) -> str:
    """A department: names, place in the tree, leader, people, what was changed."""
    with transaction() as session:
        found = session.get(Department, code)
        if found is None:
            raise NotFound
        return _department_page(session, found)


def _department_page(session: Session, found: Department | None) -> str:
    staff = people.listing(session, department=found.code) if found else []
    others = [one for one in people.departments(session) if one is not found]
    return render_template(
        "directory_department.html",
        department=found,
        parents=[("", say("无（顶层）", "None (top)")), *((one.code, name_of(one)) for one in others)],
        heads=[("", say("未指定", "Not set"))]
        + [(str(one.id), name_of(one)) for one in staff if Role.HEAD in one.roles],
        staff=staff,
        lines=_lines(session, directory.history(session, me(), key=found.code)) if found else [],
    )


@pages.get("/people/changes")
def changes() -> str:
    """Who changed what of people and departments, newest first."""
    position = cursors.unpack("pages.directory", given("after"))
    with transaction() as session:
        found = directory.history(session, me(), after=position[0] if position else None, limit=LIMIT + 1)
        lines = _lines(session, found[:LIMIT])
    return render_template(
        "directory_changes.html",
        lines=lines,
        first=here(after=None) if position else None,
        next=here(after=cursors.pack("pages.directory", (found[LIMIT - 1].id,))) if len(found) > LIMIT else None,
    )


def _lines(session: Session, found: list[DirectoryChange]) -> list[Line]:
    keys = [one.key for one in found if one.subject == "person"]
    leaders = [str(side.get("leader")) for one in found for side in (one.before, one.after) if side.get("leader")]
    know_people(session, [*(one.actor for one in found), *keys, *leaders])
    names = department_names(session)
    return [_line(one, names) for one in found]


def _line(change: DirectoryChange, names: dict[str, str]) -> Line:
    def told(field: str, value: Any) -> str:
        if field == "roles":
            return say("、", ", ").join(role_text(role) for role in value or [])
        if field in {"department", "parent"} and value:
            return names.get(str(value), str(value))
        return person_name(value) if field == "leader" and value else value_text(value)

    title = person_name(change.key) if change.subject == "person" else names.get(change.key, change.key)
    values = [
        (say(*_FIELDS.get(name, (name, name))), told(name, change.before.get(name)), told(name, value))
        for name, value in change.after.items()
    ]
    return Line(change, title, values)
