"""One complaint in a real browser: from the phone through every stage and department to its end."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from sqlalchemy import select

from engine.db import transaction
from engine.models import ProcessInstance, TaskStatus, Timer, TimerKind, UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.filling import fill
from workflows import cases, portal

# step -> who does it, what they decide; where nothing is said the first choice is taken
PLAYERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Task_Accept": ("staff", {"verified": "verified", "accept_outcome": "accepted", "read_back": True}),
    "Task_Classify": ("staff2", {"nature": "product", "issue": "function_defect", "severity": 2, "impact": 1}),
    "Task_Plan": ("staff", {"upheld": "full", "remedy": "compensate", "amount_offered": 12000, "cost": 12000}),
    "Task_ApproveHead": ("head", {"approval_outcome": "approved", "conflict_free": True}),
    "Task_ApproveManagement": ("management", {"approval_outcome": "approved", "conflict_free": True}),
    "Task_Communicate": ("staff2", {"customer_answer": "accepted"}),
    "Task_Pay": ("finance", {"execution_result": "done"}),
    "Task_CarryOut": ("staff3", {"execution_result": "done"}),
    "Task_Revisit": ("staff4", {"satisfaction": "satisfied"}),
}
OF_DEPARTMENT: Final[dict[str | None, str]] = {"customer_service": "staff", "legal": "legal", "quality": "quality"}


def next_task(number: str) -> UserTask | None:
    """The open task of the case which is due first."""
    with transaction() as session:
        return session.scalar(
            select(UserTask)
            .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
            .where(ProcessInstance.business_key == number, UserTask.status == TaskStatus.OPEN.value)
            .order_by(UserTask.due_at, UserTask.id)
            .limit(1)
        )


def wait_over(number: str) -> bool:
    """Let the next timer of the case fire as if its time had come; False where none waits."""
    from engine import clock, timers

    with transaction() as session:
        timer = session.scalar(
            select(Timer)
            .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
            .where(ProcessInstance.business_key == number, Timer.kind == TimerKind.EVENT.value)
            .order_by(Timer.due_at)
            .limit(1)
        )
    if timer is None:
        return False
    with clock.at(timer.due_at), transaction() as session:
        return timers.fire(session, timer.id)


def is_open(number: str) -> bool:
    with transaction() as session:
        return cases.is_open(cases.get(session, number))


def take_in(staff: Visitor) -> str:
    """Register the complaint at the desk: type, read back, confirm; its number."""
    page = staff.page
    staff.open("/intake")
    page.fill('[name="narrative"]', "购买的电动车充电时冒烟，电池鼓包，家里地板烧坏，要求赔偿 12000 元并更换电池。")
    page.fill('[name="complainant.name"]', "林建国")
    page.fill('[name="complainant.phone"]', "13912345678")
    page.fill('[name="complainant.mail"]', "lin@example.com")
    page.fill('[name="product"]', "电动车 E8")
    page.fill('[name="amount_claimed"]', "12000")
    staff.picture("intake")
    page.click("form[data-intake] button[type=submit]")
    staff.picture("read-back")
    assert page.locator("[data-register]").is_disabled()
    page.check("[data-confirmed]")
    page.click("[data-register]")
    page.locator("[data-done]").wait_for()
    staff.picture("number")
    return page.inner_text("[data-number]")


def do(visitor: Visitor, task: UserTask, wanted: dict[str, Any]) -> None:
    """Claim a task where it is nobody's, fill its form, complete it."""
    page = visitor.page
    visitor.open(f"/tasks/{task.id}")
    claim = page.locator("[data-key=c]")
    if claim.count():
        claim.click()
        claim.wait_for(state="detached")
    page.locator("[data-task][data-ready]").wait_for()
    fill(page, wanted)
    visitor.picture(task.element_id)
    page.click("[data-complete]")
    page.wait_for_url("**/inbox")
    page.locator(".toast").wait_for()


@pytest.mark.browser
@pytest.mark.slow
def test_a_complaint_walks_through_all_departments_to_its_end(visit: Callable[..., Visitor]) -> None:
    people: dict[str, Visitor] = {}

    def at_desk(login: str) -> Visitor:
        if login not in people:
            people[login] = visit()
            people[login].log_in(login)
        return people[login]

    number = take_in(at_desk("staff"))
    walked: list[tuple[str, str]] = []
    while is_open(number):
        task = next_task(number)
        if task is None:
            assert wait_over(number), f"{number} waits for nothing: {walked}"
            continue
        login, wanted = PLAYERS.get(task.element_id, (OF_DEPARTMENT.get(task.department, str(task.department)), {}))
        do(at_desk(login), task, wanted)
        walked.append((task.element_id, str(task.department)))
        assert len(walked) < 30, walked

    steps = [element for element, _ in walked]
    assert steps[:1] == ["Task_Accept"]
    for wanted_step in ("Task_Plan", "Task_ApproveHead", "Task_ApproveManagement", "Task_Pay", "Task_Revisit"):
        assert wanted_step in steps, steps
    departments = dict(walked)
    assert departments["Task_Pay"] == "finance"
    assert departments["Task_ApproveManagement"] == "management"
    assert "legal" in departments.values()

    staff = at_desk("staff")
    staff.open(f"/cases/{number}")
    staff.page.locator("[data-diagram][data-ready=yes]").wait_for()
    staff.picture("closed")
    with transaction() as session:
        case = cases.get(session, number)
        assert case.outcome == "solved"
        assert {one.state for one in portal.milestones(session, case)} == {"done"}
    assert {login: visitor.complaints for login, visitor in people.items() if visitor.complaints} == {}
