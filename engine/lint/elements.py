"""Rules about single elements: what is executed, and what an element needs for that."""

import re
from collections.abc import Iterator

from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.graph import owned
from engine.lint.structure import error, warning
from engine.spiff.loops import MAX_ROUNDS
from engine.spiff.model import CATCHING, Event, Node, Scope

_ALLOWED = {
    "startEvent": {"none", "message", "signal"},
    "event subprocess": {"timer", "message", "signal", "error", "escalation", "conditional"},
    "intermediateCatchEvent": {"timer", "message", "signal", "conditional", "link"},
    "intermediateThrowEvent": {"none", "message", "signal", "escalation", "link"},
    "boundaryEvent": {"timer", "message", "signal", "error", "escalation", "conditional", "cancel"},
    "endEvent": {"none", "message", "signal", "error", "escalation", "terminate", "cancel"},
}

_LITERAL = re.compile(r"\s*=?\s*-?[0-9]{1,30}\s*")
MAX_ID = 200
_ID = re.compile(r"[^\W\d][\w.-]*")


def kinds(bundle: Bundle) -> Iterator[Finding]:
    """Elements which cannot be executed here are refused, those without a type warned about."""
    for _, node in bundle.diagram.walk():
        if node.kind == "complexGateway":
            zh, en = "不支持复杂网关", "Complex gateways are not supported"
            yield error(node.id, "unsupported_element", zh, en, "改用包容网关", "Use an inclusive gateway")
        elif node.kind == "adHocSubProcess":
            zh, en = "不支持随意子流程", "Ad hoc subprocesses are not supported"
            yield error(node.id, "unsupported_element", zh, en)
        elif node.kind in ("task", "manualTask"):
            zh, en = "该任务没有可执行类型，令牌直接通过", "This task has no executable type; a token passes it"
            yield warning(node.id, "untyped_task", zh, en)


def events(bundle: Bundle) -> Iterator[Finding]:
    """Every event is of a kind which is executed at its place, with what that kind needs."""
    for process in bundle.diagram.processes.values():
        for scope, owner in owned(process):
            for node in scope.nodes.values():
                if node.event is not None and node.kind in _ALLOWED:
                    yield from _event(scope, owner, node, node.event)


def _event(scope: Scope, owner: Node | None, node: Node, event: Event) -> Iterator[Finding]:
    inside_event_subprocess = owner is not None and owner.by_event
    place = "event subprocess" if node.kind == "startEvent" and inside_event_subprocess else node.kind
    if event.kind not in _ALLOWED[place] and not (place == "startEvent" and owner is not None and event.kind == "none"):
        zh, en = f"此处不支持 {event.kind} 事件", f"An event of kind {event.kind} is not supported here"
        yield error(node.id, "unsupported_event", zh, en)
        return
    if event.kind in ("message", "signal") and not event.name and not node.function:
        yield error(node.id, "no_event_name", "没有选择消息或信号", "No message or signal is chosen")
    catching = node.kind in ("intermediateCatchEvent", "boundaryEvent") or place == "event subprocess"
    if event.kind == "message" and catching and not event.correlation:
        zh, en = "消息没有关联键，无法找到实例", "The message has no correlation key to find its instance by"
        yield error(node.id, "no_correlation", zh, en, "例如 =case_id", "For example =case_id")
    elif event.kind == "message" and event.correlation and node.kind != "startEvent":
        yield from _constant(node, event.correlation)
    if node.function is not None and (node.kind in CATCHING or event.kind not in ("none", "message")):
        zh, en = f"此处的 {event.kind} 事件不会执行函数", f"An event of kind {event.kind} runs no function here"
        yield error(node.id, "not_executed", zh, en)
    if event.kind == "error" and node.kind == "endEvent" and not event.code:
        yield error(node.id, "no_code", "错误结束事件没有错误代码", "The error end event has no error code")
    if event.kind == "conditional" and not event.condition:
        yield error(node.id, "no_condition", "条件事件没有条件", "The conditional event has no condition")
    if event.kind == "cancel":
        host = scope.nodes.get(node.attached_to or "") if node.kind == "boundaryEvent" else owner
        if host is None or host.kind != "transaction":
            zh, en = "取消事件只能用于事务", "A cancel event needs a transaction"
            yield error(node.id, "cancel_without_transaction", zh, en)
    if event.kind in ("error", "cancel") and node.kind == "boundaryEvent" and not node.interrupting:
        yield error(node.id, "must_interrupt", "该边界事件必须中断活动", "This boundary event must interrupt")
    if event.kind == "error" and node.kind == "startEvent" and not node.interrupting:
        zh, en = "错误开始事件必须中断", "An error start event must interrupt"
        yield error(node.id, "must_interrupt", zh, en)


def _constant(node: Node, key: str) -> Iterator[Finding]:
    """A correlation key is to be different from instance to instance; a text without `=` never is."""
    if not key.strip().startswith("="):
        zh = f"关联键 {key} 是固定文字，每个实例都相同"
        en = f"The correlation key {key} is a text, the same for every instance"
        yield warning(node.id, "constant_key", zh, en, f"若指变量，写 ={key}", f"If a variable is meant, write ={key}")


