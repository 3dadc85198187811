"""What the diagram says about a user task which has just been reached: who, when, with which form."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.feel import to_text
from engine.feel.values import Value
from engine.spiff import times
from engine.spiff.errors import Failure
from engine.spiff.execution import due_at
from engine.spiff.expressions import Formula
from engine.spiff.signing import group_of
from engine.spiff.tasks import UserTask
from engine.spiff.workflow import ROOT, SubWorkflow, Token, variables
from engine.spiff.working import process_of

DEPARTMENT = "redress:department"
PRIORITY = 50


@dataclass(frozen=True, slots=True)
class Opening:
    """A user task as drawn, its expressions evaluated. lane and department: the nearest around the task, calls
    included; due_at: the drawn due date, else the earliest boundary timer of the task. signing: the token under which
    it is signed with others; added: it is a further signer's, whom it names alone."""

    token: Token
    definition_id: str
    element_id: str
    name_zh: str
    name_en: str
    lane: str | None
    department: str | None
    assignee: str | None
    groups: list[str]
    users: list[str]
    form_id: str | None
    priority: int
    due_at: datetime | None
    follow_up_at: datetime | None
    signing: UUID | None
    added: bool


def opening(token: Token) -> Opening:
    """Everything about a new user task. Raises Failure naming the task."""
    node: UserTask = token.task_spec
    drawn = node.drawn
    group, signer = group_of(token), token.internal_data.get("signer")
    groups = _texts(token, node.groups)
    return Opening(
        token=token,
        definition_id=process_of(token).definition_id,
        element_id=drawn.id,
        name_zh=drawn.name_zh,
        name_en=drawn.name_en,
        lane=_nearest_lane(token),
        department=_nearest_department(token, groups),
        assignee=signer or next(iter(_texts(token, node.assignee)), None),
        groups=groups,
        users=[] if signer else _texts(token, node.users),
        form_id=drawn.work.form_id,
        priority=_priority(token, node.priority),
        due_at=_moment(token, node.due) or _earliest_boundary(token),
        follow_up_at=_moment(token, node.follow_up),
        signing=None if group is None else group.id,
        added=signer is not None,
    )


def _around(token: Token) -> list[Token]:
    """The token and its hosts, innermost first."""
    found = [token]
    while isinstance(found[-1].workflow, SubWorkflow):
        found.append(found[-1].workflow.host)
    return found


def _nearest_lane(token: Token) -> str | None:
    return next((each.task_spec.drawn.lane for each in _around(token) if each.task_spec.drawn.lane), None)


def _nearest_department(token: Token, groups: list[str]) -> str | None:
    """What the task itself says; only a task which names nobody takes it from what it stands in."""
    around = _around(token)[:1] if groups else _around(token)
    given = (each.task_spec.drawn.properties.get(DEPARTMENT) for each in around)
    return next((code for code in given if code), None)


def _value(token: Token, formula: Formula | None) -> Value:
    if formula is None:
        return None
    return formula.value(variables(token), token.workflow.top_workflow.movement.functions)


def _texts(token: Token, formula: Formula | None) -> list[str]:
    """A list of texts, or one text with commas, as a list."""
    value = _value(token, formula)
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    if isinstance(value, list):
        return [to_text(item) for item in value if item is not None]
    return [to_text(value)]


def _priority(token: Token, formula: Formula | None) -> int:
    value = _value(token, formula)
    found = times.priority(value)
    if value is not None and found is None:
        raise Failure(token.task_spec.name, "bad_priority", "The priority is not a whole number from 0 to 100")
    return PRIORITY if found is None else found


def _moment(token: Token, formula: Formula | None) -> datetime | None:
    value = _value(token, formula)
    if value is None:
        return None
    try:
        movement = token.workflow.top_workflow.movement
        return times.due(value, movement.now, movement.zone)
    except times.BadTime as error:
        raise Failure(token.task_spec.name, "bad_time", f"The due or follow-up date is not right: {error}") from None


def _earliest_boundary(token: Token) -> datetime | None:
    host = token
    if ("round" in token.internal_data or "signer" in token.internal_data) and token._parent != ROOT:
        host = token.workflow.tasks[token._parent]
    beside = [token.workflow.tasks[child] for child in host._children if child in token.workflow.tasks]
    return min((moment for each in beside if (moment := due_at(each))), default=None)
