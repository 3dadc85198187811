"""The choke point: who may read, work, rule, and who is kept out."""

import pytest
from sqlalchemy.orm import Session

from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import authorisation, boxes, cases, usertasks
from workflows.authorisation import TaskInCase
from workflows.errors import LockedOut, NoSuchCase, NoSuchTask, NotAllowed
from workflows.models import Source
from workflows.people import may, require


def test_an_unknown_verb_is_an_error_and_never_a_yes(house: Session, who: Who) -> None:
    with pytest.raises(ValueError, match="unknown verb"):
        may(house, who("admin"), "case.burn")


def test_somebody_who_left_may_nothing(house: Session, who: Who) -> None:
    who("manager").active = False
    assert not may(house, who("manager"), "case.list")


@pytest.mark.requirement("PRV-03")
def test_a_task_of_another_department_is_not_there_for_me(house: Session, who: Who) -> None:
    task = a_task(house, a_case(house), department="logistics")
    with pytest.raises(NoSuchTask):
        usertasks.open_task(house, who("quality"), task.id)
    with pytest.raises(NoSuchTask):
        usertasks.claim(house, who("quality"), task.id)
    with pytest.raises(NoSuchTask):
        usertasks.complete(house, who("quality"), task.id, {})


@pytest.mark.requirement("PRV-03")
def test_a_case_of_another_department_cannot_be_read_or_listed(house: Session, who: Who) -> None:
    case = a_case(house)
    a_task(house, case, department="logistics")
    with pytest.raises(NoSuchCase):
        cases.open_case(house, who("quality"), case.number)
    assert case not in cases.listing(house, who("quality"))
    assert case in cases.listing(house, who("logistics"))
    assert cases.open_case(house, who("logistics"), case.number) is case


def test_a_head_sees_the_departments_below(house: Session, who: Who) -> None:
    case = a_case(house)
    task = a_task(house, case, department="stores")
    assert case in cases.listing(house, who("sales_head"))
    assert may(house, who("sales_head"), "task.assign", TaskInCase(task, case))
    assert not may(house, who("stores"), "task.assign", TaskInCase(task, case))
    assert not may(house, who("logistics_head"), "task.assign", TaskInCase(task, case))


@pytest.mark.requirement("RTE-14", "INV-17")
def test_the_agent_complained_about_can_neither_open_nor_own_the_case(house: Session, who: Who) -> None:
    case = a_case(house, named=[str(who("staff").id)])
    task = a_task(house, case)
    for attempt in (
        lambda: cases.open_case(house, who("staff"), case.number),
        lambda: usertasks.open_task(house, who("staff"), task.id),
        lambda: usertasks.claim(house, who("staff"), task.id),
        lambda: usertasks.assign(house, who("head"), task.id, who("staff")),
        lambda: usertasks.transfer(house, who("manager"), task.id, assignee=who("staff"), reason="x"),
    ):
        with pytest.raises(LockedOut):
            attempt()
    assert case not in cases.listing(house, who("staff"))
    assert boxes.inbox(house, who("staff"), "department") == []
    assert [row.task.id for row in boxes.inbox(house, who("staff2"), "department")] == [task.id]


def test_even_a_manager_is_locked_out_of_a_case_about_them(house: Session, who: Who) -> None:
    case = a_case(house, named=[str(who("manager").id)])
    with pytest.raises(LockedOut):
        require(house, who("manager"), "case.read", case)
    assert case not in cases.listing(house, who("manager"))


@pytest.mark.requirement("INT-25")
def test_an_internal_case_is_invisible_to_ordinary_staff(house: Session, who: Who) -> None:
    case = a_case(house, source=Source.INTERNAL)
    task = a_task(house, case)
    for login in ("staff", "staff2", "quality"):
        assert case not in cases.listing(house, who(login))
        with pytest.raises(NoSuchCase):
            cases.open_case(house, who(login), case.number)
        assert boxes.inbox(house, who(login), "department") == []
        with pytest.raises(NoSuchTask):
            usertasks.open_task(house, who(login), task.id)
    for login in ("manager", "legal", "management", "auditor", "head"):
        assert case in cases.listing(house, who(login)), login


