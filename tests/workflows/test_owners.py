"""One owner to the end: the same through all departments, and another only by somebody above them."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict
from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from tests.workflows.walking import Walk, received, stands_on
from workflows import owners
from workflows.errors import BadComplaint, CaseClosed, LockedOut, NotAllowed
from workflows.models import CaseChange, CaseStatus


@pytest.mark.requirement("RTE-07")
def test_over_four_departments_the_owner_stays_until_a_head_hands_the_case_over(shipped: Session, who: Who) -> None:
    case = received(shipped, "合同约定免费维修却单方面违约，我已请律师准备起诉，要求退款 3000 元")
    walk = Walk(shipped, case, other_measures=True)
    owned: set[str | None] = set()
    for stop in ("Task_Verify", "Task_LegalReview", "Task_Pay"):
        walk.until(stands_on(stop))
        owned.add(case.owner)
    assert owned == {walk.steps[0][2]}
    head = who("head") if case.owner != str(who("head").id) else who("manager")
    before = case.owner
    owners.hand_over(shipped, head, case, who("staff3"), reason="休产假")
    walk.until()
    assert case.owner == str(who("staff3").id)
    assert len({department for _, department, _ in walk.steps}) >= 4
    [change] = shipped.scalars(select(CaseChange).where(CaseChange.case_id == case.id, CaseChange.field == "owner"))
    assert (change.actor, change.before, change.after, change.reason) == (
        str(head.id), before, str(who("staff3").id), "休产假",
    )  # fmt: skip


def test_the_owner_and_their_colleagues_do_not_hand_it_over_themselves(house: Session, who: Who) -> None:
    case = a_case(house, owner=str(who("staff").id))
    for login in ("staff", "staff2", "logistics_head", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            owners.hand_over(house, who(login), case, who("staff3"), reason="x")
    case.owner = str(who("head").id)
    a_task(house, case)  # so that the heads of customer service see it
    with pytest.raises(NotAllowed):
        owners.hand_over(house, who("head"), case, who("staff3"), reason="x")
    assert owners.hand_over(house, who("head2"), case, who("staff3"), reason="调岗").owner == str(who("staff3").id)


def test_a_hand_over_needs_a_reason_an_open_case_and_somebody_who_may(house: Session, who: Who) -> None:
    case = a_case(house, owner=str(who("staff").id), named=[str(who("staff2").id)])
    with pytest.raises(BadComplaint):
        owners.hand_over(house, who("manager"), case, who("staff3"), reason=" ")
    with pytest.raises(Conflict):
        owners.hand_over(house, who("manager"), case, who("staff"), reason="x")
    with pytest.raises(LockedOut):
        owners.hand_over(house, who("manager"), case, who("staff2"), reason="x")
    with pytest.raises(NotAllowed):
        owners.hand_over(house, who("manager"), case, who("auditor"), reason="x")
    case.status = CaseStatus.CLOSED
    house.flush()
    with pytest.raises(CaseClosed):
        owners.hand_over(house, who("manager"), case, who("staff3"), reason="x")
