"""`/tasks`: what a person does with user tasks. Each verb is authorised in `workflows.usertasks`, nowhere else."""

from collections.abc import Callable
from typing import Any, Final, get_args
from uuid import UUID

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from engine import steps
from engine.models import TaskStatus, UserTask
from web import cursors, etag
from web.api.base import Answer, Blueprint, PageQuery, Schema, nothing, page_of
from web.api.cases import CaseItem
from web.faults import invalid
from web.i18n import say
from web.identity import me
from web.problems import PreconditionFailed
from workflows import boxes, lending, monitoring, orders, people, usertasks, withdrawing
from workflows.authorisation import TaskInCase
from workflows.models import Person

blueprint = Blueprint("tasks", __name__, description="User tasks: work waiting for people")
_BOXES: Final = ("mine", "department", "open", "done")
_SHORT = validate.Length(0, 200)


class TaskReceipt(Schema):
    """A user task after a command; no personal data."""

    id = fields.UUID(required=True)
    instance_id = fields.UUID(required=True)
    element_id = fields.String(required=True)
    name_zh = fields.String(required=True)
    name_en = fields.String(required=True)
    lane = fields.String(required=True, allow_none=True)
    department = fields.String(required=True, allow_none=True)
    assignee = fields.String(required=True, allow_none=True)
    lender = fields.String(
        required=True, allow_none=True, metadata={"description": "Who delegated it to the assignee and gets it back"}
    )
    candidates = fields.List(fields.String(), required=True)
    priority = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(TaskStatus)))
    due_at = fields.AwareDateTime(required=True, allow_none=True)
    follow_up_at = fields.AwareDateTime(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    completed_at = fields.AwareDateTime(required=True, allow_none=True)
    completed_by = fields.String(required=True, allow_none=True)
    urged = fields.Integer(required=True)
    rev = fields.Integer(required=True)


class TaskItem(TaskReceipt):
    """A user task in a list, with its case (null for a process without one)."""

    case = fields.Nested(CaseItem, required=True, allow_none=True)


class SubmissionOut(Schema):
    """A form which was sent for the case before."""

    task_id = fields.UUID(required=True)
    element_id = fields.String(required=True)
    actor = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    data = fields.Dict(required=True)


class TaskOut(TaskItem):
    """A user task as its person sees it."""

    verbs = fields.List(fields.String(), required=True, metadata={"description": "What this person may do with it"})
    form = fields.Dict(required=True, allow_none=True, metadata={"description": "form-js schema"})
    draft = fields.Dict(required=True, allow_none=True, metadata={"description": "What was typed so far"})
    earlier = fields.List(fields.Nested(SubmissionOut), required=True)
    earlier_steps = fields.Dict(required=True, metadata={"description": "Where it can be returned to: element -> name"})


class TaskQuery(PageQuery):
    """Query of an inbox."""

    box = fields.String(
        load_default="mine",
        validate=validate.OneOf(_BOXES),
        metadata={
            "description": "mine: given or offered to me; department: nobody's; open: all of my department; done: by me"
        },
    )
    department = fields.String(load_default=nothing, validate=_SHORT)
    assignee = fields.String(load_default=nothing, validate=_SHORT)
    element = fields.String(load_default=nothing, validate=_SHORT)
    process = fields.String(load_default=nothing, validate=_SHORT)
    version = fields.Integer(load_default=nothing, validate=validate.Range(1, 2**31 - 1))
    claimed = fields.Boolean(load_default=nothing)
    channel = fields.String(load_default=nothing, validate=_SHORT)
    nature = fields.String(load_default=nothing, validate=_SHORT)
    risk = fields.String(load_default=nothing, validate=_SHORT)
    overdue = fields.Boolean(load_default=nothing)
    due = fields.String(
        load_default=nothing,
        validate=validate.OneOf(get_args(monitoring.Due)),
        metadata={
            "description": "Not late, and soon: due within 8 working hours; today: by the end of this calendar day"
        },
    )
    text = fields.String(load_default=nothing, validate=_SHORT)
    sort = fields.String(
        load_default="due", validate=validate.OneOf(orders.SORTS), metadata={"description": "Order of the open boxes"}
    )


class AssignIn(Schema):
    """To whom."""

    assignee = fields.UUID(required=True)
    reason = fields.String(load_default="", validate=validate.Length(0, 2000))


class TransferIn(Schema):
    """To which department or person, and why."""

    department = fields.String(load_default=None, allow_none=True, validate=_SHORT)
    assignee = fields.UUID(load_default=None, allow_none=True)
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class ReturnIn(Schema):
    """To which earlier step, and why."""

    element = fields.String(required=True, validate=validate.Length(1, 200))
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class DelegateIn(Schema):
    """To whom, and why."""

    assignee = fields.UUID(required=True)
    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class WithdrawIn(Schema):
    """Why."""

    reason = fields.String(required=True, validate=validate.Length(1, 2000))


class UrgeIn(Schema):
    """Why, perhaps."""

    reason = fields.String(load_default="", validate=validate.Length(0, 2000))


class TaskDraftIn(Schema):
    """What was typed so far, unchecked."""

    draft = fields.Dict(keys=fields.String(), required=True)


class CompleteIn(Schema):
    """The values of the form."""

    data = fields.Dict(keys=fields.String(), required=True)


class InstanceReceipt(Schema):
    """Where a process instance is after a command."""

    id = fields.UUID(required=True)
    business_key = fields.String(required=True)
    status = fields.String(required=True)
    rev = fields.Integer(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    suspended_at = fields.AwareDateTime(required=True, allow_none=True)


def _item(found: TaskInCase) -> dict[str, Any]:
    return {**{name: getattr(found.task, name) for name in TaskReceipt().fields}, "case": found.case}


def _named(steps: dict[str, tuple[str, str]]) -> dict[str, str]:
    return {element: say(*name) for element, name in steps.items()}


def _guarded(session: Session, task_id: UUID, act: Callable[[], UserTask]) -> Answer:
    """Do a verb; where If-Match names another version than the one under the lock, it is undone (412).

    The verb goes first: who may not even see the task is told so, and nothing of its version.
    """
    rev = etag.optional_rev()
    before = _locked_rev(session, task_id) if rev is not None else None
    task = act()
    if rev != before:
        raise PreconditionFailed(rev=before)
    return Answer(task, rev=task.rev)


def _locked_rev(session: Session, task_id: UUID) -> int | None:
    seen = session.get(UserTask, task_id)
    if seen is None:
        return None
    steps.lock(session, seen.instance_id)
    session.refresh(seen)
    return seen.rev


def _person(session: Session, person_id: UUID) -> Person:
    person = people.get(session, person_id)
    if person is None or not person.active:
        raise invalid("assignee", "unknown", "没有这个人", "There is no such person")
    return person


@blueprint.get("")
@blueprint.reads(page_of(TaskItem), query=TaskQuery)
def listing(session: Session, query: dict[str, Any]) -> dict[str, Any]:
    """List the user tasks of a box; open ones by due date or another order, done ones newest first"""
    box, limit, sort = query.pop("box"), query.pop("limit"), query.pop("sort")
    name = f"tasks:{box}:{sort}"
    after = cursors.unpack(name, query.pop("after"))
    found = boxes.inbox(session, me(), box, boxes.Filters(**query), after, limit + 1, sort)
    shown = found[:limit]
    end = boxes.position(box, sort, shown[-1]) if len(found) > limit else None
    return {"items": [_item(row) for row in shown], "next": cursors.pack(name, end)}


@blueprint.get("/<uuid:task_id>")
@blueprint.reads(TaskOut)
def show(session: Session, task_id: UUID) -> Answer:
    """Show a user task with its form, its case and what one may do with it"""
    opened = usertasks.open_task(session, me(), task_id)
    found = TaskInCase(opened.task, opened.case)
    taking_back = {"withdraw"} if withdrawing.possible(session, me(), found) else set()
    shown = _item(found) | {
        "verbs": sorted(opened.verbs | taking_back),
        "form": opened.form.schema if opened.form else None,
        "draft": opened.task.draft,
        "earlier": opened.earlier,
        "earlier_steps": _named(usertasks.earlier_steps(session, opened.task)) if "return" in opened.verbs else {},
    }
    return Answer(shown, rev=opened.task.rev)


@blueprint.post("/<uuid:task_id>/claim")
@blueprint.commands(TaskReceipt, if_match=False)
def claim(session: Session, task_id: UUID) -> Answer:
    """Take a task for oneself"""
    return _guarded(session, task_id, lambda: usertasks.claim(session, me(), task_id))


@blueprint.post("/<uuid:task_id>/unclaim")
@blueprint.commands(TaskReceipt, if_match=False)
def unclaim(session: Session, task_id: UUID) -> Answer:
    """Give a task back to its department"""
    return _guarded(session, task_id, lambda: usertasks.unclaim(session, me(), task_id))


@blueprint.post("/<uuid:task_id>/assign")
@blueprint.commands(TaskReceipt, body=AssignIn, if_match=False)
def assign(session: Session, body: dict[str, Any], task_id: UUID) -> Answer:
    """Give a task to a person (heads and managers)"""
    return _guarded(
        session,
        task_id,
        lambda: usertasks.assign(session, me(), task_id, _person(session, body["assignee"]), reason=body["reason"]),
    )


@blueprint.post("/<uuid:task_id>/transfer")
@blueprint.commands(TaskReceipt, body=TransferIn, if_match=False)
def transfer(session: Session, body: dict[str, Any], task_id: UUID) -> Answer:
    """Hand a task over to another department or person (转办)"""

    def act() -> UserTask:
        assignee = _person(session, body["assignee"]) if body["assignee"] else None
        return usertasks.transfer(
            session, me(), task_id, department=body["department"], assignee=assignee, reason=body["reason"]
        )

    return _guarded(session, task_id, act)


@blueprint.post("/<uuid:task_id>/return")
@blueprint.commands(InstanceReceipt, body=ReturnIn)
def send_back(session: Session, body: dict[str, str], task_id: UUID) -> Any:
    """Return the case to an earlier step (退回)"""
    return usertasks.send_back(session, me(), task_id, element=body["element"], reason=body["reason"])


@blueprint.post("/<uuid:task_id>/delegate")
@blueprint.commands(TaskReceipt, body=DelegateIn, if_match=False)
def delegate(session: Session, body: dict[str, Any], task_id: UUID) -> Answer:
    """Lend a task to a colleague who prepares it and hands it back (委派)"""

    def act() -> UserTask:
        return lending.delegate(session, me(), task_id, _person(session, body["assignee"]), reason=body["reason"])

    return _guarded(session, task_id, act)


@blueprint.post("/<uuid:task_id>/hand-back")
@blueprint.commands(TaskReceipt, body=UrgeIn, if_match=False)
def hand_back(session: Session, body: dict[str, str], task_id: UUID) -> Answer:
    """End a delegation: the helper gives the task back, or the lender takes it back"""
    return _guarded(session, task_id, lambda: lending.hand_back(session, me(), task_id, reason=body["reason"]))


@blueprint.post("/<uuid:task_id>/withdraw")
@blueprint.commands(TaskReceipt, body=WithdrawIn)
def withdraw(session: Session, body: dict[str, str], task_id: UUID) -> Answer:
    """Take back a step one completed, before the next has begun (撤回); answers with the task opened anew"""
    task = withdrawing.withdraw(session, me(), task_id, reason=body["reason"])
    return Answer(task, rev=task.rev)


@blueprint.post("/<uuid:task_id>/urge")
@blueprint.commands(TaskReceipt, body=UrgeIn)
def urge(session: Session, body: dict[str, str], task_id: UUID) -> Answer:
    """Urge whoever has the task (催办); its version stays, so that nobody who is typing is disturbed"""
    task = usertasks.urge(session, me(), task_id, reason=body["reason"])
    return Answer(task, rev=task.rev)


@blueprint.put("/<uuid:task_id>/draft")
@blueprint.commands(TaskReceipt, body=TaskDraftIn, if_match=True, keyed=False)
def save_draft(session: Session, body: dict[str, Any], task_id: UUID) -> Answer:
    """Keep what was typed so far"""
    rev = etag.required_rev()
    with etag.precondition(rev):
        task = usertasks.save_draft(session, me(), task_id, body["draft"], rev=rev)
    return Answer(task, rev=task.rev)


@blueprint.post("/<uuid:task_id>/complete")
@blueprint.commands(InstanceReceipt, body=CompleteIn, if_match=False)
def complete(session: Session, body: dict[str, Any], task_id: UUID) -> Any:
    """Send the form of a task; the process goes on

    422 names every wrong field, 409 says that the task is done already, 403 that a gate is closed or that it belongs
    to somebody else.
    """
    rev = etag.optional_rev()
    with etag.precondition(rev):
        return usertasks.complete(session, me(), task_id, body["data"], rev=rev)
