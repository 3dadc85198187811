"""Who may decide what: amount x severity bands, four eyes, and the gate before a plan becomes final.

Decisions count only as forms which people sent (`submission`), never as process variables: editing a variable,
moving a token or publishing another diagram opens nothing here.
"""

import hashlib
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.ids import new_id
from engine.models import HistoryEvent
from workflows import authorisation, people, risk, rules
from workflows.cases import latest_plan
from workflows.errors import FourEyes, GateClosed, NotAllowed, OverAuthority
from workflows.models import Case, Decision, DecisionKind, Person, Plan, Role, Submission

ROLE_OF_DUTY = {
    "head": Role.HEAD,
    "management": Role.MANAGEMENT,
    "legal": Role.LEGAL,
    "finance": Role.FINANCE,
    "manager": Role.MANAGER,
}
_RANK = {"head": 1, "management": 2}
OF_ONE_PERSON = frozenset({"head", "management", "legal", "finance"})
"""Duties (`redress:role`) in which four eyes are kept: nobody does them for somebody else."""


def levels_for(session: Session, severity: int, amount: int) -> list[str]:
    """Approval levels a plan needs, lowest first. severity 1-4, amount in minor units.

    A band holds above its limit (-1: from zero on); the highest severity decides, then the highest limit.
    """
    bands = (band for band in rules.current(session).bands if band[0] <= severity and band[1] < amount)
    fitting = max(bands, key=lambda band: band[:2], default=None)
    return list(fitting[2]) if fitting else []


def missing_role(person: Person, duty: str | None) -> Role | None:
    """The role which a duty (`redress:role`) asks for, where the person has it not."""
    wanted = ROLE_OF_DUTY.get(duty or "")
    return None if wanted in authorisation.roles(person) else wanted


def check_duty(session: Session, case: Case | None, person: Person, duty: str | None, step: str | None) -> None:
    """Whether a person may complete a task of that duty (`redress:role`) at that step (`redress:policy`).

    Raises NotAllowed without the role, OverAuthority below the level, FourEyes where they had another part in the plan.
    """
    if missing_role(person, duty) is not None:
        if duty in _RANK:
            raise OverAuthority(level=duty)
        raise NotAllowed(duty=duty)
    if case is None or duty not in OF_ONE_PERSON:
        return
    plan = latest_plan(session, case)
    if plan is None:
        return
    me = str(person.id)
    gate_step = duty in _RANK and (step or "").startswith("approve")
    if (gate_step or duty in {"legal", "finance"}) and (plan.proposer == me or _prepared(session, case, plan, me)):
        zh, en = "方案提出人不能审核、审批或支付该方案", "the proposer of a plan may not review, approve or pay it"
        raise FourEyes(en, message_zh=zh)
    for decision in decisions(session, plan):
        if decision.actor != me:
            continue
        if duty == "finance" and decision.kind == DecisionKind.APPROVAL:
            raise FourEyes("the approver of a plan may not pay it", message_zh="审批人不能支付该方案")
        if gate_step and decision.kind == DecisionKind.APPROVAL and decision.level != duty:
            raise FourEyes("two levels of approval need two people", message_zh="两级审批须由两人进行")


def _prepared(session: Session, case: Case, plan: Plan, me: str) -> bool:
    """Whether the task in which the plan was proposed had been delegated to this person: then it is theirs too."""
    submission = plan.content.get("submission")
    if submission is None or case.instance_id is None:
        return False
    lent = (
        select(HistoryEvent.id)
        .join(Submission, Submission.task_id == HistoryEvent.task_id)
        .where(
            Submission.id == UUID(str(submission)),
            HistoryEvent.instance_id == case.instance_id,
            HistoryEvent.kind == "task_delegated",
            HistoryEvent.data["assignee"].astext == me,
        )
    )
    return session.scalar(lent.limit(1)) is not None


