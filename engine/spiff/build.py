"""`model.Diagram` -> executable specs: nodes with compiled expressions, connected.

Assumes what the publish gate checks; still, whatever it cannot build is an `Invalid` which names the element.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.errors import Invalid
from engine.feel import FeelSyntaxError
from engine.spiff import model
from engine.spiff.decisions import Decider
from engine.spiff.events import (
    BoundaryEvent,
    CatchEvent,
    EventGateway,
    EventNode,
    StartEvent,
    SubprocessStart,
    ThrowEvent,
)
from engine.spiff.expressions import Formula, formula, optional
from engine.spiff.gateways import ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.spiff.loops import Rounds
from engine.spiff.nodes import Activity, Node, Out
from engine.spiff.reach import link_name, reachable_flows
from engine.spiff.subprocesses import CallActivity, SubProcess
from engine.spiff.tasks import DecisionTask, PassThrough, ReceiveTask, ScriptTask, SendTask, ServiceTask, UserTask
from engine.spiff.waiting import Wait
from engine.spiff.workflow import ProcessSpec

Resolve = Callable[[str], ProcessSpec | None]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the diagram refers to: decisions by id, called processes by id (asked when the call is reached)."""

    definition_id: str
    decisions: Mapping[str, Decider] = field(default_factory=dict)
    resolve: Resolve = lambda _process_id: None


def build(process: model.Process, around: Surroundings) -> ProcessSpec:
    """The executable process. Raises Invalid naming the element."""
    spec = ProcessSpec(process.id, around.definition_id, is_process=True)
    _fill(spec, process, around)
    return spec


def _fill(spec: ProcessSpec, scope: model.Scope, around: Surroundings) -> None:
    for drawn in scope.nodes.values():
        try:
            _add(spec, drawn, around)
        except FeelSyntaxError as error:
            raise _wrong(
                drawn.id, "expression", f"表达式有误：{error.message_zh}", f"The expression is wrong: {error}"
            ) from None
    links = {name: n for n in spec.nodes.values() if (name := link_name(n.drawn, "intermediateCatchEvent"))}
    for flow in scope.flows.values():
        _connect(spec, flow)
    for node in list(spec.nodes.values()):
        if link := link_name(node.drawn, "intermediateThrowEvent"):
            if link not in links:
                raise _wrong(node.name, "unknown_link", f"没有名为 {link} 的链接", f"There is no link named {link}")
            node.outs = [Out("", links[link], None, False)]
        if node.drawn.attached_to:
            host = spec.nodes.get(node.drawn.attached_to)
            if not isinstance(host, Activity):
                raise _wrong(node.name, "boundary", "边界事件没有附着在活动上", "The boundary event has no activity")
            host.boundaries.append(node)
        if isinstance(node, InclusiveGateway):
            node.reach = reachable_flows(scope, node.name)
            node.flows = reachable_flows(scope, node.name, events=False)
    _entries(spec, scope)


def _connect(spec: ProcessSpec, flow: model.Flow) -> None:
    source, target = spec.nodes.get(flow.source), spec.nodes.get(flow.target)
    if source is None or target is None:
        raise _wrong(flow.id, "dangling_flow", "连线缺少端点", "The flow has an end that does not exist")
    try:
        condition = optional(flow.id, flow.condition, always_feel=True)
    except FeelSyntaxError as error:
        raise _wrong(
            flow.id, "expression", f"条件有误：{error.message_zh}", f"The condition is wrong: {error}"
        ) from None
    source.outs.append(Out(flow.id, target, condition, source.drawn.default == flow.id))


def _entries(spec: ProcessSpec, scope: model.Scope) -> None:
    """Where a token starts: at the plain start event, else at the only one; others by what triggers them."""
    starts = [spec.nodes[drawn.id] for drawn in scope.nodes.values() if drawn.kind == "startEvent"]
    plain = [node for node in starts if node.drawn.event is None or node.drawn.event.kind == "none"]
    spec.entry = plain[0] if plain else starts[0] if len(starts) == 1 else None
    for node in starts:
        event = node.drawn.event
        if event is not None and event.kind == "message":
            spec.entries[event.name] = node
        elif event is not None and event.kind == "signal":
            spec.entries[f"signal:{event.name}"] = node


def _add(spec: ProcessSpec, drawn: model.Node, around: Surroundings) -> None:
    node = _make(spec, drawn, around)
    if isinstance(node, Activity):
        if drawn.loop is not None:
            node.loop = _rounds(drawn)
        node.maps_in, node.maps_out = _mappings(drawn, drawn.inputs), _mappings(drawn, drawn.outputs)
    if isinstance(node, EventNode):
        node.wait = _wait(drawn.id, drawn.event or model.Event())
        node.maps_in, node.maps_out = _mappings(drawn, drawn.inputs), _mappings(drawn, drawn.outputs)


