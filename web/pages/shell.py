"""What the frame of every page needs: who is here, the navigation, the theme."""

from dataclasses import dataclass
from typing import Final

from flask import Flask, current_app, request, url_for
from flask_wtf.csrf import generate_csrf

from web import access
from web.i18n import say
from web.identity import caller, me
from web.settings import settings
from workflows import evidence
from workflows.settings import settings as domain_settings

THEMES: Final = frozenset({"light", "dark"})


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the navigation."""

    address: str
    text: str
    icon: str
    key: str
    here: bool


# endpoint, Chinese, English, icon, key after `g`; shown to whom the access table lets in
_ITEMS: Final = (
    ("inbox.page", "待办", "Inbox", "inbox", "i"),
    ("cases.page", "投诉", "Cases", "briefcase", "c"),
    ("intake.page", "登记", "Intake", "phone", "n"),
    ("monitor.page", "监控", "Monitor", "route", "m"),
    ("dashboard.page", "统计", "Dashboard", "chart-bar", "d"),
    ("studio.page", "流程", "Studio", "sitemap", "s"),
    ("directory.people_list", "组织", "Directory", "users", "p"),
    ("mail.page", "邮件", "Mail", "mail", "e"),
)
_UNDER: Final = {"task": "inbox", "instance": "monitor", "incidents": "monitor", "migrate": "studio"}
"""Pages reached from a line of the navigation which have a room of their own."""


def register(app: Flask) -> None:
    """Make the frame's functions available to all templates."""
    app.jinja_env.globals.update(
        accepted_files=accepted_files,
        csrf_token=generate_csrf,
        me=me,
        most_megabytes=most_megabytes,
        navigation=navigation,
        somebody=somebody,
        somebody_id=somebody_id,
        theme=theme,
        zone=zone,
    )


def theme() -> str:
    """The chosen theme; empty = as the system."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


def somebody() -> bool:
    """Whether somebody is logged in; False too where asking itself fails (the problem page asks)."""
    try:
        return caller() is not None
    except Exception:
        return False


def somebody_id() -> str:
    """The id of who is logged in, empty for nobody: what scripts keep in the browser is kept for this person only."""
    return str(me().id) if somebody() else ""


def zone() -> str:
    """The enterprise's time zone, in which scripts tell times as pages do."""
    return settings().time_zone


def accepted_files() -> str:
    """The kinds of files which may be evidence, as people call them."""
    return say(*evidence.ACCEPTED)


def most_megabytes() -> int:
    """The megabytes one file may have."""
    return domain_settings().upload_limit >> 20


def navigation() -> list[Item]:
    """The pages this person may open."""
    table = access.table(current_app)
    held = set(me().roles)
    room = (request.endpoint or "").split(".")[0]
    here = _UNDER.get(room, room)
    return [
        Item(url_for(endpoint), say(zh, en), icon, key, endpoint.split(".")[0] == here)
        for endpoint, zh, en, icon, key in _ITEMS
        if endpoint in table and (not table[endpoint].roles or held & table[endpoint].roles)
    ]
