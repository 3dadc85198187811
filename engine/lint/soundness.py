"""Whether tokens can always finish: explores the markings of a scope (which flows hold tokens) as a Petri net would.

Found here: joins which wait for ever, work which opens twice, nodes from which no end can be reached, and loops which
never wait (BPMN 2.0, chapter 13). Subprocesses are explored on their own and are one node from outside. A token of a
non-interrupting boundary event walks on its own; the states of a diagram would else double with each such event. What
it does beside the others is the question of `lint.beside`, one event at a time.
"""

from collections import deque
from collections.abc import Callable, Iterator

from engine.findings import Finding
from engine.lint import beside
from engine.lint.graph import components, ways_of
from engine.lint.net import Marking, Net, first_markings, nothing, steps, twice_at
from engine.lint.waiting import Waits
from engine.spiff.model import Diagram, Node, Scope

MOST_MARKINGS = 4_000
MOST_WORK = 500_000
"""Tokens looked at, in all markings of one scope; a marking counts as some more."""
MARKING = 8


def check(diagram: Diagram, spend: Callable[[], None] = nothing) -> Iterator[Finding]:
    """Findings about every scope of every process; `deadlock` and `opens_twice` come at most once an element.

    spend: called again and again; may raise TooComplex.
    """
    waits = Waits({**diagram.beyond, **diagram.processes})
    for process in diagram.processes.values():
        for scope in process.scopes():
            yield from check_scope(scope, process.file, waits, spend)


def check_scope(
    scope: Scope, file: str = "", waits: Waits | None = None, spend: Callable[[], None] = nothing
) -> Iterator[Finding]:
    """Findings about one scope, its own nodes only; nothing where a flow lacks an end, which another rule refuses."""
    if any(flow.source not in scope.nodes or flow.target not in scope.nodes for flow in scope.flows.values()):
        return
    net, told = Net(scope, ways_of(scope), spend), set[tuple[str, str]]()
    yield from _no_way_out(net, file)
    yield from _never_waits(net, waits or Waits(), file)
    for start in first_markings(net):
        for finding in _explore(net, start, file):
            if (finding.code, finding.element) not in told:
                told.add((finding.code, finding.element))
                yield finding
    if not any(code == "opens_twice" for code, _ in told):
        yield from beside.findings(net, file)


def from_marking(scope: Scope, marking: Marking) -> list[Finding]:
    """What may go wrong in a scope whose tokens stand where these flows lead to (that of a migrated instance, or of one
    whose token was moved)."""
    return list(_explore(Net(scope, ways_of(scope)), tuple(sorted(marking)), "")) if marking else []


def _explore(net: Net, start: Marking, file: str) -> Iterator[Finding]:
    seen, queue = {start}, deque([start])
    while queue:
        net.spend()
        marking = queue.popleft()
        after = list(steps(net, marking))
        net.work += (len(marking) + MARKING) * len(after)
        if marking and not after:
            yield from _stuck(net, marking, file)
        for doubled in twice_at(net, marking):
            yield _finding(
                doubled,
                file,
                "opens_twice",
                "两条并行路径不经汇合就进入此节点，它会执行两次",
                "Two parallel ways enter this element without a join: it would be executed twice",
                "在它之前放一个并行汇合网关，或改用排他网关分流",
                "Put a parallel join before it, or split with an exclusive gateway",
            )
            return
        for reached in after:
            if reached not in seen:
                if len(seen) >= MOST_MARKINGS or net.work > MOST_WORK:
                    yield _finding(
                        net.scope.nodes[net.scope.flows[start[0]].source],
                        file,
                        "too_complex",
                        "并行路径过多，无法完整分析",
                        "There are too many parallel ways to analyse all of them",
                        "把一部分移入子流程",
                        "Move a part into a subprocess",
                        "warning",
                    )
                    return
                seen.add(reached)
                queue.append(reached)


def _stuck(net: Net, marking: Marking, file: str) -> Iterator[Finding]:
    for node_id in sorted({net.scope.flows[flow].target for flow in marking}):
        node = net.scope.nodes[node_id]
        if node.kind in {"parallelGateway", "inclusiveGateway"}:
            yield _finding(
                node,
                file,
                "deadlock",
                "此汇合网关会永远等待：有的路径上不会有令牌到达",
                "This join would wait for ever: on some of its entrances no token can arrive",
                "分流与汇合应使用同类网关",
                "Join with the same kind of gateway that split",
            )


def _no_way_out(net: Net, file: str) -> Iterator[Finding]:
    scope = net.scope
    finishing = {node.id for node in scope.nodes.values() if node.kind == "endEvent" or not net.ways[node.id]}
    before: dict[str, list[str]] = {}
    for node_id in scope.nodes:
        for target in net.ways[node_id]:
            before.setdefault(target, []).append(node_id)
    leading, stack = set(finishing), list(finishing)
    while stack:
        for source in before.get(stack.pop(), []):
            if source not in leading:
                leading.add(source)
                stack.append(source)
    for node in scope.nodes.values():
        if node.id not in leading:
            yield _finding(
                node,
                file,
                "no_way_out",
                "从此节点无法到达任何结束事件",
                "No end event can be reached from here",
                "从循环中引出一条通往结束的路径",
                "Lead a way out of the loop to an end event",
            )


def _never_waits(net: Net, waits: Waits, file: str) -> Iterator[Finding]:
    """Loops in which nothing waits for a person, a time or a message: the engine would run round and round."""
    quick = {node.id for node in net.scope.nodes.values() if not waits.at(node)}

    def inside(node_id: str) -> Iterator[str]:
        return (target for target in net.ways[node_id] if target in quick)

    for component in components(sorted(quick), inside):
        if len(component) > 1 or component[0] in inside(component[0]):
            yield _finding(
                net.scope.nodes[min(component)],
                file,
                "endless_loop",
                f"循环 {' → '.join(sorted(component))} 中没有人工任务、定时或消息，会无休止地运行",
                f"The loop {' -> '.join(sorted(component))} has no user task, timer or message: it would run for ever",
                "在循环中加入人工任务或定时事件",
                "Put a user task or a timer into the loop",
            )


def _finding(
    node: Node, file: str, code: str, zh: str, en: str, hint_zh: str, hint_en: str, severity: str = "error"
) -> Finding:
    return Finding(node.id, code, severity, zh, en, file, hint_zh, hint_en)
