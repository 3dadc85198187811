"""Putting a live instance on another version of its process: every token on the element which it corresponds to.

In memory only; the caller saves. Two moves: `correspond` looks and says what does not fit; `rebind` does it. Token ids,
variables, rounds and notes stay. What stands beside an activity follows the new diagram: waiting events which are no
longer drawn are dropped, newly drawn ones are opened, and those which have fired already stay fired.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from SpiffWorkflow.util.task import TaskState

from engine import clock
from engine.spiff import model, times
from engine.spiff.errors import Failure
from engine.spiff.events import BoundaryEvent, EventGateway
from engine.spiff.expressions import Formula
from engine.spiff.gateways import InclusiveGateway, ParallelGateway, waiting_at
from engine.spiff.nodes import Activity, Node
from engine.spiff.subprocesses import SubProcess
from engine.spiff.tasks import ReceiveTask
from engine.spiff.waiting import Wait, listen
from engine.spiff.workflow import (
    ROOT,
    ProcessSpec,
    Scope,
    Token,
    Workflow,
    arrive,
    cancel,
    scopes,
    take_out,
    variables,
)

AUTOMATIC = frozenset({"serviceTask", "scriptTask", "businessRuleTask", "sendTask", "task", "manualTask"})
"""Kinds whose token, where one rests at all, has not begun its work: they may stand for each other."""
_TIMER_NOTES = ("due", "beats", "every")
_NO_HOST = frozenset({"round", "signer"})
"""Notes of tokens beside which no event stands: it stands on the body, or on the task the signer was added to."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a token cannot go over. code: `gone kind rounds join called timer message`."""

    element: str
    code: str
    zh: str
    en: str


@dataclass(slots=True)
class Correspondence:
    """Where every token of an instance goes.

    nodes: the new element of each token that stays; specs: the new process of each scope; dropped: waiting events
    beside an activity which the new diagram does not have; troubles: why it cannot be done, empty when it can.
    """

    nodes: dict[Token, Node] = field(default_factory=dict)
    specs: dict[Scope, ProcessSpec] = field(default_factory=dict)
    dropped: list[Token] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)


def correspond(top: Workflow, spec: ProcessSpec, names: Mapping[str, str]) -> Correspondence:
    """Where every token goes when the instance is to run on `spec`.

    names: old -> new id of elements (and of flows into joins) where they differ; everything else keeps its id.
    """
    found = Correspondence(specs={top: spec})
    for scope in scopes(top):
        target = found.specs.get(scope)
        if target is None:  # what its host stands on has told why
            continue
        for token in scope.tasks.values():
            if token.id != ROOT:
                _place(token, target, names, found)
    return found


def renamed(name: str, names: Mapping[str, str]) -> str:
    """The new name of a node; listeners of event subprocesses are called `#` and the subprocess."""
    if name.startswith("#"):
        return f"#{names.get(name[1:], name[1:])}"
    return names.get(name, name)


def beside(token: Token) -> bool:
    """Whether it waits beside something else: on an activity, behind an event gateway, for an event subprocess."""
    above = token.workflow.tasks.get(token._parent)
    behind = above is not None and above.id != ROOT and isinstance(above.task_spec, EventGateway)
    waiting = isinstance(token.task_spec, BoundaryEvent) and "thrown" not in token.internal_data
    return behind or waiting or token.task_spec.listens


def _place(token: Token, spec: ProcessSpec, names: Mapping[str, str], found: Correspondence) -> None:
    old: Node = token.task_spec
    new = spec.nodes.get(renamed(old.name, names))
    if beside(token):
        if new is not None and _same_kind(old, new) and _same_place(token, new, found):
            found.nodes[token] = new
        else:
            found.dropped.append(token)
        return
    trouble = _unfit(token, new, names)
    if trouble is None and new is not None:
        found.nodes[token] = new
        inner = token.workflow.top_workflow.subprocesses.get(token.id)
        if inner is not None and isinstance(new, SubProcess):
            try:
                found.specs[inner] = new.inner_spec()
            except Failure as error:
                trouble = Trouble(old.drawn.id, "called", f"被调用的流程不存在：{new.drawn.called}", str(error))
    if trouble is not None:
        found.troubles.append(trouble)


