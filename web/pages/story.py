"""The timeline in words: what the domain keeps as kinds and codes becomes sentences for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from engine import usertasks
from engine.models import UserTask
from web.i18n import say
from web.pages.formtext import answers, in_language
from web.pages.terms import Terms
from web.pages.words import department_name, label, name_of, person_name
from workflows import offers
from workflows.models import Submission
from workflows.timeline import Entry


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a timeline. tone: a colour name (danger, good, warn, info) or empty."""

    at: datetime
    title: str
    icon: str
    tone: str = ""
    who: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form somebody sent: its task's name and the values as (name, text)."""

    title: str
    who: str
    at: datetime
    values: list[tuple[str, str]]


# kind of the history -> Chinese, English, icon, tone; {task} stands for the task's name
_STEPS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "instance_started": ("投诉已登记，流程开始", "Registered, the process began", "flag", "info"),
    "instance_completed": ("流程结束", "The process ended", "circle-check", "good"),
    "instance_cancelled": ("流程已终止", "The process was cancelled", "x", "danger"),
    "cancelled": ("流程被人工终止", "The process was cancelled by a person", "x", "danger"),
    "instance_suspended": ("流程已挂起", "The process was suspended", "player-pause", "warn"),
    "instance_resumed": ("流程已恢复", "The process was resumed", "player-play", "info"),
    "migrated": ("流程已迁移到另一版本", "Moved to another version", "route", "warn"),
    "migration_undone": ("迁移已撤回", "The move to another version was undone", "arrow-back-up", "warn"),
    "variables_edited": ("流程变量已更正", "Process data was corrected", "pencil", "warn"),
    "token_moved": ("流程位置已调整", "The process was moved to another step", "arrow-back-up", "warn"),
    "task_opened": ("待办：{task}", "Waits: {task}", "clock", ""),
    "task_claimed": ("签收：{task}", "Claimed: {task}", "hand-grab", ""),
    "task_unclaimed": ("放回部门：{task}", "Given back: {task}", "hand-stop", ""),
    "task_assigned": ("分派：{task}", "Assigned: {task}", "user-share", ""),
    "task_completed": ("办结：{task}", "Completed: {task}", "check", "good"),
    "task_delegated": ("委派：{task}", "Delegated: {task}", "users", ""),
    "task_handed_back": ("交回委派：{task}", "Handed back: {task}", "arrow-back-up", ""),
    "task_withdrawn": ("撤回：{task}", "Taken back: {task}", "arrow-back-up", "warn"),
    "task_cancelled": ("撤销：{task}", "Withdrawn: {task}", "x", ""),
    "hold_set": ("证据保全", "Put under legal hold", "lock", "warn"),
    "hold_lifted": ("解除证据保全", "Legal hold lifted", "lock", "info"),
    "signer_added": ("加签：{task}", "A signer was added: {task}", "plus", "info"),
    "signer_removed": ("减签：{task}", "A signer was removed: {task}", "minus", "warn"),
    "task_urged": ("催办：{task}", "Urged: {task}", "bell-ringing", "warn"),
    "warned": ("临期提醒：{task}", "Deadline near: {task}", "clock", "warn"),
    "decision_made": ("规则判定：{task}", "Decided by rule: {task}", "scale", "info"),
    "timer_fired": ("时限已到", "A deadline passed", "clock-exclamation", "danger"),
    "message_received": ("收到消息", "A message arrived", "mail", "info"),
    "incident": (
        "步骤失败并回滚，等待处理",
        "A step failed, was rolled back and waits for a person",
        "alert-triangle",
        "danger",
    ),
    "incident_skipped": ("失败的步骤被跳过", "The step which failed was skipped", "player-play", "warn"),
    "incident_dismissed": ("异常已关闭，未重新执行", "The incident was dismissed, nothing ran again", "x", "warn"),
}
_QUIET: Final = frozenset({"moved"})
_GIVEN: Final = frozenset({"task_assigned", "task_delegated", "task_handed_back"})
_QUIET_IN_CASE: Final = frozenset({"decision_made"})
"""Of interest to those who look into the process, not to those who read the case."""


