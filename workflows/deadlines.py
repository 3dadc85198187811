"""Time limits from the policy table: which row holds for a case and a step, and when it ends.

A case looks through its templates in order: VIP (T4), fast path (T2), its own (T1 unless set), T1, gates (T3), recall
(T5); the row of its urgency class wins over the row for all classes.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import Conflict, Invalid
from engine.models import UserTask
from workflows import authorisation, calendars, rules, worktime
from workflows.errors import FourEyes
from workflows.models import Case, ClockKind, DeadlinePolicy, Origin, Person
from workflows.rules import Limit

DEFAULT_WARNINGS = (50, 80)


def templates(case: Case) -> list[str]:
    """The policy templates a case looks through, in order."""
    found = ["T4"] if case.flags.get("vip") else []
    found += ["T2"] if case.flags.get("fast_path") else []
    return list(dict.fromkeys([*found, case.template, "T1", "T3", "T5"]))


def steps(session: Session) -> list[tuple[str, str, str]]:
    """All steps the table has a row for: code, Chinese and English name (of its first template)."""
    query = select(DeadlinePolicy.step, DeadlinePolicy.name_zh, DeadlinePolicy.name_en)
    query = query.ext(distinct_on(DeadlinePolicy.step))
    rows = session.execute(query.order_by(DeadlinePolicy.step, DeadlinePolicy.template, DeadlinePolicy.urgency))
    return [(step, zh, en) for step, zh, en in rows]


def policy(session: Session, case: Case, step: str) -> Limit | None:
    """The row which holds for this case and step, None where there is none."""
    order = templates(case)
    rows = [
        row
        for row in rules.current(session).limits.get(step, ())
        if row.template in order and row.urgency in {"", case.urgency or ""}
    ]
    return min(rows, key=lambda row: (order.index(row.template), row.urgency == ""), default=None)


def due(session: Session, case: Case, step: str, start: datetime | None = None) -> datetime:
    """When the step must be done, counted from `start` (default: now).

    Raises Invalid naming the step where the policy table has no row for it.
    """
    row = policy(session, case, step)
    if row is None:
        raise Invalid(f"there is no deadline for the step {step}", step=step)
    return end_of(session, row, start or now())


def end_of(session: Session, row: Limit, start: datetime) -> datetime:
    """The end of the period of a row which begins at `start` (aware)."""
    hours = row.amount / 60 if row.minutes else float(row.amount)
    if row.clock == ClockKind.CLOCK_HOURS:
        return worktime.add_hours(start, hours)
    calendar = calendars.get(session, row.calendar)
    if row.clock == ClockKind.BUSINESS_HOURS:
        return worktime.add_business_hours(calendar, start, hours)
    if row.clock == ClockKind.WORKING_DAYS:
        return worktime.add_working_days(calendar, start, row.amount)
    return worktime.add_calendar_days(calendar, start, row.amount)


def promised(session: Session, case: Case) -> datetime:
    """When the complainant is promised the final answer: step `reply`, counted from receipt."""
    return due(session, case, "reply", case.received_at)


def warnings(session: Session, case: Case | None, task: UserTask) -> list[tuple[int, datetime]]:
    """(percent, moment) of the warnings ahead of a task's due date, in working time where the period has some."""
    if task.due_at is None or task.due_at <= task.created_at:
        return []
    row = policy(session, case, step_of(task.element_id)) if case else None
    calendar = calendars.get(session, row.calendar if row else None)
    working = worktime.business_time(calendar, task.created_at, task.due_at)
    found = []
    for percent in row.warn if row else DEFAULT_WARNINGS:
        share = percent / 100
        if (row and row.clock == ClockKind.CLOCK_HOURS) or working <= timedelta(minutes=1):
            moment = task.created_at + (task.due_at - task.created_at) * share
        else:
            moment = worktime.add_business_hours(calendar, task.created_at, working.total_seconds() / 3600 * share)
        found.append((percent, moment))
    return found


def step_of(element_id: str) -> str:
    """The policy step an element's id speaks of: `Task_StopSale` -> `stop_sale`."""
    name = element_id.partition("_")[2] or element_id
    return "".join(
        f"_{sign.lower()}" if sign.isupper() and number else sign.lower() for number, sign in enumerate(name)
    )


def change(
    session: Session, person: Person, row: DeadlinePolicy, *, amount: int, rev: int, approver: Person | None = None
) -> DeadlinePolicy:
    """Set the amount of a row; cases whose step begins later follow it.

    Loosening a *law* row needs an approver who is not `person`. Raises NotAllowed, FourEyes, Invalid, Conflict.
    """
    authorisation.require(session, person, "policy.edit")
    if amount <= 0:
        raise Invalid(
            problems=[
                {"path": "amount", "code": "positive", "message_zh": "期限须大于零", "message_en": "must be above zero"}
            ]
        )
    session.refresh(row, with_for_update=True)
    if row.rev != rev:
        raise Conflict(rev=row.rev)
    if row.origin == Origin.LAW and amount > row.amount:
        if approver is None or approver.id == person.id:
            raise FourEyes("loosening a deadline of law needs a second approver")
        authorisation.require(session, approver, "definition.approve")
    row.amount, row.rev = amount, row.rev + 1
    session.flush()
    return row
