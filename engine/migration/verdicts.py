"""The preview: every instance is tried on a copy, and nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from engine import definitions, steps
from engine.clock import now
from engine.errors import EngineError, Invalid
from engine.functions import Function
from engine.hooks import domain
from engine.migration import tasks
from engine.migration.carrying import Order, Reason, TimerLine, TokenLine, look, moment_of, put
from engine.migration.models import Timers
from engine.migration.plans import ALIVE, Plan
from engine.models import InstanceStatus, ProcessInstance
from engine.spiff import execution
from engine.spiff.errors import Failure
from engine.spiff.workflow import Workflow

MOST = 500


@dataclass(slots=True)
class Verdict:
    """What would happen to one instance. ok: it would go over and can run to its end; else `reasons` say why not."""

    instance_id: UUID
    business_key: str
    status: str
    ok: bool = True
    reasons: list[Reason] = field(default_factory=list)
    tokens: list[TokenLine] = field(default_factory=list)
    timers: list[TimerLine] = field(default_factory=list)


class _Skipped(Exception):
    """A function would run here; a preview runs none."""


def order_of(session: Session, plan: Plan, timers: str | Timers) -> Order:
    """The plan with everything compiled. Raises ValueError for an unknown way with timers."""
    return Order(
        plan.old,
        plan.new,
        definitions.compiled(session, plan.old),
        definitions.compiled(session, plan.new),
        plan.mapping,
        Timers(timers),
    )


def preview(
    session: Session,
    plan: Plan,
    *,
    instance_ids: Sequence[UUID] | None = None,
    timers: str | Timers = Timers.KEEP,
    after: UUID | None = None,
    limit: int = 100,
    actor: str = "system",
) -> list[Verdict]:
    """A verdict for each living instance of the old version, by id, those behind `after`, at most `limit`.

    Nothing is written and no function of a diagram is run. Raises Invalid where the mapping itself is wrong.
    """
    refuse(plan)
    order = order_of(session, plan, timers)
    query = (
        select(ProcessInstance)
        .where(ProcessInstance.definition_id == plan.old.id, ProcessInstance.status.in_(ALIVE))
        .options(joinedload(ProcessInstance.definition))
    )
    if instance_ids is not None:
        query = query.where(ProcessInstance.id.in_(instance_ids))
    if after is not None:
        query = query.where(ProcessInstance.id > after)
    found = session.scalars(query.order_by(ProcessInstance.id).limit(min(limit, MOST)))
    with session.no_autoflush:
        return [verdict(session, instance, order, actor) for instance in found]


def refuse(plan: Plan) -> None:
    """Raise Invalid where the mapping of a plan is wrong."""
    if plan.refused:
        raise Invalid(
            plan.refused[0].message_en,
            problems=[
                {
                    "path": f"mapping.{each.element}",
                    "code": each.code,
                    "message_zh": each.message_zh,
                    "message_en": each.message_en,
                }
                for each in plan.refused
            ],
        )


def verdict(session: Session, instance: ProcessInstance, order: Order, actor: str = "system") -> Verdict:
    """What would happen to one instance."""
    made = Verdict(instance.id, instance.business_key, str(instance.status))
    try:
        top = steps.loaded(session, instance)
        found, made.tokens, made.reasons = look(order, top)
        domain().guard(session, instance, order.command(actor, "", made.tokens))
        if not made.reasons:
            before = tasks.drawn(top)
            made.timers = put(session, instance, order, top, found)
            redrawn = tasks.redraw(session, instance, top, before, order.timers)
            made.timers += [line for each in redrawn if (line := each.line) is not None]
            _try_on(instance, top)
    except EngineError as error:
        made.reasons.append(reason_of(error))
    made.ok = not made.reasons
    return made


def reason_of(error: EngineError) -> Reason:
    """An error as a reason, in its own words where it has them in both languages."""
    element = error.element_id if isinstance(error, Failure) else str(error.details.get("element", ""))
    code = error.code if isinstance(error, Failure) else str(error.details.get("code", type(error).__name__))
    problem: Mapping[str, str] = {}
    if isinstance(error, Invalid) and error.problems:
        problem = error.problems[0]
    english = problem.get("message_en", str(error))
    chinese = problem.get("message_zh") or error.details.get("zh") or _CHINESE.get(code) or f"无法迁移：{english}"
    return Reason(element, code, str(chinese), english)


_CHINESE = {
    "bad_time": "新版本的定时值无法计算",
    "bad_key": "新版本的消息关联键无法计算",
    "bad_priority": "新版本的优先级不是 0 到 100 的整数",
    "condition_not_boolean": "条件的值既非真也非假",
    "no_flow": "没有条件成立，也没有默认连线",
    "deadlock": "汇合会永远等待一个不会到达的令牌",
    "stuck": "迁移后实例既未结束，也不再等待任何事情",
    "unknown_process": "被调用的流程不存在",
    "unknown_function": "所需的自动功能未注册",
    "state_format": "实例的状态格式未知",
    "round_trip": "迁移后的状态重新读取时不一致",
    "LockedOut": "您是该投诉的当事人，不能参与处理",
    "NotAllowed": "您的角色或部门不允许这样做",
}


def _try_on(instance: ProcessInstance, top: Workflow) -> None:
    """Let the copy do what it would do at once (joins, what is overdue), up to the first function. Raises Failure."""

    def skip(_function: Function, _element: str, _variables: Mapping[str, Any], _headers: Mapping[str, str]) -> None:
        raise _Skipped

    if instance.status != InstanceStatus.RUNNING:
        return
    top.movement.now = max(now(), moment_of(instance))
    top.movement.invoke = skip
    top.movement.ready.clear()
    execution.wake(top)
    try:
        execution.run(top)
    except _Skipped:
        return
