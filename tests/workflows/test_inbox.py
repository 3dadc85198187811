"""The inbox: boxes, filters, pages which never repeat or lose a task, and few statements."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine import db, definitions
from engine.clock import now
from engine.db import transaction
from engine.models import UserTask
from tests.workflows import bundles
from tests.workflows.builders import a_case, a_task, in_hours
from tests.workflows.conftest import Who
from workflows import boxes, demo, orders, people, seeds, usertasks
from workflows.authorisation import TaskInCase
from workflows.boxes import Filters
from workflows.errors import NotAllowed
from workflows.models import CaseStatus
from workflows.parties import Identity
from workflows.receiving import Complaint, receive


def _ids(rows: list[TaskInCase]) -> list[object]:
    return [row.task.id for row in rows]


def _all_pages(
    session: Session, who: Who, login: str, box: boxes.Box, limit: int, sort: orders.Sort = "due"
) -> list[UserTask]:
    found: list[UserTask] = []
    after = None
    while True:
        page = boxes.inbox(session, who(login), box, after=after, limit=limit, sort=sort)
        if not page:
            return found
        found += [row.task for row in page]
        after = boxes.position(box, sort, page[-1])


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_pages_hold_every_task_once_by_due_date_and_those_without_one_last(
    house: Session, who: Who, limit: int
) -> None:
    case, same = a_case(house), in_hours(5)
    due = [in_hours(9), same, None, in_hours(1), same, None, in_hours(3)]
    made = [a_task(house, case, due_at=moment) for moment in due]
    found = _all_pages(house, who, "staff", "department", limit)
    assert sorted(task.id for task in found) == sorted(task.id for task in made)
    dated = [task.due_at for task in found if task.due_at is not None]
    assert dated == sorted(dated)
    assert [task.due_at for task in found[-2:]] == [None, None]


def test_the_done_box_shows_my_work_newest_first(house: Session, who: Who) -> None:
    case, me = a_case(house), str(who("staff").id)
    for hours in (3, 1, 2):
        a_task(house, case, status="completed", completed_by=me, completed_at=now() - timedelta(hours=hours))
    a_task(house, case, status="completed", completed_by=str(who("staff2").id), completed_at=now())
    found = _all_pages(house, who, "staff", "done", 2)
    moments = [task.completed_at for task in found]
    assert len(moments) == 3
    assert moments == sorted(moments, reverse=True)  # type: ignore[type-var]


def test_what_is_offered_to_me_by_name_is_mine_and_what_somebody_took_is_not_the_departments(
    house: Session, who: Who
) -> None:
    case, me = a_case(house), str(who("staff").id)
    mine = a_task(house, case, assignee=me)
    offered = a_task(house, case, department="logistics", candidates=[me], due_at=in_hours(30))
    free = a_task(house, case)
    a_task(house, case, assignee=str(who("staff2").id))
    assert _ids(boxes.inbox(house, who("staff"), "mine")) == [mine.id, offered.id]
    assert _ids(boxes.inbox(house, who("staff"), "department")) == [free.id]
    assert len(boxes.inbox(house, who("staff"), "open")) == 3
    assert len(boxes.inbox(house, who("manager"), "open")) == 4


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        (Filters(), 3),
        (Filters(overdue=True), 1),
        (Filters(overdue=False), 2),
        (Filters(channel="mail"), 1),
        (Filters(risk="high"), 1),
        (Filters(nature="price"), 0),
        (Filters(element="Task_Plan"), 1),
        (Filters(text="电饭煲"), 1),
        (Filters(text="13800001234"), 2),
        (Filters(text="+86 138-0000-1234"), 2),
        (Filters(text="%"), 0),
        (Filters(text="O-77"), 1),
    ],
)
def test_filters_narrow_the_list(house: Session, who: Who, filters: Filters, number: int) -> None:
    late = a_case(house, narrative="电饭煲坏了", channel="mail", identity=Identity(name="李", phone="13900009999"))
    a_task(house, late, due_at=in_hours(-1))
    a_task(house, a_case(house, risk="high"))
    a_task(house, a_case(house, order_no="O-77"), element_id="Task_Plan")
    assert len(boxes.inbox(house, who("staff"), "department", filters)) == number


@pytest.mark.requirement("INT-12")
def test_cases_are_filtered_by_batch_number(house: Session, who: Who) -> None:
    from workflows import cases

    wanted = a_case(house, batch_no="QL-A3-2603")
    a_case(house, batch_no="QL-K7-2603")
    assert cases.listing(house, who("manager"), cases.Filters(batch_no="QL-A3-2603")) == [wanted]


def test_pages_of_cases_hold_every_case_once_newest_first(house: Session, who: Who) -> None:
    from workflows import cases

    moment = now()
    made = {a_case(house, received_at=moment - timedelta(hours=number // 2)).id for number in range(7)}
    found, after = [], None
    while page := cases.listing(house, who("manager"), after=after, limit=2):
        found += page
        after = (page[-1].received_at, page[-1].id)
    assert {case.id for case in found} == made
    assert len(found) == 7


def test_an_auditor_of_no_department_sees_no_department_box_of_others(house: Session, who: Who) -> None:
    a_task(house, a_case(house))
    assert boxes.inbox(house, who("auditor"), "department") == []
    assert len(boxes.inbox(house, who("auditor"), "open")) == 1


def test_completing_a_task_takes_at_most_eight_statements(database: Engine) -> None:
    with transaction() as session:
        seeds.plant(session)
        demo.people_of_the_demo(session)
        definitions.publish_files(session, "complaint", bundles.with_forms(), author="system")
    identity = Identity(name="王伟", phone="13812345678")
    with transaction() as session:
        for text in ("空调坏了", "电视坏了"):
            receive(session, Complaint(text, "phone", identity), actor="system")
        staff = people.by_login(session, "staff")
        assert staff is not None
    with transaction() as session:
        rows = boxes.inbox(session, staff, "department")
    counts = []
    for row in rows:
        with transaction() as session:
            usertasks.claim(session, staff, row.task.id)
        with db.counting() as statements, transaction() as session:
            usertasks.complete(session, staff, row.task.id, {"accept_outcome": "accepted", "read_back": True})
        counts.append(len([one for one in statements if "SAVEPOINT" not in one]))
    assert counts[-1] <= 8, statements


@pytest.mark.parametrize("login", ["staff", "staff2", "head", "manager", "auditor", "quality"])
def test_the_counts_of_the_boxes_are_those_of_their_pages(house: Session, who: Who, login: str) -> None:
    me = str(who("staff").id)
    shown, hidden = a_case(house), a_case(house, source="internal")
    named = a_case(house, named=[me, str(who("manager").id)])
    for case in (shown, hidden, named, None):
        a_task(house, case)
        a_task(house, case, assignee=me)
        a_task(house, case, department="quality", candidates=[me])
        a_task(house, case, department="quality", due_at=None)
        a_task(house, case, status="completed", completed_by=me, completed_at=now())
    counts = boxes.open_counts(house, who(login))
    assert counts == {box: len(_all_pages(house, who, login, box, 7)) for box in boxes.BOXES}


def test_a_box_is_counted_to_one_beyond_the_most_and_no_further(house: Session, who: Who) -> None:
    for _ in range(5):
        a_task(house, a_case(house))
    assert boxes.open_counts(house, who("staff"), ["department"], most=3) == {"department": 4}
    assert boxes.open_counts(house, who("staff"), ["mine", "department"], most=5) == {"mine": 0, "department": 5}


def test_somebody_who_has_no_inbox_has_no_counts(house: Session, who: Who) -> None:
    with pytest.raises(NotAllowed):
        boxes.open_counts(house, who("owner"))


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
@pytest.mark.parametrize("sort", orders.SORTS)
def test_pages_of_every_order_hold_every_task_once(house: Session, who: Who, sort: orders.Sort, limit: int) -> None:
    cases = [a_case(house, identity=Identity(phone=f"1380000000{number}")) for number in range(4)]
    cases[1].party.tier = "vip"
    cases[2].status = CaseStatus.CLOSED
    house.flush()
    same = in_hours(5)
    made = [
        a_task(house, case, due_at=due, priority=priority, element_id=element)
        for case in cases
        for due, priority, element in ((same, 50, "A"), (same, 50, "A"), (None, 90, "B"), (in_hours(1), 10, "B"))
    ]
    whole = boxes.inbox(house, who("staff"), "department", sort=sort)
    found = _all_pages(house, who, "staff", "department", limit, sort)
    assert [task.id for task in found] == _ids(whole)
    assert sorted(task.id for task in found) == sorted(task.id for task in made)


def test_the_orders_are_what_they_say(house: Session, who: Who) -> None:
    early, late, vip, closed = (a_case(house, identity=Identity(phone=f"1380000000{n}")) for n in range(4))
    early.received_at, late.received_at = in_hours(-90), in_hours(-1)
    vip.received_at = closed.received_at = in_hours(-50)
    vip.party.tier, closed.status = "vip", CaseStatus.CLOSED
    house.flush()
    last = a_task(house, closed, priority=10, element_id="A", due_at=in_hours(1))
    first = a_task(house, late, priority=90, element_id="C", due_at=None)
    third = a_task(house, vip, priority=50, element_id="B", due_at=in_hours(4))
    second = a_task(house, early, priority=50, element_id="B", due_at=in_hours(2))

    def order(sort: orders.Sort) -> list[object]:
        return _ids(boxes.inbox(house, who("staff"), "department", sort=sort))

    assert order("due") == [last.id, second.id, third.id, first.id]
    assert order("priority") == [first.id, second.id, third.id, last.id]
    assert order("step") == [last.id, second.id, third.id, first.id]
    assert order("received") == [second.id, third.id, first.id, last.id]
    assert order("customer")[0] == third.id
    assert order("customer")[-1] == last.id
