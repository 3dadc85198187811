"""What the underlying library gets silently wrong, one entry each, and what happens here instead."""

from dataclasses import dataclass

from tests.builders import (
    boundary,
    call,
    catch,
    decision,
    each,
    element,
    end,
    event,
    flow,
    gateway,
    path,
    process,
    script,
    start,
    subprocess,
    table,
    timer,
    user,
)
from tests.engine.conformance.activities import ACTIVITIES, DRAWN, GATEWAYS, answered, between
from tests.engine.conformance.events import EVENTS
from tests.engine.conformance.row import Row

_KNOWN = {row.en: row for row in (*ACTIVITIES, *GATEWAYS, *DRAWN, *EVENTS)}


@dataclass(frozen=True, slots=True)
class Trap:
    """zh, en: what the library does; rows: how each part of it is played or refused here."""

    zh: str
    en: str
    rows: tuple[Row, ...]


def _named(*names: str) -> tuple[Row, ...]:
    return tuple(_KNOWN[name] for name in names)


def _decides(zh: str, en: str, rules: list[tuple[list[str], str]], expected: str, value: object, policy: str) -> Row:
    """A decision over `a` whose result satisfies `expected` (FEEL over x)."""
    kind, _, aggregation = policy.partition(":")
    content = table("d", ["a"], "x", rules, kind)
    if kind in ("PRIORITY", "OUTPUT ORDER"):
        listed = b'name="x"><outputValues id="v"><text>2,1</text></outputValues></output>'
        content = content.replace(b'name="x"/>', listed)
    if aggregation:
        content = content.replace(b'hitPolicy="COLLECT"', f'hitPolicy="COLLECT" aggregation="{aggregation}"'.encode())
    files = {"d.dmn": content}
    return Row(
        zh, en, (answered(decision("W", "d", "x"), expected),), "[Yes] Yes! end", variables={"a": value}, files=files
    )


def _cell(cell: str, value: object) -> Row:
    rules = [([cell], '"hit"'), (["-"], '"missed"')]
    return _decides(f"单元格 `{cell}`", f"Cell `{cell}`", rules, '=x = "hit"', value, "FIRST")


def _policy(zh: str, policy: str, rules: list[tuple[list[str], str]], expected: str) -> Row:
    return _decides(f"命中策略 {zh}", f"Hit policy {policy}", rules, expected, 5, policy)


_BOTH = [(["> 1"], "1"), (["> 2"], "2")]
_LOOP_PARTS = [start(), user("A"), gateway("exclusive", "X"), end()]
_LOOP = process("P", *_LOOP_PARTS, *path("Start", "A", "X"), flow("X", "A", "=again"), flow("X", "End", default=True))
_ROUND = 'A!{"again": true} '
_CHAIN = process("P", start(), *[script(f"S{n}", f"={n}", "x") for n in range(490)], user("A"), end())


def _joined() -> tuple[str, ...]:
    nodes = [gateway("parallel", "J"), user("A"), gateway("exclusive", "X")]
    flows = [*path("Start", "J", "A", "X"), flow("X", "J", "=again"), flow("X", "End", default=True)]
    return (process("P", start(), *nodes, end(), *flows),)


def _handled(body: str) -> tuple[str, ...]:
    handler = subprocess("H", element("startEvent", "HS", body=body), user("L"), end("HE"), triggeredByEvent="true")
    return ('<bpmn:error id="E" name="E" errorCode="E1"/>', process("P", start(), user("A"), end(), handler))


def _split(target: str) -> tuple[str, ...]:
    nodes = [gateway("parallel", "G"), user("A"), user("B"), user(target), end()]
    return (process("P", start(), *nodes, *path("Start", "G", "A", target, "End"), *path("G", "B", target)),)


_LANED = (
    process("P", start(), call("C", "Q"), end(), lanes={"L": ["C"]}),
    process("Q", start("QS"), user("B"), end("QE")),
)

