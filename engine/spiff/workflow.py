"""Tokens and scopes: SpiffWorkflow's tasks and workflows, holding only what is alive.

SpiffWorkflow keeps every task that ever was and predicts those which may come; both grow without bounds, and its joins
walk that tree. Here a workflow holds its live tokens and nothing else: a token is taken out when it moves on, and the
next ones are put in when a flow is taken. The past is in the history, the future in the diagram. So a step costs what
is alive, in the thousandth round of a loop as in the first.

The tree of a workflow: a root which holds the variables of the scope; below it the tokens; below a token what depends
on it (boundary events on their activity, rounds on their multi-instance body, events on their gateway).
"""

from collections.abc import Iterator
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import BpmnStartTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.event import Event
from SpiffWorkflow.util.task import TaskState

from engine.feel.values import Value
from engine.ids import new_id
from engine.spiff.environment import Variables, script_engine
from engine.spiff.errors import Failure
from engine.spiff.movement import MAX_DEPTH, MAX_TOKENS, Movement
from engine.spiff.records import keeps_record, note, own

if TYPE_CHECKING:
    from engine.spiff.nodes import Node

ROOT = UUID(int=0)
_ENGINE = script_engine()


class ProcessSpec(BpmnProcessSpec):
    """An executable process, called process or embedded subprocess.

    is_process: variables set without a scope of their own land here, not further out.
    """

    def __init__(self, name: str, definition_id: str, *, is_process: bool) -> None:
        WorkflowSpec.__init__(self, name=name)
        self.definition_id = definition_id
        self.is_process = is_process
        self.bpmn_start_events: list[Any] = []
        self.start = BpmnStartTask(self, "#root")
        self.data_objects: dict[str, Any] = {}
        self.correlation_keys: dict[str, Any] = {}
        self.io_specification = None
        self.entry: Node | None = None
        self.entries: dict[str, Node] = {}
        self.dormant: list[Node] = []
        self.passive: list[Node] = []
        self.nodes: dict[str, Node] = {}


class Token(Task):
    """A token on an element. `data`: variables of its own; `internal_data`: the engine's notes, JSON-able."""

    task_spec: "Node"
    workflow: "Workflow | SubWorkflow"
    data: dict[str, Value]
    internal_data: dict[str, Any]
    id: UUID
    _parent: Any
    _children: list[UUID]

    def __init__(
        self,
        workflow: "Workflow | SubWorkflow",
        node: "Node",
        parent: "Token | None",
        *,
        state: int = TaskState.FUTURE,
        token_id: UUID | None = None,
    ) -> None:
        # not the library's, which reads the clock and looks its parent up several times: a restore makes all tokens
        self.id = token_id or new_id()
        self.workflow = workflow
        self.task_spec = node
        self.data = {}
        self.internal_data = {}
        self.triggered = False
        self._state = state
        self._children = []
        self._parent = None
        workflow.tasks[self.id] = self
        if parent is not None:
            self._parent = parent.id
            parent._children.append(self.id)

    def _set_state(self, value: int) -> None:
        """The library's, without the log record it builds on every change."""
        self._state = value

    @property
    def alive(self) -> bool:
        """Whether it is still in its workflow."""
        return self.workflow.tasks.get(self.id) is self


class Workflow(BpmnWorkflow):
    """An instance in memory. `movement` is set by the step which moves it."""

    movement: Movement
    tasks: dict[UUID, Token]
    spec: ProcessSpec

    def __init__(self, spec: ProcessSpec) -> None:
        super().__init__(spec, {}, script_engine=_ENGINE, deserializing=True)
        self.subprocesses: dict[UUID, SubWorkflow] = {}
        self.task_tree = Token(self, spec.start, None, state=TaskState.COMPLETED, token_id=ROOT)

    def _task_completed_notify(self, task: Token) -> None:
        """Nothing waits for a notice: what may go on is put into the movement's queue."""

    def get_task_from_id(self, task_id: UUID) -> Token:
        """The live token. Raises KeyError."""
        found = find(self, task_id)
        if found is None:
            raise KeyError(task_id)
        return found


class SubWorkflow(BpmnSubWorkflow):
    """A called process or an embedded subprocess under way."""

    tasks: dict[UUID, Token]
    spec: ProcessSpec
    top_workflow: Workflow
    last_task: Token | None = None
    success = True
    depth: int
    data = locks = correlations = MappingProxyType[str, Any]({})
    completed_event = task_removed_event = Event()

    def __init__(self, spec: ProcessSpec, parent: Token, top: Workflow) -> None:
        # not the library's three, which make what nobody uses: a restore makes all scopes
        self.spec = spec
        self.host = parent
        self.parent_task_id = parent.id
        self.top_workflow = top
        self.depth = parent.workflow.depth + 1
        self.completed = False
        self.tasks = {}
        self.task_tree = Token(self, spec.start, None, state=TaskState.COMPLETED, token_id=ROOT)

    def _task_completed_notify(self, task: Token) -> None:
        """As in `Workflow`."""

    @property
    def parent_workflow(self) -> "Workflow | SubWorkflow":
        """The workflow in which its host stands."""
        return self.host.workflow


Scope = Workflow | SubWorkflow


def find(top: Workflow, token_id: UUID) -> Token | None:
    """The live token with that id, in whichever scope."""
    for scope in scopes(top):
        token = scope.tasks.get(token_id)
        if token is not None and token_id != ROOT:
            return token
    return None


