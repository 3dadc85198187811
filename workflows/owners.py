"""One owner to the end (一案到底): who answers for a case, and how that passes to somebody else.

The first person who works on a case becomes its owner (`workflows.domain`) and stays it through all departments. It
passes on only by somebody above the owner, with a reason, and on record.
"""

from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import Conflict
from workflows import authorisation, notices, people
from workflows.errors import BadComplaint, CaseClosed
from workflows.models import Case, CaseChange, Person
from workflows.models.case_file import CaseStatus


def hand_over(session: Session, by: Person, case: Case, to: Person, *, reason: str) -> Case:
    """Make `to` the owner; both are told, and the change stays in the file with its reason.

    Raises NotAllowed for anybody but a manager or a head above the owner (never the owner), LockedOut, NotAllowed
    where `to` may not see the case, BadComplaint without a reason, CaseClosed, Conflict where `to` owns it already.
    """
    session.refresh(case, with_for_update={"of": Case})
    authorisation.require(session, by, "case.hand_over", case)
    if case.status != CaseStatus.OPEN:
        raise CaseClosed
    if not reason.strip():
        missing = {"path": "reason", "code": "required", "message_zh": "请填写原因", "message_en": "a reason is needed"}
        raise BadComplaint(problems=[missing])
    if case.owner == str(to.id):
        raise Conflict("This person owns the case already", number=case.number)
    authorisation.require(session, to, "case.create")
    if authorisation.locked_out(to, case):
        authorisation.require(session, to, "case.read", case)
    before = people.get(session, case.owner) if case.owner else None
    session.add(
        CaseChange(
            case_id=case.id, actor=str(by.id), field="owner", before=case.owner, after=str(to.id),
            reason=reason.strip(), at=now(),
        )
    )  # fmt: skip
    case.owner, case.rev = str(to.id), case.rev + 1
    told = [to] if before is None else [to, before]
    notices.tell(
        session, told, f"{case.number}：案件负责人已变更", f"{case.number}: the case has a new owner",
        case_number=case.number,
    )  # fmt: skip
    session.flush()
    return case
