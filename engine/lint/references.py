"""Rules about what a diagram refers to: forms, decisions, functions, called processes, departments."""

from collections.abc import Iterator

from engine.dmn import Decisions
from engine.findings import Finding
from engine.functions import find
from engine.lint.bundle import Bundle
from engine.lint.graph import components
from engine.lint.structure import error, warning


def forms(bundle: Bundle) -> Iterator[Finding]:
    """The form of a user task is in the bundle."""
    for _, node in bundle.diagram.walk():
        form_id = node.work.form_id
        if node.kind == "userTask" and form_id is not None and form_id not in bundle.forms:
            zh, en = f"表单 {form_id or '?'} 不在包中", f"The form {form_id or '?'} is not in the bundle"
            yield error(node.id, "unknown_form", zh, en)
        if node.kind == "userTask" and form_id is None:
            yield warning(node.id, "no_form", "用户任务没有表单", "The user task has no form")


def decisions(bundle: Bundle) -> Iterator[Finding]:
    """The decision of a business rule task is in the bundle, and its texts are FEEL."""
    asked = set()
    for _, node in bundle.diagram.walk():
        if not node.decision:
            continue
        asked.add(node.decision)
        if node.decision.startswith("=") or node.decision not in bundle.decisions:
            zh, en = f"决策 {node.decision} 不在包中", f"The decision {node.decision} is not in the bundle"
            yield error(node.id, "unknown_decision", zh, en)
    for decider in {id(each.decisions): each for each in bundle.decisions.values()}.values():
        yield from texts_of(decider.decisions)


def tables(bundle: Bundle) -> Iterator[Finding]:
    """Rules of a table with the hit policy UNIQUE do not overlap; gaps and dead rules are doubted (DMN 8.2.11)."""
    for decision_id, decider in bundle.decisions.items():
        bundle.effort.spend()
        yield from table_of(decider.decisions, decision_id)


def texts_of(decisions: Decisions) -> Iterator[Finding]:
    """What in a decision file is no FEEL, or does not fit."""
    for note in decisions.problems:
        yield Finding(note.element, f"decision_{note.code}", note.severity, note.message_zh, note.message_en)


def table_of(decisions: Decisions, decision_id: str) -> Iterator[Finding]:
    """Overlaps, gaps and dead rules of one decision's table, with an example each."""
    for each in decisions.analyse(decision_id):
        if each.severity != "info":
            code = f"decision_{each.code}"
            yield Finding(each.element or decision_id, code, each.severity, each.message_zh, each.message_en)


def functions(bundle: Bundle) -> Iterator[Finding]:
    """The function of a task or message event is registered."""
    for _, node in bundle.diagram.walk():
        if node.function is not None and find(node.function) is None:
            name = node.function or "?"
            yield error(node.id, "unknown_function", f"没有名为 {name} 的函数", f"There is no function named {name}")


def called(bundle: Bundle) -> Iterator[Finding]:
    """A called process is in the bundle or published, and no process calls itself, however far around."""
    inside = bundle.diagram.processes
    calls: dict[str, set[str]] = {process: set() for process in inside}
    for process, node in bundle.diagram.walk():
        if not node.called:
            continue
        calls[process.id].add(node.called)
        dynamic = node.called.startswith("=")
        missing = bundle.processes is not None and node.called not in bundle.processes
        if dynamic or (node.called not in inside and missing):
            zh, en = f"被调用流程 {node.called} 不存在", f"The called process {node.called} does not exist"
            yield error(node.id, "unknown_process", zh, en, "先发布它", "Publish it first")
    circle_of = {
        each: number
        for number, component in enumerate(components(list(inside), lambda name: iter(calls[name] & inside.keys())))
        for each in component
    }
    for process, node in bundle.diagram.walk():
        if node.called in inside and circle_of[node.called or ""] == circle_of[process.id]:
            zh, en = f"流程 {process.id} 调用了自己", f"The process {process.id} calls itself"
            yield error(node.id, "cyclic_call", zh, en)
