"""User tasks: work which waits for a person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, literal, literal_column, select, tuple_, union
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import definitions, forms, history, steps
from engine.clock import now
from engine.errors import Conflict, Invalid, NotFound
from engine.feel import to_plain
from engine.feel.functions import Functions
from engine.hooks import Command, domain
from engine.jsonable import jsonable, require_keepable
from engine.models import InstanceStatus, ProcessInstance, TaskStatus, UserTask
from engine.spiff import execution, signing
from engine.spiff.environment import Variables
from engine.spiff.workflow import find, variables

MAX_PAGE = 500


def get(session: Session, task_id: UUID) -> UserTask:
    """A user task. Raises NotFound."""
    found = session.get(UserTask, task_id)
    if found is None:
        raise NotFound("There is no such user task", task=str(task_id))
    return found


def listing(
    session: Session,
    *,
    departments: Sequence[str] | None = None,
    assignee: str | None = None,
    candidate: str | None = None,
    status: str = "open",
    instance_id: UUID | None = None,
    after: tuple[datetime | None, UUID] | None = None,
    limit: int = 50,
) -> list[UserTask]:
    """User tasks by due date (those without come last), then id; `after` is the last pair of the page before.

    departments, assignee, candidate: those of any of the departments, of that person, open to that person; several
    together widen the list. Each is one short walk along its index, whatever the number of open tasks; the status is a
    literal, so that the partial indexes fit.
    """
    count = min(limit, MAX_PAGE)
    common: list[ColumnElement[bool]] = [UserTask.status == literal_column(f"'{TaskStatus(status)}'")]
    if instance_id is not None:
        common.append(UserTask.instance_id == instance_id)
    who: list[ColumnElement[bool]] = [UserTask.department == code for code in dict.fromkeys(departments or ())]
    if assignee is not None:
        who.append(UserTask.assignee == assignee)
    if candidate is not None:
        who.append(UserTask.candidates.contains([candidate]))
    if departments is not None and not who:
        return []
    found: list[UserTask] = []
    for behind in _behind(after):
        if len(found) < count:
            found += session.scalars(_page([*common, *behind], who, count - len(found)))
    return found


_ORDER = (UserTask.due_at, UserTask.id)


def _page(common: list[ColumnElement[bool]], who: list[ColumnElement[bool]], count: int) -> Select[UserTask]:
    """The first tasks which are open to any of `who`. The number is a literal: a plan made once for all numbers
    walks all open tasks in their order to find the few of a candidate."""
    most = literal_column(str(count), Integer)
    if len(who) < 2:
        return select(UserTask).where(*common, *who).order_by(*_ORDER).limit(most)
    walks = [select(*_ORDER).where(*common, one).order_by(*_ORDER).limit(most).subquery() for one in who]
    found = union(*[select(walk) for walk in walks]).subquery()
    first = select(found.c.id).order_by(found.c.due_at, found.c.id).limit(most)
    return select(UserTask).where(UserTask.id.in_(first)).order_by(*_ORDER)


def _behind(after: tuple[datetime | None, UUID] | None) -> list[list[ColumnElement[bool]]]:
    """Behind a place in the order `due_at, id` with nulls last: one range of an index after the other, so that a page
    far down the list costs what the first does."""
    if after is None:
        return [[]]
    due_at, task_id = after
    if due_at is None:
        return [[UserTask.due_at.is_(None), UserTask.id > task_id]]
    place = tuple_(literal(due_at, UserTask.due_at.type), literal(task_id, UserTask.id.type))
    return [[tuple_(UserTask.due_at, UserTask.id) > place], [UserTask.due_at.is_(None)]]


def lock(session: Session, task_id: UUID) -> tuple[ProcessInstance, UserTask]:
    """A task and its instance, both locked (the instance first) and read anew. Raises NotFound."""
    query = (
        select(ProcessInstance, UserTask)
        .join(UserTask, UserTask.instance_id == ProcessInstance.id)
        .where(UserTask.id == task_id)
        .with_for_update(of=[ProcessInstance, UserTask])
        .execution_options(populate_existing=True)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("There is no such user task", task=str(task_id))
    instance, task = row
    return instance, task


def require_open(
    session: Session, task_id: UUID, *, rev: int | None = None, held: tuple[ProcessInstance, UserTask] | None = None
) -> tuple[ProcessInstance, UserTask]:
    """`lock` (unless `held` is what it gave) for a task which is open (and at `rev`). Raises NotFound, Conflict."""
    instance, task = held or lock(session, task_id)
    if task.status != TaskStatus.OPEN:
        raise Conflict("The user task is done", task=str(task_id), status=str(task.status), message_zh="任务已办结")
    if rev is not None and task.rev != rev:
        raise Conflict("The user task has changed", task=str(task_id), rev=task.rev, message_zh="任务已被他人更新")
    return instance, task


def _changed(
    session: Session, instance: ProcessInstance, task: UserTask, kind: str, actor: str, **data: Any
) -> UserTask:
    task.rev += 1
    return _noted(session, instance, task, kind, actor, **data)


def _noted(session: Session, instance: ProcessInstance, task: UserTask, kind: str, actor: str, **data: Any) -> UserTask:
    history.record(session, instance, kind, actor=actor, element_id=task.element_id, task_id=task.id, data=data)
    session.flush()
    return task


def claim(session: Session, task_id: UUID, *, actor: str, reason: str = "") -> UserTask:
    """Take a task for oneself; one's own again changes nothing. Raises Conflict where it is done or another's."""
    instance, task = require_open(session, task_id)
    if task.assignee == actor:
        return task
    if task.assignee is not None:
        raise Conflict("The user task is somebody else's", task=str(task_id), message_zh="任务已由他人签收")
    task.assignee, task.claimed_at = actor, now()
    return _changed(session, instance, task, "task_claimed", actor, reason=reason)


def unclaim(session: Session, task_id: UUID, *, actor: str, reason: str = "") -> UserTask:
    """Give a task back to its department. Raises Conflict where nobody has it."""
    instance, task = require_open(session, task_id)
    if task.assignee is None:
        raise Conflict("Nobody has this user task", task=str(task_id), message_zh="任务无人签收")
    before, task.assignee, task.lender, task.claimed_at = task.assignee, None, None, None
    return _changed(session, instance, task, "task_unclaimed", actor, reason=reason, assignee=before)


def assign(
    session: Session,
    task_id: UUID,
    *,
    actor: str,
    assignee: str | None = None,
    department: str | None = None,
    reason: str = "",
) -> UserTask:
    """Give a task to a person, to another department, or (with both) to a person there."""
    instance, task = require_open(session, task_id)
    if department is not None:
        task.department = department
    task.assignee, task.lender = assignee, None
    task.claimed_at = None if assignee is None else now()
    facts = {"assignee": assignee, "department": task.department, "reason": reason}
    return _changed(session, instance, task, "task_assigned", actor, **facts)


def urge(session: Session, task_id: UUID, *, actor: str, reason: str = "") -> UserTask:
    """Remind whoever has the task; counted. Raises Conflict where it is done, or its instance is suspended.

    The task stays at its rev: nothing which somebody is working on changes.
    """
    instance, task = require_open(session, task_id)
    if instance.status == InstanceStatus.SUSPENDED:
        raise Conflict("The process instance is suspended", instance=str(instance.id), message_zh="流程已挂起")
    task.urged += 1
    return _noted(session, instance, task, "task_urged", actor, reason=reason, urged=task.urged)


def save_draft(session: Session, task_id: UUID, draft: Mapping[str, Any], *, actor: str, rev: int) -> UserTask:
    """Keep what somebody has typed so far. Raises Conflict unless the task's rev is `rev`, Invalid for too much."""
    require_keepable(draft)
    _, task = require_open(session, task_id, rev=rev)
    task.draft = jsonable(draft)
    task.rev += 1
    session.flush()
    return task


