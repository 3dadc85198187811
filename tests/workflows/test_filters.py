"""Orders of the inbox whose pages lose nothing, and filters kept by name, alone or for a department."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine.clock import now
from engine.models import UserTask
from tests.workflows.builders import a_case, a_task, in_hours
from tests.workflows.conftest import Who
from workflows import boxes, filters
from workflows.boxes import Filters
from workflows.errors import BadComplaint, NoSuchFilter, NotAllowed
from workflows.orders import SORTS, Sort
from workflows.parties import Identity


def all_pages(session: Session, who: Who, sort: Sort, limit: int) -> list[UserTask]:
    found: list[UserTask] = []
    after: tuple[Any, ...] | None = None
    while page := boxes.inbox(session, who("staff"), "department", after=after, limit=limit, sort=sort):
        found += [row.task for row in page]
        after = boxes.position("department", sort, page[-1])
    return found


def many(session: Session) -> list[UserTask]:
    """Tasks with equal and missing due dates, priorities, steps and complainants, and one without a case."""
    made = []
    for number in range(9):
        vip = Identity(name=f"客户{number % 3}", phone=f"1380000000{number % 3}", tier="vip" if number % 3 == 2 else "")
        case = a_case(session, identity=vip, received_at=now() - timedelta(hours=number % 4))
        made.append(
            a_task(
                session, case, due_at=None if number % 4 == 3 else in_hours(number % 2), priority=50 + number % 3 * 20,
                element_id=f"Task_{number % 2}",
            )
        )  # fmt: skip
    return [*made, a_task(session, None)]


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("limit", [1, 3, 50])
def test_pages_of_every_order_hold_every_task_once(house: Session, who: Who, sort: Sort, limit: int) -> None:
    made = many(house)
    found = all_pages(house, who, sort, limit)
    assert sorted(task.id for task in found) == sorted(task.id for task in made)
    assert found == all_pages(house, who, sort, 100)


def test_each_order_begins_with_what_it_names(house: Session, who: Who) -> None:
    many(house)
    orders = {sort: boxes.inbox(house, who("staff"), "department", sort=sort) for sort in SORTS}
    priorities = [row.task.priority for row in orders["priority"]]
    assert priorities == sorted(priorities, reverse=True)
    received = [row.case.received_at for row in orders["received"] if row.case]
    assert received == sorted(received)
    steps = [row.task.element_id for row in orders["step"]]
    assert steps == sorted(steps)
    customers = [row.case.party for row in orders["customer"] if row.case]
    assert [one.tier == "vip" for one in customers] == sorted([one.tier == "vip" for one in customers], reverse=True)
    blocks = [one.id for place, one in enumerate(customers) if place == 0 or customers[place - 1].id != one.id]
    assert len(blocks) == len(set(blocks)) == 3


def test_an_address_reads_as_a_filter_and_unknown_words_mean_the_default() -> None:
    query = {"box": "department", "risk": "high", "overdue": "1", "sort": "priority", "after": "x", "text": " 空调 "}
    assert filters.read(query) == ("department", Filters(risk="high", overdue=True, text="空调"), "priority")
    assert filters.read({"box": "all", "sort": "name"}) == ("mine", Filters(), "due")


def test_a_filter_is_kept_shared_counted_and_forgotten(house: Session, who: Who) -> None:
    a_task(house, a_case(house, risk="high"))
    a_task(house, a_case(house))
    mine = filters.save(house, who("staff"), "我的", {"box": "department"})
    shared = filters.save(house, who("staff"), "高风险", {"box": "department", "risk": "high"}, shared=True)
    assert filters.listing(house, who("staff")) == sorted([mine, shared], key=lambda one: one.name)
    assert filters.listing(house, who("staff2")) == [shared]
    assert filters.listing(house, who("quality")) == []
    assert filters.counts(house, who("staff"), [mine, shared]) == [2, 1]
    again = filters.save(house, who("staff"), "高风险", {"box": "department", "risk": "medium"})
    assert (again.id, again.query["risk"], again.department) == (shared.id, "medium", None)
    with pytest.raises(NoSuchFilter):
        filters.remove(house, who("staff2"), mine.id)
    filters.remove(house, who("staff"), mine.id)
    assert filters.listing(house, who("staff")) == [again]


def test_a_filter_needs_a_name_known_parameters_and_a_person_with_an_inbox(house: Session, who: Who) -> None:
    for name, query in (("", {"box": "mine"}), ("x" * 61, {"box": "mine"}), ("x", {"after": "y"})):
        with pytest.raises(BadComplaint):
            filters.save(house, who("staff"), name, query)
    with pytest.raises(NotAllowed):
        filters.save(house, who("owner"), "x", {"box": "mine"})
    for number in range(filters.MOST):
        filters.save(house, who("staff"), str(number), {"box": "mine"})
    with pytest.raises(BadComplaint):
        filters.save(house, who("staff"), "one more", {"box": "mine"})
    filters.save(house, who("staff"), "0", {"box": "done"})


def test_a_count_ends_at_one_more_than_the_most(house: Session, who: Who) -> None:
    for _ in range(4):
        a_task(house, a_case(house))
    wanted: list[tuple[boxes.Box, Filters]] = [("department", Filters()), ("mine", Filters())]
    assert boxes.matching_counts(house, who("staff"), wanted, most=2) == [3, 0]
    assert boxes.matching_counts(house, who("staff"), []) == []
