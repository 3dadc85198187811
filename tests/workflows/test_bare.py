"""The bare transaction beside a step (`bench step`) writes what the step did, whatever the columns are."""

from datetime import UTC, datetime

from sqlalchemy import Engine, func, select

from engine import definitions
from engine.db import transaction
from engine.models import HistoryEvent, ProcessInstance
from tests.bench.bare import bare
from tests.workflows import bundles
from workflows import demo, seeds
from workflows.models import Case, Plan, Submission
from workflows.simulation import drive


def test_it_writes_a_form_a_plan_and_three_events_more(database: Engine) -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC)
    with transaction() as session:
        seeds.plant(session)
        demo.people_of_the_demo(session)
        definitions.publish_files(session, "complaint", bundles.with_forms(), author="system")
    drive(transaction, 3, 7, begin=begin)
    tables = (HistoryEvent, Submission)

    def counted() -> list[int]:
        with transaction() as session:
            return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    with transaction() as session:
        query = select(ProcessInstance.id).join(Case, Case.instance_id == ProcessInstance.id).join(Plan)
        instance = session.scalars(query.order_by(ProcessInstance.id).limit(1)).one()
    before = counted()
    bare(instance)
    assert [now - was for was, now in zip(before, counted(), strict=True)] == [3, 1]
