"""The web door over a real database: an application, people of every role, and clients logged in as them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from engine.db import transaction
from tests.web import bundle
from web import identity
from web.create_app import create_app
from web.limits import limiter
from workflows import people, seeds
from workflows import settings as domain_settings
from workflows.models import Person, Role

PASSWORD = "correct horse 1"

# login -> department, roles
STAFF: dict[str, tuple[str, tuple[Role, ...]]] = {
    "li": ("customer_service", (Role.STAFF, Role.INTAKE)),
    "wang": ("customer_service", (Role.STAFF,)),
    "sun": ("customer_service", (Role.STAFF, Role.HEAD)),
    "zhao": ("quality", (Role.STAFF,)),
    "qian": ("logistics", (Role.STAFF,)),
    "fa": ("legal", (Role.STAFF, Role.LEGAL)),
    "manager": ("management", (Role.MANAGER,)),
    "auditor": ("internal_audit", (Role.AUDITOR,)),
    "admin": ("operations", (Role.ADMINISTRATOR,)),
    "owner": ("operations", (Role.PROCESS_OWNER,)),
    "approver": ("operations", (Role.PROCESS_APPROVER,)),
}


@dataclass
class Door:
    """A client with the manners of our own scripts: the CSRF token goes with every command."""

    client: FlaskClient
    person: Person | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self._send("POST", path, json=json, **options)

    def put(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self._send("PUT", path, json=json, **options)

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self._send("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self._send("DELETE", path, **options)

    def _send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**self.headers, **options.pop("headers", {})}
        if options.get("json", ...) is None:
            del options["json"]
        return self.client.open(_full(path), method=method, headers=headers, buffered=True, **options)


def _full(path: str) -> str:
    return path if path.startswith(("/api/", "/live", "/ready", "/metrics", "/static")) else f"/api/v1{path}"


@pytest.fixture(scope="session")
def app(_worker_database: Engine) -> Flask:
    """The application over this worker's database."""
    from web import settings as web_settings

    web_settings.settings.cache_clear()
    domain_settings.settings.cache_clear()
    return create_app({"TESTING": False, "PROPAGATE_EXCEPTIONS": False})


@pytest.fixture(autouse=True)
def _forget_limits(app: Flask) -> None:
    limiter.reset()


@pytest.fixture(scope="session")
def _password_hash() -> str:
    person = Person()
    people.set_password(person, PASSWORD)
    assert person.password_hash is not None
    return person.password_hash


@pytest.fixture
def world(database: Engine, _password_hash: str) -> dict[str, Person]:
    """Departments and one person of every kind, by login; everybody's password is `PASSWORD`."""
    with transaction() as session:
        seeds.plant(session)
        found = {
            login: Person(
                login=login,
                name_zh=login,
                name_en=login,
                department=department,
                roles=[role.value for role in roles],
                password_hash=_password_hash,
            )
            for login, (department, roles) in STAFF.items()
        }
        session.add_all(found.values())
    return found


@pytest.fixture
def anybody(app: Flask, database: Engine) -> Door:
    """A browser nobody is logged in with."""
    return Door(app.test_client())


@pytest.fixture
def as_(app: Flask, world: dict[str, Person]) -> Callable[[str], Door]:
    """`as_("li")`: a browser in which Li is logged in."""

    def log_in(login: str) -> Door:
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie.update(identity.content(world[login]))
        door = Door(client, world[login])
        answer = door.get("/session")
        assert answer.json is not None
        door.headers["X-CSRF-Token"] = answer.json["csrf_token"]
        return door

    return log_in


@pytest.fixture
def by_token(app: Flask, world: dict[str, Person]) -> Callable[[str], Door]:
    """`by_token("li")`: a program with a token of Li's."""

    def issue(login: str) -> Door:
        with transaction() as session:
            person = session.merge(world[login])
            _, text = people.issue_token(session, person, by=person, name="test")
        return Door(app.test_client(use_cookies=False), world[login], {"Authorization": f"Bearer {text}"})

    return issue


@pytest.fixture
def process(world: dict[str, Person]) -> None:
    """The small complaint process is published."""
    from engine import definitions

    with transaction() as session:
        definitions.publish_files(session, "complaint", bundle.files(), author="system")


COMPLAINT = {
    "narrative": "电饭煲用了三天就坏了，客服电话打不通，要求退款。",
    "channel": "phone",
    "complainant": {"name": "王小明", "phone": "13812345678"},
    "product": "电饭煲",
    "amount_claimed": 29900,
}


@pytest.fixture
def case(as_: Callable[[str], Door], process: None) -> dict[str, Any]:
    """A complaint Li took in; its first user task waits in customer service."""
    answer = as_("li").post("/cases", COMPLAINT)
    assert answer.status_code == 201, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


@pytest.fixture
def task(as_: Callable[[str], Door], case: dict[str, Any]) -> dict[str, Any]:
    """The first user task of the case, nobody's yet."""
    answer = as_("wang").get("/tasks?box=department")
    assert answer.json is not None
    (found,) = answer.json["items"]
    assert isinstance(found, dict)
    return found


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    """The problem document of a refused request."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text}"
    assert answer.content_type == "application/problem+json"
    document = answer.get_json(force=True)
    assert document["status"] == status
    assert document["type"].startswith("urn:redress:problem:")
    assert document["title"]
    assert document["detail"]
    assert isinstance(document, dict)
    return document
