"""One instance on its way to another version: what speaks against it, and the way itself. Nothing here is saved.

The preview does this on a copy, the migration inside a step; both by these same functions.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.clock import now
from engine.errors import EngineError
from engine.hooks import Command
from engine.migration.arrivals import Arrivals
from engine.migration.future import Future, Need, Path, Start, differs
from engine.migration.models import Timers
from engine.models import ProcessDefinition, ProcessInstance
from engine.spiff import execution, state
from engine.spiff.compiled import Compiled
from engine.spiff.errors import Failure
from engine.spiff.expressions import formula
from engine.spiff.marking import flow_of, walking
from engine.spiff.rebinding import Correspondence, beside, correspond, rebind, visible
from engine.spiff.watching import Waits, waits_of
from engine.spiff.workflow import ROOT, SubWorkflow, Token, Workflow, variables


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an instance cannot go over; element: in the old version, "" = the instance as a whole."""

    element: str
    code: str
    message_zh: str
    message_en: str

    def as_json(self) -> dict[str, str]:
        """The reason as a JSON object."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """Where a token stands and where it will stand."""

    token_id: str
    element: str
    target: str
    kind: str
    process: str
    target_process: str


@dataclass(frozen=True, slots=True)
class TimerLine:
    """A deadline. kind: `timer` (an event) or `task` (a user task's due date); old_due None: it is new; new_due None:
    it is gone; due: it is past already, so that it happens at once."""

    kind: str
    element: str
    old_due: datetime | None
    new_due: datetime | None
    due: bool = False


@dataclass(slots=True)
class Order:
    """From where to where. mapping: old -> new ids where they differ; before, after: what lies ahead in each."""

    old: ProcessDefinition
    new: ProcessDefinition
    source: Compiled
    target: Compiled
    mapping: Mapping[str, str]
    timers: Timers
    before: Future = field(init=False)
    after: Future = field(init=False)

    def __post_init__(self) -> None:
        self.before, self.after = Future(self.source), Future(self.target)

    def command(self, actor: str, reason: str, tokens: list[TokenLine], *, back: bool = False) -> Command:
        """What the domain's guard is asked about; back: from the new version to the old one."""
        source, target = (self.new, self.old) if back else (self.old, self.new)
        data = {"source": str(source.id), "target": str(target.id), "tokens": [asdict(line) for line in tokens]}
        return Command("migrate", actor, reason=reason, data=data)


def look(order: Order, top: Workflow) -> tuple[Correspondence, list[TokenLine], list[Reason]]:
    """Where every token would go, and what speaks against it; `top` stays as it is."""
    found = correspond(top, order.target.main, order.mapping)
    lines = list(_lines(top, found))
    if found.troubles:
        told = [Reason(each.element, each.code, each.zh, each.en) for each in found.troubles]
        return found, lines, list(dict.fromkeys(told))
    return found, lines, [*_unsound(order, found), *_lacking(order, top, found)]


def _lines(top: Workflow, found: Correspondence) -> Iterator[TokenLine]:
    by_id = {token.id: (token, node) for token, node in found.nodes.items()}
    for place in execution.standing(top):
        if place.token_id in by_id and not beside(by_id[place.token_id][0]):
            token, node = by_id[place.token_id]
            process = _process(token, found)
            yield TokenLine(str(token.id), place.element_id, node.drawn.id, place.kind, place.process_id, process)


def _process(token: Token, found: Correspondence) -> str:
    scope = token.workflow
    while isinstance(scope, SubWorkflow) and not found.specs[scope].is_process:
        scope = scope.host.workflow
    return str(found.specs[scope].name)


def _paths(found: Correspondence, scope: Any) -> tuple[Path, Path]:
    """Where a scope lies in the old and in the new version."""
    old: list[str] = []
    new: list[str] = []
    while isinstance(scope, SubWorkflow):
        old.insert(0, scope.host.task_spec.drawn.id)
        new.insert(0, found.nodes[scope.host].drawn.id)
        scope = scope.host.workflow
    return tuple(old), tuple(new)


def _unsound(order: Order, found: Correspondence) -> Iterator[Reason]:
    for scope in found.specs:
        old_path, new_path = _paths(found, scope)
        was, is_now = order.before.scope(old_path), order.after.scope(new_path)
        if not differs(was, is_now, order.mapping):
            continue
        held = walking(scope)
        before = [flow_of(token, token.task_spec.drawn, {}) for token in held]
        after = [flow_of(token, found.nodes[token].drawn, order.mapping) for token in held]
        known = {(code, order.mapping.get(element, element)) for code, element in order.before.unsound(
            old_path, tuple(filter(None, before)))}  # fmt: skip
        for code, element in sorted(order.after.unsound(new_path, tuple(filter(None, after))) - known):
            yield _unsound_reason(code, element)


def _unsound_reason(code: str, element: str) -> Reason:
    texts = {
        "deadlock": (
            f"迁移后汇合「{element}」将永远等待一个不会到达的令牌",
            f"After the migration the join {element!r} would wait for a token which never comes",
        ),
        "opens_twice": (
            f"迁移后「{element}」会被执行两次：两个令牌不经汇合先后到达",
            f"After the migration {element!r} would be done twice: two tokens reach it without a join",
        ),
        "too_complex": (
            f"从「{element}」起并行路径过多，无法证明实例能够结束",
            f"There are too many parallel ways from {element!r} on to prove that the instance can end",
        ),
    }
    zh, en = texts[code]
    return Reason(element, code, zh, en)


def _lacking(order: Order, top: Workflow, found: Correspondence) -> Iterator[Reason]:
    before: set[Start] = set()
    after: set[Start] = set()
    some: Token = top.task_tree
    for scope in found.specs:
        old_path, new_path = _paths(found, scope)
        for token in scope.tasks.values():
            if token.id == ROOT or beside(token) or token not in found.nodes:
                continue
            names = frozenset(visible(token))
            some = token
            before.add((old_path, token.task_spec.drawn.id, names))
            after.add((new_path, found.nodes[token].drawn.id, names))
    new = order.after.lacking(after)
    if not new:
        return
    for need in sorted(new - order.before.lacking(before), key=lambda need: (need.element, need.name)):
        if not _does_without(need, some):
            yield Reason(
                need.element,
                "variable_missing",
                f"新版本的「{need.element}」需要变量 {need.name}，该实例没有此变量，之后的步骤也不一定设置它",
                f"{need.element!r} of the new version needs the variable {need.name}, which this instance does not "
                "have and which nothing ahead is sure to set",
            )


def _does_without(need: Need, token: Token) -> bool:
    """Whether the expression has a value even without the variable (it asks for null, or has a default)."""
    try:
        value = formula(need.element, need.text, always_feel=True).value(
            variables(token), token.workflow.top_workflow.movement.functions
        )
    except EngineError:
        return False
    return value is not None


def moment_of(instance: ProcessInstance) -> datetime:
    """The present of an instance: that of a suspended one stands still."""
    return instance.suspended_at or now()


def put(
    session: Session, instance: ProcessInstance, order: Order, top: Workflow, found: Correspondence
) -> list[TimerLine]:
    """Put the instance in memory on the new version and show that it survives its bytes; its deadlines, old and new.

    Raises Failure where a deadline cannot be computed or the state would not be the same when read again.
    """
    before = waits_of(top)
    since = Arrivals(session, instance) if order.timers == Timers.RECOMPUTE else None
    rebind(top, found, order.mapping, moment_of(instance), since)
    rows = state.rows(top)
    if state.rows(state.load(state.pack(rows), order.target.main)) != rows:
        raise Failure("", "round_trip", "The migrated state would not be the same when it is read again")
    return list(_timers(before, waits_of(top)))


def _timers(before: Waits, after: Waits) -> Iterator[TimerLine]:
    present = now()
    for token_id in [*before.deadlines, *(each for each in after.deadlines if each not in before.deadlines)]:
        old, new = before.deadlines.get(token_id), after.deadlines.get(token_id)
        shown = new or old
        if shown is not None:
            due = new.due_at if new else None
            yield TimerLine(
                "timer", shown.element_id, old.due_at if old else None, due, due is not None and due <= present
            )