def scopes(top: Workflow) -> Iterator[Scope]:
    """The instance's scopes, outer ones before inner ones."""
    yield top
    yield from top.subprocesses.values()


def release(top: Workflow) -> None:
    """Let an instance in memory go which nobody needs any more. Its tokens and scopes know each other: left alone they
    would wait for the cycle collector, which takes longer to find them than they took to be freed."""
    for scope in list(scopes(top)):
        scope.__dict__.clear()


def tokens(top: Workflow) -> Iterator[Token]:
    """All live tokens."""
    for scope in scopes(top):
        root = scope.task_tree
        for token in scope.tasks.values():
            if token is not root:
                yield token


def layers(token: Token, *, recorded: bool = False) -> list[dict[str, Value]]:
    """Variables which a token sees, innermost first. recorded: without what other rounds of a multi-instance around it
    have set (`spiff.records`)."""
    found: list[dict[str, Value]] = []
    here: Token | None = token
    while here is not None:
        if here.data or here.id == ROOT:
            found.append(here.data)
        if recorded and keeps_record(here):
            found += own(here)
        if here.id != ROOT:
            here = here.workflow.tasks.get(here._parent)
        elif isinstance(here.workflow, SubWorkflow) and here.workflow.host.task_spec.shares_variables:
            here = here.workflow.host
        else:
            here = None
    return found


def variables(token: Token) -> Variables:
    """What a token sees, `case` included."""
    return Variables(layers(token), token.workflow.top_workflow.movement)


def set_variable(token: Token, name: str, value: Value) -> None:
    """Set a variable where it is known around the token (not its own), else in its process."""
    here: Token | None = token.workflow.tasks.get(token._parent) if token.id != ROOT else token
    left = [token]
    while here is not None:
        at_process = here.id == ROOT and here.workflow.spec.is_process
        if name in here.data or at_process:
            note(left, name, value, here.data)
            here.data[name] = value
            return
        left.append(here)
        here = here.workflow.host if here.id == ROOT else here.workflow.tasks.get(here._parent)


def arrive(scope: Scope, node: "Node", via: str | None, parent: Token | None = None) -> Token:
    """Put a token on a node. via: the flow it came by. Raises Failure when there are too many."""
    top = scope.top_workflow
    if len(scope.tasks) > MAX_TOKENS or len(top.subprocesses) > MAX_TOKENS:
        raise Failure(node.name, "too_many_tokens", f"More than {MAX_TOKENS} tokens at a time")
    token = Token(scope, node, parent or scope.task_tree)
    if via is not None:
        token.internal_data["via"] = via
    top.movement.at = str(node.drawn.id)
    node._update(token)
    return token


def take_out(token: Token) -> None:
    """Remove a token which has nothing below it any more."""
    scope = token.workflow
    scope.tasks.pop(token.id, None)
    parent = scope.tasks.get(token._parent)
    if parent is not None and token.id in parent._children:
        parent._children.remove(token.id)


def adopt(token: Token) -> None:
    """Put a token directly under the root, so that it lives on without what it depended on."""
    old = token.workflow.tasks.get(token._parent)
    if old is not None and token.id in old._children:
        old._children.remove(token.id)
    token._parent = ROOT
    token.workflow.task_tree._children.append(token.id)


def cancel(token: Token) -> None:
    """Take a token out with everything below it and inside it."""
    scope = token.workflow
    for child in list(token._children):
        if child in scope.tasks:
            cancel(scope.tasks[child])
    inner = scope.top_workflow.subprocesses.pop(token.id, None)
    if inner is not None:
        cancel_all(inner)
    token._set_state(TaskState.CANCELLED)
    take_out(token)


def cancel_all(scope: Scope, *, but: Token | None = None) -> None:
    """Cancel every token of a scope."""
    for token_id in list(scope.tasks):
        token = scope.tasks.get(token_id)
        if token is not None and token_id != ROOT and token is not but:
            cancel(token)


def open_scope(scope: Scope, entry: "Node") -> None:
    """Begin a process or subprocess: its event subprocesses listen, a token starts at `entry`."""
    for node in scope.spec.dormant:
        arrive(scope, node, None)
    arrive(scope, entry, None)


def enter_inner(token: Token, spec: ProcessSpec, data: dict[str, Value]) -> None:
    """Begin the process or subprocess inside a token."""
    top = token.workflow.top_workflow
    inner = SubWorkflow(spec, token, top)
    if inner.depth > MAX_DEPTH:
        raise Failure(token.task_spec.name, "too_deep", f"More than {MAX_DEPTH} processes inside each other")
    inner.task_tree.data = data
    top.subprocesses[token.id] = inner
    if spec.entry is None:
        raise Failure(token.task_spec.name, "no_start", "The process inside has no plain start event")
    open_scope(inner, spec.entry)


def settle(scope: Scope) -> None:
    """Complete a scope in which no token is left."""
    if scope.completed or any(not token.task_spec.listens for token in _inhabitants(scope)):
        return
    for token in list(_inhabitants(scope)):
        take_out(token)
    scope.completed = True
    if isinstance(scope, SubWorkflow) and scope.host.alive:
        scope.host._set_state(TaskState.READY)
        scope.top_workflow.movement.ready.append(scope.host)


def _inhabitants(scope: Scope) -> Iterator[Token]:
    return (token for token in scope.tasks.values() if token is not scope.task_tree)
