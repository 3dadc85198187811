"""The diagram of an instance as the viewer wants it: XML, tokens, the way taken."""

from collections import Counter
from typing import Any
from uuid import UUID

from marshmallow import fields
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import definitions, instances, layout
from engine.clock import now
from engine.errors import NotFound
from engine.models import Incident, IncidentStatus, ProcessDefinition, ProcessInstance, TaskStatus, UserTask
from web.api.base import Schema


class DiagramToken(Schema):
    """Tokens on an element. late: a user task there is past its due date; failed: an incident waits there."""

    element = fields.String(required=True)
    count = fields.Integer(required=True)
    late = fields.Boolean(required=True)
    failed = fields.Boolean(required=True)


class CalledOut(Schema):
    """A process which has tokens now: ask for its diagram by `definition`."""

    definition = fields.String(required=True)
    process_id = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)


class PictureOut(Schema):
    """A diagram with its tokens and the way taken."""

    xml = fields.String(required=True)
    definition = fields.String(required=True)
    tokens = fields.List(fields.Nested(DiagramToken), required=True)
    taken = fields.List(fields.String(), required=True, metadata={"description": "Elements and flows passed"})
    names = fields.Dict(required=True, metadata={"description": "Element -> name of the user task there"})
    processes = fields.List(fields.Nested(CalledOut), required=True)


def picture(session: Session, instance: ProcessInstance, wanted: UUID | None) -> dict[str, Any]:
    """The diagram of `wanted` (a definition this instance has tokens in), else of the instance's own process.

    Raises NotFound for another definition.
    """
    places = instances.tokens(session, instance)
    called = {place.definition_id: place.process_id for place in places}
    definition = instance.definition
    if wanted is not None and wanted != definition.id:
        if str(wanted) not in called:
            raise NotFound
        definition = definitions.get(session, wanted)
    here = Counter(place.element_id for place in places if place.definition_id == str(definition.id))
    late, names = _tasks(session, instance)
    failed = set(
        session.scalars(
            select(Incident.element_id).where(
                Incident.instance_id == instance.id, Incident.status == IncidentStatus.OPEN.value
            )
        )
    )
    return {
        "xml": layout.drawn(diagram_file(definition)).decode(),
        "definition": str(definition.id),
        "tokens": [
            {"element": element, "count": count, "late": element in late, "failed": element in failed}
            for element, count in here.items()
        ],
        "taken": sorted(instances.path_taken(session, instance)),
        "names": names,
        "processes": [_called(session, key, process) for key, process in sorted(called.items())],
    }


def _called(session: Session, key: str, process: str) -> dict[str, str]:
    found = definitions.get(session, UUID(key))
    return {"definition": key, "process_id": process, "name_zh": found.name_zh, "name_en": found.name_en}


def _tasks(session: Session, instance: ProcessInstance) -> tuple[set[str], dict[str, str]]:
    """(elements with a late user task, element -> name)."""
    tasks = session.scalars(
        select(UserTask).where(UserTask.instance_id == instance.id, UserTask.status == TaskStatus.OPEN.value)
    ).all()
    moment = now()
    late = {task.element_id for task in tasks if task.due_at is not None and task.due_at < moment}
    return late, {task.element_id: task.name_zh for task in tasks}


def diagram_file(definition: ProcessDefinition) -> bytes:
    """The BPMN file of a definition which holds its process. Raises NotFound where there is none."""
    diagrams = [file.content for file in definition.files if file.path.endswith(".bpmn")]
    mark = f'id="{definition.process_id}"'.encode()
    for content in sorted(diagrams, key=lambda content: mark not in content):
        return content
    raise NotFound
