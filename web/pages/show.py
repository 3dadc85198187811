"""Small views which several pages share: deadline chips, addresses of filtered lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from engine.clock import now
from engine.models import InstanceStatus, ProcessInstance, TaskStatus, UserTask
from web.i18n import say
from web.pages.words import when
from workflows.monitoring import AT_RISK
from workflows.worktime import Calendar, business_time

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline for the eye: when, its tone (late, soon, fine, paused or none) and the working time left, as text.

    soon: less working time is left than `monitoring.AT_RISK`.
    """

    due: datetime | None
    tone: str
    text: str


def deadline(due: datetime | None, calendar: Calendar, still: datetime | None = None) -> Deadline:
    """The chip of a deadline, always counted in the working time of `calendar`; the date stands beside it.

    still: since when the clock stands (the process is suspended): what was left then is left now.
    """
    if due is None:
        return Deadline(None, "none", "")
    moment = still or now()
    working_day = sum((_length(*shift) for shift in calendar.shifts), timedelta())
    early, later = sorted((due, moment))
    working = business_time(calendar, early, later)
    text = span(working, working_day) if working >= _MINUTE else ""
    if still is not None:
        return Deadline(due, "paused", _paused(text, late=due < moment))
    if due < moment:
        return Deadline(due, "late", say(f"逾期 {text}", f"{text} overdue") if text else _just_late(calendar, moment))
    left = say(f"剩 {text}", f"{text} left") if text else say(f"到期 {when(due)}", f"due {when(due)}")
    return Deadline(due, "soon" if working < AT_RISK else "fine", left)


def _paused(text: str, *, late: bool) -> str:
    if not text:
        return say("已暂停", "paused")
    return (
        say(f"已暂停，逾期 {text}", f"paused, {text} overdue")
        if late
        else say(f"已暂停，剩 {text}", f"paused, {text} left")
    )


def _just_late(calendar: Calendar, moment: datetime) -> str:
    """Past its time, but not by a minute in which somebody works."""
    if business_time(calendar, moment, moment + _MINUTE):
        return say("刚刚逾期", "just overdue")
    return say("逾期，非工作时间", "overdue, out of hours")


def span(length: timedelta, day: timedelta) -> str:
    """A length of working time in two units at most; `day` is how long a working day is."""
    days, rest = divmod(length, day)
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes = rest // _MINUTE
    if days:
        text = say(f"{days} 个工作日", f"{days} working day{'s' * (days > 1)}")
        return text + say(f" {hours} 小时", f" {hours} h") if hours and days < 10 else text
    if hours:
        return say(f"{hours} 小时", f"{hours} h") + (say(f" {minutes} 分", f" {minutes} min") if minutes else "")
    return say(f"{minutes} 分钟", f"{minutes} min")


def _length(begin: time, end: time) -> timedelta:
    return timedelta(hours=end.hour - begin.hour, minutes=end.minute - begin.minute)


def task_deadline(task: UserTask, calendar: Calendar) -> Deadline:
    """The chip of a user task; a finished one has none, that of a suspended process stands still."""
    return deadline(task.due_at if task.status == TaskStatus.OPEN else None, calendar, standing_since(task.instance))


def standing_since(instance: ProcessInstance) -> datetime | None:
    """Since when a suspended process stands still; None for one that goes on."""
    return instance.suspended_at if instance.status == InstanceStatus.SUSPENDED else None


def register(app: Flask) -> None:
    """In templates: `here(**changes)`."""
    app.jinja_env.globals.update(here=here)


def here(**changes: Any) -> str:
    """The address of this page with its query changed; None removes a parameter."""
    query = {**request.args.to_dict(), **changes}
    return with_query(url_for(request.endpoint or "home.page", **(request.view_args or {})), query)


def with_query(path: str, query: Mapping[str, Any]) -> str:
    """`path` with what `query` holds, empty values left out."""
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(kept)}" if kept else path


def given(name: str) -> str | None:
    """A query parameter, None where it is missing or empty."""
    return request.args.get(name, "").strip()[:200] or None
