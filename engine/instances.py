"""Process instances: start, look into, and command them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import definitions, moving, outbox, steps
from engine.clock import now
from engine.errors import Conflict, Invalid, NotFound
from engine.feel import to_plain
from engine.hooks import Command, domain
from engine.ids import new_id
from engine.jsonable import require_keepable
from engine.models import HistoryEvent, InstanceStatus, ProcessDefinition, ProcessInstance, TaskStatus, UserTask
from engine.spiff import execution, state, workflow
from engine.spiff.errors import Failure
from engine.spiff.movement import Movement


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token stands: an element (of that BPMN kind) of a process, in the version which holds that process."""

    element_id: str
    process_id: str
    definition_id: str
    kind: str
    token_id: str


def start(
    session: Session,
    key: str,
    *,
    business_key: str,
    variables: Mapping[str, Any],
    actor: str,
    version: int | None = None,
) -> ProcessInstance:
    """Start an instance of the latest (or that) version of `key` and run it to the first wait.

    Raises NotFound for an unknown definition, Invalid for variables which are no data, StepFailed where the first step
    failed: then the instance exists with an incident, and a retry starts it.
    """
    found = definitions.latest(session, key) if version is None else definitions.version_of(session, key, version)
    return start_definition(session, found, business_key=business_key, variables=variables, actor=actor)


def start_definition(
    session: Session,
    definition: ProcessDefinition,
    *,
    business_key: str,
    variables: Mapping[str, Any],
    actor: str,
    entry: str | None = None,
) -> ProcessInstance:
    """`start` for a version at hand; entry: name of the message (`signal:` name) whose start event is taken."""
    if "\0" in business_key or len(business_key) > 300:
        zh, en = "业务编号无效", "The business key is not valid"
        raise Invalid(en, problems=[{"path": "business_key", "code": "bad_key", "message_zh": zh, "message_en": en}])
    compiled = definitions.compiled(session, definition)
    moment = now()
    instance = ProcessInstance(
        id=new_id(),
        definition_id=definition.id,
        definition=definition,
        business_key=business_key,
        status=InstanceStatus.RUNNING,
        rev=0,
        history_seq=0,
        history_hash="",
        started_at=moment,
        state=b"",
    )
    try:
        top = execution.begin(compiled.main, variables, Movement(moment, zone=domain().zone()), entry)
        first_state = state.dump(top)
    except Failure as error:
        problem = {"path": error.element_id, "code": error.code, "message_zh": str(error), "message_en": str(error)}
        raise Invalid(str(error), problems=[problem]) from None
    instance.state = first_state
    session.add(instance)
    session.flush()
    return steps.first(session, instance, Command("start", actor, data={"entry": entry}), top)


def get(session: Session, instance_id: UUID) -> ProcessInstance:
    """An instance. Raises NotFound."""
    found = session.get(ProcessInstance, instance_id)
    if found is None:
        raise NotFound("There is no such process instance", instance=str(instance_id))
    return found


def by_business_key(session: Session, business_key: str) -> list[ProcessInstance]:
    """Instances with that business key, oldest first."""
    query = select(ProcessInstance).where(ProcessInstance.business_key == business_key)
    return list(session.scalars(query.order_by(ProcessInstance.id)))


def run_again(session: Session, instance_id: UUID, *, actor: str, key: str = "start:") -> ProcessInstance:
    """Run an instance whose first step failed, or (under the `key` of its incident) whose condition came true."""
    return steps.step(session, instance_id, Command("start", actor), lambda _step: None, key=key)


def edit(session: Session, instance_id: UUID, values: Mapping[str, Any], *, actor: str, reason: str) -> ProcessInstance:
    """Set process data of an instance; nothing moves by it. Raises Invalid for what is no data, or too much."""
    require_keepable(values, "data")

    def change(step: steps.Step) -> None:
        try:
            execution.set_data(step.top, values)
            state.dump(step.top)
        except Failure as error:
            problem = {"path": "data", "code": error.code, "message_zh": str(error), "message_en": str(error)}
            raise Invalid(str(error), problems=[problem]) from None
        step.note("variables_edited", reason=reason, names=sorted(values))

    return steps.step(session, instance_id, Command("edit", actor, reason=reason), change, key="edit:")


def suspend(session: Session, instance_id: UUID, *, actor: str, reason: str) -> ProcessInstance:
    """Stop an instance: no task of it can be completed and no timer fires until it is resumed, not even what is due."""

    def change(step: steps.Step) -> None:
        step.note("instance_suspended", reason=reason)
        step.status = InstanceStatus.SUSPENDED

    return steps.step(session, instance_id, Command("suspend", actor, reason=reason), change)


def resume(
    session: Session, instance_id: UUID, *, actor: str, reason: str, keep_dates: bool = False
) -> ProcessInstance:
    """Let a suspended instance go on; its deadlines move by the time it stood still, unless `keep_dates`.

    What came for it meanwhile happens now. What fails of that keeps no instance suspended: it fails in its own step.
    Raises Conflict unless it is suspended.
    """

    def change(step: steps.Step) -> None:
        since = step.instance.suspended_at
        if step.instance.status != InstanceStatus.SUSPENDED or since is None:
            raise Conflict("The process instance is not suspended", instance=str(instance_id), message_zh="流程未挂起")
        stood = timedelta() if keep_dates else step.movement.now - since
        _shift(step, stood)
        outbox.hasten(step.session, instance_id, "signal")
        step.note("instance_resumed", reason=reason, stood_seconds=stood.total_seconds(), keep_dates=keep_dates)
        step.status = InstanceStatus.RUNNING

    return steps.step(session, instance_id, Command("resume", actor, reason=reason), change)


