"""Rules about the shape of a process: starts, ends, boundaries, reachability, size."""

from collections import Counter
from collections.abc import Iterator

from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.graph import components, owned
from engine.spiff.model import NODES, Node, Scope
from engine.spiff.movement import MAX_DEPTH
from engine.spiff.reach import successors

MAX_NODES = 1_000
MAX_FLOWS = 2 * MAX_NODES


def error(element: str, code: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Finding:
    """A finding which refuses the bundle."""
    return Finding(element, code, "error", zh, en, hint_zh=hint_zh, hint_en=hint_en)


def warning(element: str, code: str, zh: str, en: str, hint_zh: str = "", hint_en: str = "") -> Finding:
    """A finding which only warns."""
    return Finding(element, code, "warning", zh, en, hint_zh=hint_zh, hint_en=hint_en)


def main_process(bundle: Bundle) -> Iterator[Finding]:
    """The process named in `bundle.json` is there and marked as executable."""
    main = bundle.diagram.processes.get(bundle.diagram.main)
    if main is None:
        name = bundle.diagram.main or "?"
        yield error(name, "no_main_process", f"没有流程 {name}", f"There is no process {name}")
    for process in bundle.diagram.processes.values():
        if not process.executable:
            zh, en = "流程未标记为可执行", "The process is not marked as executable"
            yield error(process.id, "not_executable", zh, en, "勾选“可执行”", "Tick “Executable”")
        if not process.id:
            yield error("", "no_id", "流程没有编号", "A process has no id")


def sizes(bundle: Bundle) -> Iterator[Finding]:
    """A process which nobody can read is not published."""
    for process in bundle.diagram.processes.values():
        count = sum(1 for _ in process.walk())
        if count > MAX_NODES:
            zh, en = (
                f"流程有 {count} 个元素，上限 {MAX_NODES}",
                f"The process has {count} elements, at most {MAX_NODES}",
            )
            yield error(process.id, "too_large", zh, en, "拆分为被调用流程", "Split it into called processes")
        drawn = sum(len(scope.flows) for scope in process.scopes())
        if drawn > MAX_FLOWS:
            zh, en = f"流程有 {drawn} 条连线，上限 {MAX_FLOWS}", f"The process has {drawn} flows, at most {MAX_FLOWS}"
            yield error(process.id, "too_large", zh, en, "拆分为被调用流程", "Split it into called processes")
    for _, node in bundle.diagram.walk():
        if not node.id or node.id.startswith("#"):
            yield error(node.id, "no_id", "元素没有有效编号", "An element has no valid id")


def nesting(bundle: Bundle) -> Iterator[Finding]:
    """Subprocesses and called processes are not deeper inside each other than the engine carries."""
    inside = bundle.diagram.processes

    def within(scope: Scope) -> Iterator[tuple[Node, Scope]]:
        for node in scope.nodes.values():
            if node.inner is not None:
                yield node, node.inner
            elif node.called in inside and node.called not in circle:
                yield node, inside[node.called or ""]

    def calls(process_id: str) -> Iterator[str]:
        return (node.called or "" for node in inside[process_id].walk() if node.called in inside)

    circle = {each for component in components(list(inside), calls) if len(component) > 1 for each in component}
    level: dict[str, Scope] = dict(inside)
    for _ in range(MAX_DEPTH):
        level = {found.id: found for scope in level.values() for _, found in within(scope)}
    for node_id in sorted({node.id for scope in level.values() for node, _ in within(scope)})[:1]:
        zh = f"流程嵌套超过 {MAX_DEPTH} 层"
        en = f"More than {MAX_DEPTH} processes are inside each other"
        yield error(node_id, "too_deep", zh, en, "拆分流程，减少嵌套", "Split the process and nest less")


def starts_and_ends(bundle: Bundle) -> Iterator[Finding]:
    """Every scope has its start events, and at least one end event."""
    for process in bundle.diagram.processes.values():
        for scope, owner in owned(process):
            yield from _starts(scope, owner)
            if scope.nodes and not any(node.kind == "endEvent" for node in scope.nodes.values()):
                zh, en = "没有结束事件", "There is no end event"
                yield error(scope.id, "no_end", zh, en, "画一个结束事件", "Draw an end event")


def _starts(scope: Scope, owner: Node | None) -> Iterator[Finding]:
    starts = [node for node in scope.nodes.values() if node.kind == "startEvent"]
    plain = [node for node in starts if node.event is None or node.event.kind == "none"]
    if not starts:
        yield error(scope.id, "no_start", "没有开始事件", "There is no start event")
    elif owner is not None and owner.by_event:
        if len(starts) != 1 or plain:
            zh = "事件子流程需要恰好一个带触发器的开始事件"
            en = "An event subprocess needs exactly one start event, with a trigger"
            yield error(scope.id, "event_subprocess_start", zh, en)
    elif owner is not None and (len(starts) != 1 or not plain):
        zh, en = "子流程需要恰好一个空开始事件", "A subprocess needs exactly one plain start event"
        yield error(scope.id, "subprocess_start", zh, en)
    else:
        if len(plain) > 1:
            yield error(scope.id, "two_starts", "有多个空开始事件", "There is more than one plain start event")
        yield from _one_name(starts)


def _one_name(starts: list[Node]) -> Iterator[Finding]:
    """Of the starts of a process each has its own trigger, known by `name` for a message and `signal:name`."""
    triggers = [(node, node.event) for node in starts if node.event is not None and node.event.name]
    keys = [("signal:" if event.kind == "signal" else "") + event.name for _, event in triggers]
    count = Counter(keys)
    for (node, event), key in zip(triggers, keys, strict=True):
        if count[key] > 1:
            zh = f"另一个开始事件也由 {event.name} 触发，只有一个会启动"
            en = f"{event.name} triggers another start event, too: only one of them would start"
            yield error(
                node.id, "two_starts", zh, en, "合并为一个，或换名称", "Make them one, or give them other names"
            )


def boundaries(bundle: Bundle) -> Iterator[Finding]:
    """Boundary events stand on an activity of their own scope and lead somewhere."""
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            for node in scope.nodes.values():
                if node.kind != "boundaryEvent":
                    continue
                host = scope.nodes.get(node.attached_to or "")
                if host is None or not host.is_activity:
                    zh, en = "边界事件没有附着在活动上", "The boundary event stands on no activity"
                    yield error(node.id, "boundary_without_host", zh, en)
                elif host.by_event:
                    zh, en = "事件子流程上不能有边界事件", "An event subprocess has no boundary events"
                    hint = "放到其中的活动上", "Put it onto an activity inside"
                    yield error(node.id, "boundary_without_host", zh, en, *hint)
                if node.incoming:
                    zh, en = "边界事件不能有进入的连线", "A boundary event cannot have an incoming flow"
                    yield error(node.id, "flow_into_boundary", zh, en)


def reachable(bundle: Bundle) -> Iterator[Finding]:
    """Every element can be reached, and from every element a token can go on."""
    for process in bundle.diagram.processes.values():
        for scope in process.scopes():
            yield from _reachable(scope)


def _reachable(scope: Scope) -> Iterator[Finding]:
    ways = successors(scope)
    stack = [node.id for node in scope.nodes.values() if node.kind == "startEvent" or node.by_event]
    seen = set(stack)
    while stack:
        for _, target in ways[stack.pop()]:
            if target not in seen:
                seen.add(target)
                stack.append(target)
    for node in scope.nodes.values():
        if node.kind not in NODES:
            continue
        if node.id not in seen:
            zh, en = "没有连线通向该元素", "No flow leads to this element"
            yield error(node.id, "unreachable", zh, en, "连接或删除它", "Connect it or delete it")
        if not ways[node.id] and node.kind != "endEvent" and not node.by_event:
            zh, en = "令牌在该元素之后无路可走", "A token has no way on from this element"
            yield error(node.id, "dead_end", zh, en, "连接到结束事件", "Connect it to an end event")
