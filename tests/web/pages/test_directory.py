"""The administrators' pages: what they show, in both languages, and to whom."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from engine.db import transaction
from tests.web.conftest import Door
from workflows import directory
from workflows.models import Department, Person

PATHS = ("/people", "/people/new", "/people/changes", "/departments", "/departments/new", "/departments/quality")


def page(door: Door, path: str, **headers: str) -> str:
    """A page of the site (not of the API)."""
    answer = door.client.get(path, headers={"Accept": "text/html", **headers})
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("login", ["manager", "sun", "auditor", "owner"])
def test_only_administrators_open_the_directory(as_: Callable[[str], Door], login: str) -> None:
    for path in PATHS:
        assert as_(login).client.get(path, headers={"Accept": "text/html"}).status_code == 403


def test_every_page_of_the_directory_opens(as_: Callable[[str], Door]) -> None:
    for path in PATHS:
        page(as_("admin"), path)
    missing = as_("admin").client.get("/departments/nowhere", headers={"Accept": "text/html"})
    assert missing.status_code == 404


def test_people_are_found_by_name_department_role_and_state(as_: Callable[[str], Door]) -> None:
    admin = as_("admin")
    with transaction() as session:
        gone = session.scalars(select(Person).where(Person.login == "qian")).one()
        gone.active, gone.name_zh = False, "Gone <b>Person</b>"
    part = {"HX-Request": "true"}
    assert page(admin, "/people?department=quality", **part).count("<li ") == 1
    assert page(admin, "/people?role=head", **part).count("<li ") == 1
    assert ">qian<" not in page(admin, "/people", **part)
    assert "&lt;b&gt;Person" in page(admin, "/people?state=left&text=gone", **part)
    assert "<li " not in page(admin, "/people?text=%25", **part)  # a sign of LIKE is a sign


def test_a_change_is_told_in_words(as_: Callable[[str], Door], world: dict[str, Person]) -> None:
    with transaction() as session:
        admin = session.get_one(Person, world["admin"].id)
        zhao = world["zhao"]
        directory.change_person(session, admin, zhao.id, {"roles": ["staff", "head"], "active": True}, rev=1)
    shown = page(as_("admin"), f"/people/{zhao.id}")
    assert "<del>经办人</del>" in shown
    assert "<ins>经办人、部门负责人</ins>" in shown
    assert "zhao" in page(as_("admin"), "/people/changes")


def test_the_tree_survives_a_circle_and_shows_every_department_once(as_: Callable[[str], Door]) -> None:
    with transaction() as session:
        session.get_one(Department, "management").parent = "quality"
        codes = set(session.scalars(select(Department.code)))
    shown = page(as_("admin"), "/departments")
    assert shown.count("data-depth=") == len(codes)