def event_of(entry: Entry, tasks: Mapping[str, UserTask]) -> Event | None:
    """The sentence of a timeline entry; None for what is of no interest to readers."""
    who, data = person_name(entry.actor), entry.data
    if entry.kind.startswith("history."):
        if entry.kind.removeprefix("history.") in _QUIET_IN_CASE:
            return None
        return step_event(entry.kind.removeprefix("history."), entry.at, entry.actor, data, tasks)
    if entry.kind == "letter":
        outgoing = data["direction"] == "out"
        title = say("发出函件", "Letter sent") if outgoing else say("收到来信", "Letter received")
        return Event(entry.at, title, "send" if outgoing else "mail", "info", who, str(data["subject"]))
    if entry.kind == "evidence":
        return Event(entry.at, say("新增证据", "Evidence added"), "paperclip", "", who, str(data["name"]))
    if entry.kind == "comment":
        return Event(entry.at, say("备注", "Comment"), "message", "", who, str(data["text"]))
    if entry.kind == "decision":
        return _decision(entry, who)
    if entry.kind == "plan":
        version = data["version"]
        parts = [label("remedy", data["remedy"]), f"¥{data['amount']:,.2f}" if data["amount"] else ""]
        title = say(f"方案第 {version} 版已冻结", f"Plan version {version} frozen")
        return Event(entry.at, title, "file-text", "info", who, " · ".join(filter(None, parts)))
    if entry.kind == "escalation":
        level = data["level"]
        return Event(
            entry.at, say(f"逾期升级（第 {level} 级）", f"Escalated to level {level}"), "bell-ringing", "danger", who
        )
    if entry.kind == "change" and entry.data.get("field") == "satisfaction":
        return Event(entry.at, say("投诉人作出评价", "The complainant rated the case"), "star", "info", who)
    if entry.kind == "change":
        return Event(
            entry.at, say("案卷已修改", "The file was edited"), "pencil", "", who, str(data.get("reason") or "")
        )
    return Event(entry.at, entry.kind, "dots", "", who)


_DECISIONS: Final[Mapping[str, tuple[str, str]]] = {
    "legal": ("法务审核", "Legal review"),
    "approval": ("审批", "Approval"),
    "execution": ("执行", "Execution"),
}
_OUTCOMES: Final[Mapping[str, tuple[str, str, str]]] = {
    "passed": ("通过", "passed", "good"),
    "approved": ("同意", "approved", "good"),
    "returned": ("退回", "returned", "warn"),
    "done": ("已完成", "done", "good"),
    "partly": ("部分完成", "partly done", "warn"),
    "failed": ("未成功", "failed", "danger"),
}


def _decision(entry: Entry, who: str) -> Event:
    kind, outcome = str(entry.data["kind"]), str(entry.data["outcome"])
    zh, en, tone = _OUTCOMES.get(outcome, (outcome, outcome, ""))
    title = say(*_DECISIONS.get(kind, (kind, kind))) + say("：", ": ") + say(zh, en)
    return Event(entry.at, title, "shield", tone, who, str(entry.data["reason"] or ""))


def step_event(
    kind: str,
    at: datetime,
    actor: str,
    data: Mapping[str, Any],
    tasks: Mapping[str, UserTask],
    names: Mapping[str, str] | None = None,
    terms: Terms | None = None,
) -> Event | None:
    """The sentence of a history event of the engine; None for what is of no interest to readers.

    names: element -> name, and terms: the words of process data, where the reader looks into the process.
    """
    if kind in _QUIET:
        return None
    task = tasks.get(str(data.get("task_id") or ""))
    element = str(data.get("element_id") or "")
    name = name_of(task) if task else (names or {}).get(element, element)
    zh, en, icon, tone = _STEPS.get(kind, (kind, kind.replace("_", " ").capitalize(), "dots", ""))
    receiver = [person_name(data.get("assignee")), department_name(data.get("department"))]
    told = [f"→ {one}" for one in receiver if one] if kind in _GIVEN else []
    if kind == "decision_made":
        told = [(terms or Terms()).decided(str(data.get("variable") or data.get("decision") or ""), data.get("result"))]
    if kind == "message_received" and data.get("name") == offers.MESSAGE:
        zh, en = "投诉人在线答复了方案", "The complainant answered the offer online"
    parts = [*told[:1], str(data.get("reason") or "")]
    title = say(zh, en).replace("{task}", name)
    return Event(at, title, icon, tone, person_name(actor), "\n".join(filter(None, parts)))


def sent_form(session: Session, submission: Submission, task: UserTask | None) -> Sent:
    """A sent form as names and texts, by the labels of the form it was sent with."""
    title = name_of(task) if task else submission.element_id
    schema: dict[str, Any] = {}
    if task is not None and task.form_id:
        schema = in_language(orjson.loads(usertasks.form_schema(session, task)))
    return Sent(title, person_name(submission.actor), submission.at, answers(schema, submission.data))
