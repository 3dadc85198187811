"""Who works here: departments, people, their passwords and tokens. What they may do: `may` and `require`."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from functools import cache
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.clock import now
from workflows import rules
from workflows.authorisation import locked_out as locked_out
from workflows.authorisation import may as may
from workflows.authorisation import person_id
from workflows.authorisation import require as require
from workflows.errors import BadFile, NotAllowed
from workflows.models import ApiToken as ApiToken
from workflows.models import Department as Department
from workflows.models import Person as Person
from workflows.models import Role as Role

RECOGNISED_BY = "rdr_"  # lets scanners recognise a token which leaked


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher()


@cache
def _nobody() -> str:
    return _hasher().hash(secrets.token_hex(16))


def set_password(person: Person, password: str) -> None:
    """Store the argon2id hash of `password` (at least six signs).

    Raises BadFile for a shorter one.
    """
    if len(password) < 6:
        raise BadFile("a password has at least six signs")
    person.password_hash = _hasher().hash(password)


def authenticate(session: Session, login: str, password: str) -> Person | None:
    """The active person with this login and password; None takes as long as a wrong password does."""
    person = session.scalar(select(Person).where(Person.login == login.strip().lower()))
    stored = person.password_hash if person and person.password_hash else _nobody()
    try:
        _hasher().verify(stored, password)
    except (VerifyMismatchError, InvalidHashError):
        return None
    if person is None or not person.active or person.password_hash is None:
        return None
    if _hasher().check_needs_rehash(stored):
        person.password_hash = _hasher().hash(password)
    return person


def get(session: Session, person_id: UUID | str) -> Person | None:
    """The person with this id, whether active or not; None for ids which are no person (`system`, `timer`)."""
    acting: Person | None = session.info.get("acting", {}).get(str(person_id))
    if acting is not None:
        return acting
    try:
        return session.get(Person, person_id if isinstance(person_id, UUID) else UUID(person_id))
    except ValueError:
        return None


def by_login(session: Session, login: str) -> Person | None:
    """The person with this login."""
    return session.scalar(select(Person).where(Person.login == login.strip().lower()))


def active_among(session: Session, names: Collection[str]) -> set[str]:
    """Those of the names (in lower case) which are the login or id of an active person."""
    if not names:
        return set()
    ids = [key for name in names if (key := person_id(name)) is not None]
    query = select(Person.login, Person.id).where(Person.active, or_(Person.login.in_(names), Person.id.in_(ids)))
    return {name for person in session.execute(query) for name in (person.login, str(person.id))} & set(names)


def listing(session: Session, *, department: str | None = None, role: Role | None = None) -> list[Person]:
    """Active people, perhaps of one department or with one role, by login."""
    query = select(Person).where(Person.active).order_by(Person.login)
    if department is not None:
        query = query.where(Person.department == department)
    if role is not None:
        query = query.where(Person.roles.contains([role.value]))
    return list(session.scalars(query))


def departments(session: Session) -> list[Department]:
    """All departments in their order."""
    return list(session.scalars(select(Department).order_by(Department.position, Department.code)))


def department_of(session: Session, name: str) -> str | None:
    """Code of the department whose code, Chinese or English name, or alias is `name` (a lane of a diagram)."""
    wanted = name.strip().lower()
    return next((place.code for place in rules.current(session).places if wanted in place.names), None)


def heads(session: Session, department: str) -> list[Person]:
    """The active heads of a department, its leader first, or of its nearest parent which has one."""
    seen: set[str] = set()
    code: str | None = department
    while code and code not in seen:
        seen.add(code)
        found = listing(session, department=code, role=Role.HEAD)
        here = session.get(Department, code)
        if found:
            return sorted(found, key=lambda one: here is None or one.id != here.leader)
        code = here.parent if here else None
    return []


def issue_token(
    session: Session, person: Person, *, by: Person, name: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new API token of `person` and its text, which is shown once and kept nowhere.

    Raises NotAllowed where `by` is neither the person nor an administrator.
    """
    if by.id != person.id:
        require(session, by, "people.edit")
    clear = RECOGNISED_BY + secrets.token_urlsafe(32)
    token = ApiToken(
        person_id=person.id,
        name=name,
        prefix=clear[:12],
        digest=_digest(clear),
        expires_at=expires_at,
        created_at=now(),
    )
    session.add(token)
    session.flush()
    return token, clear


def revoke_token(session: Session, token: ApiToken, *, by: Person) -> None:
    """End a token at once.

    Raises NotAllowed where `by` is neither its person nor an administrator.
    """
    if by.id != token.person_id and not may(session, by, "people.edit"):
        raise NotAllowed
    token.revoked_at = token.revoked_at or now()


def token_person(session: Session, clear: str) -> Person | None:
    """The active person an API token belongs to; None for an unknown, expired or revoked one."""
    row = session.execute(
        select(ApiToken, Person).join(Person, Person.id == ApiToken.person_id).where(ApiToken.digest == _digest(clear))
    ).one_or_none()
    if row is None:
        return None
    token, person = row
    expired = token.expires_at is not None and token.expires_at <= now()
    return None if expired or token.revoked_at is not None or not person.active else person


def _digest(clear: str) -> str:
    return hashlib.sha256(clear.encode()).hexdigest()
