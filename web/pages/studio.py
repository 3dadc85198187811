"""The process owners' desk: the library of bundles, the editor of a draft, versions with their differences."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, render_template, request
from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from engine import definitions, differ
from engine.db import transaction
from engine.errors import Invalid, NotFound
from engine.models import (
    Draft,
    DraftState,
    InstanceStatus,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
    TaskStatus,
    Timer,
    TimerKind,
    UserTask,
)
from web.access import Rule, roles, verb
from web.api.bundles import side
from web.i18n import say
from web.identity import me
from web.pages.words import know_people
from workflows import monitoring, people
from workflows.authorisation import GENERAL
from workflows.models import Role

pages = Blueprint("studio", __name__)
_SEE_DRAFTS: Final = GENERAL["definition.draft"] | GENERAL["definition.approve"] | {Role.AUDITOR}
_DRAWING: Final = roles(*_SEE_DRAFTS)
ACCESS: Final[dict[str, Rule]] = {
    "studio.page": _DRAWING,
    "studio.edit": _DRAWING,
    "studio.versions": verb("definition.read"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A bundle of the library: its newest version, its draft, and how much runs on it.

    running: instances; open: tasks, also those which a calling process has here; callers: the processes which call it.
    """

    key: str
    name_zh: str
    name_en: str
    definition: ProcessDefinition | None
    draft: Draft | None
    running: int
    open: int
    callers: list[ProcessDefinition]
    changed_at: datetime
    changed_by: str


@pages.get("/studio")
def page() -> str:
    """The library."""
    with transaction() as session:
        rows = library(session)
        know_people(session, [row.changed_by for row in rows])
        return render_template(
            "studio.html",
            rows=rows,
            may=_may(session),
        )


@pages.get("/studio/<key>")
def edit(key: str) -> str:
    """The editor of a draft; a bundle without one shows the version in use, to be looked at."""
    with transaction() as session:
        draft = session.get(Draft, key)
        published = next(iter(definitions.versions(session, key)), None)
        if draft is None and published is None:
            raise NotFound
        know_people(session, [draft.reviewer, *draft.authors] if draft else [])
        return render_template(
            "studio_edit.html",
            key=key,
            draft=draft,
            published=published,
            name=draft or published,
            may=_may(session),
            mine=_drew(draft),
            readonly=draft is None
            or draft.state != DraftState.EDITING
            or not people.may(session, me(), "definition.draft"),
        )


@pages.get("/studio/<key>/versions")
def versions(key: str) -> str:
    """The versions of a bundle, and what changed between two of them (or towards the draft: `new=draft`).

    What is published may be read by everybody, a draft by those who draw and review.
    """
    with transaction() as session:
        found = definitions.versions(session, key)
        draft = session.get(Draft, key) if _SEE_DRAFTS & set(me().roles) else None
        if not found and draft is None:
            raise NotFound
        known = [one for row in found for one in (row.author, row.approver, *row.authors)]
        know_people(session, [*known, *((*draft.authors, draft.reviewer) if draft else ())])
        counts = running(session)
        chosen = _chosen(found, draft)
        return render_template(
            "studio_versions.html",
            key=key,
            name=draft or found[0],
            rows=[(row, counts.get((row.key, row.version), 0)) for row in found],
            draft=draft,
            may=_may(session),
            myself=str(me().id),
            mine=_drew(draft),
            **_compared(session, key, *chosen),
        )


def library(session: Session) -> list[Row]:
    """All bundles by key."""
    latest = {row.key: row for row in definitions.listing(session)}
    drafts = {row.key: row for row in session.scalars(select(Draft))}
    counts: dict[str, int] = {}
    for (key, _), count in running(session).items():
        counts[key] = counts.get(key, 0) + count
    waiting = Counter[str]()
    for step in monitoring.board(session):
        waiting[step.key] += step.open
    calls = callers(session, latest.values())
    rows = []
    for key in sorted(latest.keys() | drafts.keys()):
        definition, draft = latest.get(key), drafts.get(key)
        shown: Any = draft or definition
        rows.append(
            Row(
                key,
                shown.name_zh,
                shown.name_en,
                definition,
                draft,
                counts.get(key, 0),
                waiting[key],
                calls.get(key, []),
                draft.updated_at if draft else shown.published_at,
                shown.author,
            )
        )
    return rows


def callers(session: Session, newest: Iterable[ProcessDefinition]) -> dict[str, list[ProcessDefinition]]:
    """Key -> the processes which call it, in their newest versions."""
    keys = {str(row.id): row.key for row in session.execute(select(ProcessDefinition.id, ProcessDefinition.key))}
    found: dict[str, list[ProcessDefinition]] = {}
    for one in newest:
        for called in sorted({keys[below] for below in map(str, one.bound.values()) if below in keys}):
            found.setdefault(called, []).append(one)
    return found


def running(session: Session) -> dict[tuple[str, int], int]:
    """Instances which are not over, by key and version."""
    rows = session.execute(
        select(ProcessDefinition.key, ProcessDefinition.version, func.count())
        .join(ProcessInstance, ProcessInstance.definition_id == ProcessDefinition.id)
        .where(ProcessInstance.status.in_([InstanceStatus.RUNNING, InstanceStatus.SUSPENDED]))
        .group_by(ProcessDefinition.key, ProcessDefinition.version)
    )
    return {(key, version): count for key, version, count in rows}


def standing(session: Session, key: str) -> Counter[str]:
    """Instances of any version of `key` which are not over, by the elements where they wait."""
    waiting = union(
        select(UserTask.instance_id, UserTask.element_id).where(UserTask.status == TaskStatus.OPEN),
        select(Timer.instance_id, Timer.element_id).where(Timer.kind == TimerKind.EVENT),
        select(Subscription.instance_id, Subscription.element_id),
    ).subquery()
    rows = session.execute(
        select(waiting.c.element_id, func.count())
        .join(ProcessInstance, ProcessInstance.id == waiting.c.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessDefinition.key == key)
        .group_by(waiting.c.element_id)
    )
    found: Counter[str] = Counter()
    for element, count in rows:
        found[element] = count
    return found


def _drew(draft: Draft | None) -> bool:
    """Whether who asks had a hand in the draft, and so may not approve it."""
    return draft is not None and str(me().id) in (draft.author, *draft.authors)


def _may(session: Session) -> dict[str, bool]:
    verbs = ("draft", "approve", "publish", "rollback")
    return {name: people.may(session, me(), f"definition.{name}") for name in verbs} | {
        "migrate": people.may(session, me(), "instance.migrate")
    }


def _chosen(found: list[ProcessDefinition], draft: Draft | None) -> tuple[str, str]:
    """The two sides to compare as the address says; else the newest step: version before -> newest, or -> draft."""
    numbers = [str(row.version) for row in found]
    known = [*numbers, "draft"] if draft else numbers
    new = request.args.get("new", "draft" if draft else (numbers or [""])[0])
    old = request.args.get("old", numbers[0] if new == "draft" and numbers else (numbers[1:] or [""])[0])
    return (old if old in known else "", new if new in known else "")


def _compared(session: Session, key: str, old: str, new: str) -> dict[str, Any]:
    changes: list[differ.Change] = []
    refused = ""
    if old and new and old != new:
        try:
            changes = differ.diff(side(session, key, old), side(session, key, new))
        except Invalid as error:
            [problem] = error.problems
            refused = say(problem["message_zh"], problem["message_en"])
    return {
        "refused": refused,
        "old": old,
        "new": new,
        "changes": changes,
        "counts": Counter(change.kind for change in changes),
        "standing": standing(session, key) if changes else Counter(),
    }
