"""How long complainants are known by name, and the legal hold (证据保全) which keeps a case as it is.

When every case of a complainant has been closed for the time of retention, name, phone, mail and address are erased;
the file, its decisions and the figures stay (个人信息保护法 47; 电子商务法 31 asks for three years at least). A case
under hold is never touched, nor is whoever complained in it.
"""

from datetime import datetime

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import Session

from engine import history, steps
from engine.clock import now
from engine.errors import Conflict
from workflows import authorisation
from workflows.errors import BadComplaint
from workflows.models import Case, CaseChange, CaseStatus, Party, Person

HOLD = "hold"


def hold(session: Session, person: Person, case: Case, *, reason: str) -> Case:
    """Put a case under legal hold.

    Raises NotAllowed, LockedOut, BadComplaint without a reason, Conflict where it is held already.
    """
    return _set(session, person, case, True, reason)


def lift(session: Session, person: Person, case: Case, *, reason: str) -> Case:
    """End the legal hold of a case. Raises as `hold` does."""
    return _set(session, person, case, False, reason)


def _set(session: Session, person: Person, case: Case, held: bool, reason: str) -> Case:
    authorisation.require(session, person, "case.hold", case)
    if not reason.strip():
        zh, en = "请填写原因", "a reason is needed"
        raise BadComplaint(en, problems=[{"path": "reason", "code": "required", "message_zh": zh, "message_en": en}])
    instance = steps.lock(session, case.instance_id) if case.instance_id else None
    session.refresh(case, with_for_update={"of": Case})
    if case.held == held:
        zh, en = ("本案已在保全中", "The case is held already") if held else ("本案未在保全中", "The case is not held")
        raise Conflict(en, message_zh=zh, message_en=en)
    case.flags = {**case.flags, HOLD: held}
    case.rev += 1
    if instance is not None:
        kind = "hold_set" if held else "hold_lifted"
        history.record(session, instance, kind, actor=str(person.id), data={"reason": reason.strip()})
    else:
        change = {"field": HOLD, "before": not held, "after": held, "reason": reason.strip(), "at": now()}
        session.add(CaseChange(case_id=case.id, actor=str(person.id), **change))
    session.flush()
    return case


def erase(session: Session, closed_before: datetime, *, limit: int) -> int:
    """Erase who complained, of at most `limit` complainants all of whose cases were closed before; how many.

    Not where a case is open, younger, or under hold.
    """
    theirs = Case.party_id == Party.id
    kept = or_(
        Case.status == CaseStatus.OPEN.value,
        Case.closed_at >= closed_before,
        Case.flags[HOLD].as_boolean(),
    )
    due = (
        select(Party.id)
        .where(Party.erased_at.is_(None), exists().where(theirs), ~exists().where(theirs, kept))
        .order_by(Party.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = update(Party).where(Party.id.in_(due)).returning(Party.id)
    values = {"identity": None, "phone_index": None, "mail_index": None, "erased_at": now()}
    return len(session.execute(gone.values(**values), execution_options={"synchronize_session": False}).all())
