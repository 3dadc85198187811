"""The complainant answers an offer in the portal: a message to their process, which waits for it beside the talk.

The diagram decides whether it waits: a message event `customer_answer`, correlated by the case's id, whose payload is
the process data `customer_answer` (accepted, negotiates, refused). What they wrote goes into the case file as a form
sent by the complainant. An answer is never kept for later: it belongs to the offer it was given to.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import messages, steps
from engine.clock import now
from engine.errors import Conflict
from engine.ids import new_id
from engine.models import InstanceStatus, ProcessInstance, Subscription, TaskStatus, UserTask
from workflows import cases, correspondence, deadlines, notices, people
from workflows.errors import BadComplaint
from workflows.models import Case, Submission

MESSAGE: Final = "customer_answer"
ANSWERS: Final = ("accepted", "negotiates", "refused")
STEP: Final = "communicate"
_REASON_OF: Final = {"negotiates": "counter", "refused": "refusal_reason"}
_TOLD: Final = {
    "accepted": ("投诉人已在线接受方案", "The complainant accepted the offer online"),
    "negotiates": ("投诉人在线要求继续协商", "The complainant wants to negotiate, online"),
    "refused": ("投诉人已在线拒绝方案", "The complainant refused the offer online"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A released plan which waits for its complainant. amount: minor units; remedy: in the language of the case."""

    remedy: str
    amount: int
    currency: str
    basis: str
    answer_by: datetime | None


def pending(session: Session, case: Case, locale: str) -> Offer | None:
    """The offer the complainant may answer now; None where their process does not wait for it."""
    plan = cases.latest_plan(session, case)
    if not cases.is_open(case) or plan is None or plan.released_at is None or not _listens(session, case):
        return None
    talk = _talk(session, case)
    return Offer(
        remedy=correspondence.label("remedy", plan.remedy or "", locale),
        amount=plan.amount,
        currency=plan.currency,
        basis=correspondence.basis(plan.content, locale),
        answer_by=talk.due_at if talk else None,
    )


def answer(session: Session, case: Case, given: str, reason: str) -> None:
    """Give the complainant's answer to their process, once; whoever talks to them is told.

    Raises BadComplaint naming the field: an unknown answer, none but acceptance without a reason of 2 to 4,000 signs,
    or an offer which no longer waits (answered, changed, or somebody talked to them meanwhile).
    """
    reason = reason.strip()
    if given not in ANSWERS:
        raise _bad("answer", "unknown", "请选择接受、协商或拒绝", "accept, discuss or refuse")
    if given != "accepted" and not 2 <= len(reason) <= 4000:
        raise _bad("reason", "length", "请说明原因（2 至 4000 字）", "say why, in 2 to 4,000 signs")
    if case.instance_id is None:
        raise _gone()
    steps.lock(session, case.instance_id)
    talk = _talk(session, case)
    if pending(session, case, "zh") is None or talk is None:
        raise _gone()
    told = people.get(session, talk.assignee) if talk.assignee else None
    _keep(session, case, talk, given, reason)
    try:
        taken = messages.publish(
            session,
            message_id=f"{MESSAGE}:{talk.id}",
            name=MESSAGE,
            correlation=str(case.id),
            payload={"customer_answer": given},
            actor="complainant",
        )
    except Conflict:
        taken = False
    if not taken:
        raise _gone()
    zh, en = _TOLD[given]
    receivers = [told] if told else people.heads(session, talk.department or "customer_service")
    notices.tell(session, receivers, f"{case.number}：{zh}", f"{case.number}: {en}", case_number=case.number)


def _listens(session: Session, case: Case) -> bool:
    query = (
        select(Subscription.id)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(
            Subscription.kind == "message",
            Subscription.name == MESSAGE,
            Subscription.correlation == str(case.id),
            ProcessInstance.status == InstanceStatus.RUNNING,
        )
    )
    return session.scalar(query.limit(1)) is not None


def _talk(session: Session, case: Case) -> UserTask | None:
    """The open task in which somebody talks to the complainant about the offer."""
    open_tasks = session.scalars(
        select(UserTask)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(ProcessInstance.business_key == case.number, UserTask.status == TaskStatus.OPEN.value)
        .execution_options(populate_existing=True)
    )
    return next((task for task in open_tasks if deadlines.step_of(task.element_id) == STEP), None)


def _keep(session: Session, case: Case, talk: UserTask, given: str, reason: str) -> None:
    data = {"customer_answer": given, **({_REASON_OF[given]: reason} if given in _REASON_OF else {})}
    if given == "accepted" and reason:
        data["record"] = reason[:4000]
    session.add(
        Submission(
            id=new_id(), case_id=case.id, task_id=talk.id, element_id=talk.element_id, form_id=talk.form_id, duty=None,
            step=STEP, actor="complainant", at=now(), data=data,
        )
    )  # fmt: skip
    session.flush()


def _gone() -> BadComplaint:
    return _bad(
        "answer", "gone", "此方案已答复或已变更，请刷新页面", "this offer was answered or has changed: please reload"
    )


def _bad(path: str, code: str, zh: str, en: str) -> BadComplaint:
    return BadComplaint(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}])
