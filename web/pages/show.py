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

SOON = timedelta(hours=8)
"""Less working time than this left: the deadline is near."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline for the eye: when, its tone (late, soon, fine or none) and the working time left, as text."""

    due: datetime | None
    tone: str
    text: str


def deadline(due: datetime | None, calendar: Calendar) -> Deadline:
    """The chip of a deadline, counted in the working time of `calendar`."""
    if due is None:
        return Deadline(None, "none", "")
    moment = now()
    working_day = sum((_length(*shift) for shift in calendar.shifts), timedelta())
    if due < moment:
        text = span(business_time(calendar, due, moment), working_day)
        return Deadline(due, "late", say(f"逾期 {text}", f"{text} overdue"))
    left = business_time(calendar, moment, due)
    return Deadline(
        due, "soon" if left <= SOON else "fine", say(f"剩 {span(left, working_day)}", f"{span(left, working_day)} left")
    )


def span(length: timedelta, working_day: timedelta) -> str:
    """Working time in two units at most."""
    days, rest = divmod(length, working_day)
    hours, rest = divmod(rest, timedelta(hours=1))
    minutes = rest // timedelta(minutes=1)
    if days:
        text = say(f"{days} 个工作日", f"{days} working day{'s' * (days > 1)}")
        return text + say(f" {hours} 小时", f" {hours} h") if hours and days < 10 else text
    if hours:
        return say(f"{hours} 小时", f"{hours} h") + (say(f" {minutes} 分", f" {minutes} min") if minutes else "")
    return say(f"{minutes} 分钟", f"{minutes} min")


def _length(begin: time, end: time) -> timedelta:
    return timedelta(hours=end.hour - begin.hour, minutes=end.minute - begin.minute)


def task_deadline(task: UserTask, calendar: Calendar) -> Deadline:
    """The chip of a user task; a finished one has none."""
    return deadline(task.due_at if task.status == TaskStatus.OPEN else None, calendar)


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
