"""Events: every kind at every place."""

from engine.functions import BpmnError, Call, function
from tests.builders import (
    boundary,
    catch,
    condition,
    element,
    end,
    error,
    escalation,
    event,
    gateway,
    message,
    path,
    process,
    service,
    signal,
    start,
    subprocess,
    throw,
    timer,
    user,
)
from tests.engine.conformance.row import Row


@function("conformance_fail", title_zh="失败", title_en="Fail")
def conformance_fail(call: Call) -> None:
    """A business error."""
    raise BpmnError("E1")


M, S = message("M", "m", '="k"'), signal("S", "s")
E, X = error("E", "E1"), escalation("X", "X1")
_DECLARED = (M, S, E, X)
_WAITS = {
    "timer": (timer("PT1H"), "+1h"),
    "message": (event("message", "M"), "m:m:k"),
    "signal": (event("signal", "S"), "s:s"),
}
_ZH = {
    "timer": "定时", "message": "消息", "signal": "信号", "conditional": "条件", "error": "错误", "escalation": "升级",
    "terminate": "终止", "cancel": "取消", "compensate": "补偿", "link": "链接",
}  # fmt: skip


def _line(*nodes: object) -> tuple[str, ...]:
    return (*_DECLARED, process("P", start(), *nodes, end()))  # type: ignore[arg-type]


def _caught() -> list[Row]:
    rows = [
        Row(
            f"{_ZH[kind]}中间捕获事件",
            f"{kind.title()} catch event",
            _line(catch("C", body), user("A")),
            f"[] {word} [A] A! end",
        )
        for kind, (body, word) in _WAITS.items()
    ]
    beside = [gateway("parallel", "G"), catch("C", condition("=x > 3")), user("A"), user("B"), end()]
    waits = process("P", start(), *beside, *path("Start", "G", "C", "A", "End"), *path("G", "B", "End"))
    rows.append(
        Row("条件中间捕获事件", "Conditional catch event", (waits,), '[B] B!{"x": 4} [A] A! end', variables={"x": 1})
    )
    return rows


def _bounded(body: str, interrupting: bool, host: object) -> tuple[str, ...]:
    nodes = [start(), host, boundary("B", "A", body, interrupting=interrupting), user("L"), end(), end("E2")]
    return (*_DECLARED, process("P", *nodes, *path("Start", "A", "End"), *path("B", "L", "E2")))  # type: ignore[arg-type]


def _boundaries() -> list[Row]:
    rows = []
    for kind, (body, word) in _WAITS.items():
        for interrupting in (True, False):
            zh, en = ("中断", "interrupting") if interrupting else ("不中断", "non-interrupting")
            story = f"[A] {word} [L] L! end" if interrupting else f"[A] {word} [A L] A! L! end"
            name = f"{_ZH[kind]}边界事件（{zh}）", f"{kind.title()} boundary event ({en})"
            rows.append(Row(*name, _bounded(body, interrupting, user("A")), story))
    tells = subprocess("A", start("S1"), throw("T", event("escalation", "X")), user("U"), end("SE"))
    fails = subprocess("A", start("S1"), user("U"), end("SE", event("error", "E")))
    cancels = subprocess("A", start("S1"), user("U"), end("SE", event("cancel")), tag="transaction")
    split = [gateway("parallel", "G"), user("A"), boundary("B", "A", condition("=x > 3")), user("L"), user("O"), end()]
    flows = [*path("Start", "G", "A", "End"), *path("G", "O", "End"), *path("B", "L", "End")]
    watched = process("P", start(), *split, *flows)
    return [
        *rows,
        Row(
            "升级边界事件（中断）",
            "Escalation boundary event (interrupting)",
            _bounded(event("escalation", "X"), True, tells),
            "[L] L! end",
        ),
        Row(
            "升级边界事件（不中断）",
            "Escalation boundary event (non-interrupting)",
            _bounded(event("escalation", "X"), False, tells),
            "[L U] U! L! end",
        ),
        Row(
            "错误边界事件（子流程）",
            "Error boundary event (subprocess)",
            _bounded(event("error", "E"), True, fails),
            "[U] U! [L] L! end",
        ),
        Row(
            "错误边界事件（服务失败）",
            "Error boundary event (failing service)",
            _bounded(event("error", "E"), True, service("A", "conformance_fail")),
            "[L] L! end",
        ),
        Row("取消边界事件", "Cancel boundary event", _bounded(event("cancel"), True, cancels), "[U] U! [L] L! end"),
        Row(
            "条件边界事件", "Conditional boundary event", (watched,), '[A O] O!{"x": 4} [L] L! end', variables={"x": 1}
        ),
        Row(
            "补偿边界事件",
            "Compensation boundary event",
            _bounded(event("compensate"), True, user("A")),
            code="unsupported_event",
        ),
        Row(
            "错误边界事件（不中断）",
            "Error boundary event (non-interrupting)",
            _bounded(event("error", "E"), False, fails),
            code="must_interrupt",
        ),
        Row(
            "循环定时（中断）",
            "Timer cycle (interrupting)",
            _bounded(timer(cycle="R/PT1H"), True, user("A")),
            code="cycle_here",
        ),
        Row(
            "循环定时（不中断）",
            "Timer cycle (non-interrupting)",
            _bounded(timer(cycle="R2/PT1H"), False, user("A")),
            "[A] +1h [A L] +1h [A L L] +9h [A L L] A! L! L! end",
        ),
    ]


