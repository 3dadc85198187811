"""Whether a released plan was carried out: a case is not closed over a promise which was not kept."""

from sqlalchemy.orm import Session

from workflows import authority
from workflows.errors import GateClosed
from workflows.models import DecisionKind, Plan


def require_done(session: Session, plan: Plan) -> None:
    """Nothing, where payment or remedy are on file with their proof and none of them failed last.

    Raises GateClosed naming the step (`pay`, `carry_out`) which failed, or saying that there is no proof at all.
    """
    last: dict[str, str] = {}
    for decision in authority.decisions(session, plan):
        if decision.kind == DecisionKind.EXECUTION:
            last[decision.level or ""] = decision.outcome
    if not last:
        raise GateClosed("the plan is released, but nothing of it was carried out")
    failed = sorted(step for step, outcome in last.items() if outcome == "failed")
    if failed:
        raise GateClosed(f"the plan was not carried out: {', '.join(failed)}", missing=failed)
