"""Everything the case page and the panel beside a task show of one case, read in one go."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from engine.models import Incident, IncidentStatus, ProcessInstance, UserTask
from web.pages.show import Deadline, deadline, task_deadline
from web.pages.standing import Standing, standing_of
from web.pages.story import Event, Sent, event_of, sent_form
from web.pages.words import department_names, know_people
from workflows import calendars, cases, evidence, parties, people, portal, timeline
from workflows.models import Case, Comment, Evidence, Person, Submission
from workflows.portal import Milestone
from workflows.timeline import Entry

INSIDE: Final = {"communicate": "Talk to complainant"}
"""English names of stages which speak to the complainant, for staff."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with what hangs on it. may: verbs of this person on the case. tasks: open ones with their deadlines."""

    case: Case
    complainant: dict[str, str]
    deadline: Deadline
    milestones: list[Milestone]
    tasks: list[tuple[UserTask, Deadline]]
    instances: list[ProcessInstance]
    incidents: list[Incident]
    standing: list[Standing]
    events: list[Event]
    forms: list[Sent]
    evidence: list[Evidence]
    comments: list[Comment]
    may: frozenset[str]


def case_file(
    session: Session, person: Person, case: Case, submissions: Sequence[Submission] | None = None
) -> CaseFile:
    """The whole file of a case which `person` may read, newest events first. submissions: where they are known."""
    calendar = calendars.get(session)
    running = list(
        session.scalars(
            select(ProcessInstance)
            .options(defer(ProcessInstance.state))
            .where(ProcessInstance.business_key == case.number)
            .order_by(ProcessInstance.id)
        )
    )
    ids = [one.id for one in running]
    tasks = list(session.scalars(select(UserTask).where(UserTask.instance_id.in_(ids)).order_by(UserTask.id)))
    incidents = session.scalars(
        select(Incident).where(Incident.instance_id.in_(ids), Incident.status == IncidentStatus.OPEN.value)
    )
    entries = timeline.of(session, case)
    comments = cases.comments(session, case, limit=200)
    if submissions is None:
        submissions = cases.submissions(session, case)
    know_people(session, _actors(case, tasks, entries, comments, submissions))
    department_names(session)
    by_id = {str(task.id): task for task in tasks}
    return CaseFile(
        case=case,
        complainant=parties.masked(case.party),
        deadline=deadline(case.promised_at if cases.is_open(case) else None, calendar),
        milestones=[
            replace(one, name_en=INSIDE.get(one.code, one.name_en)) for one in portal.milestones(session, case)
        ],
        tasks=[(task, task_deadline(task, calendar)) for task in tasks if task.status == "open"],
        instances=running,
        incidents=list(incidents),
        standing=standing_of(session, running),
        events=[event for entry in reversed(entries) if (event := event_of(entry, by_id)) is not None],
        forms=[sent_form(session, one, by_id.get(str(one.task_id))) for one in reversed(submissions)],
        evidence=evidence.of(session, case),
        comments=comments,
        may=frozenset(
            verb
            for verb in ("edit", "comment", "evidence", "reveal", "letter", "hold")
            if people.may(session, person, f"case.{verb}", case)
        ),
    )


def _actors(case: Case, tasks: list[UserTask], *lists: Sequence[Any]) -> set[str | None]:
    found: set[str | None] = {case.owner, case.intake_by, case.read_back_by}
    for task in tasks:
        found |= {task.assignee, task.lender}
    for items in lists:
        for item in items:
            found.add(getattr(item, "actor", None) or getattr(item, "author", None))
            given = item.data.get("assignee") if isinstance(item, Entry) else None
            found |= {given} if isinstance(given, str) else set()
    return found
