"""Rules about timers: one value each, in words which are understood, at a place where it can come."""

from collections.abc import Iterator

from engine.clock import now
from engine.findings import Finding
from engine.lint.bundle import Bundle
from engine.lint.structure import error
from engine.spiff import times
from engine.spiff.model import Event, Node


def timers(bundle: Bundle) -> Iterator[Finding]:
    """A timer has one value, a literal one is ISO 8601, and cycles stand where they can beat."""
    for _, node in bundle.diagram.walk():
        event = node.event
        if event is None or event.kind != "timer":
            continue
        if not event.value:
            yield error(node.id, "no_time", "定时器没有时间", "The timer has no time")
            continue
        if event.timer == "cycle" and (node.kind == "intermediateCatchEvent" or node.interrupting):
            zh, en = "循环定时器只能用于非中断事件", "A cycle needs an event which does not interrupt"
            yield error(node.id, "cycle_here", zh, en, "改用时长", "Use a duration")
        if not event.value.startswith("="):
            yield from _literal(node, event)


def _literal(node: Node, event: Event) -> Iterator[Finding]:
    try:
        if event.timer == "cycle":
            times.cycle(event.value).every.after(now())
        elif event.timer == "duration":
            times.span(event.value).after(now())
        else:
            times.moment(event.value)
    except times.BadTime as wrong:
        zh = f"{event.value} 不是 ISO 8601 时间；表达式以 = 开头"
        en = f"{event.value} is no ISO 8601 time; an expression begins with ="
        if wrong.zh:
            zh, en = f"{event.value} 在这里不能执行：{wrong.zh}", f"{event.value} cannot be executed here: {wrong}"
        yield error(
            node.id, "bad_time", zh, en, '例如 PT1H 或 =duration("PT1H")', 'For example PT1H or =duration("PT1H")'
        )