def work(bundle: Bundle) -> Iterator[Finding]:
    """Tasks of the machine say what to do; scripts and decisions where their result goes."""
    for _, node in bundle.diagram.walk():
        nothing = not (node.function or node.script is not None or node.decision is not None)
        if node.kind in ("serviceTask", "scriptTask", "businessRuleTask") and nothing:
            zh, en = "该任务没有函数、脚本或决策", "This task has no function, script or decision"
            yield error(node.id, "no_work", zh, en)
        if node.kind == "sendTask" and not node.function and (node.event is None or not node.event.name):
            yield error(node.id, "no_work", "发送任务没有消息或函数", "The send task has neither message nor function")
        if node.kind == "receiveTask" and (node.event is None or not node.event.name or not node.event.correlation):
            zh, en = "接收任务需要带关联键的消息", "A receive task needs a message with a correlation key"
            yield error(node.id, "no_correlation", zh, en)
        elif node.kind in ("receiveTask", "sendTask") and node.event is not None and node.event.correlation:
            yield from _constant(node, node.event.correlation)
        if node.script is not None and (not node.script.strip() or not node.result):
            zh, en = "脚本需要表达式和结果变量", "A script needs an expression and a result variable"
            yield error(node.id, "no_result_variable", zh, en)
        if node.decision is not None and (not node.decision or not node.result):
            zh, en = "决策任务需要决策编号和结果变量", "A decision needs its id and a result variable"
            yield error(node.id, "no_result_variable", zh, en)
        if node.kind == "callActivity" and not node.called:
            yield error(node.id, "no_called_process", "没有选择被调用流程", "No called process is chosen")
        for line in (*node.inputs, *node.outputs):
            if not line.target or not all(part.strip() for part in line.target.split(".")) or not line.source:
                zh, en = "变量映射不完整", "A variable mapping is not complete"
                yield error(node.id, "bad_mapping", zh, en)


def loops(bundle: Bundle) -> Iterator[Finding]:
    """A repeated activity says over what; its outputs come in pairs."""
    for _, node in bundle.diagram.walk():
        loop = node.loop
        if loop is None:
            continue
        if loop.standard:
            if not loop.condition and loop.maximum is None:
                yield error(node.id, "endless_loop", "循环没有条件或上限", "The loop has neither condition nor maximum")
        elif bool(loop.collection) == bool(loop.cardinality):
            zh, en = "多实例需要集合或次数之一", "A multi-instance needs either a collection or a number"
            yield error(node.id, "multi_instance", zh, en)
        if (
            _LITERAL.fullmatch(loop.cardinality or "")
            and not 0 <= int((loop.cardinality or "").strip(" =")) <= MAX_ROUNDS
        ):
            zh, en = f"次数必须在 0 到 {MAX_ROUNDS} 之间", f"The number of rounds must be from 0 to {MAX_ROUNDS}"
            yield error(node.id, "too_many_rounds", zh, en)
        if bool(loop.output_collection) != bool(loop.output_element):
            zh, en = "输出集合和输出元素要同时填写", "Output collection and output element go together"
            yield error(node.id, "multi_instance", zh, en)
        if node.by_event:
            yield error(node.id, "multi_instance", "事件子流程不能重复", "An event subprocess cannot repeat")


def ids(bundle: Bundle) -> Iterator[Finding]:
    """Ids of processes, elements and flows are short names (XML Schema, NCName), names of events are short."""
    for process in bundle.diagram.processes.values():
        given = [process.id]
        for scope in process.scopes():
            given += [*scope.nodes, *(each.partition("#")[0] for each in scope.flows)]  # doubled ones got a number
        for each in given:
            if len(each) > MAX_ID:
                zh, en = f"编号最多 {MAX_ID} 个字符", f"An id has at most {MAX_ID} characters"
                yield error(each, "bad_id", zh, en, "改短", "Make it shorter")
            elif each and not each.startswith("#") and _ID.fullmatch(each) is None:
                zh, en = "编号只能由字母、数字、_、-、. 组成", "An id consists of letters, digits, _, - and . only"
                yield error(each, "bad_id", zh, en)
        for node in process.walk():
            if node.event is not None and len(node.event.name) > MAX_ID:
                zh, en = f"事件名称最多 {MAX_ID} 个字符", f"The name of an event has at most {MAX_ID} characters"
                yield error(node.id, "bad_id", zh, en, "改短", "Make it shorter")


def names(bundle: Bundle) -> Iterator[Finding]:
    """What people see has a Chinese and an English name."""
    for _, node in bundle.diagram.walk():
        if node.kind != "userTask":
            continue
        if not node.name_zh:
            yield warning(node.id, "no_name", "用户任务没有名称", "The user task has no name")
        elif "redress:name-en" not in node.properties:
            yield warning(node.id, "no_english_name", "用户任务没有英文名称", "The user task has no English name")