def _make(spec: ProcessSpec, drawn: model.Node, around: Surroundings) -> Node:
    event_kind = drawn.event.kind if drawn.event else "none"
    match drawn.kind:
        case "startEvent":
            return StartEvent(spec, drawn)
        case "intermediateCatchEvent" | "intermediateThrowEvent" | "endEvent" if event_kind == "link":
            return Node(spec, drawn)
        case "intermediateCatchEvent":
            return CatchEvent(spec, drawn)
        case "boundaryEvent":
            return BoundaryEvent(spec, drawn)
        case "endEvent" | "intermediateThrowEvent":
            return ThrowEvent(spec, drawn)
        case "exclusiveGateway":
            return ExclusiveGateway(spec, drawn)
        case "parallelGateway":
            return ParallelGateway(spec, drawn)
        case "inclusiveGateway":
            return InclusiveGateway(spec, drawn)
        case "eventBasedGateway":
            return EventGateway(spec, drawn)
        case "task" | "manualTask":
            return PassThrough(spec, drawn)
        case "userTask":
            return _user_task(spec, drawn)
        case "subProcess" | "transaction":
            return _subprocess(spec, drawn, around)
        case "callActivity":
            return _call(spec, drawn, around)
    return _work(spec, drawn, around)


def _work(spec: ProcessSpec, drawn: model.Node, around: Surroundings) -> Node:
    """Tasks which the machine does."""
    if drawn.kind == "receiveTask":
        receive = ReceiveTask(spec, drawn)
        receive.catches = _wait(drawn.id, drawn.event or model.Event())
        return receive
    if drawn.kind == "sendTask" and not drawn.function:
        send = SendTask(spec, drawn)
        send.throws = _wait(drawn.id, drawn.event) if drawn.event else None
        return send
    if drawn.script is not None:
        script = ScriptTask(spec, drawn)
        script.script = formula(drawn.id, drawn.script, always_feel=True)
        return script
    if drawn.decision is not None:
        decision = DecisionTask(spec, drawn)
        found = around.decisions.get(drawn.decision)
        if found is None:
            raise _wrong(
                drawn.id,
                "unknown_decision",
                f"决策 {drawn.decision} 不在包中",
                f"The decision {drawn.decision} is not in the bundle",
            )
        decision.decider = found
        return decision
    if drawn.function and drawn.kind in ("serviceTask", "sendTask", "scriptTask", "businessRuleTask"):
        return ServiceTask(spec, drawn)
    raise _wrong(drawn.id, "no_work", "该任务没有可执行的内容", f"This {drawn.kind} has nothing to execute")


def _user_task(spec: ProcessSpec, drawn: model.Node) -> UserTask:
    task, work = UserTask(spec, drawn), drawn.work
    task.manual = True
    for name in ("assignee", "groups", "users", "due", "follow_up", "priority"):
        setattr(task, name, optional(drawn.id, getattr(work, name)))
    return task


def _subprocess(spec: ProcessSpec, drawn: model.Node, around: Surroundings) -> Node:
    node = SubProcess(spec, drawn)
    node.inner = ProcessSpec(drawn.id, spec.definition_id, is_process=False)
    inner = drawn.inner or model.Scope(drawn.id)
    _fill(node.inner, inner, around)
    if drawn.by_event:
        _event_subprocess(spec, node, inner)
    return node


def _event_subprocess(spec: ProcessSpec, node: SubProcess, inner: model.Scope) -> None:
    start = next((each for each in inner.nodes.values() if each.kind == "startEvent"), None)
    if start is None:
        raise _wrong(node.name, "no_start", "事件子流程没有开始事件", "The event subprocess has no start event")
    listener = SubprocessStart(spec, start, f"#{node.name}")
    listener.subprocess = node
    listener.incoming, listener.outs = [], []
    listener.wait = _wait(start.id, start.event or model.Event())
    listener.maps_out = _mappings(start, start.outputs)
    inside = node.inner.nodes[start.id]
    if isinstance(inside, StartEvent):
        inside.maps_out = []  # the listener has carried them out, with what came
    (spec.dormant if listener.waits else spec.passive).append(listener)


def _call(spec: ProcessSpec, drawn: model.Node, around: Surroundings) -> CallActivity:
    call, called = CallActivity(spec, drawn), drawn.called or ""
    call.resolve = lambda: around.resolve(called)
    return call


def _rounds(drawn: model.Node) -> Rounds:
    loop = drawn.loop or model.Loop()
    rounds = Rounds(drawn.id, loop)
    rounds.collection = optional(drawn.id, loop.collection, always_feel=True)
    rounds.cardinality = optional(drawn.id, loop.cardinality, always_feel=True)
    rounds.output = optional(drawn.id, loop.output_element, always_feel=True)
    rounds.completion = optional(drawn.id, loop.completion, always_feel=True)
    rounds.condition = optional(drawn.id, loop.condition, always_feel=True)
    return rounds


def _mappings(drawn: model.Node, lines: list[model.Mapping]) -> list[tuple[list[str], Formula]]:
    return [(line.target.split("."), formula(drawn.id, line.source)) for line in lines]


def _wait(element_id: str, event: model.Event) -> Wait:
    return Wait(
        kind=event.kind,
        element_id=element_id,
        name=event.name,
        code=event.code,
        timer=event.timer,
        value=optional(element_id, event.value),
        key=optional(element_id, event.correlation),
        condition=optional(element_id, event.condition, always_feel=True),
    )


def _wrong(element: str, code: str, zh: str, en: str) -> Invalid:
    problem = {"path": element, "code": code, "message_zh": zh, "message_en": en}
    return Invalid(en, problems=[problem], element=element)
