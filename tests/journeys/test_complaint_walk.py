"""One complaint in a real browser, from the portal to the revisit: five people in five departments each find it in
their inbox, claim it, fill the form and complete it, while the complainant follows, answers the offer, and rates."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine import clock, timers
from engine.db import transaction
from engine.models import ProcessInstance, TaskStatus, Timer, TimerKind, UserTask
from tests.journeys.conftest import Visitor
from tests.journeys.filling import fill
from workflows import cases

pytestmark = pytest.mark.browser
NARRATIVE: Final = "购买的电动车充电时冒烟，电池鼓包，家里地板烧坏，已请律师，要求赔偿 12000 元并更换电池。"
# step -> who does it, what they decide; where nothing is said the first choice is taken
PLAYERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "Task_Accept": ("staff", {"verified": "verified", "accept_outcome": "accepted", "read_back": True}),
    "Task_Classify": ("staff", {"nature": "product", "issue": "function_defect", "severity": 2, "impact": 1}),
    "Task_Plan": ("staff", {"upheld": "full", "remedy": "compensate", "amount_offered": 12000, "cost": 12000}),
    "Task_ApproveHead": ("head", {"approval_outcome": "approved", "conflict_free": True}),
    "Task_ApproveManagement": ("management", {"approval_outcome": "approved", "conflict_free": True}),
    "Task_Pay": ("finance", {"execution_result": "done"}),
    "Task_CarryOut": ("quality", {"execution_result": "done"}),
    "Task_Revisit": ("staff", {"satisfaction": "basically"}),
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


def file(complainant: Visitor) -> str:
    """File the complaint on a phone; its number."""
    page = complainant.page
    complainant.open("/complain")
    page.fill("#f-narrative", NARRATIVE)
    page.fill("#f-demand", "赔偿并更换电池")
    page.fill("#f-name", "林建国")
    page.fill("#f-phone", "13912345678")
    complainant.picture("portal-file")
    page.locator("form.card button[type=submit]").click()
    page.locator("button[value=confirmed]").click()
    number = page.locator(".big-number").inner_text()
    complainant.picture("portal-number")
    return number


def do(visitor: Visitor, number: str, task: UserTask, wanted: dict[str, Any]) -> None:
    """Find the task in the inbox, claim it there where it is nobody's, open it, fill its form, complete it."""
    page = visitor.page
    visitor.open(f"/inbox?box={'mine' if task.assignee or task.candidates else 'department'}&text={number}")
    row = page.locator(f"#row-{task.id}")
    claim = row.locator("[data-key=c]")
    if claim.count():
        visitor.picture(f"inbox-{task.element_id}")
        claim.click()
        page.get_by_text("已签收：").wait_for()
        visitor.open(f"/inbox?text={number}")
    row.locator(".what a").click()
    page.locator("[data-task][data-ready]").wait_for()
    fill(page, wanted)
    visitor.picture(task.element_id)
    page.click("[data-complete]")
    page.wait_for_url("**/inbox")
    page.locator(".toast").wait_for()


def answer_offer(complainant: Visitor, number: str) -> None:
    """Follow the case by number and phone tail, see how far it is, accept the offer."""
    page = complainant.page
    page.context.clear_cookies(name="session")
    complainant.open(f"/follow?number={number}")
    page.fill("#tail", "5678")
    page.locator("main button[type=submit]").click()
    expect(page.locator("[aria-current=step]")).to_contain_text("沟通")
    expect(page.locator(".offer")).to_contain_text("12,000")
    page.locator(".offer summary").click()
    complainant.picture("portal-offer")
    page.locator("button[value=accepted]").click()
    expect(page.get_by_role("status")).to_contain_text("已收到您的答复")
    expect(page.locator(".offer")).to_have_count(0)


def rate(complainant: Visitor) -> None:
    """See that it is closed, and rate it."""
    page = complainant.page
    complainant.open("/follow/case")
    page.locator(".stars button[value=satisfied]").click()
    expect(page.get_by_role("status")).to_contain_text("谢谢您的评价")
    expect(page.locator(".stars")).to_have_count(0)
    complainant.picture("portal-rated")


@pytest.mark.slow
def test_a_complaint_walks_from_the_portal_through_five_departments_to_its_rating(
    visit: Callable[..., Visitor],
) -> None:
    people: dict[str, Visitor] = {}

    def at_desk(login: str) -> Visitor:
        if login not in people:
            people[login] = visit()
            people[login].log_in(login)
        return people[login]

    complainant = visit(width=390, height=844)
    number = file(complainant)
    walked: list[tuple[str, str]] = []
    while is_open(number):
        task = next_task(number)
        if task is None:
            assert wait_over(number), f"{number} waits for nothing: {walked}"
            continue
        walked.append((task.element_id, str(task.department)))
        assert len(walked) < 30, walked
        if task.element_id == "Task_Communicate":
            answer_offer(complainant, number)
            continue
        login, wanted = PLAYERS.get(task.element_id, (OF_DEPARTMENT.get(task.department, str(task.department)), {}))
        do(at_desk(login), number, task, wanted)

    departments = dict(walked)
    assert {"Task_Plan", "Task_ApproveHead", "Task_ApproveManagement", "Task_Revisit"} <= set(departments)
    assert departments["Task_Pay"] == "finance"
    assert departments["Task_ApproveManagement"] == "management"
    assert {"customer_service", "quality", "legal", "management", "finance"} <= set(departments.values())
    assert len(people) >= 5

    rate(complainant)
    staff = at_desk("staff")
    staff.open(f"/cases/{number}")
    staff.page.locator("[data-diagram][data-ready=yes]").wait_for()
    staff.picture("closed")
    with transaction() as session:
        case = cases.get(session, number)
        assert (case.outcome, case.satisfaction) == ("solved", "satisfied")
    assert {
        login: one.complaints for login, one in {**people, "complainant": complainant}.items() if one.complaints
    } == {}


def test_the_desk_registers_a_complaint_after_reading_it_back(visit: Callable[..., Visitor]) -> None:
    staff = visit()
    staff.log_in("staff")
    page = staff.page
    staff.open("/intake")
    page.fill('[name="narrative"]', NARRATIVE)
    page.fill('[name="complainant.name"]', "林建国")
    page.fill('[name="complainant.phone"]', "13912345678")
    page.click("form[data-intake] button[type=submit]")
    expect(page.locator("[data-register]")).to_be_disabled()
    page.check("[data-confirmed]")
    page.click("[data-register]")
    page.locator("[data-done]").wait_for()
    page.click("[data-case]")
    expect(page.locator("dt", has_text="复述确认").locator("xpath=following-sibling::dd")).to_contain_text("·")
