"""The step: the one way a token moves. Lock the instance, change it, run it until it waits, save the difference.

A step is part of the door's transaction. What fails while tokens move is rolled back to a savepoint, and an incident is
written instead, in the same transaction; then `StepFailed` is raised, which `engine.db.transaction` lets commit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, PendingRollbackError
from sqlalchemy.orm import Session

from engine import definitions, history, mailbox, saving
from engine.clock import now
from engine.db import busy_or
from engine.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from engine.failing import Attempt, fail
from engine.feel.functions import Functions
from engine.functions import BpmnError, Call, Function
from engine.hooks import Command, domain
from engine.models import InstanceStatus, ProcessInstance, UserTask
from engine.outbox import promise
from engine.spiff import execution, state
from engine.spiff.errors import Failure
from engine.spiff.injected import injected
from engine.spiff.movement import Movement
from engine.spiff.watching import Waits, waits_of
from engine.spiff.workflow import Workflow, release

REFUSALS = (NotFound, Conflict, Forbidden, Invalid, Busy)
"""What a change may raise to refuse the command: nothing has happened, no incident."""


@dataclass(slots=True)
class Step:
    """A step under way, handed to the change.

    `status`: what the instance shall be afterwards; `done`: the user task which the change completed; `rewarn`: open
    tasks whose warnings are to be set anew, except those `told` already (task, level); `top`: a change may put another
    workflow in its place. Before a migration nothing is run: what is due happens in the new version.
    """

    session: Session
    instance: ProcessInstance
    command: Command
    top: Workflow
    before: Waits
    key: str
    status: InstanceStatus
    done: UUID | None = None
    rewarn: list[UserTask] = field(default_factory=list)
    told: frozenset[tuple[UUID, int]] = frozenset()

    @property
    def movement(self) -> Movement:
        """The step's context."""
        return self.top.movement

    def note(self, kind: str, element_id: str | None = None, task_id: UUID | None = None, **data: Any) -> None:
        """Write an event of the step's actor."""
        history.record(
            self.session,
            self.instance,
            kind,
            actor=self.command.actor,
            element_id=element_id,
            task_id=task_id,
            data=data,
        )


Change = Callable[[Step], None]
ASLEEP = frozenset({"resume", "cancel", "migrate"})
UNMOVED = frozenset({"migrate", "edit", "suspend", "cancel"})
"""Commands before which nothing is run: what is due happens after them, if at all. Nothing that fails stops them."""
CALMED = frozenset({"move", "resume"})
"""Commands which are tried again without what is due where that fails; it then fails in steps of its own."""


def lock(session: Session, instance_id: UUID) -> ProcessInstance:
    """The instance, locked until the transaction ends and read anew. Raises NotFound."""
    query = select(ProcessInstance).where(ProcessInstance.id == instance_id).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such process instance", instance=str(instance_id))
    return found


def step(
    session: Session,
    instance_id: UUID,
    command: Command,
    change: Change,
    *,
    key: str = "",
    locked: ProcessInstance | None = None,
    keep: Mapping[str, Any] | None = None,
) -> ProcessInstance:
    """Move an instance: fire what is overdue, apply `change`, run until everything waits, save.

    key: names the command among those of the instance (default: kind and task), so that its incident is found again;
    locked: the instance where the caller holds its lock; keep: data to keep for a retry should the step fail.
    Raises what `change` and `hooks.guard` refuse with (nothing has happened), Busy, or StepFailed (incident written).
    """
    instance = locked or lock(session, instance_id)
    _accepts(instance, command)
    domain().guard(session, instance, command)
    compiled = definitions.compiled_by_id(session, instance.definition_id)
    attempt = Attempt(command, key or f"{command.kind}:{command.task_id or ''}", keep or {})

    def load() -> Workflow:
        return state.load(instance.state, compiled.main)

    return _guarded(session, instance, attempt, load, change)


def first(session: Session, instance: ProcessInstance, command: Command, top: Workflow) -> ProcessInstance:
    """The first step of an instance whose row was just written: run from its start."""
    return _guarded(session, instance, Attempt(command, "start:", fresh=True), lambda: top, lambda _step: None)


