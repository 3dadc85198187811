"""User tasks: opened by the diagram, completed by people."""

import pytest
from sqlalchemy.orm import Session

from engine import definitions, instances, usertasks
from engine.errors import Conflict, NotFound
from engine.ids import new_id
from engine.models import InstanceStatus
from tests.builders import bundle, end, process, script, start, user


def test_an_instance_walks_from_task_to_task_until_its_end(session: Session) -> None:
    files = bundle(process("P", start(), user("A"), script("S", "=x + 1", "y"), user("B"), end()))
    definitions.publish_files(session, "test", files, author="anna")
    instance = instances.start(session, "test", business_key="1", variables={"x": 1}, actor="anna")
    (first,) = usertasks.listing(session, instance_id=instance.id)
    assert first.element_id == "A"
    usertasks.complete(session, first.id, {"z": "hello"}, actor="anna")
    (second,) = usertasks.listing(session, instance_id=instance.id)
    assert second.element_id == "B"
    assert instances.variables(session, instance) == {"x": 1, "z": "hello", "y": 2}
    done = usertasks.complete(session, second.id, {}, actor="bert")
    assert done.status is InstanceStatus.COMPLETED
    assert usertasks.listing(session, instance_id=instance.id) == []


def test_a_task_completed_twice_is_a_conflict(session: Session) -> None:
    definitions.publish_files(session, "test", bundle(process("P", start(), user("A"), end())), author="anna")
    instance = instances.start(session, "test", business_key="1", variables={}, actor="anna")
    (task,) = usertasks.listing(session, instance_id=instance.id)
    usertasks.complete(session, task.id, {}, actor="anna")
    with pytest.raises(Conflict):
        usertasks.complete(session, task.id, {}, actor="anna")


def test_an_unknown_task_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        usertasks.complete(session, new_id(), {}, actor="anna")