def _same_place(token: Token, new: Node, found: Correspondence) -> bool:
    """Whether the new event stands beside what the token's old one stood beside."""
    above = token.workflow.tasks.get(token._parent)
    if above is None or above.id == ROOT:
        return new.listens
    host = found.nodes.get(above)
    if isinstance(host, EventGateway):
        return any(out.target is new for out in host.outs)
    return isinstance(host, Activity) and new in host.boundaries


def _unfit(token: Token, new: Node | None, names: Mapping[str, str]) -> Trouble | None:
    old: Node = token.task_spec
    here = old.drawn.id
    name_zh, name_en = old.drawn.name_zh or here, old.drawn.name_en or here
    if new is None:
        return Trouble(
            here,
            "gone",
            f"新版本的同一流程中没有「{name_zh}」（{renamed(here, names)}），请指定对应元素",
            f"The new version has no {name_en!r} ({renamed(here, names)}) at this place: map it to another element",
        )
    if not _same_kind(old, new):
        zh = f"「{name_zh}」在新版本中是另一种元素（{old.drawn.kind} → {new.drawn.kind}）"
        return Trouble(here, "kind", zh, f"{name_en!r} is another kind of element there ({new.drawn.kind})")
    if _rounds(old.drawn.loop) != _rounds(new.drawn.loop):
        zh = f"「{name_zh}」的多实例设置不同，已开始的不能改变"
        return Trouble(here, "rounds", zh, f"{name_en!r} repeats in another way there, but has begun already")
    if isinstance(new, ParallelGateway | InclusiveGateway) and token.state == TaskState.WAITING:
        via = token.internal_data.get("via", "")
        if names.get(via, via) not in new.incoming:
            zh = f"令牌经连线 {via} 到达汇合「{name_zh}」，新版本中没有这条连线"
            return Trouble(here, "join", zh, f"A token waits at {name_en!r} by the flow {via}, which is not there")
    return None


def _same_kind(old: Node, new: Node) -> bool:
    kinds = {old.drawn.kind, new.drawn.kind}
    alike = len(kinds) == 1 or kinds <= AUTOMATIC or kinds <= {"subProcess", "transaction"}
    return (
        alike and old.drawn.by_event == new.drawn.by_event and old.listens == new.listens and _event(old) == _event(new)
    )


def _event(node: Node) -> str:
    return node.drawn.event.kind if node.drawn.event is not None else "none"


def _rounds(loop: model.Loop | None) -> object:
    """What of a repetition cannot change once it has begun; how it ends may."""
    if loop is None:
        return None
    by = (loop.collection is not None, loop.cardinality is not None)
    return loop.sequential, loop.standard, by, loop.element, loop.output_collection, loop.output_element


Since = Callable[[Token], datetime]
"""When a token came to where it stands."""


def rebind(
    top: Workflow, found: Correspondence, names: Mapping[str, str], moment: datetime, since: Since | None
) -> None:
    """Do it; `found` without troubles. Raises Failure where a timer or correlation key cannot be computed.

    moment: the present of the instance (for a suspended one, when it was suspended): new timers count from it. since:
    None = timers keep their due dates; else all of them, new ones too, are computed as if they had always been so.
    """
    before = {token: token.task_spec for token in found.nodes}
    dormant = {scope: {renamed(node.name, names) for node in scope.spec.dormant} for scope in found.specs}
    for scope, spec in found.specs.items():
        scope.spec = spec
        scope.task_tree.task_spec = spec.start
    for token, node in found.nodes.items():
        token.task_spec = node
        if isinstance(node, ParallelGateway | InclusiveGateway) and "via" in token.internal_data:
            token.internal_data["via"] = names.get(token.internal_data["via"], token.internal_data["via"])
    for token in found.dropped:
        if token.alive:
            cancel(token)
    kept = [token for token in found.nodes if token.alive]
    for token in kept:
        _listen_again(token, before[token], moment, since)
    with as_of(top, moment):
        for token in kept:
            _open_beside(token, before[token], names, since)
        for scope in found.specs:
            for node in scope.spec.dormant if not scope.completed else ():
                if node.name not in dormant[scope] and not waiting_at(scope, node):
                    _open(scope, node, None, None, since)
    for scope in found.specs:
        _join(scope)


