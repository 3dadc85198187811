"""Migrating while people work and other workers migrate: nothing is lost, nothing is done twice."""

import threading

from sqlalchemy import Engine, func, select

from engine import definitions, instances, migration, usertasks
from engine.db import transaction
from engine.models import HistoryEvent, InstanceStatus, ProcessInstance
from tests.builders import bundle, end, process, start, user

ONE = bundle(process("P", start(), user("A"), user("B"), end()))
TWO = bundle(process("P", start(), user("A"), user("B"), user("C"), end()))
COUNT = 40


def test_people_complete_tasks_while_two_workers_migrate(database: Engine) -> None:
    with transaction() as session:
        old = definitions.publish_files(session, "test", ONE, author="anna")
        for number in range(COUNT):
            instances.start(session, "test", business_key=str(number), variables={}, actor="anna")
        new = definitions.publish_files(session, "test", TWO, author="anna")
        made = migration.start(session, migration.plan(session, old, new), actor="owner", reason="r").id
        tasks = [task.id for task in usertasks.listing(session, departments=None, limit=500)]
    assert len(tasks) == COUNT
    trouble: list[BaseException] = []

    def work() -> None:
        for task_id in tasks:
            try:
                with transaction() as session:
                    usertasks.complete(session, task_id, {}, actor="anna")
            except BaseException as error:
                trouble.append(error)

    def move() -> None:
        try:
            while migration.run_batch(transaction, made, limit=5)["pending"]:
                pass
        except BaseException as error:
            trouble.append(error)

    threads = [threading.Thread(target=target) for target in (work, move, move)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    with transaction() as session:
        counted = migration.progress(session, made)
        assert counted["migrated"] == COUNT
        told = session.scalar(select(func.count()).where(HistoryEvent.kind == "migrated"))
        assert told == COUNT
        for element in ("B", "C"):
            open_now = usertasks.listing(session, limit=500)
            assert [task.element_id for task in open_now] == [element] * COUNT
            for task in open_now:
                usertasks.complete(session, task.id, {}, actor="anna")
    with transaction() as session:
        left = select(func.count()).where(ProcessInstance.status != InstanceStatus.COMPLETED)
        assert session.scalar(left) == 0


def test_an_instance_somebody_holds_comes_later(database: Engine) -> None:
    with transaction() as session:
        old = definitions.publish_files(session, "test", ONE, author="anna")
        for number in range(2):
            instances.start(session, "test", business_key=str(number), variables={}, actor="anna")
        new = definitions.publish_files(session, "test", TWO, author="anna")
        made = migration.start(session, migration.plan(session, old, new), actor="owner", reason="r").id
    with transaction() as session:
        first = session.scalars(select(ProcessInstance.id).order_by(ProcessInstance.id)).first()
        assert first is not None
        session.get(ProcessInstance, first, with_for_update=True)
        counted = migration.run_batch(transaction, made, limit=5)
        assert (counted["migrated"], counted["pending"]) == (1, 1)
    assert migration.run_batch(transaction, made, limit=5)["migrated"] == 2
