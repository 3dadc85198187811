"""Activities, loops, gateways, flows, and what is drawn beside them."""

from engine.functions import Call, function
from tests.builders import (
    call,
    decision,
    each,
    element,
    end,
    event,
    flow,
    gateway,
    message,
    path,
    process,
    script,
    service,
    signal,
    start,
    subprocess,
    table,
    throw,
    timer,
    user,
    zeebe,
)
from tests.engine.conformance.row import Row


@function("conformance_set", title_zh="设置", title_en="Set")
def conformance_set(call: Call) -> dict[str, object]:
    """Sets `done`."""
    return {"done": True}


_GO = [start("QS"), user("B"), end("QE")]
_RULES = {"d.dmn": table("d", ["a"], "x", [(["> 1"], '"much"'), (["<= 1"], '"little"')])}
_AFTER = [gateway("exclusive", "X"), user("Yes"), user("No"), end()]


def answered(work: object, test: str) -> str:
    """Work, then the task Yes where `test` holds, else No."""
    flows = [*path("Start", "W", "X"), flow("X", "Yes", test), flow("X", "No", default=True)]
    return process("P", start(), work, *_AFTER, *flows, *path("Yes", "End"), *path("No", "End"))  # type: ignore[arg-type]


def _chosen(kind: str) -> str:
    flows = [*path("Start", "G"), flow("G", "A", "=x > 1"), flow("G", "B", "=x > 2"), flow("G", "C", default=True)]
    joined = [step for name in "ABC" for step in path(name, "J")]
    nodes = [gateway(kind, "G"), user("A"), user("B"), user("C"), gateway(kind, "J"), user("Z"), end()]
    return process("P", start(), *nodes, *flows, *joined, *path("J", "Z", "End"))


def between(*nodes: object) -> tuple[str, ...]:
    return (process("P", start(), *nodes, end()),)  # type: ignore[arg-type]


_PARALLEL = process(
    "P",
    start(),
    gateway("parallel", "G"),
    user("A"),
    user("B"),
    gateway("parallel", "J"),
    user("Z"),
    end(),
    *path("Start", "G", "A", "J", "Z", "End"),
    *path("G", "B", "J"),
)

