"""The page of one process instance: where its tokens stand, its data, its history, and what failed."""

from typing import Any, Final
from uuid import UUID

import orjson
from flask import Blueprint, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, instances
from engine.db import transaction
from engine.models import Incident, ProcessInstance, Timer, UserTask
from web.access import PERSON, Rule
from web.api.instances import readable
from web.identity import me
from web.pages.show import task_deadline
from web.pages.story import Event, step_event
from web.pages.words import department_names, know_people
from workflows import calendars, cases, people

pages = Blueprint("instance", __name__)
ACCESS: Final[dict[str, Rule]] = {"instance.page": PERSON}
EVENTS: Final = 500


@pages.get("/instances/<uuid:instance_id>")
def page(instance_id: UUID) -> str:
    """The page of one instance."""
    with transaction() as session:
        instance = readable(session, instance_id)
        tasks = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id).order_by(UserTask.id)).all()
        know_people(session, [*(task.assignee for task in tasks), *(task.completed_by for task in tasks)])
        department_names(session)
        calendar = calendars.get(session)
        return render_template(
            "instance.html",
            instance=instance,
            definition=instance.definition,
            case=cases.of_instance(session, instance),
            tasks=[(task, task_deadline(task, calendar)) for task in reversed(tasks)],
            events=_events(session, instance, {str(task.id): task for task in tasks}),
            incidents=_of(session, Incident, instance),
            timers=_of(session, Timer, instance),
            variables=_variables(session, instance),
            tokens=instances.tokens(session, instance),
            control=people.may(session, me(), "instance.control"),
            retry=people.may(session, me(), "incident.retry"),
        )


def _of(session: Session, table: type[Incident] | type[Timer], instance: ProcessInstance) -> list[Any]:
    return list(session.scalars(select(table).where(table.instance_id == instance.id).order_by(table.id)))


def _events(session: Session, instance: ProcessInstance, tasks: dict[str, UserTask]) -> list[Event]:
    found = history.of(session, instance.id, limit=EVENTS)
    know_people(session, [one.actor for one in found])
    told = (
        step_event(
            one.kind, one.at, one.actor, {"element_id": one.element_id, "task_id": one.task_id, **one.data}, tasks
        )
        for one in reversed(found)
    )
    return [event for event in told if event is not None]


def _variables(session: Session, instance: ProcessInstance) -> list[tuple[str, str]]:
    """Process data as name and JSON text, by name."""
    return [
        (name, orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())
        for name, value in sorted(instances.variables(session, instance).items())
    ]
