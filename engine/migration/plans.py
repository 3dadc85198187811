"""The plan of a migration: which element corresponds to which, what has changed, and what stands in the way."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from engine import definitions
from engine.differ import Change, diff
from engine.errors import Invalid
from engine.models import (
    InstanceStatus,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
    TaskStatus,
    Timer,
    TimerKind,
    UserTask,
)
from engine.spiff.compiled import Compiled
from engine.spiff.model import Node

MOST_MAPPED = 1_000
ALIVE = (InstanceStatus.RUNNING, InstanceStatus.SUSPENDED)


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way (`severity` "error") or should be known ("warning").

    An error of the mapping itself (`code` begins with `mapping_`) stops the migration; every other one concerns only
    the instances which stand there.
    """

    element: str
    code: str
    severity: str
    message_zh: str
    message_en: str

    def as_json(self) -> dict[str, str]:
        """The problem as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ElementLine:
    """An element of the old version. target: its new id, None where there is none; status: `same mapped changed gone`;
    tokens: how many instances wait there now."""

    element: str
    kind: str
    name_zh: str
    name_en: str
    process: str
    target: str | None
    status: str
    tokens: int = 0


@dataclass(slots=True)
class Plan:
    """From one version to another. mapping: only where ids differ; instances: how many are alive in the old one."""

    old: ProcessDefinition
    new: ProcessDefinition
    mapping: dict[str, str]
    changes: list[Change] = field(default_factory=list)
    elements: list[ElementLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    instances: int = 0

    @property
    def refused(self) -> list[Problem]:
        """Errors for which the migration cannot begin at all."""
        return [each for each in self.problems if each.severity == "error" and each.code.startswith("mapping_")]


def plan(
    session: Session, old: ProcessDefinition, new: ProcessDefinition, mapping: Mapping[str, str] | None = None
) -> Plan:
    """How instances of `old` would run on `new`.

    mapping: old -> new element id (or flow id, for tokens which wait at a join) where they differ; all else keeps its
    id. Raises Invalid where the versions are the same, of different definitions, or the new one is retired.
    """
    if old.id == new.id:
        raise _invalid("to_version", "same_version", "新旧版本相同，没有可迁移的内容", "Both versions are the same")
    if old.key != new.key:
        raise _invalid(
            "to_version", "other_process", "两个版本不属于同一流程", "The versions are of different processes"
        )
    if new.retired_at is not None:
        raise _invalid("to_version", "retired", "新版本已停用", "The new version is retired")
    if len(mapping or {}) > MOST_MAPPED:
        raise _invalid(
            "mapping", "too_many", f"对应关系超过 {MOST_MAPPED} 条", f"More than {MOST_MAPPED} mapped elements"
        )
    before, after = definitions.compiled(session, old), definitions.compiled(session, new)
    given = {source: target for source, target in (mapping or {}).items() if source != target}
    made = Plan(old, new, given, changes=list(_changes(before, after)))
    made.problems += _wrong_mapping(given, before, after)
    made.instances = (
        session.scalar(
            select(func.count()).where(ProcessInstance.definition_id == old.id, ProcessInstance.status.in_(ALIVE))
        )
        or 0
    )
    _lines(made, before, after, _standing(session, old.id))
    return made


def _invalid(path: str, code: str, zh: str, en: str) -> Invalid:
    return Invalid(en, problems=[{"path": path, "code": code, "message_zh": zh, "message_en": en}])


def family(compiled: Compiled) -> dict[str, Compiled]:
    """The version itself under "" and those of all processes it calls outside of its bundle, by process id."""
    found, pending = {"": compiled}, list(compiled.called.items())
    while pending:
        process, called = pending.pop()
        if process not in found:
            found[process] = called
            pending += called.called.items()
    return found


def _changes(before: Compiled, after: Compiled) -> Iterator[Change]:
    old, new = family(before), family(after)
    for process, was in old.items():
        is_now = new.get(process)
        if is_now is not None and is_now.definition_id != was.definition_id:
            yield from diff(was.files, is_now.files)


def drawn(compiled: Compiled) -> dict[str, tuple[str, Node]]:
    """All elements by id, with the process they lie in; those of called processes too."""
    found: dict[str, tuple[str, Node]] = {}
    for version in family(compiled).values():
        for process, node in version.diagram.walk():
            found.setdefault(node.id, (process.id, node))
    return found


def _flows(compiled: Compiled) -> set[str]:
    return {
        flow
        for version in family(compiled).values()
        for process in version.diagram.processes.values()
        for scope in process.scopes()
        for flow in scope.flows
    }


def _wrong_mapping(mapping: Mapping[str, str], before: Compiled, after: Compiled) -> Iterator[Problem]:
    old, new = {*drawn(before), *_flows(before)}, {*drawn(after), *_flows(after)}
    for source, target in mapping.items():
        if source not in old:
            zh, en = f"旧版本中没有元素 {source}", f"The old version has no element {source}"
            yield Problem(source, "mapping_unknown_source", "error", zh, en)
        if target not in new:
            zh, en = f"新版本中没有元素 {target}", f"The new version has no element {target}"
            yield Problem(source, "mapping_unknown_target", "error", zh, en)


def _standing(session: Session, definition_id: UUID) -> dict[str, int]:
    """Element id -> how many waits there are on it (tasks, timers, messages) in instances of the version."""
    mine = (ProcessInstance.definition_id == definition_id, ProcessInstance.status.in_(ALIVE))
    waits = union_all(
        select(UserTask.element_id)
        .join(ProcessInstance, ProcessInstance.id == UserTask.instance_id)
        .where(UserTask.status == TaskStatus.OPEN, *mine),
        select(Timer.element_id)
        .join(ProcessInstance, ProcessInstance.id == Timer.instance_id)
        .where(Timer.kind == TimerKind.EVENT, *mine),
        select(Subscription.element_id)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(*mine),
    ).subquery()
    counted = select(waits.c.element_id, func.count().label("tokens")).group_by(waits.c.element_id)
    return {row.element_id: row.tokens for row in session.execute(counted)}


def _lines(made: Plan, before: Compiled, after: Compiled, standing: Mapping[str, int]) -> None:
    old, new = drawn(before), drawn(after)
    changed = {change.element for change in made.changes if change.sort == "node" and change.kind == "changed"}
    for element, (process, node) in old.items():
        target = made.mapping.get(element, element)
        status = "gone" if target not in new else "mapped" if element in made.mapping else "same"
        if status == "same" and element in changed:
            status = "changed"
        tokens = standing.get(element, 0)
        here = None if status == "gone" else target
        made.elements.append(ElementLine(element, node.kind, node.name_zh, node.name_en, process, here, status, tokens))
        if tokens:
            made.problems += _of_element(node, new[target][1] if here else None, tokens)
    made.problems += _beside(made, old, new, standing)


def _of_element(node: Node, new: Node | None, tokens: int) -> Iterator[Problem]:
    """What those who wait at an element will meet."""
    zh, en = node.name_zh or node.id, node.name_en or node.id
    if new is None and node.attached_to:
        yield Problem(
            node.id, "event_removed", "warning",
            f"边界事件「{zh}」已删除：等待中的 {tokens} 个将被取消",
            f"The boundary event {en!r} is gone: {tokens} waiting are dropped",
        )  # fmt: skip
    elif new is None:
        yield Problem(
            node.id, "active_element_gone", "error",
            f"「{zh}」在新版本中不存在，而有 {tokens} 处正在此等待：请指定对应元素",
            f"{en!r} does not exist in the new version, and {tokens} wait there: map it to another element",
        )  # fmt: skip
    else:
        for code, what_zh, what_en in _differences(node, new):
            yield Problem(
                node.id, code, "warning",
                f"「{zh}」有 {tokens} 处正在等待，其{what_zh}已改变",
                f"{tokens} wait at {en!r}, whose {what_en} has changed",
            )  # fmt: skip


def _differences(old: Node, new: Node) -> Iterator[tuple[str, str, str]]:
    if old.kind != new.kind:
        yield "kind_changed", "类型", "kind"
    if old.work.form_id != new.work.form_id:
        yield "form_changed", "表单", "form"
    if (old.lane, old.properties.get("redress:department")) != (new.lane, new.properties.get("redress:department")):
        yield "lane_changed", "部门", "department"
    if old.work.due != new.work.due:
        yield "due_changed", "到期", "due date"
    if old.event != new.event:
        yield "event_changed", "时限或消息", "time limit or message"
    if old.loop != new.loop:
        yield "rounds_changed", "多实例设置", "repetition"
    if old.called != new.called:
        yield "called_changed", "被调用流程", "called process"


def _beside(
    made: Plan,
    old: Mapping[str, tuple[str, Node]],
    new: Mapping[str, tuple[str, Node]],
    standing: Mapping[str, int],
) -> Iterator[Problem]:
    """Boundary events which will be opened on work that is under way."""
    back = {made.mapping.get(element, element): element for element in old}
    for element, (_, node) in new.items():
        host = back.get(node.attached_to or "")
        if host is None or element in back or not standing.get(host):
            continue
        if node.event is not None and node.event.kind in ("timer", "message", "signal", "conditional"):
            yield Problem(
                element, "event_added", "warning",
                f"新的边界事件「{node.name_zh or element}」将在 {standing[host]} 个进行中的「{host}」上开启",
                f"The new boundary event {node.name_en or element!r} will be opened on {standing[host]} of {host!r}",
            )  # fmt: skip


def as_json(made: Plan) -> dict[str, Any]:
    """The plan as a JSON object."""
    return {
        "key": made.old.key,
        "from_version": made.old.version,
        "to_version": made.new.version,
        "mapping": made.mapping,
        "instances": made.instances,
        "startable": not made.refused,
        "changes": [change.as_json() for change in made.changes],
        "elements": [asdict(line) for line in made.elements],
        "problems": [problem.as_json() for problem in made.problems],
    }