ACTIVITIES = [
    Row("任务（无类型）", "Task (no type)", between(element("task", "W"), user("A")), "[A] A! end"),
    Row("手工任务", "Manual task", between(element("manualTask", "W"), user("A")), "[A] A! end"),
    Row("用户任务", "User task", between(user("A")), "[A] A! end"),
    Row("服务任务", "Service task", (answered(service("W", "conformance_set"), "=done"),), "[Yes] Yes! end"),
    Row(
        "发送任务（消息）",
        "Send task (message)",
        (message("M", "answer", '="k"'), *between(element("sendTask", "W", messageRef="M"), user("A"))),
        "told:message [A] A! end",
    ),
    Row(
        "发送任务（函数）",
        "Send task (function)",
        (answered(element("sendTask", "W", zeebe("taskDefinition", type="conformance_set")), "=done"),),
        "[Yes] Yes! end",
    ),
    Row(
        "接收任务",
        "Receive task",
        (message("M", "answer", '="k"'), *between(element("receiveTask", "W", messageRef="M"), user("A"))),
        "[] m:answer:k [A] A! end",
    ),
    Row("脚本任务（FEEL）", "Script task (FEEL)", (answered(script("W", "=1 + 1", "x"), "=x = 2"),), "[Yes] Yes! end"),
    Row(
        "脚本任务（其他语言）",
        "Script task (other languages)",
        between(element("scriptTask", "W", body="<bpmn:script>x = 1</bpmn:script>", scriptFormat="python")),
        code="script_language",
    ),
    Row(
        "业务规则任务",
        "Business rule task",
        (answered(decision("W", "d", "x"), '=x = "much"'),),
        "[Yes] Yes! end",
        variables={"a": 2},
        files=_RULES,
    ),
    Row(
        "调用活动",
        "Call activity",
        (process("P", start(), call("C", "Q"), user("A"), end()), process("Q", *_GO)),
        "[B] B! [A] A! end",
    ),
    Row("子流程", "Subprocess", between(subprocess("S", *_GO), user("A")), "[B] B! [A] A! end"),
    Row("事务", "Transaction", between(subprocess("S", *_GO, tag="transaction"), user("A")), "[B] B! [A] A! end"),
    Row(
        "随意子流程",
        "Ad hoc subprocess",
        between(subprocess("S", *_GO, tag="adHocSubProcess")),
        code="unsupported_element",
    ),
    Row(
        "标准循环",
        "Standard loop",
        between(
            user(
                "A",
                body=(
                    '<bpmn:standardLoopCharacteristics loopMaximum="3"><bpmn:loopCondition>=again</bpmn:loopCondition>'
                    "</bpmn:standardLoopCharacteristics>"
                ),
            )
        ),
        '[A] A!{"again": true} [A] A!{"again": false} end',
    ),
    Row(
        "标准循环（无止境）",
        "Standard loop (endless)",
        between(user("A", body="<bpmn:standardLoopCharacteristics/>")),
        code="endless_loop",
    ),
    Row("并行多实例", "Parallel multi-instance", between(user("A", body=each("=[1, 2]"))), "[A A] A! [A] A! end"),
    Row(
        "串行多实例",
        "Sequential multi-instance",
        between(user("A", body=each("=[1, 2]", sequential=True))),
        "[A] A! [A] A! end",
    ),
    Row(
        "多实例：次数",
        "Multi-instance by number",
        between(user("A", body=each("", cardinality="=2"))),
        "[A A] A! A! end",
    ),
    Row(
        "多实例：十亿次",
        "Multi-instance, a billion",
        between(user("A", body=each("", cardinality="=1000000000"))),
        code="too_many_rounds",
    ),
    Row(
        "多实例：完成条件",
        "Multi-instance with completion condition",
        between(user("A", body=each("=[1, 2, 3]", until="=enough")), user("B")),
        '[A A A] A!{"enough": true} [B] B! end',
    ),
    Row(
        "补偿活动",
        "Compensation activity",
        between(user("A"), throw("T", event("compensate"))),
        code="unsupported_event",
    ),
]
GATEWAYS = [
    Row("排他网关", "Exclusive gateway", (_chosen("exclusive"),), "[A] A! [Z] Z! end", variables={"x": 9}),
    Row(
        "排他网关：默认", "Exclusive gateway, default", (_chosen("exclusive"),), "[C] C! [Z] Z! end", variables={"x": 0}
    ),
    Row("包容网关", "Inclusive gateway", (_chosen("inclusive"),), "[A B] A! [B] B! [Z] Z! end", variables={"x": 9}),
    Row("并行网关", "Parallel gateway", (_PARALLEL,), "[A B] A! [B] B! [Z] Z! end"),
    Row(
        "事件网关",
        "Event-based gateway",
        (
            process(
                "P",
                start(),
                gateway("eventBased", "G"),
                element("intermediateCatchEvent", "T1", body=timer("PT5H")),
                element("intermediateCatchEvent", "T2", body=timer("PT1H")),
                user("A"),
                user("B"),
                end(),
                *path("Start", "G", "T1", "A", "End"),
                *path("G", "T2", "B", "End"),
            ),
        ),
        "[] +1h [B] +9h [B] B! end",
    ),
    Row("复杂网关", "Complex gateway", between(element("complexGateway", "G")), code="unsupported_element"),
    Row(
        "任务上的条件连线",
        "Conditional flow from a task",
        (
            process(
                "P",
                start(),
                user("A"),
                user("B"),
                user("C"),
                end(),
                *path("Start", "A"),
                flow("A", "B", "=x > 1"),
                flow("A", "C", default=True),
                *path("B", "End"),
                *path("C", "End"),
            ),
        ),
        '[A] A!{"x": 2} [B] B! end',
    ),
]
_DATA = (
    '<bpmn:dataObject id="DO"/><bpmn:dataObjectReference id="DR" dataObjectRef="DO"/>'
    '<bpmn:dataStoreReference id="DS"/><bpmn:textAnnotation id="TA"><bpmn:text>x</bpmn:text></bpmn:textAnnotation>'
    '<bpmn:association id="AS" sourceRef="A" targetRef="TA"/><bpmn:group id="GR"/>'
)
_PLAIN = process("P", start(), user("A"), end())
_POOLS = (
    '<bpmn:collaboration id="Co"><bpmn:participant id="P1" name="us" processRef="P"/>'
    '<bpmn:participant id="P2" name="customer"/><bpmn:messageFlow id="MF" sourceRef="P2" targetRef="A"/>'
    "</bpmn:collaboration>"
)
_ROUNDS = each("=[1]") + '<bpmn:standardLoopCharacteristics loopMaximum="2"/>'
_UNEXECUTED: list[tuple[str, str, str, str, dict[str, str], str]] = [
    ("用于补偿的活动", "Activity for compensation", "", "", {"isForCompensation": "true"}, "not_executed"),
    ("启动数量、完成数量", "Start and completion quantity", "", "", {"startQuantity": "2"}, "not_executed"),
    ("执行监听器", "Execution listeners", "<zeebe:executionListeners/>", "", {}, "not_executed"),
    ("任务监听器", "Task listeners", "<zeebe:taskListeners/>", "", {}, "not_executed"),
    ("多实例兼标准循环", "Multi-instance and standard loop", "", _ROUNDS, {}, "said_twice"),
    (
        "元素不执行的扩展",
        "An extension which the element does not carry out",
        zeebe("script", expression="=1", resultVariable="x"),
        "",
        {},
        "not_executed",
    ),
    ("人员执行者", "Human performer", "", "<bpmn:humanPerformer/>", {}, "unheard_element"),
    ("未知的子元素", "Unknown element inside", "", "<bpmn:hologram/>", {}, "unsupported_element"),
    ("扩展出现两次", "An extension twice", zeebe("formDefinition", formId="f") * 2, "", {}, "said_twice"),
]
_IN_TWO_LANES = process("P", start(), user("A"), end(), lanes={"L": ["A"], "M": ["A"]})
DRAWN = [
    Row("池、消息流", "Pools and message flows", (_POOLS, _PLAIN), "[A] A! end"),
    Row("泳道", "Lanes", (process("P", start(), user("A"), end(), lanes={"L": ["A"]}),), "[A] A! end"),
    Row(
        "数据对象、注释、组",
        "Data objects, annotations, groups",
        (_PLAIN.replace("</bpmn:process>", f"{_DATA}</bpmn:process>"),),
        "[A] A! end",
    ),
    Row(
        "潜在责任人",
        "Potential owner",
        between(element("userTask", "A", body="<bpmn:potentialOwner/>")),
        code="unheard_element",
    ),
    Row(
        "其他引擎的扩展",
        "Extensions of other engines",
        between(element("userTask", "A", '<x:a xmlns:x="http://camunda.org/schema/1.0/bpmn"/>')),
        code="foreign_extension",
    ),
    *(
        Row(zh, en, between(element("userTask", "A", extension, body, **facts)), code=code)
        for zh, en, extension, body, facts, code in _UNEXECUTED
    ),
    Row(
        "一个任务两件事",
        "A task with two kinds of work",
        between(
            element(
                "businessRuleTask",
                "W",
                zeebe("calledDecision", decisionId="d", resultVariable="x") + zeebe("taskDefinition", type="f"),
            )
        ),
        code="said_twice",
    ),
    Row("元素在两个泳道中", "Element in two lanes", (_IN_TWO_LANES,), code="two_lanes"),
    Row(
        "并行事件网关",
        "Parallel event gateway",
        between(element("eventBasedGateway", "G", eventGatewayType="Parallel")),
        code="not_executed",
    ),
    Row(
        "名称为表达式的信号",
        "Signal named by an expression",
        (signal("S", "=name"), _PLAIN),
        code="not_executed",
    ),
    Row("没有编号的连线", "Flow without an id", (_PLAIN.replace('id="Start_A" ', ""),), code="no_id"),
]
