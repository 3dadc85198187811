"""Every act of a person leaves a row which names them, and no row of the record can be changed."""

import io
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import history, instances
from engine.models import HistoryEvent, UserTask
from tests.workflows.conftest import Who
from workflows import boxes, cases, evidence, usertasks
from workflows.models import Case, CaseChange, Comment, Disclosure, Evidence, Person
from workflows.parties import Identity
from workflows.receiving import Complaint, receive

Act = Callable[[Session, Who, Case, UserTask], object]
ACTS: dict[str, tuple[str, Act]] = {
    "claim": ("staff", lambda s, who, _, task: usertasks.claim(s, who("staff"), task.id)),
    "assign": ("head", lambda s, who, _, task: usertasks.assign(s, who("head"), task.id, who("staff2"))),
    "transfer": (
        "staff",
        lambda s, who, _, task: usertasks.transfer(s, who("staff"), task.id, department="logistics", reason="物流"),
    ),
    "urge": ("manager", lambda s, who, _, task: usertasks.urge(s, who("manager"), task.id, reason="客户来催")),
    "complete": (
        "staff",
        lambda s, who, _, task: usertasks.complete(s, who("staff"), task.id, {"accept_outcome": "accepted"}),
    ),
    "suspend": (
        "manager",
        lambda s, who, _, task: instances.suspend(s, task.instance_id, actor=str(who("manager").id), reason="等待"),
    ),
    "edit": (
        "staff",
        lambda s, who, case, _: cases.edit(s, who("staff"), case, {"product": "空调"}, rev=case.rev, reason="更正"),
    ),
    "comment": ("staff", lambda s, who, case, _: cases.comment(s, who("staff"), case, "已致电")),
    "reveal": ("staff", lambda s, who, case, _: cases.reveal(s, who("staff"), case, reason="回电")),
    "evidence": (
        "staff",
        lambda s, who, case, _: evidence.upload(s, who("staff"), case, io.BytesIO(b"log"), name="a.txt"),
    ),
}


def _rows(session: Session, person: Person) -> int:
    """Rows of the record which name the person."""
    session.flush()
    me = str(person.id)
    found = [
        session.scalars(select(HistoryEvent.id).where(HistoryEvent.actor == me)),
        session.scalars(select(CaseChange.id).where(CaseChange.actor == me)),
        session.scalars(select(Comment.id).where(Comment.author == me)),
        session.scalars(select(Disclosure.id).where(Disclosure.person_id == person.id)),
        session.scalars(select(Evidence.id).where(Evidence.added_by == me)),
    ]
    return sum(len(rows.all()) for rows in found)


@pytest.mark.requirement("GOV-02")
@pytest.mark.parametrize("act", list(ACTS))
def test_every_act_leaves_a_row_which_names_its_author(running: Session, who: Who, act: str) -> None:
    case = receive(running, Complaint("空调坏了", "phone", Identity(name="王伟", phone="13800001234")), actor="system")
    [row] = boxes.inbox(running, who("staff"), "department")
    login, do = ACTS[act]
    before = _rows(running, who(login))
    do(running, who, case, row.task)
    assert _rows(running, who(login)) > before
    assert history.verify(running, row.task.instance_id) is None


@pytest.mark.requirement("GOV-02")
@pytest.mark.parametrize(
    "table", ["history_event", "evidence", "decision", "case_change", "disclosure", "export", "escalation"]
)
def test_no_row_of_the_record_can_be_edited(session: Session, table: str) -> None:
    refusing = session.scalars(
        text(
            "SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE t.tgrelid = CAST(:table AS regclass) AND p.proname = 'refuse_change' AND t.tgenabled <> 'D'"
        ).bindparams(table=table)
    ).one()
    assert refusing >= 1


def test_a_change_on_record_is_refused_by_the_database(running: Session, who: Who) -> None:
    case = receive(running, Complaint("空调坏了", "phone", Identity(name="王伟", phone="13800001234")), actor="system")
    cases.edit(running, who("staff"), case, {"product": "空调"}, rev=case.rev, reason="更正")
    cases.reveal(running, who("staff"), case, reason="回电")
    for statement in (
        "UPDATE case_change SET actor = 'x'",
        "DELETE FROM case_change",
        "UPDATE disclosure SET reason = ''",
    ):
        with pytest.raises(IntegrityError, match="append-only"), running.begin_nested():
            running.execute(text(statement))