@contextmanager
def as_of(top: Workflow, moment: datetime) -> Iterator[None]:
    """Let expressions be computed as they would have been at that moment."""
    present, top.movement.now = top.movement.now, moment
    try:
        with clock.at(moment):
            yield
    finally:
        top.movement.now = present


def wait_of(node: Node) -> Wait | None:
    """What a node waits for."""
    found = node.catches if isinstance(node, ReceiveTask) else getattr(node, "wait", None)
    return found if isinstance(found, Wait) else None


def _text(formula: Formula | None) -> str:
    return "" if formula is None else formula.text


def _listen_again(token: Token, old: Node, moment: datetime, since: Since | None) -> None:
    """Timers by choice; messages and signals where another one is drawn."""
    notes, was, wait = token.internal_data, wait_of(old), wait_of(token.task_spec)
    if was is None or wait is None:
        return
    if "due" in notes and wait.kind == "timer" and since is not None:
        _set_timer(token, was, wait, moment, since(token))
    elif "kind" in notes and (was.name, _text(was.key)) != (wait.name, _text(wait.key)):
        with as_of(token.workflow.top_workflow, moment):
            listen(token, wait)


def _set_timer(token: Token, was: Wait, wait: Wait, moment: datetime, began: datetime) -> None:
    notes, top = token.internal_data, token.workflow.top_workflow
    beats = notes.get("beats")
    for note in _TIMER_NOTES:
        notes.pop(note, None)
    with as_of(top, began):
        listen(token, wait)
    if wait.timer == "cycle":  # what it has missed, or had, is over: the next beat in the new rhythm
        notes["due"] = times.cycle(notes["every"]).next_after(began, moment).isoformat()
        if beats is not None and _text(was.value) == _text(wait.value):
            notes["beats"] = beats


def _open_beside(token: Token, old: Node, names: Mapping[str, str], since: Since | None) -> None:
    """Open the waiting events which the new diagram draws beside a token and the old one did not."""
    node: Node = token.task_spec
    if isinstance(node, Activity) and isinstance(old, Activity) and not _NO_HOST & token.internal_data.keys():
        had = {renamed(event.name, names): event for event in old.boundaries if event.waits}
        for event in node.boundaries:
            if event.waits and not (event.name in had and _same_kind(had[event.name], event)):
                _open(token.workflow, event, None, token, since)
    elif isinstance(node, EventGateway):
        there = {token.workflow.tasks[child].task_spec for child in token._children if child in token.workflow.tasks}
        for out in node.outs:
            if out.target not in there:
                _open(token.workflow, out.target, out.flow, token, since)


def _open(scope: Scope, node: Node, via: str | None, host: Token | None, since: Since | None) -> None:
    made = arrive(scope, node, via, parent=host)
    wait = wait_of(node)
    if since is not None and wait is not None and "due" in made.internal_data:
        _set_timer(made, wait, wait, scope.top_workflow.movement.now, since(made))


def _join(scope: Scope) -> None:
    """A parallel join which has got all it waits for, because the new diagram asks for less, may go on."""
    gateways = {token.task_spec for token in scope.tasks.values() if isinstance(token.task_spec, ParallelGateway)}
    for gateway in sorted(gateways, key=lambda node: node.name):
        marked: dict[str, Token] = {}
        for token in waiting_at(scope, gateway):
            marked.setdefault(token.internal_data["via"], token)
        if marked and len(marked) >= len(gateway.incoming):
            first, *others = marked.values()
            for other in others:
                take_out(other)
            first._set_state(TaskState.READY)


def visible(token: Token) -> set[str]:
    """Names of the variables which have a value in the eyes of a token or of one around it."""
    found: set[str] = set()
    here: Token | None = token
    while here is not None:
        seen = variables(here)
        found |= {name for name in seen if seen.get(name) is not None}
        here = getattr(here.workflow, "host", None)
    return found
