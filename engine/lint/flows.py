"""Rules about sequence flows: what they connect, defaults, conditions, event gateways, links."""

from collections import Counter
from collections.abc import Iterator

from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.structure import error
from engine.spiff.model import Node, Scope
from engine.spiff.reach import link_name


def _scopes(bundle: Bundle) -> Iterator[Scope]:
    for process in bundle.diagram.processes.values():
        yield from process.scopes()


def ends_of_flows(bundle: Bundle) -> Iterator[Finding]:
    """No flow enters a start event, leaves an end event, or touches an event subprocess."""
    for scope in _scopes(bundle):
        for node in scope.nodes.values():
            if node.kind == "startEvent" and node.incoming:
                yield error(
                    node.id, "flow_into_start", "开始事件不能有进入的连线", "A start event cannot be flowed into"
                )
            if node.kind == "endEvent" and node.outgoing:
                yield error(
                    node.id, "flow_out_of_end", "结束事件不能有离开的连线", "An end event cannot be flowed out of"
                )
            if node.by_event and (node.incoming or node.outgoing):
                zh, en = "事件子流程不能有连线", "An event subprocess has no sequence flows"
                yield error(node.id, "flow_at_event_subprocess", zh, en)


def defaults(bundle: Bundle) -> Iterator[Finding]:
    """A default flow leaves its own element and has no condition."""
    for scope in _scopes(bundle):
        for node in scope.nodes.values():
            if node.default is None:
                continue
            if node.kind in ("parallelGateway", "eventBasedGateway"):
                zh, en = "该网关没有默认连线", "This gateway has no default flow"
                yield error(node.id, "wrong_default", zh, en, "取消默认连线", "Let it have none")
            elif node.default not in node.outgoing:
                zh, en = f"默认连线 {node.default} 不从这里离开", f"The default flow {node.default} does not leave here"
                yield error(node.id, "wrong_default", zh, en)
            elif scope.flows[node.default].condition:
                zh, en = "默认连线不能有条件", "A default flow cannot have a condition"
                yield error(node.default, "default_with_condition", zh, en)


def conditions(bundle: Bundle) -> Iterator[Finding]:
    """Conditions stand where they decide, and an exclusive choice is decided by them."""
    for scope in _scopes(bundle):
        for node in scope.nodes.values():
            out = [scope.flows[flow] for flow in node.outgoing]
            if node.kind in ("parallelGateway", "eventBasedGateway", "startEvent"):
                for flow in out:
                    if flow.condition:
                        zh, en = "此处的条件不起作用", "A condition has no effect here"
                        yield error(flow.id, "useless_condition", zh, en, "改用排他网关", "Use an exclusive gateway")
            elif node.kind == "exclusiveGateway" and len(out) > 1:
                for flow in out:
                    if not flow.condition and flow.id != node.default:
                        zh = "排他网关的这条连线没有条件，也不是默认连线"
                        en = "This flow of an exclusive gateway has neither a condition nor is it the default"
                        yield error(flow.id, "missing_condition", zh, en)


def event_gateways(bundle: Bundle) -> Iterator[Finding]:
    """Behind an event gateway stand waiting events only, reached from nowhere else (BPMN 2.0, 10.6.6)."""
    for scope in _scopes(bundle):
        for node in scope.nodes.values():
            if node.kind != "eventBasedGateway":
                continue
            if len(node.outgoing) < 2:
                zh, en = "事件网关至少需要两条离开的连线", "An event gateway needs at least two outgoing flows"
                yield error(node.id, "event_gateway_flows", zh, en)
            for flow in node.outgoing:
                target = scope.nodes.get(scope.flows[flow].target)
                if target is not None and not _waits(target):
                    zh, en = "事件网关之后必须是捕获事件或接收任务", "Only catching events may follow an event gateway"
                    yield error(target.id, "event_gateway_target", zh, en)
                elif target is not None and len(target.incoming) > 1:
                    zh, en = "该事件还有别的进入连线", "This event is flowed into from elsewhere, too"
                    yield error(target.id, "event_gateway_target", zh, en)


def _waits(node: Node) -> bool:
    kinds = ("timer", "message", "signal", "conditional")
    if node.kind == "receiveTask":
        return False
    return node.kind == "intermediateCatchEvent" and node.event is not None and node.event.kind in kinds


def links(bundle: Bundle) -> Iterator[Finding]:
    """Every link thrown has exactly one partner in its scope, and takes the place of a flow (BPMN 2.0, 10.5.1)."""
    for scope in _scopes(bundle):
        thrown = [(node, link_name(node, "intermediateThrowEvent")) for node in scope.nodes.values()]
        caught = Counter(
            link_name(node, "intermediateCatchEvent") for node in scope.nodes.values() if _is_link(node, "Catch")
        )
        for node, name in thrown:
            if _is_link(node, "Throw") and (not name or caught[name] != 1):
                zh, en = f"链接 {name or '?'} 没有唯一的对应事件", f"The link {name or '?'} has not exactly one partner"
                yield error(node.id, "link_partner", zh, en)
            if _is_link(node, "Throw") and node.outgoing:
                zh, en = "链接抛出事件不能有离开的连线", "A link that is thrown cannot be flowed out of"
                yield error(node.id, "link_flow", zh, en)
            if _is_link(node, "Catch") and node.incoming:
                zh, en = "链接捕获事件不能有进入的连线", "A link that is caught cannot be flowed into"
                yield error(node.id, "link_flow", zh, en)
        names = {name for _, name in thrown}
        for node in scope.nodes.values():
            if _is_link(node, "Catch") and link_name(node, "intermediateCatchEvent") not in names:
                zh, en = "没有事件跳到这个链接", "No event jumps to this link"
                yield error(node.id, "link_partner", zh, en)


def _is_link(node: Node, side: str) -> bool:
    return node.kind == f"intermediate{side}Event" and node.event is not None and node.event.kind == "link"
