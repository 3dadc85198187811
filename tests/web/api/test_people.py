"""Who works here."""

from collections.abc import Callable

from tests.web.conftest import STAFF, Door, problem


def test_people_are_listed_by_login_in_pages(as_: Callable[[str], Door]) -> None:
    door = as_("wang")
    found: list[str] = []
    path = "/people?limit=4"
    while path:
        page = door.get(path).json
        assert page is not None
        found += [person["login"] for person in page["items"]]
        path = f"/people?limit=4&after={page['next']}" if page["next"] else ""
    assert found == sorted(STAFF)


def test_the_list_is_narrowed_by_department_and_role(as_: Callable[[str], Door]) -> None:
    page = as_("wang").get("/people?department=customer_service&role=head").json
    assert page is not None
    assert [person["login"] for person in page["items"]] == ["sun"]


def test_no_secret_of_a_person_is_told(as_: Callable[[str], Door]) -> None:
    door = as_("wang")
    assert door.person is not None
    shown = door.get(f"/people/{door.person.id}")
    assert shown.json is not None
    assert set(shown.json) == {"id", "login", "name_zh", "name_en", "department", "roles", "active"}


def test_an_unknown_person_is_not_found(as_: Callable[[str], Door]) -> None:
    problem(as_("wang").get("/people/00000000-0000-7000-8000-000000000000"), 404)


def test_departments_are_listed_with_the_lanes_they_answer_to(as_: Callable[[str], Door]) -> None:
    page = as_("wang").get("/departments").json
    assert page is not None
    quality = next(found for found in page["items"] if found["code"] == "quality")
    assert "质检部" in quality["aliases"]


def test_a_cursor_of_another_list_is_refused(as_: Callable[[str], Door]) -> None:
    door = as_("manager")
    page = door.get("/people?limit=1").json
    assert page is not None
    problem(door.get(f"/instances?after={page['next']}"), 422)
