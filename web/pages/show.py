"""Small views which several pages share: deadline chips, addresses of filtered lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask, request, url_for

from engine.clock import now
from engine.models import TaskStatus, UserTask
from web.i18n import say
from workflows.worktime import Calendar, business_time

_MINUTE = timedelta(minutes=1)
SOON = timedelta(hours=8)
"""Less working time than this left: the deadline is near."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline for the eye: when, its tone (late, soon, fine, paused or none) and the working time left, as text."""

    due: datetime | None
    tone: str
    text: str


def deadline(due: datetime | None, calendar: Calendar, still: datetime | None = None) -> Deadline:
    """The chip of a deadline, counted in the working time of `calendar`.

    Where no working time lies between now and then (a night, a weekend), the clock counts. still: since when the clock
    stands (the process is suspended): what was left then is left now.
    """
    if due is None:
        return Deadline(None, "none", "")
    moment = still or now()
    working_day = sum((_length(*shift) for shift in calendar.shifts), timedelta())
    early, later = sorted((due, moment))
    working = business_time(calendar, early, later)
    text = span(working, working_day) if working >= _MINUTE else span(later - early, timedelta(days=1), working=False)
    if still is not None:
        return Deadline(
            due, "paused", say(f"已暂停，剩 {text}", f"paused, {text} left") if due > still else say("已暂停", "paused")
        )
    if due < moment:
        return Deadline(due, "late", say(f"逾期 {text}", f"{text} overdue"))
    return Deadline(due, "soon" if working <= SOON else "fine", say(f"剩 {text}", f"{text} left"))


def span(length: timedelta, day: timedelta, *, working: bool = True) -> str:
    """A length of time in two units at most; `day` is how long a day is, `working`: whether it is a working day."""
    days, rest = divmod(length, day)
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes = rest // _MINUTE
    if days:
        name = ("个工作日", "working day") if working else ("天", "day")
        text = say(f"{days} {name[0]}", f"{days} {name[1]}{'s' * (days > 1)}")
        return text + say(f" {hours} 小时", f" {hours} h") if hours and days < 10 else text
    if hours:
        return say(f"{hours} 小时", f"{hours} h") + (say(f" {minutes} 分", f" {minutes} min") if minutes else "")
    return say(f"{minutes} 分钟", f"{minutes} min")


def _length(begin: time, end: time) -> timedelta:
    return timedelta(hours=end.hour - begin.hour, minutes=end.minute - begin.minute)


def task_deadline(task: UserTask, calendar: Calendar, still: datetime | None = None) -> Deadline:
    """The chip of a user task; a finished one has none. still: as for `deadline`."""
    return deadline(task.due_at if task.status == TaskStatus.OPEN else None, calendar, still)


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
