"""The story of a case comes in one statement, whatever it holds, in the order in which it happened."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

from sqlalchemy.orm import Session

from engine import db, history
from engine.clock import at, now
from engine.models import ProcessInstance
from tests.workflows.builders import a_case, a_submission, a_task
from tests.workflows.conftest import Who
from workflows import cases, evidence, timeline
from workflows.models import Case, CaseChange, Decision, DecisionKind, Escalation, Letter, Plan


def _fill(house: Session, who: Who, case: Case) -> list[str]:
    """One of everything, each an hour after the one before; their kinds in this order."""
    me, begin = who("staff"), now()
    me_ = str(me.id)
    sent = a_submission(house, case, me.id, duty="legal", step="legal")
    instance = house.get_one(ProcessInstance, a_task(house, case).instance_id)
    made: list[Callable[[], object]] = [
        lambda: history.record(house, instance, "task_claimed", actor=me_, element_id="Task_Accept", data={"x": 1}),
        lambda: house.add(Letter(case_id=case.id, template="accepted", locale="zh", subject="受理通知", body="您好",
                                 actor="system", sha256="0", at=now())),
        lambda: evidence.add(house, case, BytesIO("说明".encode()), name="note.txt", actor=me_, kind="statement"),
        lambda: cases.comment(house, me, case, "已致电客户"),
        lambda: house.add(Decision(case_id=case.id, submission_id=sent.id, kind=DecisionKind.LEGAL, level="L2",
                                   outcome="returned", actor=str(me.id), at=now(), reason="缺合同")),
        lambda: house.add(Plan(case_id=case.id, version=1, remedy="refund", amount=12_345, content={}, sha256="0",
                               proposer=str(me.id), needs_legal=False, created_at=now())),
        lambda: house.add(Escalation(case_id=case.id, step="accept", level=2, told=["head"], at=now())),
        lambda: house.add(CaseChange(case_id=case.id, at=now(), actor=str(me.id), field="risk", reason="复核")),
        lambda: cases.comment(house, me, case, "第二次致电"),
    ]  # fmt: skip
    for number, deed in enumerate(made):
        with at(begin + timedelta(hours=number)):
            deed()
            house.flush()
    kinds = ["history.task_claimed", "letter", "evidence", "comment", "decision", "plan", "escalation", "change"]
    return [*kinds, "comment"]


def test_the_timeline_holds_everything_in_the_order_in_which_it_happened(house: Session, who: Who) -> None:
    case, other = a_case(house), a_case(house)
    kinds = _fill(house, who, case)
    _fill(house, who, other)
    with db.counting(house.get_bind()) as statements:  # type: ignore[arg-type]
        found = timeline.of(house, case)
    assert len(statements) == 1
    assert [one.kind for one in found] == kinds
    facts = {one.kind: one.data for one in found[:-1]}
    assert facts["history.task_claimed"] == {"element_id": "Task_Accept", "task_id": None, "x": 1}
    assert facts["comment"]["text"] == "已致电客户"
    assert facts["decision"] == {"kind": "legal", "level": "L2", "outcome": "returned", "reason": "缺合同"}
    assert facts["plan"] == {"version": 1, "remedy": "refund", "amount": 123.45}
    assert facts["escalation"] == {"step": "accept", "level": 2, "told": ["head"]}
    assert facts["letter"]["subject"] == "受理通知"
    assert facts["evidence"]["name"] == "note.txt"
    assert found[6].actor == "timer"
    assert all(one.at.tzinfo is not None for one in found)


def test_a_case_of_which_nothing_is_known_has_an_empty_timeline(house: Session) -> None:
    assert timeline.of(house, a_case(house)) == []