def test_somebody_who_works_on_an_internal_case_sees_it(house: Session, who: Who) -> None:
    case = a_case(house, source=Source.INTERNAL)
    a_task(house, case, assignee=str(who("staff").id))
    assert case in cases.listing(house, who("staff"))
    assert len(boxes.inbox(house, who("staff"), "mine")) == 1


@pytest.mark.requirement("RSK-09")
def test_an_auditor_reads_everything_and_changes_nothing(house: Session, who: Who) -> None:
    case = a_case(house)
    task = a_task(house, case)
    auditor = who("auditor")
    assert may(house, auditor, "case.read", case)
    assert may(house, auditor, "task.read", TaskInCase(task, case))
    for verb in ("case.edit", "case.comment", "case.evidence", "case.reveal"):
        assert not may(house, auditor, verb, case)
    for verb in ("task.claim", "task.complete", "task.assign", "task.urge"):
        assert not may(house, auditor, verb, TaskInCase(task, case))


def test_an_administrator_keeps_accounts_and_sees_no_complaint(house: Session, who: Who) -> None:
    case = a_case(house)
    assert may(house, who("admin"), "people.edit")
    assert not may(house, who("admin"), "case.read", case)
    assert not may(house, who("admin"), "case.list")
    assert cases.listing(house, who("admin")) == []


def test_another_ones_task_cannot_be_completed_even_in_the_same_department(house: Session, who: Who) -> None:
    case = a_case(house)
    task = a_task(house, case, assignee=str(who("staff").id))
    with pytest.raises(NotAllowed):
        usertasks.complete(house, who("staff2"), task.id, {})
    assert not may(house, who("head"), "task.complete", TaskInCase(task, case))
    assert may(house, who("head"), "task.unclaim", TaskInCase(task, case))


def test_process_people_may_draft_and_approve_but_not_both(house: Session, who: Who) -> None:
    assert may(house, who("owner"), "definition.draft")
    assert not may(house, who("owner"), "definition.approve")
    assert may(house, who("approver"), "definition.approve")
    assert not may(house, who("approver"), "definition.draft")
    assert not may(house, who("manager"), "definition.draft")


@pytest.mark.parametrize(
    "login", ["staff", "quality", "head", "manager", "legal", "auditor", "admin", "owner", "finance"]
)
def test_the_list_shows_exactly_the_cases_which_may_be_read(house: Session, who: Who, login: str) -> None:
    known = [
        a_case(house),
        a_case(house, source=Source.INTERNAL),
        a_case(house, named=[str(who(login).id)]),
        a_case(house, owner=str(who(login).id)),
        a_case(house, intake_by=str(who(login).id), source=Source.INTERNAL),
    ]
    a_task(house, known[0], department="quality")
    a_task(house, known[1], department="quality")
    a_task(house, known[2], department="quality", candidates=[str(who(login).id)])
    listed = {case.id for case in cases.listing(house, who(login))}
    readable = {case.id for case in known if may(house, who(login), "case.read", case)}
    assert listed == readable


def test_led_departments_survive_a_circle_in_the_tree(house: Session, who: Who) -> None:
    from workflows.models import Department

    top = house.get(Department, "management")
    assert top is not None
    top.parent = "stores"
    house.flush()
    assert "stores" in authorisation.led(house, who("sales_head"))


def test_heads_and_management_oversee_their_department_and_those_below_managers_all(house: Session, who: Who) -> None:
    for department in ("stores", "sales", "logistics"):
        a_task(house, a_case(house), department=department)
    a_task(house, a_case(house), department=None)

    def open_work(login: str) -> set[str | None]:
        return {row.task.department for row in boxes.inbox(house, who(login), "open")}

    everything = {"stores", "sales", "logistics", None}
    assert open_work("manager") == open_work("auditor") == everything
    assert open_work("management") == everything  # their department is at the top
    assert open_work("sales_head") == {"stores", "sales"}
    assert open_work("stores_head") == {"stores"}
    assert open_work("logistics") == {"logistics"}
    who("management").department = "sales"
    assert open_work("management") == {"stores", "sales"}
    who("sales_head").active = False
    assert authorisation.overseen(house, who("sales_head")) == frozenset()
