"""Moving the tokens of one instance: start, trigger, run until everything waits; and what it then waits for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from engine.feel.values import Value
from engine.spiff.errors import Failure
from engine.spiff.gateways import InclusiveGateway, ParallelGateway
from engine.spiff.movement import Movement
from engine.spiff.nodes import Node, as_values
from engine.spiff.tasks import UserTask
from engine.spiff.throwing import trigger
from engine.spiff.waiting import became_true
from engine.spiff.workflow import (
    ROOT,
    ProcessSpec,
    Token,
    Workflow,
    arrive,
    cancel,
    cancel_all,
    find,
    open_scope,
    scopes,
    tokens,
)
from engine.spiff.working import place, process_of


def begin(spec: ProcessSpec, values: Mapping[str, Any], movement: Movement, entry: str | None = None) -> Workflow:
    """A new instance with a token at its start. entry: name of the message (`signal:` name) which starts it.

    Raises Failure where the process has no such start, or where a value is no data.
    """
    start = spec.entry if entry is None else spec.entries.get(entry)
    if start is None:
        raise Failure(spec.name, "no_start", f"The process has no start event for {entry or 'a plain start'}")
    top = Workflow(spec)
    top.movement = movement
    top.task_tree.data = as_values(spec.name, values)
    open_scope(top, start)
    return top


def wake(top: Workflow) -> None:
    """Queue the tokens which may run: after a restore there are some only where a step was never run."""
    top.movement.ready.extend(
        token for token in tokens(top) if token.state == TaskState.READY and not is_user_task(token)
    )


def run(top: Workflow) -> None:
    """Let every token go on which can, until all wait. Raises Failure; then the instance in memory is spoilt."""
    movement = top.movement
    while True:
        while movement.ready:
            token = movement.ready.popleft()
            if token.alive and token.state == TaskState.READY and not is_user_task(token):
                movement.count(token)
                _run(token)
        if not (_join(top) or _fire(top)):
            break
    if not top.completed:
        _ensure_waiting(top)


def _run(token: Token) -> None:
    try:
        token.run()
    except Failure:
        raise
    except RecursionError:
        raise Failure(token.task_spec.name, "too_deep", "The process is nested too deeply") from None


def _join(top: Workflow) -> bool:
    for scope in scopes(top):
        gateways = {
            token.task_spec: None
            for token in scope.tasks.values()
            if token.state == TaskState.WAITING and isinstance(token.task_spec, InclusiveGateway)
        }
        for gateway in gateways:
            if gateway.may_join(scope):
                return True
    return False


def _fire(top: Workflow) -> bool:
    """Fire the conditions which became true, else the timer which is due the longest; whether there was one."""
    if not top.movement.fires:
        return False
    held: list[Token] = []
    due: list[tuple[datetime, Token]] = []
    for token in tokens(top):
        if "held" in token.internal_data:
            held.append(token)
        elif (moment := due_at(token)) and moment <= top.movement.now:
            due.append((moment, token))
    fired = [token for token in held if _fire_condition(token)]
    if due and not fired:
        _fire_due(*min(due, key=lambda pair: pair[0]))
    return bool(fired or due)


def _fire_condition(token: Token) -> bool:
    node: Any = token.task_spec
    if not (token.alive and became_true(token, node.wait)):
        return False
    movement = token.workflow.top_workflow.movement
    movement.count(token)
    movement.fire("condition", element_of(token), token)
    trigger(token, {})
    return True


def _fire_due(moment: datetime, token: Token) -> None:
    movement = token.workflow.top_workflow.movement
    movement.count(token)
    movement.fire("timer", element_of(token), token)
    late = (movement.now - moment).total_seconds()
    movement.happened("timer_fired", element_of(token), token.id, due=moment.isoformat(), late_seconds=late)
    trigger(token, {})


def due_at(token: Token) -> datetime | None:
    """When a waiting timer is due."""
    text = token.internal_data.get("due")
    return None if text is None else datetime.fromisoformat(text)


def element_of(token: Token) -> str:
    """The id of the element in the diagram."""
    return str(token.task_spec.drawn.id)


def _ensure_waiting(top: Workflow) -> None:
    """Raise Failure when tokens are left but nothing can ever move them: an instance never hangs silently."""
    stuck: Token | None = None
    for token in tokens(top):
        if waits(token):
            return
        if token.state == TaskState.WAITING and stuck is None:
            stuck = token
    if stuck is None:
        raise Failure(top.spec.name, "stuck", "The process has not ended and waits for nothing")
    raise Failure(
        element_of(stuck), "deadlock", "A join waits for a token which can never come: nothing else is left to happen"
    )


def waits(token: Token) -> bool:
    """Whether something from outside can move it: a person, a moment, a message, a signal, or changed data."""
    notes = token.internal_data
    if token.task_spec.listens:
        return False
    return is_user_task(token) or "due" in notes or "kind" in notes or "held" in notes


def is_user_task(token: Token) -> bool:
    """Whether it is open work for a person."""
    return (
        token.task_spec.waits_for_person
        and token.state == TaskState.READY
        and ("round" in token.internal_data or token.task_spec.loop is None)
    )


def complete(top: Workflow, task_id: UUID, values: Mapping[str, Any]) -> bool:
    """Complete an open user task with values; False where there is no such open task."""
    token = find(top, task_id)
    if token is None or not is_user_task(token):
        return False
    node: UserTask = token.task_spec
    top.movement.count(token)
    node.complete(token, dict(values))
    return True


def receive(top: Workflow, kind: str, name: str, key: str, values: Mapping[str, Value]) -> bool:
    """Give a message to the token which waits the longest for it, or a signal to all; whether one took it."""
    taken = False
    for token in list(tokens(top)):
        notes = token.internal_data
        if token.alive and notes.get("kind") == kind and notes.get("name") == name and notes.get("key", "") == key:
            top.movement.happened(f"{kind}_received", element_of(token), token.id, name=name)
            top.movement.come_from(place(token))
            trigger(token, values)
            taken = True
            if kind == "message":
                break
    return taken


def stop(top: Workflow) -> None:
    """Cancel everything; the instance is over."""
    cancel_all(top)
    top.completed = True


def move(top: Workflow, token_id: UUID, target: str) -> Node | None:
    """Cancel the token and put one on `target` in the same scope; None where either is not there.

    At a join it counts for the branch it was on, where that is certain: the join goes on waiting for the others.
    """
    token = find(top, token_id)
    if token is None:
        return None
    scope = token.workflow
    while token._parent != ROOT:
        token = scope.tasks[token._parent]
    node = scope.spec.nodes.get(target)
    if node is None or node.drawn.attached_to or node.drawn.by_event or target.startswith("#"):
        return None
    via = _branch(token.task_spec, node) if isinstance(node, ParallelGateway | InclusiveGateway) else None
    cancel(token)
    arrive(scope, node, via)
    return node


def _branch(source: Node, join: Node) -> str | None:
    """The one flow into a join by which a token on `source` can come; None where there are several, or none."""
    seen, stack, flows = {source}, [source], set[str]()
    while stack:
        here = stack.pop()
        outs = [*here.outs, *(out for event in getattr(here, "boundaries", ()) for out in event.outs)]
        for out in outs:
            if out.target is join:
                flows.add(out.flow)
            elif out.target not in seen:
                seen.add(out.target)
                stack.append(out.target)
    return flows.pop() if len(flows) == 1 else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a token stands: element and process, and in which definition that process lies."""

    token_id: UUID
    element_id: str
    kind: str
    process_id: str
    definition_id: str


def standing(top: Workflow) -> Iterator[Standing]:
    """Every place with a token of its own: not the listening events beside an activity."""
    for token in tokens(top):
        if token.task_spec.listens or (token.task_spec.drawn.attached_to and "thrown" not in token.internal_data):
            continue
        spec = process_of(token)
        yield Standing(token.id, element_of(token), token.task_spec.drawn.kind, spec.name, spec.definition_id)


def set_data(top: Workflow, values: Mapping[str, Any]) -> None:
    """Set variables of the instance. Raises Failure for what is no data."""
    top.task_tree.data.update(as_values(top.spec.name, values))


def data(top: Workflow) -> dict[str, Value]:
    """The variables of the instance."""
    return dict(top.task_tree.data)
