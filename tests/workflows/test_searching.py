"""Finding instances: by what a manager has at hand, and never by somebody who is named in the case."""

import pytest
from sqlalchemy.orm import Session

from engine import db
from engine.ids import new_id
from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import searching
from workflows.parties import Identity
from workflows.searching import Wanted


@pytest.mark.parametrize(
    "text", ["13912345678", "139-1234-5678", "+86 139 1234 5678", "Lin@Example.com ", "冰箱", "BX-200", "门有凹痕"]
)
def test_an_instance_is_found_by_phone_mail_product_or_words(house: Session, who: Who, text: str) -> None:
    identity = Identity(name="林小满", phone="13912345678", mail="lin@example.com")
    wanted = a_case(house, identity=identity, narrative="门有凹痕", product="冰箱 BX-200")
    other = a_case(house)
    for case in (wanted, other):
        a_task(house, case)
    (found,) = searching.find(house, who("manager"), Wanted(text=text))
    assert found.case is wanted


def test_part_of_a_phone_number_finds_nobody(house: Session, who: Who) -> None:
    a_task(house, a_case(house, identity=Identity(name="林小满", phone="13912345678")))
    assert searching.find(house, who("manager"), Wanted(text="1391234567")) == []


def test_who_is_named_in_a_case_does_not_find_it_by_the_complainant(house: Session, who: Who) -> None:
    identity = Identity(name="林小满", phone="13912345678")
    a_task(house, a_case(house, identity=identity, named=[str(who("manager").id)]))
    assert searching.find(house, who("manager"), Wanted(text="13912345678")) == []


def test_a_person_finds_what_they_have_and_what_they_did(house: Session, who: Who) -> None:
    me = str(who("staff").id)
    has, did, neither = (a_case(house) for _ in range(3))
    a_task(house, has, assignee=me)
    a_task(house, did, status="completed", completed_by=me)
    a_task(house, neither, assignee=str(new_id()))
    found = searching.find(house, who("manager"), Wanted(person=me))
    assert {one.case for one in found} == {has, did}


def test_a_page_takes_three_statements_however_many_instances_are_on_it(house: Session, who: Who) -> None:
    manager, counts = who("manager"), []
    for _ in range(2):
        for _ in range(5):
            a_task(house, a_case(house))
        with db.counting(house.get_bind()) as statements:  # type: ignore[arg-type]
            searching.find(house, manager, Wanted(text="空调"))
        counts.append(len(statements))
    assert counts == [3, 3]
