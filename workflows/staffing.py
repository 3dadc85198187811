"""Appointing people: who works here, in which department, with which roles."""

import re
import secrets
from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine.errors import Invalid
from workflows import people
from workflows.models import Department, Person, Role

LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")


def appoint(
    session: Session,
    login: str,
    *,
    department: str | None = None,
    roles: Sequence[Role] = (),
    name_zh: str | None = None,
    name_en: str | None = None,
    mail: str | None = None,
    new_password: bool = False,
) -> tuple[Person, str | None]:
    """Create a person, or change what is given of one; the person, and the password where one was made.

    A new person gets a password, an old one only with `new_password`; it is random and kept nowhere in clear.
    Raises Invalid for a login which is none, an unknown department, or a new person without department and role.
    """
    login = login.strip().lower()
    if not LOGIN.fullmatch(login):
        raise Invalid("a login has 2 to 64 small letters, digits, dots, dashes or underscores", field="login")
    if department is not None and session.get(Department, department) is None:
        raise Invalid(f"there is no department {department}", field="department")
    person = people.by_login(session, login)
    if person is None:
        if department is None or not roles:
            raise Invalid("a new person needs a department and at least one role", field="department")
        person = Person(login=login, name_zh=name_zh or login, name_en=name_en or login, department=department)
        session.add(person)
        new_password = True
    else:
        person.rev += 1
    person.department = department or person.department
    person.roles = sorted({role.value for role in roles}) or person.roles
    person.name_zh, person.name_en = name_zh or person.name_zh, name_en or person.name_en
    person.mail = mail or person.mail
    password = secrets.token_urlsafe(12) if new_password else None
    if password is not None:
        people.set_password(person, password)
    session.flush()
    return person, password
