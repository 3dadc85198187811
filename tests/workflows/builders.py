"""Rows for tests which need a case or a task, but no process running behind them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import now
from engine.ids import new_id
from engine.models import ProcessDefinition, ProcessInstance, UserTask
from workflows import parties, receiving
from workflows.models import Case, Plan, Submission
from workflows.parties import Identity


def a_case(session: Session, **fields: Any) -> Case:
    """A case file without a running process."""
    party = parties.find_or_create(session, fields.pop("identity", Identity(name="王伟", phone="13800001234")))
    narrative = fields.pop("narrative", "空调坏了，要求退款")
    moment = fields.pop("received_at", now())
    case = Case(
        number=receiving.new_number(session, moment),
        party_id=party.id,
        party=party,
        channel=fields.pop("channel", "phone"),
        summary=fields.pop("summary", narrative[:40]),
        original=narrative,
        narrative=narrative,
        received_at=moment,
        **fields,
    )
    session.add(case)
    session.flush()
    return case


def a_task(
    session: Session, case: Case | None, *, department: str | None = "customer_service", **fields: Any
) -> UserTask:
    """An open user task of an instance which works for `case`."""
    instance = _instance(session, case)
    task = UserTask(
        id=new_id(),
        instance_id=instance.id,
        definition_id=instance.definition_id,
        element_id=fields.pop("element_id", "Task_Accept"),
        name_zh="任务",
        name_en="Task",
        department=department,
        due_at=fields.pop("due_at", now() + timedelta(days=1)),
        created_at=now(),
        **fields,
    )
    session.add(task)
    session.flush()
    return task


def _instance(session: Session, case: Case | None) -> ProcessInstance:
    key = case.number if case else "none"
    known = session.scalar(select(ProcessInstance).where(ProcessInstance.business_key == key))
    if known is not None:
        return known
    definition = session.scalar(select(ProcessDefinition).limit(1))
    if definition is None:
        definition = ProcessDefinition(
            key="test", version=1, process_id="Test", name_zh="测试", name_en="Test", sha256="0" * 64, author="system"
        )
        session.add(definition)
        session.flush()
    instance = ProcessInstance(definition_id=definition.id, business_key=key, state=b"")
    session.add(instance)
    session.flush()
    if case is not None:
        case.instance_id = instance.id
        session.flush()
    return instance


def a_submission(session: Session, case: Case, actor: UUID | str, *, duty: str, step: str, **data: Any) -> Submission:
    """A form which `actor` sent."""
    sent = Submission(
        case_id=case.id, task_id=new_id(), element_id=f"Task_{step.title()}", form_id=step, duty=duty, step=step,
        actor=str(actor), at=now(), data=data,
    )  # fmt: skip
    session.add(sent)
    session.flush()
    return sent


def plans(session: Session, case: Case) -> list[Plan]:
    """All plan versions of a case."""
    return list(session.scalars(select(Plan).where(Plan.case_id == case.id).order_by(Plan.version)))


def in_hours(hours: float) -> datetime:
    """So many hours from now."""
    return now() + timedelta(hours=hours)