def propose(session: Session, case: Case, submission: Submission) -> Plan:
    """Freeze the plan a person sent as the next version; approvals of the version before no longer count."""
    before = latest_plan(session, case)
    if before is not None and before.content.get("submission") == str(submission.id):
        return before  # the step is run again
    data = submission.data
    amount = round(float(data.get("amount_offered") or 0) * 100)
    remedy = data.get("remedy")
    content = {"submission": str(submission.id), **data}
    plan = Plan(
        id=new_id(),
        case_id=case.id,
        version=before.version + 1 if before else 1,
        upheld=data.get("upheld") or case.upheld,
        remedy=remedy,
        amount=amount,
        currency=case.currency,
        content=content,
        proposer=submission.actor,
        needs_legal=risk.needs_legal(case, remedy),
        levels=levels_for(session, case.severity or 1, amount),
        sha256=hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        created_at=now(),
    )
    session.add(plan)
    session.info["plans"][case.id] = plan
    return plan


def decide(
    session: Session, case: Case, submission: Submission, kind: DecisionKind, outcome: str, level: str | None
) -> Decision:
    """Put a decision on file as its author sent it; the same submission gives the same decision.

    Raises GateClosed without a plan to decide on, or for a form sent before this version of it; NotAllowed,
    OverAuthority, FourEyes.
    """
    plan = latest_plan(session, case)
    if plan is None:
        raise GateClosed("there is no plan to decide on")
    taken = decisions(session, plan)
    for known in taken:
        if known.submission_id == submission.id and known.kind == kind:
            return known
    if submission.at < plan.created_at:
        raise GateClosed("the plan has changed since this was sent: it has to be decided anew")
    author = people.get(session, submission.actor)
    if author is None:
        raise GateClosed("a decision needs a person")
    check_duty(session, case, author, submission.duty, submission.step)
    reason = submission.data.get("reason") or submission.data.get("opinion") or submission.data.get("comment") or ""
    session.flush()  # the form and the plan, which the decision points at
    decision = Decision(
        id=new_id(), case_id=case.id, plan_id=plan.id, submission_id=submission.id, kind=kind, level=level,
        outcome=outcome, actor=submission.actor, reason=str(reason), at=now(),
    )  # fmt: skip
    session.add(decision)
    taken.append(decision)
    return decision


def decisions(session: Session, plan: Plan) -> list[Decision]:
    """All decisions on a plan version, oldest first; remembered until the case is read again under the lock."""
    known: dict[UUID, list[Decision]] = session.info.setdefault("decisions", {})
    if plan.id not in known:
        query = select(Decision).where(Decision.plan_id == plan.id).order_by(Decision.seq)
        known[plan.id] = list(session.scalars(query))
    return known[plan.id]


def missing(session: Session, case: Case, plan: Plan) -> list[str]:
    """What the plan lacks before it may become final: `legal`, and levels; judged by the facts as they are now."""
    taken = decisions(session, plan)
    lacking = []
    legal = [decision.outcome for decision in taken if decision.kind == DecisionKind.LEGAL]
    if (plan.needs_legal or risk.needs_legal(case, plan.remedy)) and legal[-1:] != ["passed"]:
        lacking.append("legal")
    for level in dict.fromkeys([*plan.levels, *levels_for(session, case.severity or 1, plan.amount)]):
        outcomes = [d.outcome for d in taken if d.kind == DecisionKind.APPROVAL and d.level == level]
        if outcomes[-1:] != ["approved"]:
            lacking.append(level)
    return lacking


def release(session: Session, case: Case) -> Plan:
    """Make the latest plan final.

    Raises GateClosed naming what is missing: legal review, or levels of approval.
    """
    plan = latest_plan(session, case)
    if plan is None:
        raise GateClosed("there is no plan to release")
    lacking = missing(session, case, plan)
    if lacking:
        raise GateClosed(f"the plan lacks: {', '.join(lacking)}", missing=lacking)
    plan.released_at = plan.released_at or now()
    session.flush()
    return plan


def require_released(session: Session, case: Case) -> Plan:
    """The final plan.

    Raises GateClosed where the latest version is not released.
    """
    plan = latest_plan(session, case)
    if plan is None or plan.released_at is None:
        raise GateClosed("the plan is not released: legal review or an approval is missing")
    return plan
