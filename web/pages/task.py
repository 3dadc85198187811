"""The task page: the form of one user task, and beside it everything about its case."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from flask import Blueprint, render_template, url_for
from sqlalchemy.orm import Session

from engine import usertasks as engine_tasks
from engine.db import reading
from engine.models import TaskStatus, UserTask
from web.access import Rule, verb
from web.i18n import say
from web.identity import me
from web.pages.file import case_file
from web.pages.formtext import in_language, with_words
from web.pages.show import task_deadline
from web.pages.signing import signing_of
from web.pages.standing import standing_of
from web.pages.words import department_names, know_people, name_of
from workflows import authority, calendars, gates, people, usertasks, withdrawing
from workflows.authorisation import TaskInCase
from workflows.models import Person, Role
from workflows.usertasks import Opened

pages = Blueprint("task", __name__)
ACCESS: Final[dict[str, Rule]] = {"task.page": verb("task.list")}


@dataclass(frozen=True, slots=True)
class Choices:
    """What the dialogs offer: people to assign to, departments and people to transfer to, steps to return to."""

    colleagues: list[tuple[str, str]]
    departments: list[tuple[str, str]]
    everybody: list[tuple[str, str]]
    steps: list[tuple[str, str]]


@pages.get("/tasks/<uuid:task_id>")
def page(task_id: UUID) -> str:
    """The page of one task."""
    person = me()
    with reading() as session:
        opened = usertasks.open_task(session, person, task_id)
        file = case_file(session, person, opened.case, opened.earlier) if opened.case else None
        know_people(session, [opened.task.assignee, opened.task.lender, opened.task.completed_by])
        names = department_names(session)
        return render_template(
            "task.html",
            task=opened.task,
            file=file,
            verbs=_verbs(session, opened),
            chip=task_deadline(opened.task, calendars.get(session)),
            data=_data(session, opened),
            choices=_choices(session, opened, names),
            standing=standing_of(session, [opened.task.instance] if opened.task.status == TaskStatus.OPEN else []),
            waits_for=_waits_for(session, person, opened.task),
            signing=signing_of(session, person, opened),
        )


def _waits_for(session: Session, person: Person, task: UserTask) -> Role | None:
    """The role which somebody needs to claim a task that is nobody's, where the reader has it not."""
    return None if task.assignee else authority.missing_role(person, gates.duty_of(session, task)[0])


def _verbs(session: Session, opened: Opened) -> frozenset[str]:
    found = TaskInCase(opened.task, opened.case)
    return opened.verbs | ({"withdraw"} if withdrawing.possible(session, me(), found) else set())


def _data(session: Session, opened: Opened) -> dict[str, Any] | None:
    """What the form's script needs; None where there is no form to show.

    `data` is what the form's expressions see: the case, the process data, and above them the draft.
    """
    task = opened.task
    if opened.form is None or task.status != TaskStatus.OPEN:
        return None
    seen = engine_tasks.context(session, task)
    return {
        "url": f"/api/v1/tasks/{task.id}",
        "next": url_for("inbox.page"),
        "rev": task.rev,
        "schema": with_words(in_language(orjson.loads(engine_tasks.form_schema(session, task))), seen),
        "data": seen | (task.draft or {}),
        "readonly": "draft" not in opened.verbs,
        "saved": say("已恢复上次的草稿", "Your draft was restored") if task.draft else "",
    }


def _choices(session: Session, opened: Opened, names: dict[str, str]) -> Choices:
    task, verbs = opened.task, opened.verbs
    anybody = people.listing(session) if verbs & {"assign", "transfer", "delegate"} else []
    others = [one for one in anybody if str(one.id) != task.assignee]
    return Choices(
        colleagues=[(str(one.id), name_of(one)) for one in others if one.department == task.department],
        departments=[(code, name) for code, name in names.items() if code != task.department],
        everybody=sorted(
            ((str(one.id), f"{name_of(one)} · {names.get(one.department, one.department)}") for one in others),
            key=lambda pair: pair[1].partition(" · ")[::-1],
        ),
        steps=_steps(session, task) if "return" in verbs else [],
    )


def _steps(session: Session, task: UserTask) -> list[tuple[str, str]]:
    return [(element, say(*name)) for element, name in usertasks.earlier_steps(session, task).items()]
