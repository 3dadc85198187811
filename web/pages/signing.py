"""The part of the task page about signers: who signs a task together, whom one may add, whom one may take away."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.models import UserTask
from web.pages.words import know_people, name_of
from workflows import signers
from workflows.authorisation import TaskInCase
from workflows.models import Person
from workflows.usertasks import Opened


@dataclass(frozen=True, slots=True)
class Signing:
    """rows: the tasks signed together (empty: it is signed alone), each with whether the reader may take it away;
    people: (id, name) of those who may be added, None where the reader may not add."""

    rows: list[tuple[UserTask, bool]]
    people: list[tuple[str, str]] | None


def signing_of(session: Session, person: Person, opened: Opened) -> Signing:
    """What the page shows of a task's signers."""
    found = TaskInCase(opened.task, opened.case)
    together = signers.together(session, opened.task)
    know_people(session, [one for task in together for one in (task.assignee, task.completed_by, task.added_by)])
    rows = [
        (task, "remove_signer" in signers.verbs(session, person, TaskInCase(task, opened.case))) for task in together
    ]
    if "add_signer" not in signers.verbs(session, person, found):
        return Signing(rows, None)
    return Signing(rows, [(str(one.id), name_of(one)) for one in signers.choices(session, found)])