def _shift(step: steps.Step, stood: timedelta) -> None:
    """Move all deadlines of an instance, in its state and on its open tasks."""
    for token in workflow.tokens(step.top):
        due = token.internal_data.get("due")
        if due is not None:
            token.internal_data["due"] = (datetime.fromisoformat(due) + stood).isoformat()
    mine = (UserTask.instance_id == step.instance.id, UserTask.status == TaskStatus.OPEN)
    step.session.execute(
        update(UserTask)
        .where(*mine)
        .values(due_at=UserTask.due_at + stood, follow_up_at=UserTask.follow_up_at + stood, rev=UserTask.rev + 1)
        .execution_options(synchronize_session=False)
    )
    step.rewarn = list(step.session.scalars(select(UserTask).where(*mine).execution_options(populate_existing=True)))
    warned = select(HistoryEvent.task_id, HistoryEvent.data["level"].as_integer()).where(
        HistoryEvent.instance_id == step.instance.id, HistoryEvent.kind == "warned"
    )
    step.told = frozenset((task_id, level) for task_id, level in step.session.execute(warned))


def cancel(session: Session, instance_id: UUID, *, actor: str, reason: str) -> ProcessInstance:
    """End an instance before its end: nothing more happens; tasks, timers, subscriptions, incidents are closed."""

    def change(step: steps.Step) -> None:
        execution.stop(step.top)
        step.note("cancelled", reason=reason)
        step.status = InstanceStatus.CANCELLED

    return steps.step(session, instance_id, Command("cancel", actor, reason=reason), change)


def move(
    session: Session, instance_id: UUID, token_id: UUID, target: str, *, actor: str, reason: str
) -> ProcessInstance:
    """Cancel the token `token_id` where it stands and start one at element `target` of the same process.

    Raises Conflict where there is no such token, Invalid where the target is no element a token can be put on or where
    the instance could not end any more, Forbidden where the move would by-pass a gate.
    """

    def change(step: steps.Step) -> None:
        source = moving.relocate(session, step.top, token_id, target)
        step.note("token_moved", target, source=source, target=target, reason=reason)

    facts = {"token": str(token_id), "target": target}
    command = Command("move", actor, element_id=target, reason=reason, data=facts)
    return steps.step(session, instance_id, command, change, key=f"move:{token_id}")


class Deadline(NamedTuple):
    """When the timer of an element is due."""

    element_id: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """What a move would do: elements whose tokens would go, elements where new ones would wait.

    stops: elements of deadlines which would be gone; starts: new deadlines; ends: the instance would
    be over; fails: why the step would fail, or "".
    """

    closes: list[str]
    opens: list[str]
    stops: list[str] = field(default_factory=list)
    starts: list[Deadline] = field(default_factory=list)
    ends: bool = False
    fails: str = ""


def preview_move(
    session: Session, instance_id: UUID, token_id: UUID, target: str, *, actor: str, reason: str = ""
) -> Preview:
    """What `move` would do, with functions answering nothing; nothing is changed. Raises as `move` does.

    As there, what is due happens with it unless that fails.
    """
    instance = get(session, instance_id)
    facts = {"token": str(token_id), "target": target}
    domain().guard(session, instance, Command("move", actor, element_id=target, reason=reason, data=facts))
    found = _foreseen(session, steps.loaded(session, instance), token_id, target)
    if found.fails:
        top = steps.loaded(session, instance)
        top.movement.fires = False
        found = _foreseen(session, top, token_id, target)
    return found


def _foreseen(session: Session, top: workflow.Workflow, token_id: UUID, target: str) -> Preview:
    top.movement.invoke = None
    before = {each.token_id: each.element_id for each in execution.standing(top)}
    ticking = _deadlines(top)
    moving.relocate(session, top, token_id, target)
    try:
        execution.run(top)
    except Failure as error:
        return Preview([before.get(token_id, "")], [], fails=str(error))
    after = {each.token_id: each.element_id for each in execution.standing(top)}
    closes = sorted(element for token, element in before.items() if token not in after)
    opens = sorted(element for token, element in after.items() if token not in before)
    later = _deadlines(top)
    stops = sorted(one.element_id for token, one in ticking.items() if token not in later)
    starts = sorted(one for token, one in later.items() if token not in ticking)
    return Preview(closes, opens, stops, starts, ends=bool(top.completed))


def _deadlines(top: workflow.Workflow) -> dict[UUID, Deadline]:
    """The timers which run, by token."""
    found = ((token, execution.due_at(token)) for token in workflow.tokens(top))
    return {token.id: Deadline(execution.element_of(token), due) for token, due in found if due is not None}


def variables(session: Session, instance: ProcessInstance) -> dict[str, Any]:
    """The process data of an instance, JSON-able; empty once the state of a finished one was swept away."""
    if not instance.state:
        return {}
    return {name: to_plain(value) for name, value in execution.data(steps.loaded(session, instance)).items()}


def tokens(session: Session, instance: ProcessInstance) -> list[Place]:
    """Where tokens stand now, with all that is known of each."""
    if not instance.state:
        return []
    return [
        Place(each.element_id, each.process_id, each.definition_id, each.kind, str(each.token_id))
        for each in execution.standing(steps.loaded(session, instance))
    ]


def path_taken(session: Session, instance: ProcessInstance) -> dict[str, int]:
    """Ids of elements and sequence flows which were passed, with how often; called processes' too."""
    query = select(HistoryEvent.data["path"]).where(
        HistoryEvent.instance_id == instance.id, HistoryEvent.kind == "moved"
    )
    counts: dict[str, int] = {}
    for path in session.scalars(query.order_by(HistoryEvent.seq)):
        for passed in path:
            counts[passed] = counts.get(passed, 0) + 1
    return counts