@lru_cache(maxsize=512)
def _loaded(definition_id: str, schema: bytes) -> forms.Form:
    return forms.load(schema)


def form(session: Session, task: UserTask) -> forms.Form:
    """The form of a task. Raises NotFound where it has none."""
    compiled = definitions.compiled_by_id(session, task.definition_id)
    schema = compiled.forms.get(task.form_id or "")
    if schema is None:
        raise NotFound("The user task has no form", task=str(task.id), form=task.form_id or "")
    return _loaded(compiled.definition_id, schema)


def form_schema(session: Session, task: UserTask) -> bytes:
    """The form-js schema of a task as it was published. Raises NotFound."""
    schema = definitions.compiled_by_id(session, task.definition_id).forms.get(task.form_id or "")
    if schema is None:
        raise NotFound("The user task has no form", task=str(task.id), form=task.form_id or "")
    return schema


def context(session: Session, task: UserTask) -> dict[str, Any]:
    """What the task's form is shown with: the variables it sees, and `case`; JSON-able."""
    instance = session.get_one(ProcessInstance, task.instance_id)
    seen = _seen(session, instance, task.id)
    return {**seen.plain(), "case": to_plain(seen.get("case"))}


def _seen(session: Session, instance: ProcessInstance, task_id: UUID) -> Variables:
    if not instance.state:
        return Variables([], steps.movement_for(session, instance, "system"))
    top = steps.loaded(session, instance)
    token = find(top, task_id)
    if token is None:
        return Variables([], top.movement)
    return variables(token)


def complete(
    session: Session,
    task_id: UUID,
    data: Mapping[str, Any],
    *,
    actor: str,
    rev: int | None = None,
    held: tuple[ProcessInstance, UserTask] | None = None,
) -> ProcessInstance:
    """Complete a task with a form's values and run the instance to the next wait.

    held: what `lock` gave, where the caller has looked at the task under its lock already.
    Raises NotFound (no such task), Conflict (done, suspended, or not at `rev`), Invalid (problems name the fields, or
    where data is too deep or too much), Forbidden (a gate), StepFailed (rolled back, the task stays open with `data` as
    its draft, an incident waits).
    """
    require_keepable(data)
    instance, task = require_open(session, task_id, rev=rev, held=held)
    command = Command("complete", actor, task.element_id, str(task_id))

    def change(step: steps.Step) -> None:
        token = find(step.top, task_id)
        if token is None or not execution.is_user_task(token):
            raise Conflict("The user task is done", task=str(task_id))
        signing.sign(token, actor)
        seen, functions = variables(token), step.movement.functions
        values = _validated(session, task, data, seen, functions)
        set_committed_value(task, "completed_by", actor)
        domain().completed(session, instance, task, values)
        step.note("task_completed", task.element_id, task_id, waited_seconds=(now() - task.created_at).total_seconds())
        step.done = task_id
        execution.complete(step.top, task_id, values)

    return steps.step(session, instance.id, command, change, locked=instance, keep=data)


def _validated(
    session: Session, task: UserTask, data: Mapping[str, Any], seen: Variables, functions: Functions
) -> Mapping[str, Any]:
    """The values a form lets through; without a form the data as it is. Raises Invalid naming the fields."""
    if task.form_id is None:
        return dict(data)
    shown = dict(seen)
    if b"case" in form_schema(session, task):
        shown["case"] = seen.get("case")
    submission = form(session, task).validate(data, context=shown, functions=functions)
    if submission.problems:
        raise Invalid(
            "The form is not filled in rightly",
            problems=[problem.as_json() for problem in submission.problems],
            task=str(task.id),
        )
    return submission.values