def _handlers() -> list[Row]:
    rows = []
    for kind, (body, word) in _WAITS.items():
        for interrupting in (True, False):
            zh, en = ("中断", "interrupting") if interrupting else ("不中断", "non-interrupting")
            begun = element("startEvent", "HS", body=body, isInterrupting=str(interrupting).lower())
            handler = subprocess("H", begun, user("L"), end("HE"), triggeredByEvent="true")
            story = f"[A] {word} [L] L! end" if interrupting else f"[A] {word} [A L] L! A! end"
            drawn = (*_DECLARED, process("P", start(), user("A"), end(), handler))
            rows.append(Row(f"事件子流程：{_ZH[kind]}（{zh}）", f"Event subprocess: {kind} ({en})", drawn, story))
    caught = subprocess(
        "H", element("startEvent", "HS", body=event("error", "E")), user("L"), end("HE"), triggeredByEvent="true"
    )
    drawn = (*_DECLARED, process("P", start(), user("A"), service("W", "conformance_fail"), end(), caught))
    return [*rows, Row("事件子流程：错误", "Event subprocess: error", drawn, "[A] A! [L] L! end")]


def _thrown() -> list[Row]:
    linked = process(
        "P",
        start(),
        throw("To", event("link", "L")),
        catch("From", event("link", "L")),
        user("A"),
        end(),
        *path("Start", "To"),
        *path("From", "A", "End"),
    )
    return [
        Row("空中间事件", "None throw event", _line(throw("T", ""), user("A")), "[A] A! end"),
        Row(
            "消息抛出事件",
            "Message throw event",
            _line(throw("T", event("message", "M")), user("A")),
            "told:message [A] A! end",
        ),
        Row(
            "信号抛出事件",
            "Signal throw event",
            _line(throw("T", event("signal", "S")), user("A")),
            "told:signal [A] A! end",
        ),
        Row(
            "升级抛出事件",
            "Escalation throw event",
            _line(throw("T", event("escalation", "X")), user("A")),
            "[A] A! end",
        ),
        Row("链接事件", "Link events", (linked,), "[A] A! end"),
        Row(
            "链接事件（无对应）",
            "Link event without partner",
            (process("P", start(), throw("T", event("link", "L")), end(), *path("Start", "T")),),
            code="link_partner",
        ),
        Row(
            "补偿抛出事件", "Compensation throw event", _line(throw("T", event("compensate"))), code="unsupported_event"
        ),
        Row(
            "多重事件",
            "Multiple event",
            _line(catch("C", timer("PT1H") + event("signal", "S"))),
            code="unsupported_event",
        ),
    ]


def _ends() -> list[Row]:
    def ended(body: str) -> tuple[str, ...]:
        return (*_DECLARED, process("P", start(), user("A"), end("End", body)))

    split = [gateway("parallel", "G"), user("A"), user("B"), end("T", event("terminate")), end()]
    stopped = process("P", start(), *split, *path("Start", "G", "A", "T"), *path("G", "B", "End"))
    return [
        Row("空结束事件", "None end event", ended(""), "[A] A! end"),
        Row("消息结束事件", "Message end event", ended(event("message", "M")), "[A] A! told:message end"),
        Row("信号结束事件", "Signal end event", ended(event("signal", "S")), "[A] A! told:signal end"),
        Row("升级结束事件", "Escalation end event", ended(event("escalation", "X")), "[A] A! end"),
        Row("终止结束事件", "Terminate end event", (stopped,), "[A B] A! [] end"),
        Row("补偿结束事件", "Compensation end event", ended(event("compensate")), code="unsupported_event"),
        Row(
            "取消结束事件（事务外）",
            "Cancel end event (no transaction)",
            ended(event("cancel")),
            code="cancel_without_transaction",
        ),
    ]


def _starts() -> list[Row]:
    def begun(body: str) -> tuple[str, ...]:
        return (*_DECLARED, process("P", element("startEvent", "S0", body=body), user("A"), end()))

    return [
        Row("空开始事件", "None start event", begun(""), "[A] A! end"),
        Row("消息开始事件", "Message start event", begun(event("message", "M")), "[A] A! end", entry="m"),
        Row("信号开始事件", "Signal start event", begun(event("signal", "S")), "[A] A! end", entry="signal:s"),
        *(
            Row(f"{_ZH[kind]}开始事件", f"{kind.title()} start event", begun(body), code="unsupported_event")
            for kind, body in (
                ("timer", timer("PT1H")),
                ("conditional", condition("=x")),
                ("error", event("error", "E")),
                ("escalation", event("escalation", "X")),
            )
        ),
    ]


EVENTS = [*_starts(), *_caught(), *_thrown(), *_boundaries(), *_handlers(), *_ends()]
