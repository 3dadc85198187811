"""The automatic work which diagrams may call. Each function writes facts to the case and gives back process data.

What a person decided is read from the form they sent (`submission`), not from process variables.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engine import outbox
from engine.clock import now
from engine.functions import Call, function
from workflows import (
    authority,
    cases,
    classification,
    correspondence,
    deadlines,
    notices,
    people,
    ratings,
    risk,
    signers,
)
from workflows.alarms import raise_alarm
from workflows.errors import GateClosed, NoSuchCase
from workflows.execution import require_done
from workflows.laws import check_opinion
from workflows.models import Case, CaseStatus, Decision, DecisionKind, Escalation, Person, Role, Submission
from workflows.repetition import watch, watch_batch

Result = Mapping[str, Any] | None

_PROPOSED = (
    "nature", "issue", "severity", "impact", "confidence", "amount_claimed", "vip", "channel", "emotion", "intensity",
    "regulated",
)  # fmt: skip


def _case(call: Call) -> Case:
    case = cases.of_instance(call.session, call.instance)
    if case is None:
        raise NoSuchCase(f"no case has the number {call.instance.business_key}")
    return case


def _sent(call: Call, case: Case, key: str, *, duty: str | None = None) -> Submission | None:
    """The newest form of the case which holds `key` (and was sent under that duty)."""

    def fits(form: Submission) -> bool:
        return form.data.get(key) not in (None, "") and (duty is None or form.duty == duty)

    fresh: Submission | None = call.session.info.get("sent", {}).get(case.id)  # of this very step
    if fresh is not None and fresh in call.session and fits(fresh):
        return fresh
    query = select(Submission).where(Submission.case_id == case.id).order_by(Submission.seq.desc())
    return next((form for form in call.session.scalars(query) if fits(form)), None)


@function("acknowledge", title_zh="受理告知", title_en="Acknowledge", gives=())
def acknowledge(call: Call) -> Result:
    """Promise the acknowledgement letter with the date of the final answer (ISO 10002 8.3)."""
    case = _case(call)
    if case.promised_at is None:
        case.promised_at = deadlines.promised(call.session, case)
        correspondence.send(call.session, case, "acknowledgement", actor=call.actor)
    return None


@function(
    "propose_classification",
    title_zh="建议分类",
    title_en="Propose a classification",
    gives=(*_PROPOSED, *risk.FLAGS),
)
def propose_classification(call: Call) -> Result:
    """Nature, issue, grade and warning signs from the words; what a person chose is never overwritten."""
    case = _case(call)
    found = classification.propose(f"{case.summary}\n{case.narrative}", channel=case.channel)
    amount = case.amount_claimed or round(found.amount * 100)
    case.emotion = case.emotion or found.emotion
    signs = {name: bool(case.flags.get(name)) or getattr(found, name) for name in risk.FLAGS}
    case.flags = {**case.flags, **signs, "vip": case.party.tier == "vip"}
    raise_alarm(call.session, case, signs)
    return {
        "nature": case.nature or found.nature,
        "issue": case.issue or found.issue,
        "severity": case.severity or found.severity,
        "impact": case.impact or found.impact,
        "confidence": found.confidence,
        "amount_claimed": amount / 100,
        "vip": case.party.tier == "vip",
        "channel": case.channel,
        **signs,
        "emotion": found.emotion,
        "intensity": found.intensity,
        "regulated": found.regulator,
    }


@function(
    "record_classification",
    title_zh="登记分类分级",
    title_en="Record the classification",
    gives=("risk", "needs_legal"),
)
def record_classification(call: Call) -> Result:
    """Write the decided classification to the case; risk never falls below what the facts demand."""
    case, data = _case(call), call.variables
    issue = data.get("issue")
    case.issue = str(issue) if issue else case.issue
    case.nature = data.get("nature") or classification.nature_of(call.session, case.issue or "")
    case.severity = _grade(data.get("severity"), 4)
    case.impact = _grade(data.get("impact"), 3)
    if data.get("amount_claimed") is not None:
        case.amount_claimed = round(float(data["amount_claimed"]) * 100)
    flags = {name: bool(case.flags.get(name)) or bool(data.get(name)) for name in risk.FLAGS}
    case.flags = {**case.flags, **flags}
    case.risk = risk.higher(data.get("risk"), risk.floor(case))
    case.urgency = data.get("urgency") or case.urgency
    case.rev += 1
    watch(call.session, case)
    watch_batch(call.session, case)
    return {"risk": case.risk, "needs_legal": risk.needs_legal(case)}


def _grade(value: object, most: int) -> int:
    try:
        return max(1, min(most, int(float(str(value)))))
    except ValueError:
        return 1


@function("escalate", title_zh="逐级升级", title_en="Escalate", gives=())
def escalate(call: Call) -> Result:
    """Tell the next level of the chain that a step (header `step`) is late; each lateness is one row."""
    case, step = _case(call), call.headers.get("step", "")
    row = deadlines.policy(call.session, case, step)
    chain = (row.levels if row else []) or ["head", "management"]
    before = call.session.scalar(
        select(func.count()).select_from(Escalation).where(Escalation.case_id == case.id, Escalation.step == step)
    )
    level = int(before or 0)
    told = _level(call, case, chain[min(level, len(chain) - 1)])
    call.session.add(
        Escalation(case_id=case.id, step=step, level=level + 1, told=[str(person.id) for person in told], at=now())
    )
    name_zh, name_en = (row.name_zh, row.name_en) if row else (step, step)
    notices.tell(
        call.session, told, f"{case.number}：{name_zh}已超时", f"{case.number}: {name_en} is overdue",
        case_number=case.number,
    )  # fmt: skip
    return None


def _level(call: Call, case: Case, level: str) -> list[Person]:
    """Who is told: supervisor and head of the department in charge, management, never somebody named in the case."""
    session = call.session
    department = str(call.variables.get("lead_department") or "customer_service")
    if level == "management":
        found = people.listing(session, role=Role.MANAGEMENT)
    elif level == "head":
        found = people.heads(session, department)
    else:
        found = people.heads(session, "customer_service") or people.listing(session, role=Role.MANAGER)
    return [person for person in found if str(person.id) not in case.named]


@function("notify_complainant", title_zh="告知投诉人", title_en="Tell the complainant", gives=())
def notify_complainant(call: Call) -> Result:
    """Promise a letter (header `template`) to the complainant."""
    case = _case(call)
    template, extra = call.headers.get("template", "progress"), {}
    if template == "acceptance_outcome":
        sent = _sent(call, case, "accept_outcome")
        data = sent.data if sent else {}
        reasons = (data.get(name) for name in ("reason", "solution", "transfer_to", "duplicate_of"))
        extra = {
            "accept_outcome": correspondence.label("accept_outcome", str(data.get("accept_outcome", "")), case.locale),
            "reason": str(next((reason for reason in reasons if reason), "—")),
        }
    if template == "handling_plan":
        extra = correspondence.steps_ahead(call.session, case)
    correspondence.send(call.session, case, template, actor=call.actor, extra=extra)
    return None


@function("start_process", title_zh="启动其他流程", title_en="Start another process", gives=())
def start_process(call: Call) -> Result:
    """Promise to start another process (header `process`) with the same acceptance number as its business key."""
    case = _case(call)
    keys = ("case_id", "channel", "nature", "issue", "severity", "risk", "vip", "lead_department", "amount_claimed")
    payload = {
        "process": call.headers["process"],
        "business_key": case.number,
        "variables": {key: call.variables[key] for key in keys if key in call.variables},
        "actor": "system",
    }
    outbox.promise(call.session, "start_process", payload, instance_id=call.instance.id)
    return None


@function("record_plan", title_zh="登记方案", title_en="Record the plan", gives=("needs_legal", "approval_levels"))
def record_plan(call: Call) -> Result:
    """Freeze assessment and solution as the next version of the plan, by whoever sent the form."""
    case = _case(call)
    sent = _sent(call, case, "remedy")
    if sent is None:
        raise GateClosed("no plan was sent by a person")
    plan = authority.propose(call.session, case, sent)
    case.cause = call.variables.get("cause") or case.cause
    case.upheld, case.remedy, case.amount_offered = plan.upheld, plan.remedy, plan.amount
    case.flags = {**case.flags, "fast_path": bool(call.variables.get("fast_path"))}
    return {"needs_legal": plan.needs_legal, "approval_levels": list(plan.levels)}


@function("record_legal", title_zh="登记法务意见", title_en="Record the legal opinion", gives=("legal_outcome",))
def record_legal(call: Call) -> Result:
    """Put the legal decision on file with its author; what it cites though it is not in force is flagged."""
    case = _case(call)
    sent = _sent(call, case, "legal_outcome", duty="legal")
    if sent is None:
        raise GateClosed("no legal opinion was sent by a person of legal")
    check_opinion(call.session, case, sent)
    return {"legal_outcome": _decided(call, case, sent, DecisionKind.LEGAL, "legal_outcome", "passed", None)}


@function("record_approval", title_zh="登记审批意见", title_en="Record the approval", gives=("approval_outcome",))
def record_approval(call: Call) -> Result:
    """Put the decision of an approval level (header `level`) on file with its author."""
    case, level = _case(call), call.headers.get("level") or str(call.variables.get("level") or "")
    sent = _sent(call, case, "approval_outcome", duty=level)
    if sent is None:
        raise GateClosed(f"no approval was sent by the level {level}")
    outcome = _decided(call, case, sent, DecisionKind.APPROVAL, "approval_outcome", "approved", level)
    return {"approval_outcome": outcome}


def _decided(
    call: Call, case: Case, sent: Submission, kind: DecisionKind, key: str, agreed: str, level: str | None
) -> str:
    """Put the word of everybody who signed with the author of `sent` on file; who objects outweighs who agrees."""
    forms = [form for form in signers.forms_of(call.session, sent) if form.data.get(key) not in (None, "")]
    forms.sort(key=lambda form: form.data[key] != agreed)  # the last decision of a level is the one that counts
    for form in forms:
        authority.decide(call.session, case, form, kind, str(form.data[key]), level)
    return str(forms[-1].data[key])


@function("release_plan", title_zh="放行方案", title_en="Release the plan", gives=())
def release_plan(call: Call) -> Result:
    """The gate: refuses unless legal review (where needed) and every level of approval are on file."""
    authority.release(call.session, _case(call))
    return None


@function("record_answer", title_zh="登记投诉人答复", title_en="Record the complainant's answer", gives=("rounds",))
def record_answer(call: Call) -> Result:
    """Count the rounds of negotiation."""
    case = _case(call)
    if call.variables.get("customer_answer") == "negotiates":
        case.rounds += 1
    return {"rounds": case.rounds}


@function("record_execution", title_zh="登记执行", title_en="Record the execution", gives=())
def record_execution(call: Call) -> Result:
    """Put the proof of the remedy on file; nothing is carried out before the plan is released."""
    case = _case(call)
    plan = authority.require_released(call.session, case)
    done = select(Decision.submission_id).where(Decision.plan_id == plan.id, Decision.kind == DecisionKind.EXECUTION)
    known = set(call.session.scalars(done))
    forms = call.session.scalars(
        select(Submission)
        .where(
            Submission.case_id == case.id, Submission.step.in_(["pay", "carry_out"]), Submission.at >= plan.created_at
        )
        .order_by(Submission.seq)  # the last one counts
    )
    for form in forms:
        if form.id not in known:
            outcome = str(form.data.get("execution_result") or "done")
            authority.decide(call.session, case, form, DecisionKind.EXECUTION, outcome, form.step)
    return None


@function("record_satisfaction", title_zh="登记满意度", title_en="Record the satisfaction", gives=("reopened",))
def record_satisfaction(call: Call) -> Result:
    """The result of the revisit; an unsatisfied complainant opens another round of the same case."""
    case = _case(call)
    case.satisfaction = call.variables.get("satisfaction") or case.satisfaction
    if case.satisfaction == "unsatisfied":
        case.reopened += 1
    return {"reopened": case.reopened}


@function("close_case", title_zh="结案归档", title_en="Close the case", gives=("outcome",))
def close_case(call: Call) -> Result:
    """Set the outcome, archive, and begin the recurrence watch; nothing is solved before it was carried out."""
    case = _case(call)
    outcome = _outcome(case, call.variables)
    if outcome in {"solved", "partly_solved", "settled"}:
        require_done(call.session, authority.require_released(call.session, case))
    if case.status == CaseStatus.OPEN:
        case.status, case.outcome, case.closed_at = CaseStatus.CLOSED, outcome, now()
        case.watch_until = deadlines.due(call.session, case, "recurrence")
        case.rev += 1
        if outcome in ratings.RATED:
            ratings.ask(call.session, case)
    return {"outcome": case.outcome}


def _outcome(case: Case, data: Mapping[str, Any]) -> str:
    accepted = data.get("accept_outcome")
    if accepted in {"transferred", "refused", "duplicate"}:
        return str(accepted)
    if accepted == "solved":
        return "solved_on_the_spot"
    if data.get("mediation_outcome") == "failed":
        return "unsettled"
    if data.get("mediation_outcome") == "settled":
        return "settled"
    if case.upheld == "none":
        return "refused"
    return "solved" if case.upheld != "partly" and case.satisfaction != "unsatisfied" else "partly_solved"
