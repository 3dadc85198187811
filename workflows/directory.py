"""Keeping the directory: people and departments. Administrators only; every change is recorded with who made it.

Nobody locks themselves out (own account, own role of administrator), and nobody leaves with work in their hands.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, literal_column, or_, select
from sqlalchemy.orm import Session

from engine.errors import Conflict, Invalid, NotFound
from engine.models import Json, UserTask
from workflows import people, staffing
from workflows.authorisation import require
from workflows.errors import StillBusy
from workflows.models import Department, DirectoryChange, Person, Role

PERSON_FIELDS: Final = ("name_zh", "name_en", "mail", "department", "roles", "active")
DEPARTMENT_FIELDS: Final = ("name_zh", "name_en", "parent", "aliases", "leader")


def search(
    session: Session,
    by: Person,
    *,
    department: str | None = None,
    role: Role | None = None,
    active: bool | None = True,
    text: str | None = None,
) -> list[Person]:
    """People by department and login. text: part of a name, login or mail; active: None means both."""
    require(session, by, "people.read")
    query = select(Person).order_by(Person.department, Person.login)
    if department:
        query = query.where(Person.department == department)
    if role:
        query = query.where(Person.roles.contains([role.value]))
    if active is not None:
        query = query.where(Person.active.is_(active))
    if text:
        columns = (Person.login, Person.name_zh, Person.name_en, Person.mail)
        query = query.where(or_(*(column.icontains(text.strip(), autoescape=True) for column in columns)))
    return list(session.scalars(query))


def add_person(session: Session, by: Person, login: str, values: Mapping[str, Any]) -> tuple[Person, str]:
    """A new person with `values` of `PERSON_FIELDS`, and the password made for them, kept nowhere in clear.

    Raises NotAllowed, Invalid naming the field.
    """
    require(session, by, "people.edit")
    login = login.strip().lower()
    if people.by_login(session, login) is not None:
        raise _fault("login", "taken", "该登录名已被使用", "This login is taken")
    if not staffing.LOGIN.fullmatch(login):
        zh = "登录名为 2 至 64 个小写字母、数字、点、横线或下划线"
        raise _fault("login", "format", zh, "2 to 64 small letters, digits, dots, dashes or underscores")
    _check_person(session, values)
    person, password = staffing.appoint(
        session,
        login,
        department=values["department"],
        roles=[Role(role) for role in values["roles"]],
        name_zh=values["name_zh"],
        name_en=values["name_en"],
        mail=values.get("mail"),
    )
    _record(session, by, "person", str(person.id), {}, {"login": login, **_state(person, PERSON_FIELDS)})
    return person, password or ""


def change_person(session: Session, by: Person, person_id: UUID, changes: Mapping[str, Any], *, rev: int) -> Person:
    """Change what `changes` names of `PERSON_FIELDS`.

    Who is made inactive, or leaves a department they lead, is no leader any more. Raises NotAllowed, NotFound, Conflict
    (another rev, or it would lock `by` out), Invalid naming the field, StillBusy with the number of open tasks.
    """
    require(session, by, "people.edit")
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is None:
        raise NotFound("There is no such person", person=str(person_id))
    _check_rev(person.rev, rev)
    _check_person(session, changes)
    before = _state(person, PERSON_FIELDS)
    after = {**before, **changes}
    if by.id == person.id and (not after["active"] or Role.ADMINISTRATOR not in after["roles"]):
        zh, en = "不能停用自己，也不能取消自己的管理员角色", "You cannot lock yourself out"
        raise Conflict(en, message_zh=zh, message_en=en)
    if before["active"] and not after["active"] and (waiting := _busy(session, person)):
        raise StillBusy(open=waiting)
    for name, value in changes.items():
        setattr(person, name, value)
    person.rev += 1
    _record(session, by, "person", str(person.id), before, _state(person, PERSON_FIELDS))
    _stop_leading(session, by, person)
    session.flush()
    return person


def new_password(session: Session, by: Person, person_id: UUID) -> tuple[Person, str]:
    """A new random password; the old one and all sessions of the person end. Raises NotAllowed, NotFound."""
    require(session, by, "people.edit")
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person", person=str(person_id))
    _, password = staffing.appoint(session, person.login, new_password=True)
    _record(session, by, "person", str(person.id), {"password": ""}, {"password": "***"})
    return person, password or ""


def add_department(session: Session, by: Person, code: str, values: Mapping[str, Any]) -> Department:
    """A new department, the last in order. Raises NotAllowed, Invalid naming the field."""
    require(session, by, "department.edit")
    if not staffing.LOGIN.fullmatch(code):
        zh = "编码为 2 至 64 个小写字母、数字、点、横线或下划线"
        raise _fault("code", "format", zh, "2 to 64 small letters, digits, dots, dashes or underscores")
    if session.get(Department, code) is not None:
        raise _fault("code", "taken", "该编码已被使用", "This code is taken")
    _check_department(session, code, values)
    last = session.scalar(select(func.coalesce(func.max(Department.position), 0)))
    made = Department(code=code, position=(last or 0) + 1, **values)
    session.add(made)
    session.flush()
    _record(session, by, "department", code, {}, _state(made, DEPARTMENT_FIELDS))
    return made


def change_department(session: Session, by: Person, code: str, changes: Mapping[str, Any], *, rev: int) -> Department:
    """Change what `changes` names of `DEPARTMENT_FIELDS`. Raises NotAllowed, NotFound, Conflict, Invalid."""
    require(session, by, "department.edit")
    found = session.get(Department, code, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("There is no such department", department=code)
    _check_rev(found.rev, rev)
    before = _state(found, DEPARTMENT_FIELDS)
    _check_department(session, code, {**before, **changes})
    for name, value in changes.items():
        setattr(found, name, value)
    found.rev += 1
    session.flush()
    _record(session, by, "department", code, before, _state(found, DEPARTMENT_FIELDS))
    return found


def history(
    session: Session, by: Person, *, key: str | None = None, after: UUID | None = None, limit: int = 50
) -> list[DirectoryChange]:
    """What was changed, newest first. key: of one person or department; after: id of the last row before."""
    require(session, by, "audit.read")
    query = select(DirectoryChange).order_by(DirectoryChange.id.desc()).limit(limit)
    if key is not None:
        query = query.where(DirectoryChange.key == key)
    if after is not None:
        query = query.where(DirectoryChange.id < after)
    return list(session.scalars(query))


def _busy(session: Session, person: Person) -> int:
    held = (UserTask.status == literal_column("'open'"), UserTask.assignee == str(person.id))
    return session.scalar(select(func.count()).select_from(UserTask).where(*held)) or 0


def _check_person(session: Session, values: Mapping[str, Any]) -> None:
    if "department" in values and session.get(Department, values["department"]) is None:
        raise _fault("department", "unknown", "没有这个部门", "There is no such department")
    if "roles" in values and not values["roles"]:
        raise _fault("roles", "required", "至少选择一个角色", "Choose at least one role")


def _check_department(session: Session, code: str, values: Mapping[str, Any]) -> None:
    others = [one for one in people.departments(session) if one.code != code]
    _check_names(code, values, others)
    parents = {one.code: one.parent for one in others}
    above: str | None = values.get("parent")
    if above is not None and above not in parents:
        raise _fault("parent", "unknown", "没有这个上级部门", "There is no such department")
    while above is not None and above != code:
        above = parents.get(above)
    if above == code:
        raise _fault("parent", "circle", "部门不能隶属于自己的下级", "A department cannot be below itself")
    leader = values.get("leader")
    if leader is not None:
        person = session.get(Person, UUID(str(leader)))
        if person is None or not person.active or person.department != code or Role.HEAD not in person.roles:
            zh = "负责人须是本部门在职的“部门负责人”"
            raise _fault("leader", "no_head", zh, "Has to be an active head of this department")


def _check_names(code: str, values: Mapping[str, Any], others: Iterable[Department]) -> None:
    """A lane finds its department by code, name or alias: no two departments may answer to the same."""
    taken = {name.strip().lower() for one in others for name in (one.code, one.name_zh, one.name_en, *one.aliases)}
    for field in ("name_zh", "name_en", "aliases"):
        value = values[field] if field != "aliases" else values.get("aliases") or []
        for name in [value] if isinstance(value, str) else value:
            if name.strip().lower() in taken:
                zh, en = f"“{name}”已是另一部门的名称", f"“{name}” is the name of another department"
                raise _fault(field, "taken", zh, en)
    if code.lower() in taken:
        raise _fault("code", "taken", "该编码已是另一部门的名称", "This code is the name of another department")


def _stop_leading(session: Session, by: Person, person: Person) -> None:
    for led in session.scalars(select(Department).where(Department.leader == person.id)):
        if person.active and led.code == person.department and Role.HEAD in person.roles:
            continue
        before = _state(led, DEPARTMENT_FIELDS)
        led.leader, led.rev = None, led.rev + 1
        _record(session, by, "department", led.code, before, _state(led, DEPARTMENT_FIELDS))


def _check_rev(now_at: int, rev: int) -> None:
    if now_at != rev:
        raise Conflict("Somebody else has changed it since", rev=now_at)


def _state(thing: Person | Department, fields: Sequence[str]) -> Json:
    found = {name: getattr(thing, name) for name in fields}
    return {name: str(value) if isinstance(value, UUID) else value for name, value in found.items()}


def _record(session: Session, by: Person, subject: str, key: str, before: Json, after: Json) -> None:
    """Keep what differs; nothing where nothing does."""
    changed = [name for name in after if before.get(name) != after[name]]
    if changed:
        old = {name: before[name] for name in changed if name in before}
        new = {name: after[name] for name in changed}
        session.add(DirectoryChange(actor=str(by.id), subject=subject, key=key, before=old, after=new))
        session.flush()


def _fault(path: str, code: str, zh: str, en: str) -> Invalid:
    return Invalid(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}])
