"""The page of one process instance: where its tokens stand, data, history, what failed, and what may be done."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Blueprint, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, instances
from engine.db import reading
from engine.models import Incident, ProcessInstance, Timer, UserTask
from web.access import PERSON, Rule
from web.api.instances import readable
from web.identity import me
from web.pages.elements import element_names
from web.pages.monitor import staff_by_department
from web.pages.show import Deadline, standing_since, task_deadline
from web.pages.standing import standing_of
from web.pages.story import Event, step_event
from web.pages.terms import Terms, terms
from web.pages.words import department_names, know_people
from workflows import calendars, cases, people
from workflows.authorisation import TaskInCase
from workflows.usertasks import MOVING

pages = Blueprint("instance", __name__)
ACCESS: Final[dict[str, Rule]] = {"instance.page": PERSON}
EVENTS: Final = 500


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A user task with its chip; verbs: `assign`, `urge` where this person may."""

    task: UserTask
    deadline: Deadline
    verbs: frozenset[str]


@pages.get("/instances/<uuid:instance_id>")
def page(instance_id: UUID) -> str:
    """The page of one instance."""
    with reading() as session:
        instance = readable(session, instance_id)
        tasks = session.scalars(select(UserTask).where(UserTask.instance_id == instance.id).order_by(UserTask.id)).all()
        know_people(session, [*(task.assignee for task in tasks), *(task.completed_by for task in tasks)])
        names = department_names(session)
        calendar = calendars.get(session)
        case = cases.of_instance(session, instance)
        elements, words = element_names(session, instance.definition_id), terms(session, instance.definition_id)
        data = instances.variables(session, instance)
        lines = [
            TaskLine(task, task_deadline(task, calendar), _verbs(session, TaskInCase(task, case)))
            for task in reversed(tasks)
        ]
        staff = [(one, names.get(one.department, one.department)) for one in people.listing(session)]
        return render_template(
            "instance.html",
            instance=instance,
            definition=instance.definition,
            case=case,
            tasks=lines,
            staff=staff_by_department(staff) if any(line.verbs for line in lines) else [],
            events=_events(session, instance, {str(task.id): task for task in tasks}, elements, words),
            incidents=_of(session, Incident, instance),
            drafts={str(task.id): _json(task.draft or {}) for task in tasks},
            timers=_of(session, Timer, instance),
            variables=[(name, words.name(name), words.text(name, value)) for name, value in sorted(data.items())],
            raw=_json(dict(sorted(data.items()))),
            tokens=instances.tokens(session, instance),
            names=elements,
            standing=standing_of(session, [instance]),
            control=people.may(session, me(), "instance.control"),
            retry=people.may(session, me(), "incident.retry"),
        )


def _verbs(session: Session, thing: TaskInCase) -> frozenset[str]:
    if thing.task.status != "open":
        return frozenset()
    offered = {"assign", "urge"} - (MOVING if standing_since(thing.task.instance) else set())
    return frozenset(verb for verb in offered if people.may(session, me(), f"task.{verb}", thing))


def _of(session: Session, table: type[Incident] | type[Timer], instance: ProcessInstance) -> list[Any]:
    return list(session.scalars(select(table).where(table.instance_id == instance.id).order_by(table.id)))


def _events(
    session: Session, instance: ProcessInstance, tasks: dict[str, UserTask], names: dict[str, str], words: Terms
) -> list[Event]:
    found = history.of(session, instance.id, limit=EVENTS)
    know_people(session, [one.actor for one in found])
    told = (
        step_event(
            one.kind,
            one.at,
            one.actor,
            {"element_id": one.element_id, "task_id": one.task_id, **one.data},
            tasks,
            names,
            words,
        )
        for one in reversed(found)
    )
    return [event for event in told if event is not None]


def _json(value: Any) -> str:
    return orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode()