def movement_for(session: Session, instance: ProcessInstance, actor: str) -> Movement:
    """The context in which tokens of an instance move, by the installed domain."""

    def invoke(
        function: Function, element_id: str, variables: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Mapping[str, Any] | None:
        try:
            return function.work(Call(session, instance, element_id, variables, headers, actor))
        except (BpmnError, Busy, Failure):
            raise
        except DBAPIError as error:
            if isinstance(busy := busy_or(error), Busy):
                raise busy from error
            raise Failure(
                element_id, "database", f"The function {function.name!r} broke a rule of the database"
            ) from error
        except Exception as error:
            code = f"{type(error).__name__}"
            raise Failure(element_id, code, f"The function {function.name!r} failed: {error}") from error

    def names() -> Functions:
        return injected(domain().feel_functions(session, instance))

    return Movement(
        now(),
        view=lambda: domain().view(session, instance),
        names=names,
        invoke=invoke,
        skip=session.info.get("skip", {}).get(instance.id, ()),
        zone=domain().zone(),
    )


def loaded(session: Session, instance: ProcessInstance) -> Workflow:
    """The instance in memory, to look at: nothing of it is saved."""
    compiled = definitions.compiled_by_id(session, instance.definition_id)
    top = state.load(instance.state, compiled.main)
    top.movement = movement_for(session, instance, "system")
    return top


def _accepts(instance: ProcessInstance, command: Command) -> None:
    if instance.status in (InstanceStatus.COMPLETED, InstanceStatus.CANCELLED):
        zh, en = "流程已结束", "The process instance has ended"
        raise Conflict(en, instance=str(instance.id), status=str(instance.status), message_zh=zh)
    if instance.status == InstanceStatus.SUSPENDED and command.kind not in ASLEEP:
        zh, en = "流程已挂起", "The process instance is suspended"
        raise Conflict(en, instance=str(instance.id), status="suspended", message_zh=zh)


def _guarded(
    session: Session, instance: ProcessInstance, attempt: Attempt, load: Callable[[], Workflow], change: Change
) -> ProcessInstance:
    notes = session.info.setdefault("notes", {})
    notes[instance.id] = []
    try:
        with session.begin_nested():
            _perform(session, instance, attempt, load, change)
    except REFUSALS:
        raise
    except Exception as error:
        cause = busy_or(error) if isinstance(error, DBAPIError | PendingRollbackError) else error
        if isinstance(cause, Busy):
            raise cause from error
        if attempt.command.kind in CALMED and not attempt.calm:
            calm = Attempt(attempt.command, attempt.key, attempt.keep, calm=True)
            return _guarded(session, instance, calm, load, change)
        notes.pop(instance.id, None)
        raise fail(session, instance, attempt, error) from error
    finally:
        notes.pop(instance.id, None)
    return instance


def _perform(
    session: Session, instance: ProcessInstance, attempt: Attempt, load: Callable[[], Workflow], change: Change
) -> None:
    command, top = attempt.command, load()
    attempt.movement = top.movement = movement_for(session, instance, command.actor)
    top.movement.fires = not attempt.calm
    before = Waits() if attempt.fresh else waits_of(top)
    moved_from = InstanceStatus(instance.status)
    if moved_from is InstanceStatus.SUSPENDED:
        before.deadlines = {}
        if command.kind == "resume":
            before.listening = {}
    moved = Step(session, instance, command, top, before, attempt.key, moved_from)
    if attempt.fresh:
        moved.note("instance_started", business_key=instance.business_key)
    execution.wake(top)
    if moved.status is InstanceStatus.RUNNING and command.kind not in UNMOVED and not attempt.calm:
        _run_early(moved, attempt)
    change(moved)
    top = moved.top
    if moved.status is not InstanceStatus.RUNNING or command.kind == "edit":
        after = waits_of(top)
    elif attempt.calm and command.kind == "resume":
        after = waits_of(top)
        mailbox.postpone(session, instance.id, after, before)
    else:
        execution.run(top)
        after = mailbox.empty(session, instance.id, top, before)
        if top.completed:
            moved.status = InstanceStatus.COMPLETED
    _tell(moved)
    _save(moved, after)
    release(top)


def _run_early(moved: Step, attempt: Attempt) -> None:
    """Let what is due happen before the command, and be told before it."""
    attempt.waited, attempt.early = frozenset(moved.before.deadlines), not attempt.fresh
    execution.run(moved.top)
    _tell(moved)
    attempt.early = False
    moved.movement.come_from("")


def _save(moved: Step, after: Waits) -> None:
    quiet = moved.status is not InstanceStatus.RUNNING
    moment = moved.movement.now
    out = saving.Outcome(moved.command, moved.key, moment, moved.status, moved.done, quiet, moved.rewarn, moved.told)
    try:
        saving.save(moved.session, moved.instance, moved.top, moved.before, after, out)
    except Invalid as error:
        raise Failure(str(error.details.get("element", "")), "not_data", str(error)) from error


def _tell(moved: Step) -> None:
    """What the movement noticed since: facts and the path into the history, effects into the outbox."""
    movement = moved.movement
    for fact in movement.facts:
        moved.note(fact.kind, fact.element_id, fact.token_id, **fact.data)
    if movement.path:
        moved.note("moved", path=movement.path)
    for effect in movement.effects:
        facts = {**effect.data, "origin": str(moved.instance.id)}
        promise(moved.session, effect.kind, facts, instance_id=moved.instance.id)
    movement.facts, movement.path, movement.effects = [], [], []