TRAPS = [
    Trap(
        "离开任务的连线上的条件被忽略",
        "A condition on a flow leaving a task is ignored",
        _named("Conditional flow from a task"),
    ),
    Trap(
        "信号结束、链接、补偿事件变成空事件，链接使实例挂起",
        "Signal end, link and compensation events do nothing; a link throw hangs the instance",
        _named("Signal end event", "Link events", "Compensation throw event"),
    ),
    Trap(
        "没有结束事件，或串行多实例中有 null 元素时挂起",
        "No end event, or a sequential multi-instance over an item that is null, hangs",
        (
            Row("没有结束事件", "No end event", (process("P", start(), user("A")),), code="no_end"),
            Row(
                "元素为 null",
                "Item which is null",
                between(user("A", body=each("=[null, 1]", sequential=True))),
                "[A] A! [A] A! end",
            ),
        ),
    ),
    Trap(
        "事件子流程：“中断”不中断，未触发的定时器阻止结束，错误开始在流程开始时就运行，消息开始改坏缓存的定义",
        "Event subprocess: “interrupting” does not interrupt, an unfired timer blocks completion, an error start runs "
        "at once, a message start spoils the cached definition",
        (
            *_named("Event subprocess: message (interrupting)", "Event subprocess: timer (interrupting)"),
            Row("未触发的定时器", "Timer which never fires", _handled(timer("PT1H")), "[A] A! end"),
            Row("没有发生的错误", "Error which never happens", _handled(event("error", "E")), "[A] A! end"),
        ),
    ),
    Trap(
        "事件网关后的两个定时器共用一个时刻",
        "Two timers behind an event gateway share one due date",
        _named("Event-based gateway"),
    ),
    Trap(
        "条件事件不随数据重新计算",
        "A conditional event is not evaluated again when data change",
        _named("Conditional catch event", "Conditional boundary event"),
    ),
    Trap(
        "脚本或服务的异常不被错误边界事件捕获",
        "An error boundary event does not catch a failing service",
        _named("Error boundary event (failing service)"),
    ),
    Trap(
        "其他方言的服务任务永远停在“已开始”",
        "A service task of another dialect stays started for ever",
        _named("Extensions of other engines"),
    ),
    Trap(
        "命中策略 ANY、PRIORITY、RULE ORDER、OUTPUT ORDER 都如 FIRST；UNIQUE 不检查；COLLECT 不汇总",
        "Hit policies ANY, PRIORITY, RULE ORDER and OUTPUT ORDER act like FIRST, UNIQUE is not checked, COLLECT does "
        "not aggregate",
        (
            _policy("UNIQUE", "UNIQUE", [(["> 1"], "1"), (["<= 1"], "2")], "=x = 1"),
            _policy("ANY", "ANY", [(["> 1"], "1"), (["> 2"], "1")], "=x = 1"),
            _policy("RULE ORDER", "RULE ORDER", _BOTH, "=x = [1, 2]"),
            _policy("PRIORITY", "PRIORITY", _BOTH, "=x = 2"),
            _policy("OUTPUT ORDER", "OUTPUT ORDER", _BOTH, "=x = [2, 1]"),
            _policy("COLLECT SUM", "COLLECT:SUM", _BOTH, "=x = 3"),
            _policy("COLLECT MAX", "COLLECT:MAX", _BOTH, "=x = 2"),
        ),
    ),
    Trap(
        '单元格 `"a","b"`、`1,5,7`、`not("a")` 从不命中；`[1..5]`、`true`、`null` 抛异常',
        'Cells `"a","b"`, `1,5,7`, `not("a")` never match; `[1..5]`, `true`, `null` raise',
        (
            _cell('"a","b"', "b"),
            _cell("1,5,7", 7),
            _cell('not("a")', "b"),
            _cell("[1..5]", 5),
            _cell("true", True),
            _cell("null", None),
        ),
    ),
    Trap(
        "没有规则命中时结果变量不存在",
        "Without a matching rule the result variable is missing",
        (_decides("无命中", "No rule matches", [(["> 9"], "1")], "=x = null", 5, "UNIQUE"),),
    ),
    Trap(
        "未加引号的 `PT1H` 和 cron 运行时才出错",
        "`PT1H` without quotes, and cron, fail at run time",
        (
            *_named("Timer boundary event (interrupting)"),
            Row("cron 表达式", "Cron", between(catch("C", timer("0 0 * * *"))), code="bad_time"),
        ),
    ),
    Trap(
        "两条并行连线进入一个任务时任务打开两次",
        "Two parallel flows into one task open it twice",
        (Row("并行进入同一任务", "Two parallel flows into a task", _split("C"), code="opens_twice"),),
    ),
    Trap(
        "并行网关作为循环目标时永远等待",
        "A parallel gateway as the target of a loop waits for ever",
        (Row("并行网关作循环目标", "Parallel gateway as loop target", _joined(), code="deadlock"),),
    ),
    Trap(
        "泳道中的调用活动，内部任务没有泳道",
        "The tasks of a process called from a lane have no lane",
        (Row("泳道中的调用活动", "Call activity in a lane", _LANED, "[B] lane:B:L B! end"),),
    ),
    Trap(
        "potentialOwner、candidateGroups、assignee、dueDate 在各方言中都被丢弃",
        "potentialOwner, candidateGroups, assignee and dueDate are dropped in every dialect",
        (
            *_named("Potential owner", "Extensions of other engines"),
            Row(
                "zeebe 的办理人",
                "Assignee by zeebe",
                between(element("userTask", "A", '<zeebe:userTask/><zeebe:assignmentDefinition assignee="anna"/>')),
                "[A] who:A:anna A! end",
            ),
        ),
    ),
    Trap(
        "重复编号、不可达节点、悬空连线、无附着的边界事件都被接受",
        "Duplicate ids, unreachable nodes, dangling flows and unattached boundary events are accepted",
        (
            Row("重复编号", "Duplicate id", (process("P", start(), user("A"), end("A")),), code="duplicate_id"),
            Row(
                "不可达",
                "Unreachable node",
                (process("P", start(), user("A"), end(), *path("Start", "End"), *path("A", "End")),),
                code="unreachable",
            ),
            Row(
                "悬空连线",
                "Dangling flow",
                (process("P", start(), end(), *path("Start", "End"), flow("Start", "X")),),
                code="dangling_flow",
            ),
            Row(
                "无附着的边界事件",
                "Unattached boundary event",
                (
                    process(
                        "P", start(), end(), boundary("B", "X", timer("PT1H")), *path("Start", "End"), *path("B", "End")
                    ),
                ),
                code="boundary_without_host",
            ),
        ),
    ),
    Trap(
        "500 轮返工后实例被误认为已完成",
        "After 500 rounds of rework the instance is falsely complete",
        (Row("500 轮返工", "500 rounds of rework", (_LOOP,), _ROUND * 500 + '[A] A!{"again": false} end'),),
    ),
    Trap(
        "490 个任务的直线流程递归溢出",
        "A line of 490 tasks is a recursion error",
        (Row("490 个脚本", "490 scripts in a row", (_CHAIN,), "[A] A! end"),),
    ),
    Trap(
        "`P999999Y`、`R1000000/PT0S`、十亿次的多实例占满处理器",
        "`P999999Y`, `R1000000/PT0S`, a loopCardinality of a billion eat the processor",
        (
            Row("P999999Y", "P999999Y", between(catch("C", timer("P999999Y"))), code="bad_time"),
            Row(
                "R1000000/PT0S",
                "R1000000/PT0S",
                (
                    process(
                        "P",
                        start(),
                        user("A"),
                        boundary("B", "A", timer(cycle="R1000000/PT0S"), interrupting=False),
                        end(),
                        end("E2"),
                        *path("Start", "A", "End"),
                        *path("B", "E2"),
                    ),
                ),
                code="bad_time",
            ),
            *_named("Multi-instance, a billion"),
        ),
    ),
]
