"""Who complained is erased when the time is over; a case under legal hold is never touched."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import Conflict
from tests.workflows.builders import a_case, a_task
from tests.workflows.conftest import Who
from workflows import parties, retention, timeline
from workflows.errors import BadComplaint, LockedOut, NotAllowed
from workflows.models import Case, CaseChange, CaseStatus, Party
from workflows.parties import Identity

YEARS = timedelta(days=1095)


def closed(session: Session, name: str, *, ago: timedelta = YEARS * 2, **fields: object) -> Case:
    phone = f"1380000{abs(hash(name)) % 10_000:04d}"
    case = a_case(session, identity=Identity(name=name, phone=phone), received_at=now() - ago * 2, **fields)
    case.status, case.closed_at = CaseStatus.CLOSED, now() - ago
    session.flush()
    return case


def erase(session: Session, limit: int = 500) -> int:
    count = retention.erase(session, now() - YEARS, limit=limit)
    session.expire_all()
    return count


def test_name_and_phone_go_when_the_time_is_over_and_the_file_stays(house: Session) -> None:
    case = closed(house, "张三")
    phone = case.party.phone
    assert erase(house) == 1
    assert (case.party.name, case.party.phone, case.party.phone_index) == ("", "", None)
    assert case.party.erased_at is not None
    assert (case.status, case.narrative) == (CaseStatus.CLOSED, "空调坏了，要求退款")
    assert parties.find_or_create(house, Identity(name="张三", phone=phone)).id != case.party_id
    assert erase(house) == 0


def test_who_has_an_open_or_a_younger_case_stays_known(house: Session) -> None:
    for name, ago in (("open", YEARS * 2), ("young", YEARS / 2)):
        old = closed(house, name)
        other = a_case(house, identity=Identity(name=name, phone=old.party.phone))
        assert other.party_id == old.party_id
        if name == "young":
            other.status, other.closed_at = CaseStatus.CLOSED, now() - ago
    house.flush()
    assert erase(house) == 0


def test_a_case_under_hold_is_never_erased(house: Session, who: Who) -> None:
    held, free = closed(house, "held"), closed(house, "free")
    retention.hold(house, who("legal"), held, reason="诉讼保全")
    assert erase(house) == 1
    assert (held.party.name, free.party.name) == ("held", "")
    retention.lift(house, who("manager"), held, reason="结案")
    assert erase(house) == 1
    assert held.party.name == ""


def test_erasing_goes_in_bounded_batches(house: Session) -> None:
    for number in range(5):
        closed(house, f"n{number}")
    assert [erase(house, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert house.scalar(select(func.count()).select_from(Party).where(Party.erased_at.is_(None))) == 0


def test_legal_and_managers_hold_with_a_reason_which_stays(house: Session, who: Who) -> None:
    case = closed(house, "x")
    for login in ("staff", "head", "auditor", "admin"):
        with pytest.raises(NotAllowed):
            retention.hold(house, who(login), case, reason="r")
    with pytest.raises(BadComplaint):
        retention.hold(house, who("legal"), case, reason="  ")
    retention.hold(house, who("legal"), case, reason="诉讼")
    with pytest.raises(Conflict):
        retention.hold(house, who("manager"), case, reason="again")
    [change] = house.scalars(select(CaseChange).where(CaseChange.case_id == case.id))
    assert (change.field, change.after, change.reason, change.actor) == ("hold", True, "诉讼", str(who("legal").id))
    case.named = [str(who("legal").id)]
    house.flush()
    with pytest.raises(LockedOut):
        retention.lift(house, who("legal"), case, reason="r")


def test_a_hold_stands_in_the_history_of_the_process(house: Session, who: Who) -> None:
    case = closed(house, "x")
    a_task(house, case)
    retention.hold(house, who("legal"), case, reason="诉讼")
    kinds = [(entry.kind, entry.data.get("reason")) for entry in timeline.of(house, case)]
    assert ("history.hold_set", "诉讼") in kinds
